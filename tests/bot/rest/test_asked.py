"""What a program asks for: understood exactly, or refused with the field's name and what may stand there."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rest.asked import Change, Page, Wrong, change_of, cursor, page_of
from models.actions.listing import Search
from models.answer import Answer
from models.words import Severity, Status

STATUSES = tuple(each.value for each in Status)
SEVERITIES = tuple(each.label for each in Severity)
PARAMETERS = ("status", "severity", "source", "client", "limit", "after")


@pytest.mark.parametrize(
    ("name", "given", "allowed"),
    [
        ("status", ["closed"], STATUSES),
        ("status", ["open,Resolved"], STATUSES),
        ("status", ["open", "resolved"], ()),
        ("severity", ["1"], SEVERITIES),
        ("severity", ["high,worst"], SEVERITIES),
        ("source", ["\x00"], ()),
        ("source", ["x" * 301], ()),
        ("client", ["\ud800"], ()),
        ("limit", ["0"], ()),
        ("limit", ["201"], ()),
        ("limit", ["-1"], ()),
        ("limit", ["ten"], ()),
        ("limit", ["١"], ()),
        ("limit", ["9999999999"], ()),
        ("after", ["12"], ()),
        ("after", ["é"], ()),
        ("after", ["YmVmb3JlOjA"], ()),
        ("after", ["x"], ()),
        ("page", ["2"], PARAMETERS),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_named_with_what_it_takes(
    name: str, given: list[str], allowed: tuple[str, ...]
) -> None:
    with pytest.raises(Wrong, match=f"^{name}: ") as caught:
        page_of({name: given})
    assert (caught.value.field, caught.value.allowed) == (name, allowed)


def test_nothing_asked_and_empty_parameters_are_everything_fifty_at_a_time() -> None:
    assert page_of({}) == page_of({name: [" "] for name in PARAMETERS}) == Page(Search(), 50, None)


def test_what_is_asked_is_understood_in_whatever_order() -> None:
    asked = {
        "status": ["acknowledged, open,open"],
        "severity": ["low,critical"],
        "source": [" prod "],
        "limit": ["200"],
    }
    search = Search((Status.OPEN, Status.ACKNOWLEDGED), (Severity.CRITICAL, Severity.LOW), "prod")
    assert page_of(asked) == Page(search, 200, None)


@given(before=st.integers(1, 10**18 - 1))
@settings(max_examples=20)
def test_a_cursor_leads_back_to_where_it_was_given(before: int) -> None:
    assert page_of({"after": [cursor(before)]}).before == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"status": "acknowledged"}', Change(Answer.ACKNOWLEDGE, "", None)),
        (b'{"status": "acknowledged", "notes": " mine ", "epoch": 3}', Change(Answer.ACKNOWLEDGE, "mine", 3)),
        (b'{"status": "resolved", "notes": "x", "reason": null, "epoch": null}', Change(Answer.RESOLVE, "x", None)),
        (b'{"status": "false_positive", "reason": "a drill"}', Change(Answer.FALSE_POSITIVE, "a drill", None)),
        (b'{"status": "false_positive", "notes": "n", "reason": "r"}', Change(Answer.FALSE_POSITIVE, "r\nn", None)),
    ],
)
def test_a_body_is_an_answer(body: bytes, expected: Change) -> None:
    assert change_of(body) == expected


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
        (b"[" * 100_000, "body"),
        (b"[]", "body"),
        (b"{}", "status"),
        (b'{"status": null}', "status"),
        (b'{"status": "open"}', "status"),
        (b'{"status": ["resolved"]}', "status"),
        (b'{"status": "resolved", "note": "x"}', "note"),
        (b'{"status": "resolved", "notes": 5}', "notes"),
        (b'{"status": "resolved", "notes": "%s"}' % (b"x" * 2001), "notes"),
        (b'{"status": "resolved", "notes": "\\u0000"}', "notes"),
        (b'{"status": "resolved", "notes": "\\ud800"}', "notes"),
        (b'{"status": "resolved", "reason": "x"}', "reason"),
        (b'{"status": "false_positive", "reason": {}}', "reason"),
        (b'{"status": "false_positive", "reason": "%s", "notes": "%s"}' % (b"x" * 1500, b"y" * 1500), "notes"),
        (b'{"status": "resolved", "epoch": 0}', "epoch"),
        (b'{"status": "resolved", "epoch": true}', "epoch"),
        (b'{"status": "resolved", "epoch": 1.0}', "epoch"),
        (b'{"status": "resolved", "epoch": "1"}', "epoch"),
        (b'{"status": "resolved", "epoch": NaN}', "epoch"),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_a_wrong_body_is_told_by_its_field(body: bytes, field: str) -> None:
    with pytest.raises(Wrong, match=f"^{field}: ") as caught:
        change_of(body)
    assert caught.value.field == field


def refused(read: Callable[[Any], object], asked: object) -> str:
    """The field that is named when this is refused; empty when it is understood."""
    try:
        read(asked)
    except Wrong as error:
        return error.field
    return ""


@given(
    text=st.text(max_size=40),
    raw=st.binary(max_size=40),
    body=st.dictionaries(
        st.sampled_from(("status", "notes", "reason", "epoch", "more")),
        st.none() | st.booleans() | st.integers() | st.text(),
    ),
)
@settings(max_examples=60)
def test_whatever_comes_is_read_or_refused(text: str, raw: bytes, body: dict[str, Any]) -> None:
    for name in PARAMETERS:
        assert refused(page_of, {name: [text]}) in ("", name)
    for each in (raw, json.dumps(body).encode()):
        assert refused(change_of, each) in ("", "body", "status", *body)
