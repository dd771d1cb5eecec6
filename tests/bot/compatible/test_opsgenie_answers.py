"""The answers that clients of Opsgenie's Alert API read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.compatible.opsgenie import id_of
from bot.compatible.opsgenie_answers import (
    accepted,
    failed,
    found,
    in_list,
    pong,
    refused,
    request_status,
    whole,
)
from models.words import Severity, Status
from tests.bot.views.cards import ACKNOWLEDGED, MACHINE, RESOLVED

AT = datetime(2026, 11, 22, 3, 0, 0, 844_900, tzinfo=UTC)


def test_every_answer_tells_its_request_and_how_long_it_took() -> None:
    assert accepted("r", took=0.302) == {"result": "Request will be processed", "took": 0.302, "requestId": "r"}
    assert pong("r") == {"result": "PONG - Heartbeat received", "took": 0.0, "requestId": "r"}
    assert found([], "r", 0.1) == {"data": [], "took": 0.1, "requestId": "r"}
    assert failed("Could not authenticate", "r") == {"message": "Could not authenticate", "took": 0.0, "requestId": "r"}
    assert refused({"message": "m"}, "r") == {
        "message": "Request body is not processable. Please check the errors.",
        "errors": {"message": "m"},
        "took": 0.0,
        "requestId": "r",
    }


def test_what_came_of_a_request() -> None:
    assert request_status("Create", AT, 3, "Created alert", 17, "disk") == {
        "success": True,
        "action": "Create",
        "processedAt": "2026-11-22T03:00:00.844Z",
        "integrationId": "3",
        "isSuccess": True,
        "status": "Created alert",
        "alertId": id_of(17),
        "alias": "disk",
    }
    failed_one = request_status("Close", AT, 3, "Alert does not exist", None, "disk")
    assert (failed_one["isSuccess"], failed_one["alertId"], failed_one["alias"]) == (False, "", "")


def test_an_alert_with_everything_that_is_told_of_it() -> None:
    card = replace(
        MACHINE,
        details="1 % left",
        labels={"entity": "db1", "source": "zabbix", "team": "dba", "tags": "disk, prod", "env": "prod"},
    )
    told = whole(card, "alias:disk-db1", 3)
    assert (told["id"], told["tinyId"], told["alias"]) == (id_of(card.id), str(card.id), "disk-db1")
    assert (told["message"], told["description"], told["details"]) == (card.title, "1 % left", {"env": "prod"})
    assert (told["entity"], told["source"], told["tags"]) == ("db1", "zabbix", ["disk", "prod"])
    assert (told["status"], told["acknowledged"], told["snoozed"], told["report"]) == ("open", False, False, {})
    assert told["responders"] == []
    assert told["integration"] == {"id": "3", "name": card.source, "type": "API"}
    assert "snoozedUntil" not in told


@pytest.mark.parametrize(
    ("severity", "priority"),
    [(Severity.CRITICAL, "P1"), (Severity.HIGH, "P2"), (Severity.MEDIUM, "P3"), (Severity.LOW, "P4")],
)
def test_severities_are_priorities(severity: Severity, priority: str) -> None:
    assert in_list(replace(MACHINE, severity=severity), "alias:a", 1)["priority"] == priority


def test_whoever_has_the_alert_is_its_owner_and_how_long_it_took_is_reported() -> None:
    later = MACHINE.opened_at + timedelta(seconds=90)
    told = in_list(replace(ACKNOWLEDGED, acknowledged_at=later), "alias:a", 1)
    assert (told["acknowledged"], told["isSeen"], told["owner"]) == (True, True, "U0ALICE")
    assert told["report"] == {"ackTime": 90_000, "acknowledgedBy": "U0ALICE"}
    elsewhere = replace(ACKNOWLEDGED, acknowledged_by=None, acknowledged_from="alice@example.com")
    assert in_list(elsewhere, "alias:a", 1)["owner"] == "alice@example.com"


def test_what_is_closed_tells_when_and_what_is_snoozed_until_when() -> None:
    later = MACHINE.opened_at + timedelta(hours=1)
    told = in_list(replace(RESOLVED, acknowledged_at=None, closed_at=later, last_seen_at=later), "alias:a", 1)
    assert (told["status"], told["acknowledged"]) == ("closed", False)
    assert told["report"] == {"closeTime": 3_600_000, "closedBy": "U0BOB"}
    assert in_list(replace(ACKNOWLEDGED, status=Status.ACKNOWLEDGED, snoozed_until=AT), "alias:a", 1)[
        "snoozedUntil"
    ] == ("2026-11-22T03:00:00.844Z")
