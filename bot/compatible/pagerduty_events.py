"""PagerDuty's Events API v2: `POST /v2/enqueue`; see "Send an Alert Event" in its developer documentation.

    {"routing_key": "…32 characters…", "event_action": "trigger", "dedup_key": "disk-db1",
     "payload": {"summary": "Disk is full on db1", "source": "db1", "severity": "critical", "component": "disk",
                 "group": "prod", "class": "DiskFull", "timestamp": "2026-11-22T03:00:00.000+0000",
                 "custom_details": {"free": "1 %"}},
     "links": [{"href": "https://grafana.example/d/abc", "text": "dashboard"}],
     "images": [{"src": "https://grafana.example/render.png", "href": "https://grafana.example/d/abc", "alt": "graph"}],
     "client": "Alertmanager", "client_url": "http://alertmanager.example/#/alerts"}

Acknowledge and resolve need `routing_key`, `event_action` and `dedup_key` only. The errors are worded as PagerDuty
words them, for people who know them and for clients that show them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.sources.reading import (
    DETAILS_LENGTH,
    TITLE_LENGTH,
    Unreadable,
    labels,
    link,
    moment,
    one_line,
    several_lines,
    severity,
)
from models.signal import Signal
from models.words import Severity

SEVERITIES = {
    "critical": Severity.CRITICAL,
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
}
ROUTING_KEY_LENGTH = 32
DEDUP_KEY_LENGTH = 255
SUMMARY_LENGTH = 1024
DETAIL_LENGTH = 500
ATTACHED_AT_MOST = 10
ATTACHED_LENGTH = 1000
ALT_LENGTH = 100
ACCEPTED_STATUS = 202
REFUSED_STATUS = 400
FORBIDDEN_STATUS = 403
TOO_LARGE_STATUS = 413
THROTTLED_STATUS = 429


class Action(StrEnum):
    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class Event:
    """What is asked. `key` is the signal's, `dedup_key` the sender's own word for it.

    `signal` is firing for a trigger, resolved for a resolve, and None for an acknowledge.
    """

    routing_key: str
    action: Action
    dedup_key: str
    key: str
    signal: Signal | None


class Refused(ValueError):
    """The event is not one of the API's; `errors` says why, an error each."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = tuple(errors)


def read(body: Any, fresh_key: str) -> Event:
    """The event that `body` holds; a trigger without a key of its own gets `fresh_key`. Raises Refused."""
    if not isinstance(body, Mapping):
        raise Refused(["Event object must be a JSON object"])
    if errors := list(_errors(body)):
        raise Refused(errors)
    action = Action(_text(body["event_action"]))
    dedup_key = _text(body.get("dedup_key")) or fresh_key
    key = f"dedup:{dedup_key}"
    signal = None if action is Action.ACKNOWLEDGE else _signal(body, key, dedup_key, firing=action is Action.TRIGGER)
    return Event(_text(body["routing_key"]), action, dedup_key, key, signal)


def routing_key(body: Any) -> str:
    """The routing key of whatever came; nothing when there is none."""
    return _text(body.get("routing_key")) if isinstance(body, Mapping) else ""


def accepted(event: Event) -> dict[str, Any]:
    """The body of the 202: the sender needs the key to acknowledge and to resolve."""
    return {"status": "success", "message": "Event processed", "dedup_key": event.dedup_key}


def refused(errors: Iterable[str]) -> dict[str, Any]:
    """The body of the 400 for an event that is wrong."""
    return {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)}


def unknown_routing_key() -> dict[str, Any]:
    """The body of the 400 when no source has this routing key."""
    return refused(["Invalid routing key"])


def unrecognized() -> dict[str, Any]:
    """The body of the 400 for what is no JSON."""
    return {
        "status": "Unrecognized object",
        "message": "Event object format is unrecognized",
        "errors": ["JSON parse error"],
    }


def throttled() -> dict[str, Any]:
    """The body of the 429 for events that arrive too quickly."""
    return {
        "status": "throttle exceeded",
        "message": "Requests for this service are arriving too quickly. Please retry later.",
        "errors": ["Enhance Your Calm."],
    }


