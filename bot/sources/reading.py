"""What the sources share: reading untrusted JSON without ever raising anything but Unreadable."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models.words import Severity

TITLE_LENGTH = 300
DETAILS_LENGTH = 2500
LABELS_AT_MOST = 50
LABEL_NAME_LENGTH = 100
LABEL_LENGTH = 500
LINK_LENGTH = 2000
KEY_LENGTH = 500
FIELD_LENGTH = 100

SEVERITIES: Mapping[str, Severity] = {
    **dict.fromkeys(("critical", "page", "emergency", "fatal", "disaster", "p1"), Severity.CRITICAL),
    **dict.fromkeys(("high", "error", "major", "p2"), Severity.HIGH),
    **dict.fromkeys(("medium", "warning", "warn", "average", "minor", "p3"), Severity.MEDIUM),
    **dict.fromkeys(("low", "info", "informational", "notice", "none", "p4", "p5"), Severity.LOW),
}
"""What people write where a tool leaves the word to them, as in the label `severity`."""

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LINK = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_LATEST_EPOCH = 32_503_680_000
_MILLISECONDS_FROM = 100_000_000_000


class Unreadable(ValueError):
    """The payload is not what this source sends; the message names the field and what it should be."""


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unreadable(f"{field}: must be an object")
    return value


def items(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(f"{field}: must be a list")
    return value


def words(value: Any, field: str, length: int, default: str | None = None) -> str:
    """One line of at most `length` characters; a missing value is `default`, or an error when there is none."""
    if value is None and default is not None:
        return default
    if value is None:
        raise Unreadable(f"{field}: is missing")
    if not _is_text(value):
        raise Unreadable(f"{field}: must be text")
    line = one_line(str(value), length)
    if not line and default is None:
        raise Unreadable(f"{field}: must not be empty")
    return line or (default or "")


def prose(value: Any, field: str) -> str:
    """Text of several lines, cut after 2,500 characters; nothing when it is missing."""
    if value is None:
        return ""
    if not _is_text(value):
        raise Unreadable(f"{field}: must be text")
    return several_lines(str(value))


def one_line(text: str, length: int) -> str:
    """`text` as one line that can be stored, of at most `length` characters."""
    return _storable(text).replace("\n", " ").replace("\t", " ").strip()[:length].rstrip()


def several_lines(text: str) -> str:
    """`text` as it can be stored, cut after 2,500 characters."""
    return _storable(text).strip()[:DETAILS_LENGTH].rstrip()


def _storable(text: str) -> str:
    """`text` without control characters except \\n and \\t, and without what turns the direction of writing.

    PostgreSQL takes neither the zero character nor halves of surrogate pairs.
    """
    if text.isascii() and text.isprintable():  # nearly all are, and this is most of what reading a batch takes
        return text
    return _UNSEEN.sub("", _BREAKS.sub("\n", text)).encode("utf-8", "replace").decode()


def typed_key(kind: str, *parts: str) -> str:
    """A key such as `cycle:31415`; a long one is cut, and told apart from its likes by a digest."""
    joined = "/".join(parts)
    if len(joined) > KEY_LENGTH:
        digest = hashlib.sha256(joined.encode()).hexdigest()[:16]
        joined = f"{joined[: KEY_LENGTH - len(digest) - 1]}~{digest}"
    return f"{kind}:{joined}"


def labels(value: Any, field: str, further: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Labels as text, at most 50 of them; what is empty and values that are no text are left out.

    `further` ones, such as tags that anybody may write, take the place of none.
    """
    found: dict[str, str] = {}
    for key, each in (*mapping(value or {}, field).items(), *(further or {}).items()):
        if len(found) == LABELS_AT_MOST:
            break
        name, text = one_line(str(key), LABEL_NAME_LENGTH), _label(each)
        if name and text:
            found.setdefault(name, text)
    return found


def _is_text(value: Any) -> bool:
    """Whether it is text, or a number that is as good as text."""
    return isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool))


def _label(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return one_line(str(value), LABEL_LENGTH) if _is_text(value) else ""


def link(value: Any) -> str:
    """An http(s) address, or nothing."""
    if not isinstance(value, str) or not _LINK.fullmatch(value):
        return ""
    return _storable(value)[:LINK_LENGTH]


def moment(value: Any, field: str) -> datetime | None:
    """An ISO 8601 moment, in UTC; None for a missing one and for the zero of Go's time. Without a zone it is UTC."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{field}: must be a time such as 2026-11-22T10:04:00Z")
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"{field}: must be a time such as 2026-11-22T10:04:00Z") from None
    if found.year < 1970 or found.year > 9000:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def epoch(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as a number or its digits. None for anything else: templates leave their
    placeholder standing where they know no time."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and not re.fullmatch(r"\d{1,14}(\.\d{1,9})?", value, re.ASCII):
        return None
    seconds = float(value) if isinstance(value, str) or abs(value) < 1e15 else math.nan
    if seconds >= _MILLISECONDS_FROM:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST_EPOCH else None


def severity(value: Any, default: Severity = Severity.HIGH, table: Mapping[str, Severity] = SEVERITIES) -> Severity:
    """A tool's word for how bad it is, as one of ours; unknown words are `default`."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return default
    return table.get(str(value).strip().lower(), default)


def parsed(text: Any) -> Any:
    """What JSON within JSON holds; None when it is none."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def field_name(key: Any) -> str:
    """A field's name from outside, fit for a message."""
    return one_line(str(key), FIELD_LENGTH) or "(a field without a name)"
