"""What a person filled in, in Slack's shapes, and the checks that Slack's client makes before it asks the app."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from simulator.page.elements import all_options, wall_clock
from simulator.page.rich_text import rich_text_from_plain

Json = dict[str, Any]
Raw = str | list[str]
RawValues = Mapping[str, Mapping[str, Raw]]

REQUIRED = "Please complete this required field."
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*")

TYPED = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})
SINGLE = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
MANY_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
MANY_IDS = {
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
STATEFUL = (
    TYPED
    | SINGLE.keys()
    | (ONE_OPTION - {"overflow"})
    | MANY_OPTIONS
    | MANY_IDS.keys()
    | {"rich_text_input", "datetimepicker"}
)


def as_list(raw: Raw) -> list[str]:
    return raw if isinstance(raw, list) else [raw] if raw else []


def chosen_options(item: Mapping[str, Any], raw: Raw) -> list[Json]:
    wanted = as_list(raw)
    return [dict(option) for option in all_options(item) if option.get("value") in wanted]


def element_value(item: Mapping[str, Any], raw: Raw, zone: tzinfo) -> Json:
    """One element's state, e.g. `{"type": "users_select", "selected_user": "U1"}`; nothing chosen is None."""
    kind = str(item.get("type", ""))
    first = next(iter(as_list(raw)), None)
    value: Json = {"type": kind}
    if kind in TYPED:
        value["value"] = first
    elif kind == "rich_text_input":
        value["rich_text_value"] = rich_text_from_plain(first) if first else None
    elif kind in SINGLE:
        value[SINGLE[kind]] = first
    elif kind in MANY_IDS:
        value[MANY_IDS[kind]] = as_list(raw)
    elif kind in ONE_OPTION:
        value["selected_option"] = next(iter(chosen_options(item, raw)), None)
    elif kind in MANY_OPTIONS:
        value["selected_options"] = chosen_options(item, raw)
    elif kind == "datetimepicker":
        value["selected_date_time"] = int(wall_clock(first).replace(tzinfo=zone).timestamp()) if first else None
    return value


def elements_of(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every interactive element with its block."""
    for block in blocks:
        listed = [*block.get("elements", []), *block.get("actions", [])]
        for item in (block.get("element"), block.get("accessory"), *listed):
            if isinstance(item, Mapping) and item.get("action_id"):
                yield block, item
        yield from elements_of([part for part in listed if isinstance(part, Mapping) and part.get("type") == "card"])


def find_element(
    blocks: Sequence[Mapping[str, Any]], action_id: str, block_id: str | None
) -> tuple[str, Mapping[str, Any]]:
    """The block's id and the element. Raises KeyError when there is none (the message may have changed)."""
    for block, item in elements_of(blocks):
        if item["action_id"] == action_id and block_id in (None, "", block.get("block_id", "")):
            return str(block.get("block_id", "")), item
    raise KeyError(action_id)


def state_values(blocks: Sequence[Mapping[str, Any]], raw: RawValues, zone: tzinfo) -> dict[str, dict[str, Json]]:
    """The `state.values` of a message or view."""
    values: dict[str, dict[str, Json]] = {}
    for block, item in elements_of(blocks):
        if item.get("type") in STATEFUL:
            block_id = str(block.get("block_id", ""))
            entered = raw.get(block_id, {}).get(item["action_id"], "")
            values.setdefault(block_id, {})[item["action_id"]] = element_value(item, entered, zone)
    return values


def is_empty(raw: Raw) -> bool:
    return not [entry for entry in as_list(raw) if entry.strip()]


def problem(item: Mapping[str, Any], raw: Raw, optional: bool) -> str | None:
    """The sentence that Slack's client puts under a field before it even asks the app, or None."""
    if is_empty(raw):
        return None if optional else REQUIRED
    kind, text = item.get("type"), as_list(raw)[0]
    least, most = item.get("min_length", 0), item.get("max_length", 3000)
    if kind == "plain_text_input" and len(text) < least:
        return f"Please enter at least {least} characters."
    if kind == "plain_text_input" and len(text) > most:
        return f"Please enter at most {most} characters."
    if kind == "number_input":
        return number_problem(item, text)
    if kind == "email_text_input" and not EMAIL.fullmatch(text):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not WEB_ADDRESS.fullmatch(text):
        return "Please enter a valid URL."
    limit = item.get("max_selected_items")
    return f"Please choose at most {limit} items." if limit and len(as_list(raw)) > limit else None


def number_problem(item: Mapping[str, Any], text: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if item.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, text):
        return "Please enter a valid number." if item.get("is_decimal_allowed") else "Please enter a whole number."
    if "min_value" in item and float(text) < float(item["min_value"]):
        return f"Please enter a number that is at least {item['min_value']}."
    if "max_value" in item and float(text) > float(item["max_value"]):
        return f"Please enter a number that is at most {item['max_value']}."
    return None


def problems(blocks: Sequence[Mapping[str, Any]], raw: RawValues) -> dict[str, str]:
    """block_id -> sentence for every input block that Slack's client would not submit."""
    found: dict[str, str] = {}
    for block in blocks:
        item = block.get("element")
        if block.get("type") != "input" or not isinstance(item, Mapping):
            continue
        block_id = str(block.get("block_id", ""))
        sentence = problem(item, raw.get(block_id, {}).get(item.get("action_id", ""), ""), bool(block.get("optional")))
        if sentence:
            found[block_id] = sentence
    return found


INITIAL_KEYS = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}


def with_state(item: Mapping[str, Any], state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The element as the person left it: what was filled in replaces what the app proposed."""
    if not state or item.get("type") not in STATEFUL:
        return item
    entered = {INITIAL_KEYS[key]: value for key, value in state.items() if key in INITIAL_KEYS}
    kept = {key: value for key, value in item.items() if key not in entered}
    return kept | {key: value for key, value in entered.items() if value is not None}
