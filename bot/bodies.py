"""Bodies of requests: unpacked, measured, and read as JSON that is not too deep."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.sources.reading import Unreadable, one_line

DEPTH = 64
"""How deeply lists and objects may be nested; what tools send has fewer than ten levels."""
MEMBERS_AT_MOST = 100
"""How many members a gzip body may have: one is usual, and each costs a look at all that follows it."""
_GZIP = 31
_CONTAINERS = (dict, list)


class TooLarge(Exception):
    """The body is larger than it may be, perhaps only after it is unpacked."""


@dataclass(frozen=True)
class Body:
    """A request's body: as it was sent, as text to keep, and what it says, or why nobody can read it."""

    raw: bytes = b""
    text: str = ""
    payload: Any = None
    fault: str = ""
    is_too_large: bool = False


def body_of(request: Request) -> Body:
    """The body of a request, whatever its sender has done to it; never raises for that."""
    limit = request.max_content_length or 0
    raw = plain = b""
    try:
        raw = plain = request.get_data()
        plain = unpacked(raw, request.headers.get("Content-Encoding", ""), limit)
        return Body(raw, _text(plain), read_json(plain))
    except (RequestEntityTooLarge, TooLarge):
        return Body(raw, fault=f"body: is larger than {limit} bytes", is_too_large=True)
    except Unreadable as error:
        return Body(raw, _text(plain), fault=str(error))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def unpacked(raw: bytes, encoding: str, limit: int) -> bytes:
    """The body without its Content-Encoding; raises TooLarge before it takes more memory, and Unreadable."""
    match encoding.strip().lower():
        case "" | "identity":
            return raw
        case "gzip" | "x-gzip":
            return _gunzip(raw, limit)
    raise Unreadable(f"Content-Encoding: must be gzip or none, not {one_line(encoding, 40)}")


def _gunzip(raw: bytes, limit: int) -> bytes:
    """A gzip file may have several members, one after the other."""
    found, members = b"", 0
    while raw:
        members += 1
        if members > MEMBERS_AT_MOST:
            raise Unreadable(f"body: has more than {MEMBERS_AT_MOST} gzip members")
        member = zlib.decompressobj(_GZIP)
        try:
            found += member.decompress(raw, limit + 1 - len(found))
        except zlib.error:
            raise Unreadable("body: is not gzip, which its Content-Encoding says it is") from None
        if len(found) > limit:
            raise TooLarge
        if not member.eof:
            raise Unreadable("body: ends in the middle of its gzip")
        raw = member.unused_data
    return found


def read_json(raw: bytes) -> Any:
    """The JSON of a body; raises Unreadable, with the place where it stops being JSON."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        what = f", line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"body: is not readable JSON{what}") from None
    if raw.count(b"[") + raw.count(b"{") > DEPTH and is_deeper(found, DEPTH):
        raise Unreadable(f"body: is nested more than {DEPTH} levels deep")
    return found


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested more than so many levels; without recursion."""
    level = _containers([value])
    while level and levels:
        level = [inner for each in level for inner in _containers(each.values() if isinstance(each, dict) else each)]
        levels -= 1
    return bool(level)


def _containers(values: Iterable[Any]) -> list[Any]:
    return [each for each in values if isinstance(each, _CONTAINERS)]
