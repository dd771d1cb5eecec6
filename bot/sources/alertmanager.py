"""Prometheus Alertmanager's webhook, version 4; see its documentation on `webhook_config`.

    {"version": "4", "status": "firing", "groupKey": "…", "externalURL": "http://alertmanager:9093",
     "alerts": [{"status": "firing", "labels": {"alertname": "HighLatency", "severity": "critical"},
                 "annotations": {"summary": "…", "description": "…"}, "startsAt": "2026-11-21T23:59:26.919Z",
                 "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://…", "fingerprint": "e147ac8fa51f44a8"}]}

Each alert of the group is a signal of its own, by its fingerprint and the time it started at. Where two Prometheus tell
of the same problem that time may become earlier while it lasts. What a receiver's `max_alerts` left out is told as one
more signal, with the labels that all of the group have in common.
"""

from collections.abc import Mapping
from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    LABEL_LENGTH,
    TITLE_LENGTH,
    Unreadable,
    items,
    labels,
    link,
    mapping,
    moment,
    prose,
    severity,
    typed_key,
    words,
)
from models.signal import Signal

NAME = "Alertmanager"
SNIPPET = """\
receivers:
  - name: heed
    webhook_configs:
      - url: {address}
        send_resolved: true
"""


def parse(payload: Any) -> list[Signal]:
    """One signal for each alert of the group; raises Unreadable."""
    body = mapping(payload, "body")
    found = [signal(each, f"alerts[{index}]") for index, each in enumerate(items(body.get("alerts"), "alerts"))]
    return found + left_out(body)


def left_out(body: Mapping[str, Any]) -> list[Signal]:
    """What says that alerts of this group were not sent, because the receiver takes only so many at once."""
    number = body.get("truncatedAlerts")
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        return []
    return [
        Signal(
            key=typed_key("truncated", words(body.get("groupKey"), "groupKey", LABEL_LENGTH, "")),
            firing=True,
            title=f"{number} alerts were left out by the sender",
            details="Its max_alerts lets only so many through at once: look there which they are, and raise it.",
            link=link(body.get("externalURL")),
            labels=labels(body.get("commonLabels"), "commonLabels"),
        )
    ]


def signal(raw: Any, field: str) -> Signal:
    """One alert of the group, which is at `field`; raises Unreadable."""
    alert = mapping(raw, field)
    state = alert.get("status")
    if state not in ("firing", "resolved"):
        raise Unreadable(f"{field}.status: must be firing or resolved")
    named = labels(alert.get("labels"), f"{field}.labels")
    notes = mapping(alert.get("annotations") or {}, f"{field}.annotations")
    title = words(notes.get("summary"), f"{field}.annotations.summary", TITLE_LENGTH, "")
    return Signal(
        key=f"fingerprint:{words(alert.get('fingerprint'), f'{field}.fingerprint', KEY_LENGTH)}",
        firing=state == "firing",
        title=title or (named.get("alertname") or "Alert without a name")[:TITLE_LENGTH],
        severity=severity(named.get("severity")),
        details=prose(notes.get("description"), f"{field}.annotations.description"),
        link=link(alert.get("generatorURL")),
        labels=named,
        started_at=moment(alert.get("startsAt"), f"{field}.startsAt"),
        ended_at=moment(alert.get("endsAt"), f"{field}.endsAt") if state == "resolved" else None,
    )
