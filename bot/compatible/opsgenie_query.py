"""Opsgenie's search in lists of alerts, as far as it is understood: `status: open AND alias: disk-db1`.

What is not understood is refused: a list that is longer than was asked for would be taken for the answer.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.compatible.opsgenie import Refused, read_identifier

PAGE_SIZE = 20
PAGE_SIZE_AT_MOST = 100
OFFSET_AT_MOST = 20_000
_TERM = re.compile(r'([A-Za-z]+)\s*[:=]\s*("[^"]*"|\S+)')
_AND = re.compile(r"\s+(?:AND|&&)\s+|\s*\Z", re.IGNORECASE)


def read_query(query: str) -> dict[str, Any]:
    """What a list is narrowed to: `live` and `acknowledged` (bool), `key` (a signal's), `number`. Raises Refused."""
    wanted: dict[str, Any] = {}
    rest = query.strip()
    while rest:
        term = _TERM.match(rest)
        joint = _AND.match(rest, term.end()) if term else None
        if term is None or joint is None or term[1].lower() not in _FIELDS:
            raise Refused({"query": f"Heed understands {', '.join(_FIELDS)}, joined by AND."})
        wanted |= _FIELDS[term[1].lower()](term[2].strip('"'))
        rest = rest[joint.end() :]
    return wanted


def read_page(asked: Mapping[str, str]) -> tuple[int, int]:
    """(offset, limit); raises Refused."""
    return _whole(asked, "offset", 0, 0, OFFSET_AT_MOST), _whole(asked, "limit", PAGE_SIZE, 1, PAGE_SIZE_AT_MOST)


def _whole(asked: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = asked.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise Refused({name: f"{name} must be a whole number from {least} to {most}."})
    return int(text)


def _status(value: str) -> dict[str, Any]:
    found = {"open": {"live": True}, "closed": {"live": False}, "acked": {"acknowledged": True}}
    if value.lower() not in found:
        raise Refused({"query": "status is open, closed or acked."})
    return found[value.lower()]


def _acknowledged(value: str) -> dict[str, Any]:
    if value.lower() not in ("true", "false"):
        raise Refused({"query": "acknowledged is true or false."})
    return {"acknowledged": value.lower() == "true"}


def _tiny(value: str) -> dict[str, Any]:
    number = read_identifier(value, "tiny").number
    return {"number": number if number is not None else 0}


_FIELDS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "status": _status,
    "acknowledged": _acknowledged,
    "alias": lambda value: {"key": read_identifier(value, "alias").key},
    "tinyid": _tiny,
}
