"""Uptime Kuma's notification of the type Webhook, with the preset body application/json.

    {"heartbeat": {"monitorID": 29, "status": 0, "time": "2026-11-21 23:59:26.527", "msg": "connect ECONNREFUSED",
                   "important": true, "duration": 60, "timezone": "Europe/Berlin", "timezoneOffset": "+01:00"},
     "monitor": {"id": 29, "name": "Shop", "url": "https://shop.example", "type": "http",
                 "tags": [{"name": "severity", "value": "critical"}]},
     "msg": "[Shop] [Down] connect ECONNREFUSED"}

A heartbeat's time is UTC, and the start of a problem only where `important` says that the state has changed. What
comes without a heartbeat, such as a certificate that will expire, is a signal that nothing resolves.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    TITLE_LENGTH,
    Unreadable,
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
from models.words import Severity

NAME = "Uptime Kuma"
SNIPPET = """\
Settings > Notifications > Setup Notification
Notification Type:  Webhook
Post URL:           {address}
Request Body:       Preset - application/json
"""
OF_NOTICES = Severity.LOW
DOWN, UP, PENDING, MAINTENANCE = range(4)


def parse(payload: Any) -> list[Signal]:
    """One signal, or none while a monitor is pending or under maintenance; raises Unreadable."""
    body = mapping(payload, "body")
    if body.get("heartbeat") is None:
        return [_notice(body)]
    beat, monitor = mapping(body["heartbeat"], "heartbeat"), mapping(body.get("monitor"), "monitor")
    state = beat.get("status")
    if isinstance(state, bool) or state not in (DOWN, UP, PENDING, MAINTENANCE):
        raise Unreadable("heartbeat.status: must be 0 (down), 1 (up), 2 (pending) or 3 (maintenance)")
    return [_signal(beat, monitor)] if state in (DOWN, UP) else []


def _signal(beat: Mapping[str, Any], monitor: Mapping[str, Any]) -> Signal:
    name = words(monitor.get("name"), "monitor.name", TITLE_LENGTH - len(" is down"))
    said = {"monitor": name, "type": monitor.get("type"), "hostname": monitor.get("hostname")}
    tags = _tags(monitor.get("tags"))
    return Signal(
        key=f"monitor:{words(monitor.get('id'), 'monitor.id', KEY_LENGTH)}",
        firing=beat["status"] == DOWN,
        title=f"{name} is {'down' if beat['status'] == DOWN else 'up'}",
        severity=severity(tags.get("severity")),
        details=prose(beat.get("msg"), "heartbeat.msg"),
        link=link(monitor.get("url")),
        labels=labels(said, "monitor", tags),
        started_at=_changed_at(beat),
    )


def _tags(value: Any) -> dict[str, Any]:
    """Tags have a name and, if somebody wrote one, a value."""
    found = [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
    named = [(each["name"], each.get("value")) for each in found if isinstance(each.get("name"), str)]
    return {name: tag or name for name, tag in named}


def _changed_at(beat: Mapping[str, Any]) -> datetime | None:
    return moment(beat.get("time"), "heartbeat.time") if beat.get("important") is True else None


def _notice(body: Mapping[str, Any]) -> Signal:
    text = words(body.get("msg"), "msg", TITLE_LENGTH)
    return Signal(key=typed_key("message", text), firing=True, title=text, severity=OF_NOTICES)
