"""What every source keeps, found by listing the folder: a new one needs its file and two payloads, and no test.

`payloads/<kind>/firing.json` and `resolved.json` are what the tool really sends for one problem.
"""

import copy
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.sources
from bot.sources import NOT_A_SOURCE, sources
from bot.sources.reading import DETAILS_LENGTH, KEY_LENGTH, LABELS_AT_MOST, TITLE_LENGTH, Unreadable
from models.signal import Signal
from models.words import Severity

PAYLOADS = Path(__file__).with_name("payloads")
KINDS = sorted(sources())
SEVERITY_FIELDS = ("severity", "priority", "urgency", "level")
HOSTILE = [
    "", " ", "<!channel> <@U0ALICE>", "javascript:alert(1)", "https://x/\nnew line", "https://x/\x00", "\ud800",
    "https://x/\ud800", "\x00", "\u202e\u200b", "x" * 5000, "0", "null", "9999-99-99T00:00:00Z",
    "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00+05:30:15.5", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "FIRING", "resolved ", "https://" + "&" * 5000,
]  # fmt: skip
ODD = st.one_of(
    st.sampled_from(HOSTILE),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
)


def payload(kind: str, state: str) -> Any:
    return json.loads((PAYLOADS / kind / f"{state}.json").read_text())


def places(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value of a payload is, the whole payload first."""
    yield at
    if isinstance(part, dict | list):
        for key, each in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(each, (*at, key))


def with_value(whole: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The payload with another value at this place."""
    if not place:
        return value
    changed = copy.deepcopy(whole)
    part = changed
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return changed


def check(signals: list[Signal]) -> None:
    """Whatever was sent, what comes out can be stored and shown."""
    for signal in signals:
        words = [signal.key, signal.title, signal.details, signal.link, *signal.labels, *signal.labels.values()]
        for each in words:
            assert isinstance(each, str)
            assert "\x00" not in each
            each.encode()
        assert 0 < len(signal.title) <= TITLE_LENGTH
        assert len(signal.details) <= DETAILS_LENGTH
        assert ":" in signal.key
        assert len(signal.key) <= KEY_LENGTH + 50
        assert len(signal.labels) <= LABELS_AT_MOST
        assert signal.link == "" or signal.link.lower().startswith(("http://", "https://"))
        assert not set(signal.link) & set(" \n\r\t<>")
        assert isinstance(signal.severity, Severity)
        check_moment(signal.started_at)


def check_moment(moment: datetime | None) -> None:
    """In UTC and not too far off: PostgreSQL does not take every offset that Python reads."""
    if moment is not None:
        assert moment.utcoffset() == timedelta(0)
        assert 1969 < moment.year <= 9001


def test_every_file_of_the_folder_is_a_source_and_has_its_two_payloads() -> None:
    files = {file.stem for file in Path(bot.sources.__file__).parent.glob("*.py")} - {"__init__"} - NOT_A_SOURCE
    assert files == set(KINDS)
    assert {folder.name for folder in PAYLOADS.iterdir()} == files
    for kind in KINDS:
        assert {file.name for file in (PAYLOADS / kind).iterdir()} == {"firing.json", "resolved.json"}


@pytest.mark.parametrize("kind", KINDS)
def test_firing_and_resolved_are_told_apart_and_have_the_same_key_and_start(kind: str) -> None:
    firing, resolved = (sources()[kind](payload(kind, state)) for state in ("firing", "resolved"))
    assert firing
    assert resolved
    assert all(signal.firing for signal in firing)
    assert not any(signal.firing for signal in resolved)
    starts = {signal.key: signal.started_at for signal in firing}
    for signal in resolved:
        assert starts[signal.key] == signal.started_at


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_payload_gives_the_same_signals_and_each_its_own_key(kind: str) -> None:
    first, second = (sources()[kind](payload(kind, "firing")) for _ in range(2))
    assert first == second
    assert len({signal.key for signal in first}) == len(first)
    check(first)


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_tells_what_the_sender_wrote(kind: str) -> None:
    written = json.dumps(payload(kind, "firing"), ensure_ascii=False)
    for signal in sources()[kind](payload(kind, "firing")):
        assert json.dumps(signal.title, ensure_ascii=False)[1:-1] in written
        assert json.dumps(signal.details, ensure_ascii=False)[1:-1] in written
        assert signal.link
        assert signal.link in written
        assert signal.labels
        for key, value in signal.labels.items():
            assert key in written
            assert value in written


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("kind", KINDS)
def test_the_senders_severity_is_ours(kind: str, severity: Severity) -> None:
    sent = payload(kind, "firing")
    fields = [place for place in places(sent) if place and place[-1] in SEVERITY_FIELDS]
    assert fields, "the payload holds no severity"
    for place in fields:
        sent = with_value(sent, place, severity.label)
    assert {signal.severity for signal in sources()[kind](sent)} == {severity}


def refusal(kind: str, sent: Any) -> str | None:
    """Why the source cannot read it; None when it can, and then what comes out is sound."""
    try:
        signals = sources()[kind](sent)
    except Unreadable as error:
        return str(error)
    check(signals)
    return None


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_any_place_is_refused_or_harmless(kind: str, text: str) -> None:
    sent = payload(kind, "firing")
    for place in places(sent):
        assert refusal(kind, with_value(sent, place, text)) != ""


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_sent_only_unreadable_is_raised(kind: str, data: st.DataObject) -> None:
    sent = payload(kind, data.draw(st.sampled_from(["firing", "resolved"])))
    for _ in range(data.draw(st.integers(1, 3))):
        sent = with_value(sent, data.draw(st.sampled_from(list(places(sent)))), data.draw(ODD))
    assert refusal(kind, sent) != ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_missing_is_a_default_or_named(kind: str) -> None:
    sent = payload(kind, "firing")
    for place in places(sent):
        if place:
            why = refusal(kind, without(sent, place))
            assert why is None or str(place[-1]) in why


def without(whole: Any, place: tuple[Any, ...]) -> Any:
    """The payload without what is at this place."""
    changed = copy.deepcopy(whole)
    part = changed
    for key in place[:-1]:
        part = part[key]
    del part[place[-1]]
    return changed
