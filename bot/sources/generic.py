"""Heed's own JSON, for scripts and tools that have no source of their own.

    {"title": "Backup failed", "key": "backup-db1", "status": "firing", "severity": "critical",
     "details": "exit code 2", "link": "https://ci.example/42", "labels": {"host": "db1"},
     "started_at": "2026-11-22T03:00:00Z"}

Only `title` is needed. `key` (default: the title) tells one problem from another; `status` is firing (default) or
resolved; `severity` is critical, high (default), medium or low. A list of such objects is several signals. JSON that
cannot be changed at its sender is read by expressions: see `bot.sources.mapped`.
"""

from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    TITLE_LENGTH,
    Unreadable,
    field_name,
    labels,
    link,
    mapping,
    moment,
    prose,
    words,
)
from models.signal import Signal
from models.words import Severity

NAME = "Generic"
SNIPPET = """\
curl -d '{"title": "Backup failed", "key": "backup-db1", "severity": "critical"}' {address}
curl -d '{"title": "Backup failed", "key": "backup-db1", "status": "resolved"}' {address}
"""
SEVERITIES = {each.label: each for each in Severity}
KNOWN = {"title", "key", "status", "severity", "details", "link", "labels", "started_at"}


def parse(payload: Any) -> list[Signal]:
    """One signal for an object, several for a list; raises Unreadable."""
    if isinstance(payload, list):
        if not payload:
            raise Unreadable("body: the list holds no signal")
        return [_signal(each, f"[{index}].") for index, each in enumerate(payload)]
    return [_signal(payload, "")]


def _signal(raw: Any, at: str) -> Signal:
    body = mapping(raw, at or "body")
    unknown = sorted(field_name(key) for key in body if key not in KNOWN)
    if unknown:
        raise Unreadable(f"{at}{unknown[0]}: is not a field; the fields are {', '.join(sorted(KNOWN))}")
    state = body.get("status", "firing")
    if state not in ("firing", "resolved"):
        raise Unreadable(f"{at}status: must be firing or resolved")
    title = words(body.get("title"), f"{at}title", TITLE_LENGTH)
    return Signal(
        key=f"key:{words(body.get('key'), f'{at}key', KEY_LENGTH, title)}",
        firing=state == "firing",
        title=title,
        severity=_severity(body.get("severity", "high"), f"{at}severity"),
        details=prose(body.get("details"), f"{at}details"),
        link=link(body.get("link")),
        labels=labels(body.get("labels"), f"{at}labels"),
        started_at=moment(body.get("started_at"), f"{at}started_at"),
    )


def _severity(value: Any, field: str) -> Severity:
    try:
        return SEVERITIES[words(value, field, 100, "").lower()]
    except KeyError:
        raise Unreadable(f"{field}: must be one of {', '.join(SEVERITIES)}") from None
