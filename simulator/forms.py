"""Filling in inputs: what a chosen value looks like in Slack's state, and which required ones are empty."""

from collections.abc import Iterator
from typing import Any

from simulator.state import Json, Message, View

REQUIRED = "Please complete this required field."

# element type -> the key of its state that holds the value
VALUE_KEYS = {
    "plain_text_input": "value", "email_text_input": "value", "url_text_input": "value", "number_input": "value",
    "static_select": "selected_option", "external_select": "selected_option", "radio_buttons": "selected_option",
    "overflow": "selected_option", "multi_static_select": "selected_options",
    "multi_external_select": "selected_options", "checkboxes": "selected_options", "users_select": "selected_user",
    "multi_users_select": "selected_users", "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations", "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels", "datepicker": "selected_date", "timepicker": "selected_time",
    "datetimepicker": "selected_date_time", "rich_text_input": "rich_text_value", "file_input": "files",
}  # fmt: skip

# element type -> the element's field that holds what is preset
INITIAL_KEYS = {
    "static_select": "initial_option", "external_select": "initial_option", "radio_buttons": "initial_option",
    "multi_static_select": "initial_options", "multi_external_select": "initial_options",
    "checkboxes": "initial_options", "users_select": "initial_user", "multi_users_select": "initial_users",
    "conversations_select": "initial_conversation", "multi_conversations_select": "initial_conversations",
    "channels_select": "initial_channel", "multi_channels_select": "initial_channels", "datepicker": "initial_date",
    "timepicker": "initial_time", "datetimepicker": "initial_date_time",
}  # fmt: skip

LISTS = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element (one with an action_id) with its block."""
    return (found for found in parts_of(blocks) if "action_id" in found[0])


def blocks_of(message: Message) -> list[Json]:
    """A message's blocks and those of its attachments."""
    return [*message.blocks, *(block for one in message.attachments for block in one.get("blocks", []))]


def parts_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Everything that may be an element, with its block; cards inside carousels are blocks of their own."""
    for block in blocks:
        listed = _parts(block, "elements")
        single = [part for part in (block.get("element"), block.get("accessory")) if isinstance(part, dict)]
        for element in [*single, *listed, *_parts(block, "actions")]:
            yield element, block
        yield from parts_of([part for part in listed if "actions" in part])


def _parts(block: Json, name: str) -> list[Json]:
    """The objects of a list in a block, which may still be malformed."""
    listed = block.get(name)
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []


def find_element(blocks: list[Json], action_id: str, payload: Any, block_id: str | None) -> tuple[Json, Json]:
    """The element and block that are meant. Raises KeyError when there is none."""
    found = [
        (element, block) for element, block in elements(blocks)
        if element["action_id"] == action_id and block_id in (None, block.get("block_id"))
    ]  # fmt: skip
    value = payload.get("value") if isinstance(payload, dict) else None
    for element, block in found:
        if value is not None and element["type"] == "button" and element.get("value") == value:
            return element, block
    if not found:
        there = sorted({element["action_id"] for element, _ in elements(blocks)})
        raise KeyError(f"no element {action_id}; there are {there}")
    return found[0]


def set_state(values: dict[str, dict[str, Json]], block: Json, element: Json, payload: Any) -> Json:
    """Record a choice in a state (block_id -> action_id -> state). Returns the `actions` entry for it."""
    action: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    if element["type"] in ("button", "workflow_button"):
        action["text"] = element.get("text")
        for key in ("value", "style", "url", "confirm"):
            if key in element:
                action[key] = element[key]
        return action
    state = chosen(element, payload)
    if element["type"] != "overflow":
        values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return action | state


def chosen(element: Json, payload: Any) -> Json:
    """An element's state for a plain value, or for Slack's own fields when a dict with them is given."""
    kind = element["type"]
    key = VALUE_KEYS[kind]
    if isinstance(payload, dict) and key in payload:
        return {"type": kind, key: _resolved(element, key, payload[key])}
    if isinstance(payload, dict) and set(payload) == {"value"} and key != "value":
        payload = payload["value"]
    return {"type": kind, key: _resolved(element, key, payload)}


def bare_state(element: Json) -> Json:
    """The state of an element that nobody has touched: what it presets, or nothing."""
    kind = element["type"]
    preset = element.get(INITIAL_KEYS.get(kind, "initial_value"))
    key = VALUE_KEYS[kind]
    return {"type": kind, key: ([] if preset is None and key in LISTS else preset)}


def fill(view: View, values: Json) -> None:
    """Put values into a view's inputs. Raises KeyError for a value that no input takes."""
    left = set(values)
    for element, block in elements(view.blocks):
        if element["type"] not in VALUE_KEYS or element["type"] == "overflow":
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        given = values.get(block_id, values.get(action_id))
        left -= {block_id, action_id}
        if isinstance(given, dict) and action_id in given:
            given = given[action_id]
        states = view.state_values.setdefault(block_id, {})
        if given is not None:
            states[action_id] = chosen(element, given)
        else:
            states.setdefault(action_id, bare_state(element))
    if left:
        raise KeyError(f"the view has no input for {sorted(left)}")


def missing(view: View) -> dict[str, str]:
    """Slack's own complaints about required inputs that are empty, by block_id."""
    errors: dict[str, str] = {}
    for element, block in elements(view.blocks):
        if block["type"] == "input" and not block.get("optional"):
            state = view.state_values.get(block["block_id"], {}).get(element["action_id"], {})
            if not state.get(VALUE_KEYS[element["type"]]):
                errors[block["block_id"]] = REQUIRED
    return errors


def _resolved(element: Json, key: str, value: Any) -> Any:
    """Option values become the whole options, as Slack sends them."""
    if key == "selected_option":
        return _option(element, value) if value else None
    if key == "selected_options":
        return [_option(element, one) for one in value or []]
    if key == "value":
        return str(value) if value not in (None, "") else None
    return value


def _option(element: Json, value: Any) -> Json:
    wanted = value.get("value") if isinstance(value, dict) else value
    options = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options += group.get("options", [])
    for option in options:
        if option.get("value") == wanted:
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    if element["type"].endswith("external_select") and isinstance(value, dict):
        return value
    raise KeyError(f"{element['action_id']} has no option {wanted!r}")
