"""Block Kit's limits, each at n and at n + 1."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.blocks import completed, problems, view_problems


def plain(length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * length}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(1), "action_id": "a", **more}


def buttons(count: int) -> list[dict[str, Any]]:
    return [button(action_id=f"a{number}") for number in range(count)]


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": plain(1), "value": str(number)} for number in range(count)]


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


def select(**more: Any) -> list[dict[str, Any]]:
    return actions({"type": "static_select", "action_id": "a", **more})


def confirm(**more: Any) -> list[dict[str, Any]]:
    dialog = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **more}
    return actions(button(confirm=dialog))


def section(**more: Any) -> list[dict[str, Any]]:
    return [{"type": "section", **more}]


def option(length: int, value: int) -> list[dict[str, Any]]:
    return [{"text": plain(length), "value": "v" * value}]


def table(rows: int, columns: int) -> list[dict[str, Any]]:
    return [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}]


def chosen(kind: str, count: int) -> list[dict[str, Any]]:
    return actions({"type": kind, "action_id": "a", "options": options(count)})


LIMITS: dict[str, tuple[int, Callable[[int], list[dict[str, Any]]]]] = {
    "blocks": (50, lambda n: [{"type": "divider"}] * n),
    "section text": (3000, lambda n: section(text=plain(n))),
    "fields": (10, lambda n: section(fields=[plain(1)] * n)),
    "field": (2000, lambda n: section(fields=[plain(n)])),
    "header": (150, lambda n: [{"type": "header", "text": plain(n)}]),
    "button text": (75, lambda n: actions(button(text=plain(n)))),
    "button value": (2000, lambda n: actions(button(value="v" * n))),
    "button url": (3000, lambda n: actions(button(url="https://x.example/".ljust(n, "x")))),
    "action_id": (255, lambda n: actions(button(action_id="a" * n))),
    "block_id": (255, lambda n: [{"type": "divider", "block_id": "b" * n}]),
    "option text": (75, lambda n: select(options=option(n, 1))),
    "option value": (150, lambda n: select(options=option(1, n))),
    "options": (100, lambda n: select(options=options(n))),
    "overflow": (5, lambda n: chosen("overflow", n)),
    "checkboxes": (10, lambda n: chosen("checkboxes", n)),
    "radio buttons": (10, lambda n: chosen("radio_buttons", n)),
    "actions": (25, lambda n: actions(*buttons(n))),
    "context": (10, lambda n: [{"type": "context", "elements": [plain(1)] * n}]),
    "confirm title": (100, lambda n: confirm(title=plain(n))),
    "confirm text": (300, lambda n: confirm(text=plain(n))),
    "confirm button": (30, lambda n: confirm(confirm=plain(n))),
    "confirm deny": (30, lambda n: confirm(deny=plain(n))),
    "markdown": (12_000, lambda n: [{"type": "markdown", "text": "x" * (n - 1)}, {"type": "markdown", "text": "x"}]),
    "table rows": (100, lambda n: table(n, 2)),
    "table columns": (20, lambda n: table(2, n)),
    "tables": (1, lambda n: table(1, 1) * n),
    "card title": (150, lambda n: [{"type": "card", "title": plain(n)}]),
    "card body": (200, lambda n: [{"type": "card", "body": plain(n)}]),
    "card actions": (3, lambda n: [{"type": "card", "title": plain(1), "actions": buttons(n)}]),
    "carousel": (10, lambda n: [{"type": "carousel", "elements": [{"type": "card", "title": plain(1)}] * n}]),
}


@pytest.mark.parametrize("name", LIMITS)
def test_message_limits(name: str) -> None:
    limit, build = LIMITS[name]
    assert problems(build(limit), "message") == []
    assert problems(build(limit + 1), "message") != []


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain(1), "blocks": [], **more}


VIEW_LIMITS: dict[str, tuple[int, Callable[[int], dict[str, Any]]]] = {
    "blocks": (100, lambda n: modal(blocks=[{"type": "divider"}] * n)),
    "title": (24, lambda n: modal(title=plain(n))),
    "submit": (24, lambda n: modal(submit=plain(n))),
    "close": (24, lambda n: modal(close=plain(n))),
    "private_metadata": (3000, lambda n: modal(private_metadata="x" * n)),
    "callback_id": (255, lambda n: modal(callback_id="x" * n)),
    "alert": (200, lambda n: modal(blocks=[{"type": "alert", "text": plain(n)}])),
}


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_view_limits(name: str) -> None:
    limit, build = VIEW_LIMITS[name]
    assert view_problems(build(limit), "modal") == []
    assert view_problems(build(limit + 1), "modal") != []


@pytest.mark.parametrize(
    ("blocks", "surface"),
    [
        ([{"type": "unheard_of"}], "message"),
        ([{"text": plain(1)}], "message"),
        (["text"], "message"),
        (section(), "message"),
        (section(text=plain(1), colour="red"), "message"),
        (section(text={"type": "plain_text", "text": "x", "verbatim": True}), "message"),
        (section(text=plain(0)), "message"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "message"),
        (actions(button(), button()), "message"),
        ([{"type": "divider", "block_id": "b"}] * 2, "message"),
        (actions(button(style="blue")), "message"),
        (actions(button(url="javascript:alert(1)")), "message"),
        ([{"type": "context", "elements": [button()]}], "message"),
        ([{"type": "markdown", "text": "x"}], "home"),
        ([{"type": "alert", "text": plain(1)}], "message"),
        ([{"type": "image", "image_url": "https://x.example/y.png"}], "message"),
    ],
)
def test_refused(blocks: list[Any], surface: str) -> None:
    assert problems(blocks, surface) != []


def test_an_input_needs_a_submit_button() -> None:
    asks = {"type": "input", "label": plain(1), "element": {"type": "plain_text_input", "action_id": "a"}}
    assert view_problems(modal(blocks=[asks]), "modal") != []
    assert view_problems(modal(blocks=[asks], submit=plain(1)), "modal") == []
    assert problems([asks], "home") == []


def test_messages_point_at_the_place() -> None:
    assert problems(section(text=plain(3001)), "message") == [
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_ids_and_defaults_are_filled_in() -> None:
    given = actions({"type": "button", "text": plain(1)})
    whole = completed(given)
    assert whole[0]["block_id"]
    assert whole[0]["elements"][0]["action_id"]
    assert whole[0]["elements"][0]["text"]["emoji"] is True
    assert "block_id" not in given[0]


WORDS = ["type", "elements", "element", "accessory", "actions", "action_id", "text", "fields", "rows", "options"]
KINDS = ["section", "actions", "input", "button", "table", "carousel", "static_select", "markdown", "mrkdwn"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_nothing_makes_the_validation_fail(blocks: Any) -> None:
    if not problems(blocks, "message"):
        completed(blocks)
    view_problems({"type": "modal", "title": plain(1), "blocks": blocks}, "modal")
    view_problems(blocks, "home")
