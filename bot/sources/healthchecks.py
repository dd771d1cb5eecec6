"""Healthchecks.io's integration Webhook. The body is ours, filled from its placeholders: see SNIPPET.

    {"check": "803f680d-e89b-492b-82ef-2be7b774a92d", "name": "Database Backup", "status": "down",
     "tags": "production db", "now": "2026-11-21T23:59:26+00:00", "link": "https://healthchecks.io/checks/803f…/details/"}

A tag that is a word for a severity, such as `critical`, says how bad it is.
"""

from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    LABEL_LENGTH,
    LABELS_AT_MOST,
    SEVERITIES,
    TITLE_LENGTH,
    Unreadable,
    labels,
    link,
    mapping,
    moment,
    prose,
    severity,
    words,
)
from models.signal import Signal

NAME = "Healthchecks"
SNIPPET = """\
Integrations > Webhook, the same for "down" and for "up":
URL:           POST {address}
Request Body:
{"check": "$CODE", "name": $NAME_JSON, "status": "$STATUS", "tags": "$TAGS", "now": "$NOW",
 "exit_status": "$EXITSTATUS", "link": "https://healthchecks.io/checks/$CODE/details/"}
"""


def parse(payload: Any) -> list[Signal]:
    """The signal of one check; raises Unreadable."""
    body = mapping(payload, "body")
    status = words(body.get("status"), "status", LABEL_LENGTH).lower()
    if status not in ("up", "down"):
        raise Unreadable("status: must be up or down")
    name = words(body.get("name"), "name", TITLE_LENGTH - len(" is down"), "") or "A check without a name"
    tags = words(body.get("tags"), "tags", LABELS_AT_MOST * LABEL_LENGTH, "").split()
    said = {"check": name, "exit_status": body.get("exit_status")}
    return [
        Signal(
            key=f"check:{words(body.get('check'), 'check', KEY_LENGTH)}",
            firing=status == "down",
            title=f"{name} is {status}",
            severity=severity(next((tag for tag in tags if tag.lower() in SEVERITIES), None)),
            details=prose(body.get("details"), "details"),
            link=link(body.get("link")),
            labels=labels(said, "tags", _named(tags)),
            started_at=moment(body.get("now"), "now"),
        )
    ]


def _named(tags: list[str]) -> dict[str, str]:
    """Tags are `name:value`, `name=value`, or a name alone."""
    pairs = [tag.replace("=", ":", 1).partition(":") for tag in tags]
    return {name: value or name for name, _, value in pairs}
