"""Any JSON by JMESPath expressions: what they find, and that a hostile one is refused before it costs anything."""

from datetime import UTC, datetime
from typing import Any

import jmespath
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sources.mapped import EXPRESSION_LENGTH, FIELDS, FUNCTIONS, PIECES, VALUES_AT_MOST, parser
from bot.sources.reading import Unreadable
from models.signal import Signal
from models.words import Severity
from tests.bot.sources.contract import ODD, check, sound

PAYLOAD = {
    "source": "backups",
    "problems": [
        {
            "id": 7,
            "what": "Backup failed",
            "state": "OPEN",
            "level": "Major",
            "text": "exit code 2\nsee the log",
            "host": {"name": "db1", "zone": "eu-1"},
            "urls": ["https://ci.example/42"],
            "since": "2026-11-22T03:00:00Z",
        },
        {"id": 8, "what": "Backup is late", "state": "Resolved", "host": {"name": "db2"}, "since": 1795316400},
    ],
}
EXPRESSIONS = {
    "each": "problems",
    "title": "join(' on ', [what, host.name])",
    "key": "id",
    "status": "state",
    "severity": "level",
    "details": "text",
    "link": "urls[0]",
    "labels": "{host: host.name, zone: host.zone}",
    "started_at": "since",
}


def read(payload: Any = PAYLOAD, **expressions: Any) -> list[Signal]:
    return parser(expressions or EXPRESSIONS)(payload)


def reason(payload: Any, expressions: dict[str, str]) -> str | None:
    """Why the payload or an expression is refused; None when it is not, and then what comes out is sound."""
    try:
        signals = parser(expressions)(payload)
    except Unreadable as error:
        return sound(str(error))
    check(signals)
    return None


def test_expressions_find_every_field() -> None:
    failed, late = read()
    assert failed == Signal(
        key="key:7",
        firing=True,
        title="Backup failed on db1",
        severity=Severity.HIGH,
        details="exit code 2\nsee the log",
        link="https://ci.example/42",
        labels={"host": "db1", "zone": "eu-1"},
        started_at=datetime(2026, 11, 22, 3, tzinfo=UTC),
    )
    assert (late.key, late.firing, late.labels) == ("key:8", False, {"host": "db2"})
    assert late.started_at == datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_only_a_title_is_needed() -> None:
    (signal,) = read({"a": {"b": "down"}}, title="a.b")
    assert signal == Signal(key="key:down", firing=True, title="down", severity=Severity.HIGH)


@pytest.mark.parametrize(
    ("status", "firing"),
    [
        (None, True), (True, True), (False, False), ("firing", True), ("anything", True), ("OK", False),
        ("Recovered ", False), ("closed", False), (1, True), (0, False),
    ],
)  # fmt: skip
def test_a_problem_is_over_by_a_word_or_by_false(status: Any, firing: bool) -> None:
    assert read({"t": "x", "s": status}, title="t", status="s")[0].firing is firing


