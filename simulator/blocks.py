"""Block Kit's limits as tables: which blocks and elements exist, what is in them, and where they are allowed.

https://docs.slack.dev/reference/block-kit
"""

import copy
import secrets
from typing import Any

from simulator.forms import elements
from simulator.rules import Items, Kind, OneOf, Report, Rule, Shape, String, Text
from simulator.state import Json

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_MARKDOWN = 12_000
MOST_VIEW_BYTES = 250_000

IDENTIFIER = String(255, 1)
FLAG = Kind(bool, "boolean")
NUMBER = Kind(int, "integer")
OBJECT = Kind(dict, "object")
ANY_TEXT = ("plain_text", "mrkdwn")
HTTP = ("http://", "https://")
URL = String(3000, 1, prefixes=HTTP)
LINK = String(3000, 1, prefixes=(*HTTP, "slack://", "mailto:", "tel:"))
STYLE = String(20, choices=("primary", "danger"))
CONFIRM = Shape(
    {"title": Text(100), "text": Text(300, ANY_TEXT), "confirm": Text(30), "deny": Text(30), "style": STYLE},
    required=("title", "text", "confirm", "deny"),
)


def _option(kinds: tuple[str, ...]) -> Shape:
    fields: dict[str, Rule] = {
        "text": Text(75, kinds), "value": String(150, 1), "description": Text(75, kinds), "url": URL,
    }  # fmt: skip
    return Shape(fields, required=("text", "value"))


