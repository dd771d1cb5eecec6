"""What every source keeps, as rules that take any source with its payloads.

`bot/sources/payloads/<kind>/` holds what the tool really sends: `firing.json` and `resolved.json` for one problem;
`firing_*.json` and `resolved_*.json` where the tool has variants; `nothing_*.json` for what it sends without any
problem.
"""

import importlib
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sources import Tool, reading, tools
from bot.sources.reading import DETAILS_LENGTH, KEY_LENGTH, LABEL_LENGTH, LABELS_AT_MOST, TITLE_LENGTH, Unreadable
from models.signal import Signal
from models.words import Severity
from tests.bot.sources.places import places, texts, value_at, with_value, without

HOSTILE = [
    "", " ", "<!channel> <@U0ALICE>", "javascript:alert(1)", "https://x/\nnew line", "https://x/\x00", "\ud800",
    "https://x/\ud800", "\x00", "\u202e\u200b", "\x1b[31m\r\n\x85", "x" * 5000, "0", "null", "{}",
    "9999-99-99T00:00:00Z", "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00+05:30:15.5", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "99999999999999", "FIRING", "resolved ", "https://" + "&" * 5000, "https://[",
    "{" * 5000,
]  # fmt: skip
ODD = st.one_of(
    st.sampled_from(HOSTILE),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
)
HUGE = "x\n" * 50_000
DEEP: Any = "x"
for _level in range(400):
    DEEP = [DEEP] if _level % 2 else {"x": DEEP}


@dataclass(frozen=True)
class Case:
    """A source and the folder with its payloads."""

    kind: str
    tool: Tool
    folder: Path

    def names(self, what: str) -> list[str]:
        """The payloads that are `firing`, `resolved` or `nothing`."""
        return sorted(file.stem for file in self.folder.glob("*.json") if file.stem.partition("_")[0] == what)

    def payload(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))

    def read(self, name: str) -> list[Signal]:
        return self.tool.parse(self.payload(name))

    @property
    def severities(self) -> Mapping[str, Severity]:
        """The table at the head of the source's file; the common one when it has none."""
        file = importlib.import_module(f"bot.sources.{self.kind}")
        found: Mapping[str, Severity] = getattr(file, "SEVERITIES", reading.SEVERITIES)
        return found


def case_of(kind: str) -> Case:
    return Case(kind, tools()[kind], tools()[kind].payloads)


def it_has_a_name_a_configuration_and_both_payloads(case: Case) -> None:
    assert case.tool.name
    assert case.tool.snippet.count("{address}") >= 1
    assert "https://heed.example/alerts/x/y" in case.tool.configuration("https://heed.example/alerts/x/y")
    assert {"firing.json", "resolved.json"} <= {file.name for file in case.folder.iterdir()}
    assert {file.name.partition(".")[0].partition("_")[0] for file in case.folder.iterdir()} <= STATES


STATES = {"firing", "resolved", "nothing"}


def firing_resolved_and_nothing_are_told_apart(case: Case) -> None:
    for name in case.names("firing"):
        assert case.read(name), name
        assert all(signal.firing for signal in case.read(name)), name
    for name in case.names("resolved"):
        assert case.read(name), name
        assert not any(signal.firing for signal in case.read(name)), name
    for name in case.names("nothing"):
        assert case.read(name) == [], name


def a_problem_keeps_its_key_and_does_not_end_before_it_began(case: Case) -> None:
    for name in case.names("resolved"):
        starts = {signal.key: signal.started_at for signal in case.read(name.replace("resolved", "firing", 1))}
        for signal in case.read(name):
            began = starts[signal.key]
            assert signal.started_at is None or (began is not None and began <= signal.started_at)


def the_same_payload_gives_the_same_signals_and_each_its_own_typed_key(case: Case) -> None:
    for name in case.names("firing"):
        first, second = case.read(name), case.read(name)
        assert first == second
        assert len({signal.key for signal in first}) == len(first)
        check(first)


def a_signal_tells_what_the_sender_wrote(case: Case) -> None:
    for name in case.names("firing"):
        said = texts(case.payload(name))
        written = "\n".join(said)
        for signal in case.read(name):
            assert any(len(each) > 2 and each in signal.title for each in said), signal.title
            assert all(line in written for line in signal.details.split("\n")), signal.details
            parts = [part for value in signal.labels.values() for part in value.split(":")]
            assert all(part.lower() in written.lower() for part in parts), signal.labels
    for signal in case.read("firing"):
        assert signal.link
        assert signal.labels


def the_senders_severity_is_ours(case: Case) -> None:
    """There is a place where each word of the table gives the severity that the table says."""
    sent = case.payload("firing")
    assert case.severities
    assert all(word == word.lower() for word in case.severities)
    assert any(_says_severity(case, sent, place) for place in places(sent))