@pytest.mark.parametrize(
    ("expressions", "said"),
    [
        ({}, "title: the expression is missing"),
        ({"title": ""}, "title: the expression is missing"),
        ({"title": "a", "colour": "b"}, "colour: is no expression of ours; they are each, title, key"),
        ({"title": "a["}, "title: is no JMESPath expression"),
        ({"title": "a b"}, "title: is no JMESPath expression"),
        ({"title": 7}, "title: the expression must be text of at most 500 characters"),
        ({"title": "a", "key": "x" * 501}, "key: the expression must be text of at most 500 characters"),
        ({"title": "(" * 400 + "a" + ")" * 99}, "title: "),
        ({"title": "sort_by(a, &b)"}, "title: the expression may not use"),
        ({"title": "map(&a, b)"}, "title: the expression may not use"),
        ({"title": "merge(a, b)"}, "title: the expression may not use the function merge"),
        ({"title": "nonsense(a)"}, "title: the expression may not use the function nonsense"),
    ],
)
def test_expressions_that_will_not_do_are_named(expressions: dict[str, Any], said: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parser(expressions)
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(
    "hostile",
    [
        " | ".join(["[@, @]"] * 60),
        "|".join(["[@,@][]"] * 60),
        "to_string(" + " | ".join(["[@, @, @]"] * 4) + ")",
        "[*]" * 120,
        "[]" * 20,
        "|".join(["*"] * 20),
        "[*].`[1,2,3,4,5,6,7,8,9]`[]|[*].`[1,2,3,4,5,6,7,8,9]`[]",
        "{a: [@, @, @, @, @], b: [@, @, @, @]} | [@, @]",
        "[?a] | [?b] | [?c] | [?d] | [?e] | [?f] | [?g] | [?h] | [?i]",
        "!" * 499 + "a",
        "a" + ".a" * 249,
    ],
    ids=range(11),
)
def test_hostile_expressions_are_refused_or_cheap(hostile: str) -> None:
    payload = {"a": [{"a": 1}] * 3000}
    for field in FIELDS:
        reason(payload, {"title": "a", field: hostile})


@pytest.mark.parametrize(
    "hostile",
    ["[@,@][]|" * 60 + "@", "[*]" * 120, " | ".join(["[@, @]"] * 50), "to_string([@, @, @] | [@, @, @] | [@, @, @])"],
)
def test_what_could_multiply_is_refused_before_it_is_run(hostile: str) -> None:
    assert len(hostile) <= EXPRESSION_LENGTH
    with pytest.raises(Unreadable, match=r"multiplies|at most 8 lists"):
        parser({"title": hostile})


def test_what_is_gone_through_item_by_item_may_not_multiply_at_all() -> None:
    with pytest.raises(Unreadable, match="each: the expression multiplies what it is given by more than 1"):
        parser({"title": "a", "each": "[@, @]"})


def test_many_labels_may_be_picked() -> None:
    labels = ", ".join(f"l{number}: a" for number in range(45))
    assert len(read({"t": "x", "a": "1"}, title="t", labels=f"{{{labels}}}")[0].labels) == 45


def test_text_that_is_made_has_an_end() -> None:
    separator, parts = "x" * 100_000, [""] * 5000
    with pytest.raises(Unreadable, match="title: the expression fails: join makes more than 2500 characters"):
        read({"s": separator, "p": parts}, title="join(s, p)")
    assert len(read({"t": "x", "d": ["y" * 9000]}, title="t", details="to_string(d)")[0].details) == 2500


@pytest.mark.parametrize(
    ("payload", "expressions", "said"),
    [
        ({}, {"title": "a"}, "title: is missing"),
        ({"a": []}, {"title": "a"}, "title: must be text"),
        ({"a": "x", "b": 1}, {"title": "a", "labels": "b"}, "labels: must be an object"),
        ({"a": "x"}, {"title": "a", "each": "b"}, "each: must be a list"),
        ({"a": "x"}, {"title": "length(b)"}, "title: the expression fails: "),
        ({"a": "x", "s": "soon"}, {"title": "a", "started_at": "s"}, "started_at: must be a time"),
        ([0] * (VALUES_AT_MOST + 1), {"title": "[0]"}, "body: holds more than 10000 values"),
    ],
)
def test_payloads_that_do_not_fit_are_named(payload: Any, expressions: dict[str, str], said: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parser(expressions)(payload)
    assert str(raised.value).startswith(said)


def test_endless_nesting_is_unreadable_or_left_out() -> None:
    nested: Any = "x"
    for _ in range(5000):
        nested = [nested]
    for field in FIELDS[1:]:
        why = reason({"t": "x", "n": nested}, {"title": "t", field: "n"})
        assert why is None or why.startswith(field)
    with pytest.raises(Unreadable, match="title: the expression fails"):
        read({"n": nested}, title="to_string(n)")


PIECE = st.sampled_from(
    ["a", "b", "@", "*", "[]", "[*]", "[0]", "[::2]", "[::0]", ".", "|", "||", "&&", "!", "==", "<", "(", ")", "[", "]",
     "{", "}", ",", ":", "?", "&", "`1`", "`[1,2]`", "'x'", "`\"x\"`", "to_string", "join", "length", "contains",
     "sort",
     "max", "keys", "not_null", "to_number", "sum", "ceil", "[@, @]", "[?a == 'x']", "{a: a}", " ", "\\", "\u00e9"]
)  # fmt: skip


@given(st.lists(PIECE, max_size=12).map("".join), st.sampled_from(FIELDS), ODD)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_expression_and_the_payload_only_unreadable_is_raised(
    expression: str, field: str, payload: Any
) -> None:
    for sent in (payload, {"a": payload, "b": [payload, {"a": payload}]}):
        reason(sent, {"title": "not_null(a, 'x')", field: expression})


def test_what_an_expression_may_use_is_there() -> None:
    """A new version of jmespath that calls things otherwise is noticed here."""
    used = "a.b[0] | [*].c[?d == `1` && !e || f][] | *.{g: @, h: [i, j]} | k[1:2] | not_null(l, 'm')"
    found, waiting = set(), [jmespath.compile(used).parsed]
    while waiting:
        piece = waiting.pop()
        found.add(piece["type"])
        waiting += [child for child in piece["children"] if isinstance(child, dict)]
    assert found <= PIECES
    for name in FUNCTIONS:
        with pytest.raises(Unreadable, match="fails"):
            read({"a": "x"}, title=f"{name}()")
