"""Cursor pagination as Slack does it: opaque cursors in response_metadata.next_cursor."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from simulator.api.registry import Call, SlackError

Item = TypeVar("Item")


def encode(word: str) -> str:
    """An opaque cursor for a position."""
    return base64.b64encode(f"next:{word}".encode()).decode()


def decode(cursor: str) -> str:
    """The position of a cursor. Raises invalid_cursor."""
    try:
        word = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_cursor") from None
    if not word.startswith("next:"):
        raise SlackError("invalid_cursor")
    return word.removeprefix("next:")


def limit(call: Call, default: int, most: int) -> int:
    """The `limit` argument. Raises invalid_limit outside 1 … most."""
    wanted = call.get("limit", 0) or default
    if not 1 <= wanted <= most:
        raise SlackError("invalid_limit")
    return int(wanted)


def page(
    call: Call, items: Sequence[Item], default: int, most: int = 1000, cut: int = 1000
) -> tuple[list[Item], str]:  # fmt: skip
    """The page of a list that the call asks for, and the cursor of the next one ("" at the end).

    More than `most` items are refused, more than `cut` are not given.
    """
    cursor = call.get("cursor", "")
    position = decode(cursor) if cursor else "0"
    if not position.isdigit():
        raise SlackError("invalid_cursor")
    start, size = int(position), min(limit(call, default, most), cut)
    following = encode(str(start + size)) if start + size < len(items) else ""
    return list(items[start : start + size]), following
