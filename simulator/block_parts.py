"""Block Kit's texts, options and elements as tables: what is in them, and where they are allowed.

https://docs.slack.dev/reference/block-kit/block-elements
"""

import re
from typing import Any

from simulator.maxima import MOST
from simulator.rules import Items, Kind, Report, Rule, Shape, String, Text
from simulator.state import Json

IDENTIFIER = String(MOST["action_id"], 1)
FLAG = Kind(bool, "boolean")
NUMBER = Kind(int, "integer")
ANY_TEXT = ("plain_text", "mrkdwn")
HTTP = ("http://", "https://")
URL = String(MOST["url"], 1, prefixes=HTTP)
IMAGE_URL = String(MOST["image url"], 1, prefixes=HTTP)
LINK = String(MOST["url"], 1, prefixes=(*HTTP, "slack://", "mailto:", "tel:"))
STYLE = String(20, choices=("primary", "danger"))
DATE = String(10, 10, pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = String(5, 5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
FILE = Shape({"id": String(50, 1), "url": URL}, one_of=("id", "url"))
CONFIRM = Shape(
    {
        "title": Text(MOST["confirm title"]), "text": Text(MOST["confirm text"], ANY_TEXT),
        "confirm": Text(MOST["confirm button"]), "deny": Text(MOST["confirm deny"]), "style": STYLE,
    },
    required=("title", "text", "confirm", "deny"),
)  # fmt: skip


def _option(kinds: tuple[str, ...], **more: Rule) -> Shape:
    fields: dict[str, Rule] = {
        "text": Text(MOST["option text"], kinds), "value": String(MOST["option value"], 1),
        "description": Text(MOST["option description"], kinds), **more,
    }  # fmt: skip
    return Shape(fields, required=("text", "value"))


OPTION, RICH_OPTION, LINKED_OPTION = _option(("plain_text",)), _option(ANY_TEXT), _option(("plain_text",), url=URL)
CHOSEN_OPTIONS = Items(OPTION, MOST["select options"])
GROUP = Shape(
    {"label": Text(MOST["group label"]), "options": Items(OPTION, MOST["select options"])},
    required=("label", "options"),
)
FILTER = Shape(
    {
        "include": Items(String(20, choices=("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": FLAG,
        "exclude_bot_users": FLAG,
    },
    one_of=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
DISPATCH = Shape(
    {"trigger_actions_on": Items(String(30, choices=("on_enter_pressed", "on_character_entered")), 2)},
    required=("trigger_actions_on",),
)


def all_options(element: Json) -> list[Any]:
    """Every option that an element offers, those of its groups included."""
    groups = [group for group in element.get("option_groups") or [] if isinstance(group, dict)]
    lists = [element.get("options"), *(group.get("options") for group in groups)]
    return [option for listed in lists if isinstance(listed, list) for option in listed]


def _presets(element: Json, pointer: str, report: Report) -> None:
    """What is preset must be among the options; of options and option_groups only one may be given."""
    if element.get("options") is not None and element.get("option_groups") is not None:
        report.add("only one of options and option_groups may be given", pointer)
    options, single, several = all_options(element), element.get("initial_option"), element.get("initial_options")
    wanted = [("initial_option", single)] if single is not None else []
    wanted += [(f"initial_options/{place}", one) for place, one in enumerate(several or [])]
    for name, option in wanted:
        if option not in options:
            report.add("must be one of the provided options", f"{pointer}/{name}")
    most = element.get("max_selected_items")
    if isinstance(most, int) and (most < 1 or len(several or []) > most):
        report.add("max_selected_items is below 1 or below what is preset", f"{pointer}/max_selected_items")


def _lengths(element: Json, pointer: str, report: Report) -> None:
    """min_length ≤ initial_value ≤ max_length, within Slack's own limits."""
    most = MOST["text input"]
    low, high = element.get("min_length"), element.get("max_length")
    low = 0 if not isinstance(low, int) else low
    high = most if not isinstance(high, int) else high
    if not 0 <= low <= most:
        report.add(f"must be 0 to {most}", f"{pointer}/min_length")
    if not 1 <= high <= most or low > high:
        report.add(f"must be 1 to {most} and not less than min_length", f"{pointer}/max_length")
    initial = element.get("initial_value")
    if isinstance(initial, str) and initial and not low <= len(initial) <= high:
        report.add("must be between min_length and max_length", f"{pointer}/initial_value")


def _numbers(element: Json, pointer: str, report: Report) -> None:
    """min_value ≤ initial_value ≤ max_value, all of them numbers."""
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    given: dict[str, float] = {}
    for name in ("min_value", "initial_value", "max_value"):
        value = element.get(name)
        if isinstance(value, str) and re.fullmatch(pattern, value):
            given[name] = float(value)
        elif value is not None:
            report.add("must be a number", f"{pointer}/{name}")
    ordered = list(given.values())
    if ordered != sorted(ordered):
        report.add("min_value, initial_value and max_value are out of order", pointer)


def element_shape(*required: str, **fields: Rule) -> Shape:
    common: dict[str, Rule] = {"type": String(50), "action_id": IDENTIFIER, "focus_on_load": FLAG, "confirm": CONFIRM}
    return Shape({**common, **fields}, required)


PLACEHOLDER: dict[str, Rule] = {"placeholder": Text(MOST["placeholder"])}
OPTIONS: dict[str, Rule] = {
    "options": Items(OPTION, MOST["select options"]), "option_groups": Items(GROUP, MOST["option groups"]),
}  # fmt: skip
ANSWERABLE: dict[str, Rule] = {"response_url_enabled": FLAG}
INPUT: dict[str, Rule] = {**PLACEHOLDER, "dispatch_action_config": DISPATCH}


def _select(many: bool, **fields: Rule) -> Shape:
    more: dict[str, Rule] = {"max_selected_items": NUMBER} if many else {}
    shape = element_shape(**PLACEHOLDER, **fields, **more)
    return Shape(shape.fields, extra=_presets) if many else shape


def _static(many: bool, **fields: Rule) -> Shape:
    shape = _select(many, **OPTIONS, **fields)
    return Shape(shape.fields, one_of=("options", "option_groups"), extra=_presets)


def _choices(name: str, **fields: Rule) -> Shape:
    shape = element_shape("options", options=Items(RICH_OPTION, MOST[name]), **fields)
    return Shape(shape.fields, shape.required, extra=_presets)


def _typed(**fields: Rule) -> Shape:
    shape = element_shape(initial_value=String(MOST["text input"]), **fields, **INPUT)
    return Shape(shape.fields, extra=_lengths)


FEEDBACK = Shape(
    {"text": Text(MOST["button text"]), "value": String(MOST["button value"], 1), "accessibility_label": String(75)},
    required=("text", "value"),
)
NUMBER_TEXT = String(100)
NUMBER_INPUT = element_shape(
    "is_decimal_allowed", is_decimal_allowed=FLAG, initial_value=NUMBER_TEXT, min_value=NUMBER_TEXT,
    max_value=NUMBER_TEXT, **INPUT,
)  # fmt: skip

ELEMENTS: dict[str, Rule] = {
    "button": element_shape(
        "text", text=Text(MOST["button text"]), value=String(MOST["button value"]), url=LINK, style=STYLE,
        accessibility_label=String(MOST["accessibility label"]),
    ),
    "image": Shape(
        {"type": String(50), "image_url": IMAGE_URL, "alt_text": String(MOST["alt text"], 1), "slack_file": FILE},
        ("alt_text",), ("image_url", "slack_file"),
    ),
    "overflow": element_shape("options", options=Items(LINKED_OPTION, MOST["overflow options"])),
    "static_select": _static(False, initial_option=OPTION),
    "multi_static_select": _static(True, initial_options=CHOSEN_OPTIONS),
    "external_select": _select(False, min_query_length=NUMBER, initial_option=OPTION),
    "multi_external_select": element_shape(
        **PLACEHOLDER, max_selected_items=NUMBER, min_query_length=NUMBER, initial_options=CHOSEN_OPTIONS
    ),
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
    "checkboxes": _choices("checkboxes", initial_options=Items(RICH_OPTION, MOST["checkboxes"])),
    "radio_buttons": _choices("radio buttons", initial_option=RICH_OPTION),
    "datepicker": element_shape(**PLACEHOLDER, initial_date=DATE),
    "timepicker": element_shape(**PLACEHOLDER, initial_time=TIME, timezone=String(100)),
    "datetimepicker": element_shape(initial_date_time=NUMBER),
    "plain_text_input": _typed(multiline=FLAG, min_length=NUMBER, max_length=NUMBER),
    "email_text_input": _typed(),
    "url_text_input": _typed(),
    "number_input": Shape(NUMBER_INPUT.fields, NUMBER_INPUT.required, extra=_numbers),
    "rich_text_input": element_shape(initial_value=Kind(dict, "object"), **INPUT),
    "file_input": Shape(
        {"type": String(50), "action_id": IDENTIFIER, "filetypes": Items(String(20), 100), "max_files": NUMBER},
        surfaces=("modal",),
    ),
    "feedback_buttons": Shape(
        {"type": String(50), "action_id": IDENTIFIER, "positive_button": FEEDBACK, "negative_button": FEEDBACK},
        ("positive_button", "negative_button"), surfaces=("message",),
    ),
    "icon_button": element_shape(
        "icon", "text", icon=String(50, choices=("trash",)), text=Text(MOST["button text"]),
        value=String(MOST["button value"]), accessibility_label=String(MOST["accessibility label"]),
        visible_to_user_ids=Items(IDENTIFIER, 100),
    ),
    "url": Shape({"type": String(50), "url": URL, "text": String(MOST["text object"], 1)}, ("url", "text")),
    "mrkdwn": Text(MOST["text object"], ("mrkdwn",)),
    "plain_text": Text(MOST["text object"], ("plain_text",)),
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