def _errors(body: Mapping[str, Any]) -> Iterable[str]:
    yield from _routing_key_errors(body.get("routing_key"))
    action = _text(body.get("event_action"))
    if not action:
        yield "'event_action' is missing or blank"
    elif action not in tuple(Action):
        yield "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"
    key = _text(body.get("dedup_key"))
    if len(key) > DEDUP_KEY_LENGTH:
        yield f"Length of 'dedup_key' is incorrect (should be at most {DEDUP_KEY_LENGTH} characters)"
    if action == Action.TRIGGER:
        yield from _payload_errors(body.get("payload"))
    elif action in tuple(Action) and not key:
        yield "'dedup_key' is missing or blank"


def _routing_key_errors(value: Any) -> Iterable[str]:
    if not _text(value):
        yield "'routing_key' cannot be blank"
    elif len(_text(value)) != ROUTING_KEY_LENGTH:
        yield f"Length of 'routing_key' is incorrect (should be {ROUTING_KEY_LENGTH} characters)"


def _payload_errors(payload: Any) -> Iterable[str]:
    if not isinstance(payload, Mapping):
        yield "'payload' is missing or blank"
        return
    for name in ("summary", "source", "severity"):
        if not _text(payload.get(name)):
            yield f"'payload.{name}' is missing or blank"
    bad = _text(payload.get("severity")).lower()
    if bad and bad not in SEVERITIES:
        yield "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"


def _text(value: Any) -> str:
    """A line of text; nothing for what is missing, blank or no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value), SUMMARY_LENGTH)


def _signal(body: Mapping[str, Any], key: str, dedup_key: str, firing: bool) -> Signal:
    """A resolve may come without a payload, and has no time: it ends what is open, whenever that began."""
    payload = body.get("payload")
    payload = payload if isinstance(payload, Mapping) else {}
    details = payload.get("custom_details")
    said = {name: payload.get(name) for name in ("source", "component", "group", "class")}
    return Signal(
        key=key,
        firing=firing,
        title=_text(payload.get("summary"))[:TITLE_LENGTH] or dedup_key,
        severity=severity(payload.get("severity"), table=SEVERITIES),
        details=_with_attached(_details(details), body),
        link=_link(body),
        labels=labels({**said, "client": body.get("client")}, "payload", _short(details)),
        started_at=_moment(payload.get("timestamp")) if firing else None,
    )


def _moment(value: Any) -> datetime | None:
    """A page is not refused for a time that cannot be read."""
    try:
        return moment(value, "timestamp")
    except Unreadable:
        return None


def _details(details: Any) -> str:
    """A line for each detail, more for those that have more."""
    if not isinstance(details, Mapping):
        return several_lines(_shown(details))
    return several_lines("\n".join(f"{name}: {text}" for name, each in details.items() if (text := _shown(each))))


def _shown(value: Any) -> str:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _short(details: Any) -> dict[str, Any]:
    """The details that are short enough to be matched by a route."""
    found = details.items() if isinstance(details, Mapping) else ()
    return {name: each for name, each in found if len(str(_text(each))) <= DETAIL_LENGTH and not _has_lines(each)}


def _has_lines(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.strip()


def _with_attached(details: str, body: Mapping[str, Any]) -> str:
    """The details and, after them, a line for each link and image, for which the details make room."""
    lines = [f"{_text(each.get('text'))[:ALT_LENGTH] or 'Link'}: {link(each.get('href'))}" for each in _links(body)]
    for image in _images(body):
        lines.append(f"{_text(image.get('alt'))[:ALT_LENGTH] or 'Image'}: {link(image.get('src'))}")
    attached = ""
    for line in lines[:ATTACHED_AT_MOST]:
        if len(attached) + len(line) < ATTACHED_LENGTH:
            attached += f"\n{line}"
    return several_lines(details[: DETAILS_LENGTH - len(attached)].rstrip() + attached)


def _links(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _attached(body.get("links"), "href")


def _images(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _attached(body.get("images"), "src")


def _attached(value: Any, address: str) -> list[Mapping[str, Any]]:
    """Those that have an address that can be followed."""
    found = value if isinstance(value, list) else []
    return [each for each in found if isinstance(each, Mapping) and link(each.get(address))]


def _link(body: Mapping[str, Any]) -> str:
    """The first link that the sender attached, else what its first image leads to, else the sender's own page."""
    found = [link(each.get("href")) for each in (*_links(body), *_images(body))]
    return next((each for each in found if each), "") or link(body.get("client_url"))
