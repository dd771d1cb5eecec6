"""What Slack's payloads look like where Heed reads them.

The outline is looked at before a payload is handed on. The rest is asked only after something has failed, to tell a
payload that is not as Slack sends it (400, with the field) from a failure of ours (500, logged): Slack may change what
it likes, as long as we can read it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

Check = Callable[[Any], bool]
Shape = Mapping[str, Any]
BIGGEST = 2**63 - 1
VIEWS = ("view_submission", "view_closed")
_TS = re.compile(r"\d{1,11}\.\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= BIGGEST


def _name(value: Any) -> bool:
    """An id, or an object that has one."""
    return isinstance(value["id"] if isinstance(value, dict) and "id" in value else value, str)


def _moment(value: Any) -> bool:
    return isinstance(value, str) and bool(_TS.fullmatch(value))


def _maybe(check: Any) -> Any:
    """Missing, null, or as it should be."""
    return ("maybe", check)


def _each(check: Any) -> Any:
    """A list, in which each is as it should be."""
    return ("each", check)


_ID = {"id": _text}
_TEAM: Any = _maybe(_ID)
_PROFILE = {name: _maybe(_text) for name in ("real_name", "display_name")}
_USER = {
    "id": _text, "team_id": _maybe(_text), "name": _maybe(_text), "real_name": _maybe(_text), "tz": _maybe(_text),
    "profile": _maybe(_PROFILE),
}  # fmt: skip
_MESSAGE = {
    "ts": _moment, "user": _maybe(_text), "text": _maybe(_text), "subtype": _maybe(_text), "team": _maybe(_text),
    "bot_id": _maybe(_text), "app_id": _maybe(_text), "username": _maybe(_text), "thread_ts": _maybe(_moment),
    "bot_profile": _maybe({"name": _maybe(_text), "app_id": _maybe(_text)}), "edited": _maybe({"ts": _moment}),
    "user_team": _maybe(_text), "source_team": _maybe(_text), "user_profile": _maybe(_object),
    "attachments": _maybe(_each(_object)), "blocks": _maybe(_each(_object)), "files": _maybe(_each(_object)),
}  # fmt: skip
_EVENTS: Mapping[str, Shape] = {
    "message": {"channel": _text, "channel_type": _maybe(_text)},
    "user_change": {"user": _USER},
    "team_join": {"user": _USER},
    "app_home_opened": {"user": _text, "tab": _maybe(_text), "view": _maybe({"private_metadata": _maybe(_text)})},
    "reaction_added": {"user": _text, "reaction": _text, "item": {"type": _text}, "item_user": _maybe(_text)},
    "channel_id_changed": {"old_channel_id": _text, "new_channel_id": _text},
    "tokens_revoked": {"tokens": _maybe({"bot": _maybe(_each(_text))})},
    **{
        name: {"channel": _text, "user": _maybe(_text)}
        for name in ("channel_archive", "group_archive", "channel_left", "group_left", "channel_shared",
                     "member_left_channel", "member_joined_channel")
    },
}  # fmt: skip
_OF_MESSAGES: Mapping[str, Shape] = {
    "message_changed": {"message": _MESSAGE},
    "message_deleted": {"deleted_ts": _moment},
}
_QUOTED: Shape = {"user": _maybe(_name), "thread_ts": _maybe(_text)}
"""A message within an event, as far as Bolt looks into it for who acts."""
_OUTLINE: Shape = {
    "type": _maybe(_text), "command": _maybe(_text), "team_id": _maybe(_text), "enterprise_id": _maybe(_text),
    "user_id": _maybe(_text), "callback_id": _maybe(_text), "challenge": _maybe(_text), "api_app_id": _maybe(_text),
    "context_team_id": _maybe(_text), "context_enterprise_id": _maybe(_text), "response_url": _maybe(_text),
    "trigger_id": _maybe(_text), "text": _maybe(_text), "token": _maybe(_text), "channel_id": _maybe(_text),
    "event_id": _maybe(_text), "user": _maybe(_name), "channel": _maybe(_name), "team": _maybe(_name),
    "enterprise": _maybe(_name), "message": _maybe(_object),
    "event": _maybe({
        "type": _maybe(_text), "subtype": _maybe(_text), "user": _maybe(_name), "channel": _maybe(_name),
        "team": _maybe(_name), "enterprise": _maybe(_name), "team_id": _maybe(_text), "user_id": _maybe(_text),
        "channel_id": _maybe(_text), "item": _maybe({"channel": _maybe(_name)}), "message": _maybe(_QUOTED),
        "previous_message": _maybe(_QUOTED), "thread_ts": _maybe(_text), "bot_id": _maybe(_text),
    }),
    "authorizations": _maybe(_each({"team_id": _maybe(_text), "enterprise_id": _maybe(_text)})),
    "actions": _maybe(_each({"type": _maybe(_text), "action_id": _maybe(_text), "block_id": _maybe(_text)})),
}  # fmt: skip
_INTERACTION: Shape = {
    "user": _USER, "team": _TEAM, "enterprise": _TEAM, "channel": _maybe(_ID), "message": _maybe(_object),
    "container": _maybe({"type": _text}), "view": _maybe({"callback_id": _maybe(_text), "type": _text}),
}  # fmt: skip
_VIEW: Shape = {"id": _filled, "private_metadata": _text, "state": {"values": _object}, "root_view_id": _maybe(_text)}
_ELEMENT: Shape = {
    "value": _maybe(_text), "selected_user": _maybe(_text), "selected_option": _maybe({"value": _text}),
}  # fmt: skip


def read(body: bytes, content_type: str) -> dict[str, Any]:
    """A body as Slack's payload; raises ValueError with the reason for what is none."""
    try:
        text = body.decode()
        return _payload(text, content_type)
    except UnicodeDecodeError:
        raise ValueError("the body is no UTF-8") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("the body is no JSON") from None


