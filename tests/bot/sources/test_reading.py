"""What the sources share: reading untrusted values, and the rules of our own JSON."""

from datetime import UTC, datetime

import pytest

from bot.sources import generic, tools
from bot.sources.reading import (
    Unreadable,
    epoch,
    labels,
    link,
    moment,
    one_line,
    parsed,
    prose,
    severity,
    typed_key,
    words,
)
from models.words import Severity

THREE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-11-22T03:00:00Z", THREE),
        ("2026-11-22T04:00:00+01:00", THREE),
        ("2026-11-22T03:00:00", THREE),
        ("2026-11-22 03:00", THREE),
        (None, None),
        ("", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
    ],
    ids=["UTC", "a zone", "no zone is UTC", "a space", "missing", "empty", "the zero of Go's time", "never"],
)
def test_moments(value: str | None, found: datetime | None) -> None:
    assert moment(value, "x") == found


@pytest.mark.parametrize("value", ["yesterday", "1763780000", 1763780000, True, [], {}, "2026-13-01T00:00:00Z"])
def test_what_is_no_moment_is_refused_with_an_example(value: object) -> None:
    with pytest.raises(Unreadable, match="x: must be a time such as 2026-11-22T10:04:00Z"):
        moment(value, "x")


@pytest.mark.parametrize(
    "url", ["https://ci.example/42", "HTTP://x", "http://prometheus.example:9090/graph?g0.expr=up&g0.tab=1"]
)
def test_web_addresses_are_links(url: str) -> None:
    assert link(url) == url


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x", "https://x y", "https://x\n", "https://<x>", "x https://y", "", None, 7]
)
def test_anything_else_is_no_link(url: object) -> None:
    assert link(url) == ""


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("page", Severity.CRITICAL),
        (" P1 ", Severity.CRITICAL),
        ("Error", Severity.HIGH),
        ("warning", Severity.MEDIUM),
        ("info", Severity.LOW),
        ("none", Severity.LOW),
        ("sev-0", Severity.HIGH),
        (None, Severity.HIGH),
        (1, Severity.HIGH),
    ],
)
def test_a_tools_word_for_how_bad_it_is(word: object, found: Severity) -> None:
    assert severity(word) is found


def test_text_is_trimmed_cut_and_can_be_stored() -> None:
    assert words("  x\x00y  ", "f", 10) == "xy"
    assert words("x" * 50, "f", 10) == "x" * 10
    assert words(3, "f", 10) == "3"
    assert words("a\ud800", "f", 10) == "a?"
    assert words(None, "f", 10, "default") == "default"
    assert words("", "f", 10, "default") == "default"


@pytest.mark.parametrize("value", [None, "", "  ", "\x00", True, [], {}])
def test_text_that_must_be_there_is_asked_for_by_the_fields_name(value: object) -> None:
    with pytest.raises(Unreadable, match=r"field: (must|is missing)"):
        words(value, "field", 10)


def test_labels_are_text_and_at_most_fifty() -> None:
    assert labels({"a": 1, "b": "x", "c": None, "d": [], "e": 1.5}, "f") == {"a": "1", "b": "x", "e": "1.5"}
    assert len(labels({str(number): "x" for number in range(99)}, "f")) == 50
    assert labels(None, "f") == {}
    with pytest.raises(Unreadable, match="f: must be an object"):
        labels(["x"], "f")


def test_only_a_title_is_needed_and_it_is_the_key() -> None:
    (signal,) = generic.parse({"title": "Backup failed"})
    assert (signal.key, signal.firing, signal.severity) == ("key:Backup failed", True, Severity.HIGH)
    assert (signal.details, signal.link, signal.labels, signal.started_at) == ("", "", {}, None)


