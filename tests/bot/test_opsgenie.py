"""Opsgenie's Alert API as its tools use it: the answers, and what becomes of the alerts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests
from sqlalchemy import func, select

from bot.compatible.opsgenie import id_of
from bot.limits import Limits
from models.actions import heartbeats, reading, sources, workspaces
from models.card import Card
from models.heartbeat import Rhythm
from models.tables import Alert, RequestRow, Source
from models.words import Severity, Status
from tests.world import World, everything

KEY, OTHER = "eb243592-faa2-4ba2-a551-1afdf565c889", "c9cec2cb-e782-4ebb-bc1d-1b2fa703cf03"
ALERT = {
    "message": "Disk is full on db1",
    "alias": "disk-db1",
    "description": "1 % left",
    "tags": ["disk", "prod"],
    "details": {"env": "prod"},
    "entity": "db1",
    "source": "zabbix",
    "priority": "P1",
}
Call = Callable[..., requests.Response]


@pytest.fixture
def ask(world: World) -> Call:
    """Calls the API with the key of a source; what follows has happened afterwards."""
    add(world, "prod", KEY)

    def call(method: str, path: str, body: Any = None, key: str = KEY) -> requests.Response:
        headers = {"Authorization": f"GenieKey {key}"}
        answer = requests.request(method, f"{world.url}/v2/{path}", json=body, headers=headers, timeout=10)
        world.settle()
        return answer

    return call


def add(world: World, name: str, secret: str, **more: Any) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        sources.put_source(session, workspace.id, "opsgenie", name, secret, **more)


def card(world: World, number: int = 1) -> Card:
    with world.context.db.begin() as session:
        found = reading.card(session, world.person("alice").workspace_id, number)
    assert found is not None
    return found


def status_of(ask: Call, answer: requests.Response) -> dict[str, Any]:
    """What came of the request that was answered so."""
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["result"] == "Request will be processed"
    found = ask("GET", f"alerts/requests/{told['requestId']}")
    assert found.status_code == 200
    data: dict[str, Any] = found.json()["data"]
    return data


def test_an_alert_is_created_and_pages_and_its_request_tells_its_id(world: World, ask: Call) -> None:
    done = status_of(ask, ask("POST", "alerts", ALERT))
    assert (done["action"], done["isSuccess"], done["status"]) == ("Create", True, "Created alert")
    assert (done["alertId"], done["alias"]) == (id_of(1), "disk-db1")
    shown = everything(world.expect_page("alice", "Critical: Disk is full on db1"))
    assert "from opsgenie prod" in shown
    assert "env=prod" in shown


@pytest.mark.parametrize(
    ("identifier", "query"),
    [("disk-db1", "?identifierType=alias"), ("1", "?identifierType=tiny"), (id_of(1), ""), ("disk-db1", "")],
    ids=["alias", "tiny id", "id", "alias for an id"],
)
def test_it_is_found_acknowledged_and_closed_by_any_of_its_names(
    world: World, ask: Call, identifier: str, query: str
) -> None:
    ask("POST", "alerts", ALERT)
    found = ask("GET", f"alerts/{identifier}{query}").json()["data"]
    assert (found["id"], found["tinyId"], found["alias"]) == (id_of(1), "1", "disk-db1")
    assert (found["message"], found["description"], found["entity"]) == ("Disk is full on db1", "1 % left", "db1")
    assert (found["tags"], found["details"], found["priority"]) == (["disk", "prod"], {"env": "prod"}, "P1")
    taken = status_of(ask, ask("POST", f"alerts/{identifier}/acknowledge{query}", {"user": "alice@example.com"}))
    assert (taken["action"], taken["status"]) == ("Acknowledge", "Acknowledged alert")
    world.expect_page("alice", "Acknowledged by alice@example.com (opsgenie prod)")
    found = ask("GET", f"alerts/{identifier}{query}").json()["data"]
    assert (found["acknowledged"], found["owner"]) == (True, "alice@example.com")
    over = status_of(ask, ask("POST", f"alerts/{identifier}/close{query}", {"user": "bob", "note": "cleaned up"}))
    assert (over["status"], over["alertId"], over["alias"]) == ("Closed alert", id_of(1), "disk-db1")
    assert card(world).status is Status.RESOLVED
    world.expect_page("alice", "Resolved by its source", "Note by bob: “cleaned up”")
    assert ask("GET", f"alerts/{identifier}{query}").json()["data"]["status"] == "closed"


def test_without_an_alias_an_alert_gets_a_fresh_one(world: World, ask: Call) -> None:
    first, second = (status_of(ask, ask("POST", "alerts", {"message": "x"})) for _ in range(2))
    assert first["alias"] != second["alias"]
    for name in (first["alias"], first["alertId"]):
        assert ask("GET", f"alerts/{name}").json()["data"]["tinyId"] == "1"


@pytest.mark.parametrize("alias", ["db1/disk", "http://db1//disk", "disk on db1?", "Größe 100 %", "a/close"])
def test_an_alias_may_hold_anything(world: World, ask: Call, alias: str) -> None:
    ask("POST", "alerts", {"message": "x", "alias": alias})
    name = quote(alias, safe="")
    assert ask("GET", f"alerts/{name}?identifierType=alias").json()["data"]["alias"] == alias
    assert status_of(ask, ask("POST", f"alerts/{name}/close?identifierType=alias"))["isSuccess"]
    assert card(world).status is Status.RESOLVED


def test_the_same_alias_is_counted_and_after_a_close_it_is_another_alert(world: World, ask: Call) -> None:
    ask("POST", "alerts", ALERT)
    again = status_of(ask, ask("POST", "alerts", ALERT))
    assert (again["alertId"], again["status"], card(world).count) == (id_of(1), "Counted alert", 2)
    ask("POST", "alerts/disk-db1/close?identifierType=alias")
    assert status_of(ask, ask("POST", "alerts", ALERT))["alertId"] == id_of(2)
    assert ask("GET", "alerts/disk-db1?identifierType=alias").json()["data"]["tinyId"] == "2"


def test_what_a_person_has_closed_does_not_come_back_at_once(world: World, ask: Call) -> None:
    ask("POST", "alerts", ALERT)
    world.heed("alice", "resolve 1 done")
    told = status_of(ask, ask("POST", "alerts", ALERT))
    assert (told["alertId"], card(world).status) == (id_of(1), Status.RESOLVED)
    assert told["status"].startswith("Alert is closed")


@pytest.mark.parametrize(
    ("priority", "severity"), [("P2", Severity.HIGH), ("P3", Severity.MEDIUM), ("P5", Severity.LOW)]
)
def test_priorities(world: World, ask: Call, priority: str, severity: Severity) -> None:
    ask("POST", "alerts", {**ALERT, "priority": priority})
    assert card(world).severity is severity


def test_a_note_is_shown_with_who_wrote_it(world: World, ask: Call) -> None:
    ask("POST", "alerts", {**ALERT, "note": "opened by a trigger", "user": "Zabbix"})
    world.expect_page("alice", "Note by Zabbix: “opened by a trigger”")
    done = status_of(ask, ask("POST", "alerts/disk-db1/notes?identifierType=alias", {"note": "again <!here>"}))
    assert (done["action"], done["status"]) == ("AddNote", "Added note")
    world.expect_page("alice", "Note by prod: “again &lt;!here&gt;”")
    assert "note by Zabbix: opened by a trigger" in world.heed("alice", "show 1")


def test_an_acknowledge_never_takes_an_alert_from_a_person(world: World, ask: Call) -> None:
    ask("POST", "alerts", ALERT)
    world.press("alice", "Acknowledge", until="Acknowledged by <@U0ALICE>")
    told = status_of(ask, ask("POST", "alerts/disk-db1/acknowledge?identifierType=alias", {"user": "bob"}))
    assert told["status"] == "Nothing changed: somebody was first"
    assert card(world).acknowledged_by == "U0ALICE"


@pytest.mark.parametrize("action", ["close", "acknowledge", "notes"])
def test_what_is_not_there_is_accepted_and_its_request_says_so(world: World, ask: Call, action: str) -> None:
    for address in ("nothing?identifierType=alias", "9?identifierType=tiny", id_of(9), "x?identifierType=tiny"):
        name, _, query = address.partition("?")
        told = status_of(ask, ask("POST", f"alerts/{name}/{action}?{query}", {"note": "n"}))
        assert (told["isSuccess"], told["status"], told["alertId"]) == (False, "Alert does not exist", "")
        assert ask("GET", f"alerts/{address}").status_code == 404


def test_what_is_wrong_is_told_in_the_shape_of_the_original(world: World, ask: Call) -> None:
    for answer, code, message in (
        (ask("POST", "alerts", {}), 422, "Request body is not processable. Please check the errors."),
        (ask("POST", "alerts", ALERT, key="another"), 401, "Could not authenticate"),
        (ask("GET", "alerts/1?identifierType=name"), 422, "Request body is not processable. Please check the errors."),
        (ask("GET", "alerts/requests/none"), 404, "Request not found. It might not be processed, yet."),
        (ask("GET", "alerts/none"), 404, "Alert does not exist"),
    ):
        told = answer.json()
        assert (answer.status_code, told["message"]) == (code, message)
        assert {"took", "requestId"} <= set(told)
    assert ask("POST", "alerts", {}).json()["errors"] == {"message": "Message can not be empty."}
    url, headers = f"{world.url}/v2/alerts", {"Authorization": f"GenieKey {KEY}"}
    for raw in ("{", "[" * 100_000):
        assert requests.post(url, data=raw, headers=headers, timeout=10).status_code == 400
    assert requests.post(url, json=ALERT, timeout=10).status_code == 401
    with world.context.db.begin() as session:
        assert not session.scalar(select(func.count(Alert.id)))


def test_lists_and_counts(world: World, ask: Call) -> None:
    for name in ("a", "b", "c"):
        ask("POST", "alerts", {"message": name, "alias": name})
    ask("POST", "alerts/b/close?identifierType=alias")
    assert [each["alias"] for each in ask("GET", "alerts").json()["data"]] == ["c", "b", "a"]
    assert [each["alias"] for each in ask("GET", "alerts?limit=1&offset=1").json()["data"]] == ["b"]
    assert [each["alias"] for each in ask("GET", "alerts?query=status%3A%20open").json()["data"]] == ["c", "a"]
    assert [each["tinyId"] for each in ask("GET", "alerts?query=alias%3Aa").json()["data"]] == ["1"]
    assert ask("GET", "alerts/count?query=status%3Aclosed").json()["data"] == {"count": 1}
    assert ask("GET", "alerts?query=tag%3Aprod").status_code == 422


def test_one_source_never_touches_or_sees_anothers_alerts(world: World, ask: Call) -> None:
    add(world, "staging", OTHER)
    made = ask("POST", "alerts", ALERT).json()["requestId"]
    for path in ("disk-db1?identifierType=alias", "1?identifierType=tiny", id_of(1)):
        name, _, query = path.partition("?")
        assert ask("GET", f"alerts/{path}", key=OTHER).status_code == 404
        for action in ("close", "acknowledge", "notes"):
            assert ask("POST", f"alerts/{name}/{action}?{query}", {"note": "x"}, key=OTHER).status_code == 202
    assert ask("GET", f"alerts/requests/{made}", key=OTHER).status_code == 404
    assert ask("GET", "alerts", key=OTHER).json()["data"] == []
    assert (card(world).status, card(world).newest_note) == (Status.OPEN, "")


def test_a_source_may_be_kept_to_its_networks(world: World, ask: Call) -> None:
    add(world, "elsewhere", OTHER, allowed_from=["192.0.2.0/24"])
    answer = ask("GET", "alerts", key=OTHER)
    assert answer.status_code == 403
    assert "not in the networks" in answer.json()["message"]


def test_over_the_hard_limit_it_is_429_and_after_how_long_to_try_again(world: World, ask: Call) -> None:
    world.app.extensions["limits"] = Limits(1, clock=lambda: 1000.0)
    assert ask("POST", "alerts", ALERT).status_code == 202
    answer = ask("POST", "alerts", ALERT)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert card(world).count == 1


def test_a_ping_is_a_beat_of_the_heartbeat_of_that_name(world: World, ask: Call) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        heartbeats.add(session, workspace.id, "nightly-backup", Rhythm(timedelta(hours=1), timedelta(minutes=5)))
    for method in ("GET", "POST"):
        answer = ask(method, "heartbeats/nightly-backup/ping")
        assert (answer.status_code, answer.json()["result"]) == (202, "PONG - Heartbeat received")
    world.forward(hours=2)
    world.expect_page("alice", "nightly-backup")
    ask("POST", "heartbeats/nightly-backup/ping")
    world.expect_page("alice", "Resolved by its source")
    unknown = ask("POST", "heartbeats/another/ping")
    assert (unknown.status_code, unknown.json()["message"]) == (404, "Heartbeat does not exist")


def test_a_ping_from_outside_the_heartbeat_s_networks_is_no_beat(world: World, ask: Call) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        heartbeats.add(session, workspace.id, "nightly-backup", Rhythm())
        session.query(Source).filter_by(kind="heartbeat").one().allowed_from = ["192.0.2.0/24"]
    refused = ask("POST", "heartbeats/nightly-backup/ping")
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "This heartbeat takes beats from its own networks only",
    )
    with world.context.db.begin() as session:
        assert heartbeats.listing(session, world.person("alice").workspace_id)[0].last_at is None


def test_requests_are_kept_as_they_came(world: World, ask: Call) -> None:
    asked = ask("POST", "alerts", ALERT).json()["requestId"]
    with world.context.db.begin() as session:
        row = session.scalars(select(RequestRow).where(RequestRow.public_id == asked)).one()
        assert '"disk-db1"' in row.body
        assert row.outcome == "accepted"