def _says_severity(case: Case, sent: Any, place: tuple[Any, ...]) -> bool:
    found = []
    for word, severity in case.severities.items():
        try:
            signals = case.tool.parse(with_value(sent, place, word))
        except Unreadable:
            return False
        found.append([signal.severity is severity for signal in signals] or [False])
    return any(all(column) for column in zip(*found, strict=False))


def hostile_text_in_any_place_is_refused_or_harmless(case: Case) -> None:
    sent = case.payload("firing")
    for place in places(sent):
        for text in HOSTILE:
            refusal(case, with_value(sent, place, text))


def a_field_that_is_missing_has_a_default_or_is_named(case: Case) -> None:
    for name in case.names("firing") + case.names("resolved"):
        sent = case.payload(name)
        for place in places(sent):
            if place:
                why = refusal(case, without(sent, place))
                assert why is None or str(place[-1]) in why


def whatever_is_sent_only_unreadable_is_raised(case: Case) -> None:
    names = [name for state in sorted(STATES) for name in case.names(state)]

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        sent = case.payload(data.draw(st.sampled_from(names)))
        for _ in range(data.draw(st.integers(1, 3))):
            sent = changed(data, sent)
        refusal(case, sent)

    holds()


def changed(data: st.DataObject, sent: Any) -> Any:
    """The payload with one thing in it replaced, dropped, renamed, retyped, nested, or made huge."""
    place = data.draw(st.sampled_from(list(places(sent))))
    value = value_at(sent, place)
    how = data.draw(st.sampled_from(["replace", "drop", "rename", "retype", "nest", "huge", "deep"]))
    if how == "drop" and place:
        return without(sent, place)
    if how == "rename" and isinstance(value, dict) and value:
        old, new = data.draw(st.sampled_from(sorted(value))), data.draw(st.sampled_from(HOSTILE))
        return with_value(sent, place, {new if key == old else key: each for key, each in value.items()})
    others = {
        "retype": len(value) if isinstance(value, str) else str(value),
        "nest": data.draw(st.sampled_from([[value], {"value": value}, [[value]], [value, value]])),
        "huge": HUGE,
        "deep": DEEP,
    }
    return with_value(sent, place, others[how] if how in others else data.draw(ODD))


def refusal(case: Case, sent: Any) -> str | None:
    """Why the source cannot read it; None when it can, and then what comes out is sound."""
    try:
        signals = case.tool.parse(sent)
    except Unreadable as error:
        return sound(str(error))
    check(signals)
    return None


def sound(reason: str) -> str:
    """The reason, which names a field and can be shown."""
    field, _, why = reason.partition(": ")
    assert field
    assert why
    assert len(reason) < 500
    assert not _controls(reason)
    return reason


def check(signals: list[Signal]) -> None:
    """Whatever was sent, what comes out can be stored and shown."""
    for signal in signals:
        lines = [signal.key, signal.title, signal.link, *signal.labels, *signal.labels.values()]
        for each in (*lines, signal.details):
            assert isinstance(each, str)
            each.encode()
        assert not any(_controls(each) for each in lines)
        assert _controls(signal.details) <= {"\n", "\t"}
        assert 0 < len(signal.title) <= TITLE_LENGTH
        assert len(signal.details) <= DETAILS_LENGTH
        assert signal.key.partition(":")[0].isidentifier()
        assert signal.key.partition(":")[2]
        assert len(signal.key) <= KEY_LENGTH + 50
        assert len(signal.labels) <= LABELS_AT_MOST
        assert all(name and len(value) <= LABEL_LENGTH for name, value in signal.labels.items())
        assert signal.link == "" or signal.link.lower().startswith(("http://", "https://"))
        assert not set(signal.link) & set(" \n\r\t<>")
        assert isinstance(signal.severity, Severity)
        check_moment(signal.started_at)


def _controls(text: str) -> set[str]:
    return {each for each in text if unicodedata.category(each) == "Cc"}


def check_moment(moment: datetime | None) -> None:
    """In UTC and not too far off: PostgreSQL does not take every offset that Python reads."""
    if moment is not None:
        assert moment.utcoffset() == timedelta(0)
        assert 1969 < moment.year <= 9001


RULES: list[Callable[[Case], None]] = [
    it_has_a_name_a_configuration_and_both_payloads,
    firing_resolved_and_nothing_are_told_apart,
    a_problem_keeps_its_key_and_does_not_end_before_it_began,
    the_same_payload_gives_the_same_signals_and_each_its_own_typed_key,
    a_signal_tells_what_the_sender_wrote,
    the_senders_severity_is_ours,
    hostile_text_in_any_place_is_refused_or_harmless,
    a_field_that_is_missing_has_a_default_or_is_named,
    whatever_is_sent_only_unreadable_is_raised,
]
