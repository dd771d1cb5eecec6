"""Datadog's Webhooks integration. The payload is ours, filled from its variables: see SNIPPET.

    {"transition": "Triggered", "cycle": "7716548234011", "monitor": "148275309", "scope": "host:web-1",
     "title": "CPU is high on web-1", "priority": "P1", "message": "…", "tags": "env:prod,team:shop",
     "date": "1790504100000", "link": "https://app.datadoghq.com/event/event?id=…"}

A cycle goes from the trigger to the recovery. The date is the notification's, so it is the start of a problem only
where the transition is none that repeats ("Re-Triggered", "Renotify").
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    LABEL_LENGTH,
    LABELS_AT_MOST,
    TITLE_LENGTH,
    epoch,
    labels,
    link,
    mapping,
    prose,
    severity,
    typed_key,
    words,
)
from models.signal import Signal
from models.words import Severity

NAME = "Datadog"
SNIPPET = """\
Name:     heed
URL:      {address}
Payload:
{
  "transition": "$ALERT_TRANSITION",
  "cycle": "$ALERT_CYCLE_KEY",
  "monitor": "$ALERT_ID",
  "scope": "$ALERT_SCOPE",
  "title": "$ALERT_TITLE",
  "priority": "$ALERT_PRIORITY",
  "message": "$TEXT_ONLY_MSG",
  "metric": "$ALERT_METRIC",
  "host": "$HOSTNAME",
  "tags": "$TAGS",
  "date": "$DATE",
  "link": "$LINK"
}
"""
SEVERITIES = {
    "p1": Severity.CRITICAL,
    "p2": Severity.HIGH,
    "p3": Severity.MEDIUM,
    "p4": Severity.LOW,
    "p5": Severity.LOW,
    "triggered": Severity.HIGH,
    "re-triggered": Severity.HIGH,
    "no data": Severity.HIGH,
    "re-no data": Severity.HIGH,
    "warn": Severity.MEDIUM,
    "re-warn": Severity.MEDIUM,
}
"""The monitor's priority decides; without one, the transition."""


def parse(payload: Any) -> list[Signal]:
    """The signal of one monitor and one group; raises Unreadable."""
    body = {key: _known(value) for key, value in mapping(payload, "body").items()}
    transition = words(body.get("transition"), "transition", LABEL_LENGTH).lower()
    repeats = transition.startswith(("re-", "renotify"))
    return [
        Signal(
            key=_key(body),
            firing="recovered" not in transition,
            title=words(body.get("title"), "title", TITLE_LENGTH),
            severity=severity(body.get("priority"), severity(transition, table=SEVERITIES), SEVERITIES),
            details=prose(body.get("message"), "message"),
            link=link(body.get("link")),
            labels=_labels(body),
            started_at=None if repeats else epoch(body.get("date")),
        )
    ]


def _known(value: Any) -> Any:
    """Nothing for a variable that has no value here: Datadog leaves it empty, or as it stands."""
    return None if isinstance(value, str) and re.fullmatch(r"\s*|\$[A-Z_]+", value) else value


def _key(body: Mapping[str, Any]) -> str:
    cycle = words(body.get("cycle"), "cycle", KEY_LENGTH, "")
    if cycle:
        return f"cycle:{cycle}"
    scope = words(body.get("scope"), "scope", 10 * KEY_LENGTH, "")
    return typed_key("monitor", words(body.get("monitor"), "monitor, cycle", KEY_LENGTH), scope)


def _labels(body: Mapping[str, Any]) -> dict[str, str]:
    """Tags are `name:value`, or a name alone."""
    said = {name: body.get(name) for name in ("monitor", "scope", "metric", "host", "priority")}
    tags = words(body.get("tags"), "tags", LABELS_AT_MOST * LABEL_LENGTH, "").split(",")
    pairs = (tag.strip().partition(":") for tag in tags)
    return labels(said, "tags", {name: value or name for name, _, value in pairs})