def test_a_list_is_several_signals_and_a_mistake_is_named_with_its_place() -> None:
    assert [signal.title for signal in generic.parse([{"title": "a"}, {"title": "b"}])] == ["a", "b"]
    with pytest.raises(Unreadable, match=r"\[1\]\.title: (must be text|is missing)"):
        generic.parse([{"title": "a"}, {}])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"title": "x", "colour": "red"}, "colour: is not a field; the fields are details, key, labels"),
        ({"title": "x", "status": "ok"}, "status: must be firing or resolved"),
        ({"title": "x", "severity": "terrible"}, "must be one of critical, high, medium, low"),
        ({"title": "x", "severity": 1}, "must be one of critical"),
        ({"title": "x", "severity": ["high"]}, "severity: must be text"),
        ("x", "body: must be an object"),
        (None, "body: must be an object"),
    ],
)
def test_mistakes_are_named(body: object, said: str) -> None:
    with pytest.raises(Unreadable) as raised:
        generic.parse(body)
    assert said in str(raised.value)


@pytest.mark.parametrize("field", ["severity", "title", "labels", "status", "started_at", "link"])
def test_endless_nesting_is_unreadable_too(field: str) -> None:
    nested: object = "x"
    for _ in range(5000):
        nested = [nested]
    if field == "link":
        assert generic.parse({"title": "x", "link": nested})[0].link == ""
        return
    with pytest.raises(Unreadable):
        generic.parse({"title": "x", field: nested})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1795316400", THREE),
        (1795316400, THREE),
        ("1795316400000", THREE),
        (1795316400000, THREE),
        ("1795316400.5", THREE.replace(microsecond=500000)),
        ("$DATE", None),
        ("{EVENT.TIMESTAMP}", None),
        ("*UNKNOWN*", None),
        ("", None),
        (None, None),
        (True, None),
        (0, None),
        (-1, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        ("9" * 14, None),
        ("\u0661" * 10, None),
    ],
)
def test_epochs_are_moments_and_what_a_template_left_standing_is_none(value: object, found: datetime | None) -> None:
    assert epoch(value) == found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\tc", "a b c"),
        ("a\r\nb\x85c\u2028d", "a b c d"),
        ("\x1b[31mred\x07", "[31mred"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("  x  ", "x"),
    ],
)
def test_a_line_has_no_controls_and_says_the_same(text: str, line: str) -> None:
    assert one_line(text, 100) == line


def test_details_keep_their_lines() -> None:
    assert prose("a\r\nb\n\tc\x00", "f") == "a\nb\n\tc"
    assert prose(None, "f") == ""
    assert len(prose("x" * 9999, "f")) == 2500
    with pytest.raises(Unreadable, match="f: must be text"):
        prose(["x"], "f")


def test_labels_of_the_tool_go_before_those_of_anybody() -> None:
    assert labels({"a": "1", "b": ""}, "f", {"a": "2", "b": "3", "c": True}) == {"a": "1", "b": "3", "c": "true"}


def test_a_table_of_the_tool_decides_how_bad_it_is() -> None:
    table = {"5": Severity.CRITICAL, "disaster": Severity.CRITICAL}
    assert [severity(each, table=table) for each in (5, "5", " Disaster ")] == [Severity.CRITICAL] * 3
    assert severity(True, Severity.LOW, table) is Severity.LOW
    assert severity("critical", Severity.LOW, table) is Severity.LOW


@pytest.mark.parametrize("text", ["", "x", "{", "[" * 100_000, "9" * 5000, None, 7, ["{}"]])
def test_json_within_json_is_read_or_is_none(text: object) -> None:
    assert parsed(text) is None
    assert parsed('{"a": [1]}') == {"a": [1]}


def test_short_keys_are_as_they_are_and_long_ones_differ() -> None:
    assert typed_key("alarm", "a", "b") == "alarm:a/b"
    assert len({typed_key("alarm", "x" * 600 + end) for end in ("1", "2")}) == 2
    assert len(typed_key("alarm", "x" * 600)) == len("alarm:") + 500


def test_a_configuration_names_the_address() -> None:
    for tool in tools().values():
        assert "{address}" not in tool.configuration("https://heed.example/alerts/x/y")