def _payload(text: str, content_type: str) -> dict[str, Any]:
    if content_type == "application/json" or text.startswith("{"):
        found = json.loads(text or "{}")
    else:
        form = dict(parse_qsl(text, keep_blank_values=True))
        found = json.loads(form["payload"]) if "payload" in form else form
    if not isinstance(found, dict):
        raise ValueError("the body is no object with fields")
    why = next(_outline_faults(found), "")
    if why:
        raise ValueError(why)
    return found


def _outline_faults(body: Mapping[str, Any]) -> Iterator[str]:
    """What Bolt cannot even look for a listener with."""
    yield from _wrong(body, _OUTLINE, "")
    if "trigger_id" in body and not body.get("command"):
        yield from _wrong(body, _INTERACTION, "")
    if body.get("type") in VIEWS:
        yield from _wrong(body, {"view": {"callback_id": _maybe(_text), "type": _text}}, "")
    if body.get("type") == "event_callback":
        yield from _wrong(body, {"event": {"type": _text}}, "")
    if "response_urls" in body:
        yield from _wrong(body, {"response_urls": _each({"response_url": _text})}, "")
    if body.get("type") == "block_actions":
        yield from _wrong(body, {"actions": _each({"type": _text, "action_id": _text})}, "")
        if not body["actions"]:
            yield "actions: is empty"


def fault(body: Mapping[str, Any]) -> str:
    """What in this payload is not as Slack sends it, as "field: what is wrong"; empty if all is as it should be."""
    return next(_faults(body), "")


def _faults(body: Mapping[str, Any]) -> Iterator[str]:
    yield from _unstorable(body, "")
    yield from _outline_faults(body)
    if body.get("type") == "event_callback":
        yield from _wrong(body, {"event": {"type": _text}, "event_id": _text, "event_time": _whole}, "")
        yield from _event_faults(body.get("event") or {})
    elif body.get("type") == "app_rate_limited":
        yield from _wrong(body, {"minute_rate_limited": _whole}, "")
    elif body.get("command"):
        yield from _wrong(body, {"user_id": _text, "team_id": _text, "trigger_id": _text}, "")
    else:
        yield from _wrong(body, _INTERACTION, "")
        yield from _interaction_faults(body)


