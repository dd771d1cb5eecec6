"""Opsgenie's Alert API: create, close, acknowledge, note, and the answers that its clients expect."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.compatible.opsgenie import (
    SEVERITIES,
    Action,
    Change,
    Identifier,
    Refused,
    api_key,
    id_of,
    read_change,
    read_create,
    read_identifier,
)
from models.signal import Signal
from models.words import Severity
from tests.bot.sources.contract import HOSTILE, ODD, changed, check
from tests.bot.sources.places import places, with_value, without

ALERT: dict[str, Any] = {
    "message": "Disk is full on db1",
    "alias": "disk-db1",
    "description": "1 % left\nof 500 GB",
    "responders": [{"name": "dba", "type": "team"}, {"username": "alice@example.com", "type": "user"}],
    "visibleTo": [{"name": "all", "type": "team"}],
    "actions": ["Restart"],
    "tags": ["disk", "prod"],
    "details": {"env": "prod", "free": 1, "url": "https://grafana.example/d/abc"},
    "entity": "db1",
    "source": "zabbix",
    "priority": "P1",
    "user": "Zabbix",
    "note": "opened by a trigger",
}


def test_an_alert_is_created_with_everything_it_says() -> None:
    created = read_create(ALERT, "fresh")
    assert (created.alias, created.key, created.note) == ("disk-db1", "alias:disk-db1", "opened by a trigger")
    assert created.signal == Signal(
        key="alias:disk-db1",
        firing=True,
        title="Disk is full on db1",
        severity=Severity.CRITICAL,
        details="1 % left\nof 500 GB",
        link="https://grafana.example/d/abc",
        labels={
            "entity": "db1",
            "source": "zabbix",
            "team": "dba",
            "tags": "disk, prod",
            "env": "prod",
            "free": "1",
            "url": "https://grafana.example/d/abc",
        },
    )


def test_only_a_message_is_needed() -> None:
    created = read_create({"message": "x"}, "fresh")
    assert created.signal == Signal(key="alias:fresh", firing=True, title="x", severity=Severity.MEDIUM)
    assert created.alias == "fresh"


@pytest.mark.parametrize(("priority", "severity"), SEVERITIES.items())
def test_priorities(priority: str, severity: Severity) -> None:
    for said in (priority, priority.upper()):
        assert read_create({"message": "x", "priority": said}, "fresh").signal.severity is severity


def test_teams_are_found_in_their_older_field_too() -> None:
    assert read_create({"message": "x", "teams": [{"name": "dba"}]}, "f").signal.labels == {"team": "dba"}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"message": "Message can not be empty."}),
        (None, {"message": "Message can not be empty."}),
        ({"message": "x", "priority": "P6"}, {"priority": "Priority must be one of P1, P2, P3, P4, P5."}),
        ({"message": "x", "alias": "x" * 513}, {"alias": "Alias can not be longer than 512 characters."}),
        ({"priority": "high"}, {"message": "", "priority": ""}),
        ([], {"body": "Request body must be a JSON object."}),
    ],
)
def test_what_is_wrong_is_told_by_field(body: Any, errors: dict[str, str]) -> None:
    with pytest.raises(Refused) as raised:
        read_create(body, "fresh")
    assert list(raised.value.errors) == list(errors)
    for field, why in errors.items():
        assert raised.value.errors[field].startswith(why)


@pytest.mark.parametrize("identifier_type", ["", "id", "alias"])
@pytest.mark.parametrize("action", Action)
def test_changes_find_the_alert_by_its_alias(action: Action, identifier_type: str) -> None:
    body = {"user": "alice", "source": "zabbix", "note": "cleaned up"}
    change = read_change(action, "disk-db1", identifier_type, body)
    assert change == Change(action, Identifier(key="alias:disk-db1"), "alice", "zabbix", "cleaned up")
    assert change.identifier.key == read_create(ALERT, "fresh").key


def test_a_close_and_an_acknowledge_need_no_body_and_a_note_does() -> None:
    assert read_change(Action.CLOSE, "a", "alias", None).note == ""
    assert read_change(Action.ACKNOWLEDGE, "a", "alias", {}).user == ""
    with pytest.raises(Refused, match=r"note: Note can not be empty\."):
        read_change(Action.NOTE, "a", "alias", {"note": " "})


@pytest.mark.parametrize(
    ("identifier", "identifier_type", "meant"),
    [
        (id_of(17), "id", Identifier(17)),
        (id_of(17).upper(), "", Identifier(17)),
        (id_of(17), "alias", Identifier(key=f"alias:{id_of(17)}")),
        ("17", "tiny", Identifier(17)),
        ("17", "", Identifier(key="alias:17")),
        ("seventeen", "tiny", Identifier()),
        ("9" * 19, "tiny", Identifier()),
        ("8743a1b2-11da-480e-8493-744660987bef", "id", Identifier(key="alias:8743a1b2-11da-480e-8493-744660987bef")),
    ],
)
def test_an_alert_is_named_by_id_alias_or_tiny_id(identifier: str, identifier_type: str, meant: Identifier) -> None:
    assert read_identifier(identifier, identifier_type) == meant


def test_an_address_that_names_no_alert_is_told_with_what_else_is_wrong() -> None:
    with pytest.raises(Refused) as raised:
        read_change(Action.NOTE, " ", "name", None)
    assert raised.value.errors == {
        "identifier": "Identifier can not be empty.",
        "identifierType": "Identifier type must be id, alias or tiny.",
        "note": "Note can not be empty.",
    }


@given(st.integers(1, 2**47))
def test_an_id_leads_back_to_its_number(number: int) -> None:
    assert read_identifier(id_of(number), "id") == Identifier(number)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("GenieKey eb243592-faa2", "eb243592-faa2"),
        ("geniekey  eb243592-faa2 ", "eb243592-faa2"),
        ("Bearer eb243592-faa2", ""),
        ("GenieKey", ""),
        ("", ""),
    ],
)
def test_the_key_is_in_the_header(header: str, key: str) -> None:
    assert api_key(header) == key


def outcome(body: Any) -> None:
    """Refused with reasons, or sound."""
    try:
        signals = [read_create(body, "fresh").signal]
    except Refused as why:
        reasons = why.errors
    else:
        check(signals)
        return
    assert reasons
    assert all(reasons.values())


def test_hostile_text_and_missing_fields_are_refused_or_harmless() -> None:
    for place in places(ALERT):
        if place:
            outcome(without(ALERT, place))
        for text in HOSTILE:
            outcome(with_value(ALERT, place, text))


@given(st.data())
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_only_refused_is_raised(data: st.DataObject) -> None:
    body: Any = ALERT
    for _ in range(data.draw(st.integers(1, 3))):
        body = changed(data, body)
    outcome(body)


@given(st.sampled_from(Action), st.sampled_from(HOSTILE), st.sampled_from(["", "id", "alias", "tiny"]), ODD)
def test_whatever_is_to_be_changed_only_refused_is_raised(
    action: Action, identifier: str, identifier_type: str, body: Any
) -> None:
    try:
        change = read_change(action, identifier, identifier_type, {"note": body, "user": body})
    except Refused as why:
        reasons = why.errors
    else:
        check([Signal(key=key, firing=False, title="over")] if (key := change.identifier.key) else [])
        return
    assert all(reasons.values())
