"""What the sources share: reading untrusted JSON without ever raising anything but Unreadable."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models.words import Severity

TITLE_LENGTH = 300
DETAILS_LENGTH = 2500
LABELS_AT_MOST = 50
KEY_LENGTH = 500


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
    """Text of at most `length` characters; a missing value is `default`, or an error when there is none."""
    if value is None and default is not None:
        return default
    if value is None:
        raise Unreadable(f"{field}: is missing")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable(f"{field}: must be text")
    text = _storable(str(value)).strip()[:length]
    if not text and default is None:
        raise Unreadable(f"{field}: must not be empty")
    return text or (default or "")


def _storable(text: str) -> str:
    """`text` without what PostgreSQL does not take: the zero character and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def labels(value: Any, field: str) -> dict[str, str]:
    """Labels as text, at most 50 of them; values that are no text are left out."""
    found: dict[str, str] = {}
    for key, each in mapping(value or {}, field).items():
        if isinstance(each, str | int | float) and len(found) < LABELS_AT_MOST:
            found[words(str(key), field, 100, "")] = words(str(each), field, 500, "")
    return found


def link(value: Any) -> str:
    """An http(s) address, or nothing."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s<>]+", value, re.IGNORECASE):
        return ""
    return _storable(value)[:2000]


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


_SEVERITIES = {
    **dict.fromkeys(("critical", "page", "emergency", "fatal", "disaster", "p1"), Severity.CRITICAL),
    **dict.fromkeys(("high", "error", "major", "p2"), Severity.HIGH),
    **dict.fromkeys(("medium", "warning", "warn", "average", "minor", "p3"), Severity.MEDIUM),
    **dict.fromkeys(("low", "info", "informational", "notice", "none", "p4", "p5"), Severity.LOW),
}


def severity(value: Any, default: Severity = Severity.HIGH) -> Severity:
    """A tool's word for how bad it is, as one of ours; unknown words are `default`."""
    return _SEVERITIES.get(value.strip().lower(), default) if isinstance(value, str) else default