OPTION, RICH_OPTION = _option(("plain_text",)), _option(ANY_TEXT)
GROUP = Shape({"label": Text(75), "options": Items(OPTION, 100)}, required=("label", "options"))
FILTER = Shape(
    {
        "include": Items(String(20, choices=("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": FLAG,
        "exclude_bot_users": FLAG,
    }
)


def _element(*required: str, **fields: Rule) -> Shape:
    common: dict[str, Rule] = {"type": String(50), "action_id": IDENTIFIER, "focus_on_load": FLAG, "confirm": CONFIRM}
    return Shape({**common, **fields}, required)


def _select(many: bool, **fields: Rule) -> Shape:
    more: dict[str, Rule] = {"max_selected_items": NUMBER} if many else {}
    return _element(placeholder=Text(150), **fields, **more)


OPTIONS: dict[str, Rule] = {"options": Items(OPTION, 100), "option_groups": Items(GROUP, 100)}
ANSWERABLE: dict[str, Rule] = {"response_url_enabled": FLAG}
INPUT: dict[str, Rule] = {"placeholder": Text(150), "dispatch_action_config": OBJECT}

ELEMENTS: dict[str, Rule] = {
    "button": _element(
        "text", text=Text(75), value=String(2000), url=LINK, style=STYLE, accessibility_label=String(75)
    ),
    "image": Shape(
        {"type": String(50), "image_url": URL, "alt_text": String(2000, 1), "slack_file": OBJECT},
        ("alt_text",), ("image_url", "slack_file"),
    ),
    "overflow": _element("options", options=Items(OPTION, 5)),
    "static_select": Shape(
        {**_select(False).fields, **OPTIONS, "initial_option": OPTION}, one_of=("options", "option_groups")
    ),
    "multi_static_select": Shape(
        {**_select(True).fields, **OPTIONS, "initial_options": Items(OPTION, 100)}, one_of=("options", "option_groups")
    ),
    "external_select": _select(False, min_query_length=NUMBER, initial_option=OPTION),
    "multi_external_select": _select(True, min_query_length=NUMBER, initial_options=Items(OPTION, 100)),
    "users_select": _select(False, initial_user=IDENTIFIER),
    "multi_users_select": _select(True, initial_users=Items(IDENTIFIER, 1000)),
    "conversations_select": _select(
        False, initial_conversation=IDENTIFIER, default_to_current_conversation=FLAG, filter=FILTER, **ANSWERABLE
    ),
    "multi_conversations_select": _select(
        True, initial_conversations=Items(IDENTIFIER, 1000), default_to_current_conversation=FLAG, filter=FILTER
    ),
    "channels_select": _select(False, initial_channel=IDENTIFIER, **ANSWERABLE),
    "multi_channels_select": _select(True, initial_channels=Items(IDENTIFIER, 1000)),
    "checkboxes": _element(
        "options", options=Items(RICH_OPTION, 10), initial_options=Items(RICH_OPTION, 10)
    ),
    "radio_buttons": _element("options", options=Items(RICH_OPTION, 10), initial_option=RICH_OPTION),
    "datepicker": _element(placeholder=Text(150), initial_date=String(10, 10)),
    "timepicker": _element(placeholder=Text(150), initial_time=String(5, 5), timezone=String(100)),
    "datetimepicker": _element(initial_date_time=NUMBER),
    "plain_text_input": _element(
        initial_value=String(3000), multiline=FLAG, min_length=NUMBER, max_length=NUMBER, **INPUT
    ),
    "email_text_input": _element(initial_value=String(3000), **INPUT),
    "url_text_input": _element(initial_value=String(3000), **INPUT),
    "number_input": _element(
        "is_decimal_allowed", is_decimal_allowed=FLAG, initial_value=String(100), min_value=String(100),
        max_value=String(100), **INPUT,
    ),
    "rich_text_input": _element(initial_value=OBJECT, **INPUT),
    "file_input": Shape(
        {"type": String(50), "action_id": IDENTIFIER, "filetypes": Items(String(20), 100), "max_files": NUMBER},
        surfaces=("modal",),
    ),
    "feedback_buttons": Shape(
        {"type": String(50), "action_id": IDENTIFIER, "positive_button": OBJECT, "negative_button": OBJECT},
        ("positive_button", "negative_button"), surfaces=("message",),
    ),
    "icon_button": _element("icon", "text", icon=String(50), text=Text(75), value=String(2000)),
    "mrkdwn": Text(3000, ("mrkdwn",)),
    "plain_text": Text(3000, ("plain_text",)),
}  # fmt: skip

SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CHOICES = ("checkboxes", "radio_buttons")
ACTIONS = ("button", "overflow", *SELECTS, *PICKERS, *CHOICES, "plain_text_input", "rich_text_input")
ACCESSORIES = ("button", "image", "overflow", *SELECTS, *PICKERS, *CHOICES)
INPUTS = (
    *SELECTS, *PICKERS, *CHOICES, "plain_text_input", "email_text_input", "url_text_input", "number_input",
    "rich_text_input", "file_input",
)  # fmt: skip
RICH_PART = OneOf(
    dict.fromkeys(("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"), OBJECT)
)


def _distinct_actions(block: Json, pointer: str, report: Report) -> None:
    ids = [str(element["action_id"]) for element, _ in elements([block])]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        report.add(f"action_id already exists: {name}", pointer)


def _block(required: tuple[str, ...] = (), one_of: tuple[str, ...] = (), **fields: Rule) -> Shape:
    common: dict[str, Rule] = {"type": String(50), "block_id": String(255)}
    return Shape({**common, **fields}, required, one_of, extra=_distinct_actions)


def _only(surface: str, shape: Shape) -> Shape:
    return Shape(shape.fields, shape.required, shape.one_of, (surface,), shape.extra)


def _same_columns(block: Json, pointer: str, report: Report) -> None:
    rows = [row for row in block.get("rows") or [] if isinstance(row, list)]
    if len({len(row) for row in rows}) > 1:
        report.add("all rows must have the same number of cells", f"{pointer}/rows")


CARD = _block(
    (), ("title", "body", "hero_image", "actions"), title=Text(150, ANY_TEXT), subtitle=Text(150, ANY_TEXT),
    body=Text(200, ANY_TEXT), icon=OBJECT, hero_image=OBJECT,
    actions=Items(OneOf(ELEMENTS, ("button",)), 3),
)  # fmt: skip
CELL = OneOf({"raw_text": OBJECT, "rich_text": OBJECT, "raw_number": OBJECT})

BLOCKS: dict[str, Rule] = {
    "section": _block(
        (), ("text", "fields"), text=Text(3000, ANY_TEXT), fields=Items(Text(2000, ANY_TEXT), 10),
        accessory=OneOf(ELEMENTS, ACCESSORIES), expand=FLAG,
    ),
    "divider": _block(),
    "header": _block(("text",), text=Text(150), level=NUMBER),
    "image": _block(
        ("alt_text",), ("image_url", "slack_file"), image_url=URL, slack_file=OBJECT, alt_text=String(2000, 1),
        title=Text(2000),
    ),
    "context": _block(("elements",), elements=Items(OneOf(ELEMENTS, ("image", "mrkdwn", "plain_text")), 10)),
    "actions": _block(("elements",), elements=Items(OneOf(ELEMENTS, ACTIONS), 25)),
    "input": _block(
        ("label", "element"), label=Text(2000), element=OneOf(ELEMENTS, INPUTS), hint=Text(2000), optional=FLAG,
        dispatch_action=FLAG,
    ),
    "rich_text": _block(("elements",), elements=Items(RICH_PART, 1000, 0)),
    "video": _block(
        ("alt_text", "title", "thumbnail_url", "video_url"), alt_text=String(200), title=Text(199),
        thumbnail_url=URL, video_url=URL, author_name=String(50), description=Text(200), provider_icon_url=URL,
        provider_name=String(200), title_url=URL,
    ),
    "file": _only("message", _block(("external_id", "source"), external_id=String(255), source=String(20))),
    "markdown": _only("message", _block(("text",), text=String(MOST_MARKDOWN, 1))),
    "table": Shape(
        {"type": String(50), "block_id": String(255), "rows": Items(Items(CELL, 20), 100),
         "column_settings": Items(OBJECT, 20)},
        ("rows",), surfaces=("message",), extra=_same_columns,
    ),
    "alert": _only(
        "modal", _block(("text",), text=Text(200, ANY_TEXT), level=String(20, choices=(
            "default", "info", "warning", "error", "success"))),
    ),
    "card": CARD,
    "carousel": _block(("elements",), elements=Items(OneOf({"card": CARD}), 10)),
    "context_actions": _only(
        "message", _block(("elements",), elements=Items(OneOf(ELEMENTS, ("feedback_buttons", "icon_button")), 5))
    ),
    "plan": _only("message", _block(("title",), title=String(3000), tasks=Items(OBJECT, 100))),
    "task_card": _only("message", _block(
        ("task_id", "title"), task_id=String(255), title=String(3000), details=OBJECT, output=OBJECT,
        sources=Items(OBJECT, 100), status=String(20, choices=("pending", "in_progress", "complete", "error")),
    )),
}  # fmt: skip

MODAL = Shape(
    {
        "type": String(20), "title": Text(24), "submit": Text(24), "close": Text(24), "blocks": Kind(list, "array"),
        "private_metadata": String(3000), "callback_id": String(255), "external_id": String(255),
        "clear_on_close": FLAG, "notify_on_close": FLAG, "submit_disabled": FLAG,
    },
    ("type", "title", "blocks"),
)  # fmt: skip
HOME = Shape(
    {
        "type": String(20), "blocks": Kind(list, "array"), "private_metadata": String(3000),
        "callback_id": String(255), "external_id": String(255),
    },
    ("type", "blocks"),
)  # fmt: skip


def problems(blocks: Any, surface: str, pointer: str = "/blocks") -> list[str]:
    """What Slack would say against a list of blocks; empty when it would take them.

    `surface` is "message", "modal" or "home".
    """
    report = Report(surface)
    Items(OneOf(BLOCKS), MOST_BLOCKS[surface], 0).check(blocks, pointer, report)
    if isinstance(blocks, list) and not report.errors:
        _check_together(blocks, pointer, report)
    return report.errors


def view_problems(view: Any, surface: str) -> list[str]:
    """What Slack would say against a view; `surface` is "modal" or "home"."""
    report = Report(surface)
    (MODAL if surface == "modal" else HOME).check(view, "/view", report)
    if report.errors:
        return report.errors
    if view["type"] != surface:
        return [f"must be {surface} [json-pointer:/view/type]"]
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"])
    if surface == "modal" and has_input and not view.get("submit"):
        report.add("must define `submit` to use an `input` block in modals", "/view/submit")
    return report.errors + problems(view["blocks"], surface, "/view/blocks")


def completed(blocks: list[Json]) -> list[Json]:
    """A copy with the ids and defaults that Slack fills in."""
    whole = copy.deepcopy(blocks)
    for block in whole:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        _complete(block)
    return whole


def _complete(part: Any) -> None:
    if isinstance(part, list):
        for one in part:
            _complete(one)
    elif isinstance(part, dict):
        kind = part.get("type")
        if kind == "plain_text":
            part.setdefault("emoji", True)
        elif kind == "mrkdwn":
            part.setdefault("verbatim", False)
        elif isinstance(kind, str) and kind in ELEMENTS and kind != "image":
            part.setdefault("action_id", secrets.token_urlsafe(4)[:5])
        for one in part.values():
            if isinstance(one, dict | list):
                _complete(one)


def _check_together(blocks: list[Json], pointer: str, report: Report) -> None:
    """Limits that concern several blocks at once."""
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        report.add(f"block_id already exists: {name}", pointer)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_MARKDOWN:
        report.add(f"markdown text must be less than {MOST_MARKDOWN + 1} characters together", pointer)
    if sum(block["type"] == "table" for block in blocks) > 1:
        report.add("only_one_table_allowed", pointer)
