"""Arguments of a Web API call: from the query, a form or a JSON body to typed values."""

import json
from typing import Any

from aiohttp import BasicAuth, web

from simulator.api.registry import Method, SlackError, invalid_arguments
from simulator.state import Json

SECRETS = {"token", "client_secret"}
FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}


async def read(request: web.Request, json_allowed: bool = True) -> Json:
    """The arguments as they came: strings from a query or form, any JSON from a JSON body.

    Methods that take forms only do not look into a JSON body: what it says is missing. A client id and secret may
    also come as basic authentication.
    """
    arguments: Json = dict(request.query) | _basic(request)
    if request.method != "POST":
        return arguments
    if request.content_type == "application/json":
        if not json_allowed:
            return arguments
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return arguments | body
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return arguments | dict(await request.post())
    if await request.read():
        raise SlackError("invalid_form_data")
    return arguments


def _basic(request: web.Request) -> Json:
    try:
        sent = BasicAuth.decode(request.headers.get("Authorization", ""))
    except ValueError:
        return {}
    return {"client_id": sent.login, "client_secret": sent.password}


def convert(method: Method, raw: Json) -> Json:
    """Typed arguments. Raises invalid_arguments for unknown, missing or wrongly typed ones."""
    unknown = sorted(set(raw) - set(method.arguments))
    if unknown:
        raise invalid_arguments(*(f"invalid additional property: {name}" for name in unknown))
    missing = [name for name in method.required if raw.get(name) in (None, "")]
    if missing:
        raise invalid_arguments(*(f"missing required field: {name}" for name in missing))
    return {name: _typed(name, method.arguments[name], value) for name, value in raw.items() if value is not None}


def _typed(name: str, kind: str, value: Any) -> Any:
    if kind == "text":
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str):
            return value
        raise invalid_arguments(f"must be a string [json-pointer:/{name}]")
    if kind == "flag":
        return _flag(name, value)
    if kind == "number":
        return _number(name, value)
    if kind == "list":
        return value if isinstance(value, list) else [part.strip() for part in str(value).split(",") if part.strip()]
    return _json(name, value)


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in FLAGS:
        raise invalid_arguments(f"must be a boolean [json-pointer:/{name}]")
    return FLAGS[str(value).lower()]


def _number(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise invalid_arguments(f"must be an integer [json-pointer:/{name}]") from None


def _json(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        if name == "blocks":
            raise SlackError("invalid_blocks_format") from None
        raise invalid_arguments(f"must be valid JSON [json-pointer:/{name}]") from None
