"""Opsgenie's Alert API as it answers: every answer has `took` (in seconds) and `requestId`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.compatible.opsgenie import alias_of, id_of
from models.card import Card
from models.words import Severity, Status

FOUND_STATUS = 200
ACCEPTED_STATUS = 202
UNREADABLE_STATUS = 400
UNAUTHORIZED_STATUS = 401
FORBIDDEN_STATUS = 403
UNKNOWN_STATUS = 404
TOO_LARGE_STATUS = 413
REFUSED_STATUS = 422
THROTTLED_STATUS = 429
PRIORITIES = {Severity.CRITICAL: "P1", Severity.HIGH: "P2", Severity.MEDIUM: "P3", Severity.LOW: "P4"}
NO_SUCH_ALERT = "Alert does not exist"
NO_SUCH_HEARTBEAT = "Heartbeat does not exist"
NO_SUCH_REQUEST = "Request not found. It might not be processed, yet."
OWN_LABELS = ("entity", "source", "team", "tags")


def accepted(request_id: str, result: str = "Request will be processed", took: float = 0.0) -> dict[str, Any]:
    """The body of the 202: what came of it is told by the request's status."""
    return {"result": result, "took": took, "requestId": request_id}


def pong(request_id: str, took: float = 0.0) -> dict[str, Any]:
    """The body of the 202 for a heartbeat."""
    return accepted(request_id, "PONG - Heartbeat received", took)


def found(data: Any, request_id: str, took: float = 0.0) -> dict[str, Any]:
    """The body of the 200 for what was asked for."""
    return {"data": data, "took": took, "requestId": request_id}


def refused(errors: Mapping[str, str], request_id: str, took: float = 0.0) -> dict[str, Any]:
    """The body of the 422 for a request that is wrong."""
    return {
        "message": "Request body is not processable. Please check the errors.",
        "errors": dict(errors),
        "took": took,
        "requestId": request_id,
    }


def failed(message: str, request_id: str, took: float = 0.0) -> dict[str, Any]:
    """The body of every other refusal."""
    return {"message": message, "took": took, "requestId": request_id}


def request_status(
    action: str, at: datetime, source_id: int, status: str, number: int | None, alias: str
) -> dict[str, Any]:
    """What a request's status tells; without a `number` it has failed."""
    done = number is not None
    return {
        "success": done,
        "action": action,
        "processedAt": _moment(at),
        "integrationId": str(source_id),
        "isSuccess": done,
        "status": status,
        "alertId": id_of(number) if number is not None else "",
        "alias": alias if done else "",
    }


def in_list(card: Card, key: str, source_id: int) -> dict[str, Any]:
    """One alert of a list; `key` is its signal's."""
    return {
        "id": id_of(card.id),
        "tinyId": str(card.id),
        "alias": alias_of(key),
        "message": card.title,
        "status": "open" if card.status.is_live else "closed",
        "acknowledged": card.status is Status.ACKNOWLEDGED,
        "isSeen": card.acknowledged_at is not None,
        "tags": _split(card.labels.get("tags", "")),
        "snoozed": card.snoozed_until is not None,
        **({"snoozedUntil": _moment(card.snoozed_until)} if card.snoozed_until else {}),
        "count": card.count,
        "lastOccurredAt": _moment(card.last_seen_at),
        "createdAt": _moment(card.opened_at),
        "updatedAt": _moment(max(filter(None, (card.last_seen_at, card.acknowledged_at, card.closed_at)))),
        "source": card.labels.get("source", ""),
        "owner": card.acknowledged_from or card.acknowledged_by or "",
        "priority": PRIORITIES[card.severity],
        "responders": [],
        "integration": {"id": str(source_id), "name": card.source, "type": "API"},
        "report": _report(card),
    }


def whole(card: Card, key: str, source_id: int) -> dict[str, Any]:
    """One alert with everything that is told of it."""
    return {
        **in_list(card, key, source_id),
        "actions": [],
        "entity": card.labels.get("entity", ""),
        "description": card.details,
        "details": {name: each for name, each in card.labels.items() if name not in OWN_LABELS},
    }


def _report(card: Card) -> dict[str, Any]:
    """How long it took until the answers, in milliseconds, and whose they were."""
    told: dict[str, Any] = {}
    if card.acknowledged_at:
        told["ackTime"] = _milliseconds(card.opened_at, card.acknowledged_at)
        told["acknowledgedBy"] = card.acknowledged_from or card.acknowledged_by or ""
    if card.closed_at:
        told["closeTime"] = _milliseconds(card.opened_at, card.closed_at)
        told["closedBy"] = card.closed_by or ""
    return told


def _milliseconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() * 1000)


def _moment(moment: datetime) -> str:
    """As Opsgenie writes moments: 2017-05-24T14:24:20.844Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _split(tags: str) -> Sequence[str]:
    return [each for each in tags.split(", ") if each]
