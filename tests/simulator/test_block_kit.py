"""Block Kit: what is refused apart from limits, and what Slack fills in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.blocks import completed, problems, view_problems
from tests.simulator.kit import (
    actions,
    asks,
    bullets,
    button,
    chosen,
    entry,
    line,
    modal,
    options,
    plain,
    rich,
    section,
    select,
    table,
    words,
)


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
        (select(options=options(2), initial_option={"text": plain(1), "value": "9"}), "message"),
        (select(options=options(2), option_groups=[{"label": plain(1), "options": options(1)}]), "message"),
        (select(option_groups=[{"label": plain(1), "options": options(1)}], initial_option=options(2)[1]), "message"),
        (actions({"type": "checkboxes", "options": options(2), "initial_options": options(3)}), "message"),
        (actions({"type": "radio_buttons", "options": options(2), "initial_option": options(3)[2]}), "message"),
        (
            actions(
                {
                    "type": "multi_static_select",
                    "options": options(3),
                    "initial_options": options(3),
                    "max_selected_items": 2,
                }
            ),
            "message",
        ),
        (actions({"type": "multi_users_select", "max_selected_items": 0}), "message"),
        (entry(min_length=5, max_length=4), "modal"),
        (entry(initial_value="long", max_length=3), "modal"),
        (asks(element={"type": "number_input", "is_decimal_allowed": False, "min_value": "1.5"}), "modal"),
        (
            asks(element={"type": "number_input", "is_decimal_allowed": True, "min_value": "2", "max_value": "1"}),
            "modal",
        ),
        (asks(element={"type": "file_input"}), "home"),
        (entry(focus_on_load=True) + entry(focus_on_load=True, action_id="b"), "modal"),
        (actions({"type": "conversations_select", "response_url_enabled": True}), "message"),
        (actions({"type": "datepicker", "initial_date": "2026-13-01"}), "message"),
        (actions({"type": "timepicker", "initial_time": "25:00"}), "message"),
        ([rich({"type": "rich_text_table", "elements": []})], "message"),
        ([rich(line({"type": "text"}))], "message"),
        ([rich(line(words("")))], "message"),
        ([rich(line({"type": "user", "user": "U0BOB"}))], "message"),
        ([rich(line({"type": "broadcast", "range": "all"}))], "message"),
        ([rich(line({"type": "date", "timestamp": "soon", "format": "{date}"}))], "message"),
        ([rich(line({**words(), "style": {"blink": True}}))], "message"),
        ([rich(bullets(style="stars"))], "message"),
        ([rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U0BOB"}]})], "message"),
        (table(1, 1, column_settings=[{"align": "middle"}]), "message"),
        ([{"type": "table", "rows": [[{"type": "raw_text"}]]}], "message"),
        ([{"type": "table", "rows": [[{"type": "raw_number", "value": "3"}]]}], "message"),
        ([{"type": "table", "rows": [[words()]]}], "message"),
        ([{"type": "plan", "title": "x", "tasks": [{"type": "task_card", "title": "no id"}]}], "message"),
        (
            [{"type": "plan", "title": "x", "tasks": [{"type": "task_card", "title": "x", "task_id": "1"}] * 2}],
            "message",
        ),
        ([{"type": "task_card", "task_id": "1", "title": "x", "status": "done"}], "message"),
        ([{"type": "task_card", "task_id": "1", "title": "x", "details": line(words())}], "message"),
        ([{"type": "task_card", "task_id": "1", "title": "x", "sources": [{"type": "url", "url": "x"}]}], "message"),
        ([{"type": "task_card", "task_id": "1", "title": "x"}], "modal"),
        ([{"type": "card", "subtitle": plain(1)}], "message"),
    ],
)
def test_refused(blocks: list[Any], surface: str) -> None:
    assert problems(blocks, surface) != []


@pytest.mark.parametrize(
    "blocks",
    [
        select(options=options(2), initial_option=options(2)[1]),
        select(option_groups=[{"label": plain(1), "options": options(2)}], initial_option=options(2)[1]),
        chosen("checkboxes", 2),
        entry(min_length=2, max_length=4, initial_value="abc"),
        [rich(line(words(), {"type": "user", "user_id": "U0BOB"}, {"type": "emoji", "name": "eyes"}), bullets())],
        [rich(line({"type": "date", "timestamp": 1720710212, "format": "{date}", "fallback": "then"}))],
        [rich(line({"type": "link", "url": "https://x.example", "text": "x", "style": {"bold": True}}))],
        [rich({"type": "rich_text_quote", "elements": [words()], "border": 0})],
        [{"type": "table", "rows": [[rich(line(words())), {"type": "raw_number", "value": 3}]]}],
        table(1, 2, column_settings=[None, {"align": "right", "is_wrapped": True}]),
        [
            {
                "type": "task_card",
                "task_id": "1",
                "title": "x",
                "status": "complete",
                "output": rich(line(words())),
                "sources": [{"type": "url", "url": "https://x.example", "text": "x"}],
            }
        ],
        [{"type": "plan", "title": "x", "tasks": [{"type": "task_card", "title": "x", "task_id": "1"}]}],
        [
            {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "action_id": "f",
                        "positive_button": {"text": plain(1), "value": "+"},
                        "negative_button": {"text": plain(1), "value": "-"},
                    }
                ],
            }
        ],
    ],
)
def test_taken(blocks: list[Any]) -> None:
    assert problems(blocks, "message") == []


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
