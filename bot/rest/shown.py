"""Alerts as JSON, as docs/openapi.yml describes them: moments in ISO 8601 and UTC, people by Slack id and name."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from models.actions.listing import Counts, People
from models.card import Card, Details, ReceiptLine, TimelineEntry

Json = dict[str, Any]


def slack_ids(card: Card) -> Iterator[str]:
    """Everybody of our side whom the JSON of this alert names."""
    named = (card.client_owner, card.raised_by, card.acknowledged_by, card.closed_by, *card.paged)
    return (each for each in named if each)


def row_ids(details: Details) -> set[int]:
    """Everybody whom the entries of this alert's timeline name by row id."""
    return {each for entry in details.entries for each in _people_of(entry)}


def told(details: Details) -> set[str]:
    """Everybody whom this alert with its timeline and receipts names by Slack id."""
    entries = {who for each in details.entries for who in (each.person, each.detail.get("to")) if isinstance(who, str)}
    return {*slack_ids(details.card), *entries, *(each.person for each in details.receipts)}


def alert(card: Card, people: People) -> Json:
    """One alert."""
    return {
        "id": card.id,
        "status": card.status.value,
        "severity": card.severity.label,
        "epoch": card.epoch,
        "origin": card.origin.value,
        "title": card.title,
        "details": card.details,
        "link": card.link,
        "labels": dict(card.labels),
        "count": card.count,
        "opened_at": _moment(card.opened_at),
        "last_seen_at": _moment(card.last_seen_at),
        "source": _source(card),
        "raised_by": _person(card.raised_by, people),
        **_about_client(card, people),
        **_answers(card, people),
        **_escalation(card, people),
    }


def _about_client(card: Card, people: People) -> Json:
    renews = card.client_renews.isoformat() if card.client_renews else None
    owner = _person(card.client_owner, people)
    client = {"name": card.client, "tier": card.client_tier, "owner": owner, "renews_on": renews}
    return {
        "client": client if card.client else None,
        "channel": card.channel or None,
        "author": card.author or None,
        "excerpt": card.excerpt,
        "indicators": list(card.indicators),
        "suggested_action": card.suggested_action,
    }


def _answers(card: Card, people: People) -> Json:
    return {
        "acknowledged_at": _moment(card.acknowledged_at),
        "acknowledged_by": _person(card.acknowledged_by, people),
        "acknowledged_from": card.acknowledged_from,
        "snoozed_until": _moment(card.snoozed_until),
        "closed_at": _moment(card.closed_at),
        "closed_by": _person(card.closed_by, people),
        "notes": card.notes,
    }


def _escalation(card: Card, people: People) -> Json:
    return {
        "policy": card.policy,
        "level": card.level,
        "levels": card.levels,
        "lap": card.lap,
        "laps": card.laps,
        "paged": [_person(each, people) for each in card.paged],
        "next_step_at": _moment(card.next_step_at),
        "silenced_until": _moment(card.silenced_until),
        "exhausted_at": _moment(card.exhausted_at),
        "opens_again_at": _moment(card.opens_again_at),
    }


def counts(found: Counts) -> Json:
    return {
        "total": found.total,
        "status": {each.value: count for each, count in found.statuses.items()},
        "severity": {each.label: count for each, count in found.severities.items()},
    }


def details(found: Details, people: People) -> Json:
    """One alert with its timeline and the receipts of its pages, the oldest first."""
    return {
        "alert": alert(found.card, people),
        "timeline": [_entry(each, people) for each in found.entries],
        "receipts": [_receipt(each, people) for each in found.receipts],
    }


def _entry(entry: TimelineEntry, people: People) -> Json:
    detail = dict(entry.detail)
    if "people" in detail:
        detail["people"] = [_person(people.slack_ids.get(each), people) for each in _people_of(entry)]
    if isinstance(detail.get("to"), str):
        detail["to"] = _person(str(detail["to"]), people)
    return {
        "at": _moment(entry.at),
        "kind": entry.kind,
        "person": _person(entry.person, people),
        "detail": detail,
    }


def _people_of(entry: TimelineEntry) -> list[int]:
    found = entry.detail.get("people")
    return [each for each in found if isinstance(each, int)] if isinstance(found, list) else []


def _receipt(line: ReceiptLine, people: People) -> Json:
    return {
        "person": _person(line.person, people),
        "way": line.way,
        "state": line.state,
        "at": _moment(line.at),
        "level": line.level if line.level > 0 else None,
        "lap": line.lap,
        "result": line.result or "",
    }


def _source(card: Card) -> Mapping[str, str] | None:
    kind, _, name = card.source.partition(" ")
    return {"kind": kind, "name": name} if kind else None


def _person(slack_id: str | None, people: People) -> Mapping[str, str] | None:
    return {"slack_id": slack_id, "name": people.names.get(slack_id, "")} if slack_id else None


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