def _event_faults(event: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrong(event, _EVENTS.get(event["type"], {}), "event.")
    if event["type"] == "message":
        yield from _wrong(event, _OF_MESSAGES.get(event.get("subtype") or "", _MESSAGE), "event.")
    if event["type"] == "reaction_added" and event["item"]["type"] == "message":
        yield from _wrong(event["item"], {"channel": _text, "ts": _moment}, "event.item.")


def _interaction_faults(body: Mapping[str, Any]) -> Iterator[str]:
    kind = body.get("type")
    if kind in VIEWS:
        yield from _wrong(body, {"view": _VIEW}, "")
        yield from _view_faults(body["view"])
        return
    yield from _wrong(body, {"trigger_id": _text}, "")
    if kind == "message_action":
        yield from _wrong(body, {"channel": _ID, "message": _MESSAGE}, "")
    if kind == "block_actions":
        yield from _wrong(body, {"actions": _each({"action_id": _text}), "container": {"type": _text}}, "")
        yield from _place_faults(body)
        for action in body["actions"]:
            yield from _value_faults(action)


def _place_faults(body: Mapping[str, Any]) -> Iterator[str]:
    if body["container"]["type"] == "message":
        yield from _wrong(body, {"container": {"channel_id": _text, "message_ts": _text}, "response_url": _text}, "")
    else:
        yield from _wrong(body, {"view": {"id": _filled, "private_metadata": _text}}, "")


def _value_faults(action: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrong(action, _ELEMENT, "actions[0].")
    chosen = action.get("selected_option") or {}
    value = action.get("value") if action.get("type") == "button" else chosen.get("value")
    if not (isinstance(value, str) and (_NUMBER.fullmatch(value) or _ours(value))):
        yield "actions[0].value: is none that Heed has drawn"


def _view_faults(view: Mapping[str, Any]) -> Iterator[str]:
    for name, elements in view["state"]["values"].items():
        if not isinstance(elements, dict) or not all(isinstance(each, dict) for each in elements.values()):
            yield f"view.state.values.{name}: is no object of elements"
            return
        for each in elements.values():
            yield from _wrong(each, _ELEMENT, f"view.state.values.{name}.")
    if view["private_metadata"] and not _ours(view["private_metadata"]):
        yield "view.private_metadata: is none that Heed has written"


def _ours(value: str) -> bool:
    """Whether a value is an object of ours: numbers of rows are whole, everything else is text or a switch."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    numbers = all(_whole(found[name]) for name in ("alert", "epoch", "way") if name in found)
    return numbers and bool(found) and all(isinstance(each, (str, int, bool, type(None))) for each in found.values())


def _unstorable(value: Any, path: str) -> Iterator[str]:
    """Texts with a zero character, or with half of a character, which no database keeps."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= each <= "\udfff" for each in value):
            yield f"{path or 'the body'}: holds a character that cannot be kept"
    elif isinstance(value, (dict, list)):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _unstorable(name, path)
            yield from _unstorable(each, f"{path}.{name}" if path else str(name))


def _wrong(value: Any, shape: Any, path: str) -> Iterator[str]:
    """What is not as `shape` says, field by field."""
    if isinstance(shape, Mapping):
        if not isinstance(value, dict):
            yield f"{path.rstrip('.')}: is missing, or no object"
            return
        for name, inner in shape.items():
            yield from _wrong(value.get(name), inner, f"{path}{name}.")
    elif isinstance(shape, tuple):
        kind, inner = shape
        if kind == "maybe" and value is None:
            return
        if kind == "each" and not isinstance(value, list):
            yield f"{path.rstrip('.')}: is missing, or no list"
            return
        for each in value if kind == "each" else (value,):
            yield from _wrong(each, inner, path)
    elif not shape(value):
        yield f"{path.rstrip('.')}: is missing, or not what Slack sends"
