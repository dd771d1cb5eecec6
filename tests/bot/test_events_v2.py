"""`POST /v2/enqueue` as tools that know PagerDuty use it: the answers, and what becomes of the alerts."""

import json
from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import select

from bot.limits import Limits
from bot.web import create_app
from models.actions import reading, sources, workspaces
from models.actions.sources import SourceRef
from models.card import Card
from models.config import Settings
from models.embedded import free_port
from models.tables import Alert, Entry, RequestRow
from models.words import Severity, Status
from tests.world import SAMPLES, World, everything

ROUTING = "R0UT1NGKEY00000000000000000PEER1"
OTHER = "R0UT1NGKEY00000000000000000PEER2"
TRIGGER: dict[str, Any] = {
    "routing_key": ROUTING,
    "event_action": "trigger",
    "dedup_key": "disk",
    "payload": {"summary": "Disk is full on db1", "source": "db1", "severity": "critical"},
}
ACKNOWLEDGE = {"routing_key": ROUTING, "event_action": "acknowledge", "dedup_key": "disk"}
RESOLVE = {**ACKNOWLEDGE, "event_action": "resolve"}


@pytest.fixture
def url(world: World) -> str:
    """The address, where a source of the kind has this routing key."""
    add(world, "prod", ROUTING)
    return f"{world.url}/v2/enqueue"


def add(world: World, name: str, secret: str, kind: str = "pagerduty", allowed_from: Any = None) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        sources.put_source(session, workspace.id, kind, name, secret, allowed_from=allowed_from)


def card(world: World, number: int = 1) -> Card:
    with world.context.db.begin() as session:
        found = reading.card(session, world.person("alice").workspace_id, number)
    assert found is not None
    return found


def count(world: World) -> int:
    with world.context.db.begin() as session:
        return len(session.scalars(select(Alert.id)).all())


def test_trigger_acknowledge_and_resolve(world: World, url: str) -> None:
    assert world.post(url, TRIGGER) == {"status": "success", "message": "Event processed", "dedup_key": "disk"}
    assert "Critical: Disk is full on db1" in everything(world.expect_page("alice", "Disk is full on db1"))
    assert (card(world).status, card(world).severity, card(world).source) == (
        Status.OPEN,
        Severity.CRITICAL,
        "pagerduty prod",
    )
    assert world.post(url, ACKNOWLEDGE)["dedup_key"] == "disk"
    assert card(world).status is Status.ACKNOWLEDGED
    world.expect_page("alice", "Acknowledged by pagerduty prod")
    world.forward(hours=1)
    assert len(world.pages("bob")) == 1, "nobody further is paged"
    assert world.post(url, RESOLVE)["status"] == "success"
    world.expect_page("alice", "Resolved by its source")


def test_a_source_that_another_request_marks_meanwhile_takes_the_trigger_all_the_same(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a burst the source's row changes between the look for it and the transaction's next statement."""

    def marked_since(*given: Any) -> SourceRef | None:
        found = sources.source_by_secret(*given)
        return replace(found, version="1") if found is not None else None

    monkeypatch.setattr("bot.machines.source_by_secret", marked_since)
    assert world.post(url, TRIGGER)["dedup_key"] == "disk"
    assert count(world) == 1


def test_a_trigger_without_a_key_is_told_its_key(world: World, url: str) -> None:
    body = {name: each for name, each in TRIGGER.items() if name != "dedup_key"}
    keys = [world.post(url, body)["dedup_key"] for _ in range(2)]
    assert keys[0] != keys[1]
    world.post(url, {**RESOLVE, "dedup_key": keys[0]})
    assert (card(world, 1).status, card(world, 2).status) == (Status.RESOLVED, Status.OPEN)


def test_a_repeat_counts_and_opens_no_other(world: World, url: str) -> None:
    world.post(url, TRIGGER)
    world.post(url, TRIGGER)
    assert (count(world), card(world).count) == (1, 2)


def test_links_and_images_are_shown(world: World, url: str) -> None:
    sample = json.loads((SAMPLES / "pagerduty_v2_trigger_custom.json").read_text())
    add(world, "peer", sample["routing_key"])
    world.post(url, sample)
    shown = card(world)
    assert shown.link == "https://grafana.example/d/abc"
    assert "dashboard: https://grafana.example/d/abc" in shown.details
    assert "graph: https://grafana.example/render.png" in shown.details


@pytest.mark.parametrize("again", [ACKNOWLEDGE, RESOLVE])
def test_what_changes_nothing_is_accepted_as_there(world: World, url: str, again: dict[str, str]) -> None:
    assert world.post(url, {**again, "dedup_key": "unknown"})["status"] == "success"
    world.post(url, TRIGGER)
    for _ in range(2):
        assert world.post(url, again)["status"] == "success"
    assert count(world) == 1
    with world.context.db.begin() as session:
        told = select(Entry.kind).where(Entry.alert_id == 1, Entry.kind != "escalated").order_by(Entry.id)
        kinds = list(session.scalars(told))
    assert kinds == ["opened", "acknowledged" if again is ACKNOWLEDGE else "resolved"]


def test_an_acknowledge_never_takes_an_alert_from_a_person(world: World, url: str) -> None:
    world.post(url, TRIGGER)
    world.press("alice", "Acknowledge", until="Acknowledged by <@U0ALICE>")
    world.post(url, ACKNOWLEDGE)
    assert card(world).acknowledged_by == "U0ALICE"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("{", "Unrecognized object", "JSON parse error"),
        ("[" * 100_000, "Unrecognized object", "JSON parse error"),
        ("[]", "invalid event", "Event object must be a JSON object"),
        ("", "invalid event", "Event object must be a JSON object"),
        (json.dumps({**TRIGGER, "payload": {}}), "invalid event", "'payload.summary' is missing or blank"),
        (json.dumps({**TRIGGER, "routing_key": OTHER}), "invalid event", "Invalid routing key"),
    ],
    ids=["broken", "deep", "list", "empty", "no summary", "unknown key"],
)
def test_what_is_wrong_is_400_in_the_words_of_the_original(
    world: World, url: str, body: str, status: str, error: str
) -> None:
    answer = requests.post(url, data=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["status"] == status
    assert error in answer.json()["errors"]
    assert count(world) == 0


def test_one_source_never_touches_anothers_alerts(world: World, url: str) -> None:
    add(world, "staging", OTHER)
    world.post(url, TRIGGER)
    for body in (ACKNOWLEDGE, RESOLVE):
        world.post(url, {**body, "routing_key": OTHER})
    assert card(world).status is Status.OPEN
    world.post(url, {**TRIGGER, "routing_key": OTHER})
    assert count(world) == 2


def test_a_key_of_another_kind_is_no_routing_key(world: World, url: str) -> None:
    add(world, "prod", OTHER, kind="generic")
    assert requests.post(url, json={**TRIGGER, "routing_key": OTHER}, timeout=10).status_code == 400


def test_a_source_may_be_kept_to_its_networks(world: World, url: str) -> None:
    add(world, "elsewhere", OTHER, allowed_from=["192.0.2.0/24"])
    answer = requests.post(url, json={**TRIGGER, "routing_key": OTHER}, timeout=10)
    assert answer.status_code == 403
    assert "127.0.0.1 is not in the networks" in answer.json()["errors"][0]
    assert count(world) == 0


def test_over_the_hard_limit_it_is_429_and_after_how_long_to_try_again(world: World, url: str) -> None:
    world.app.extensions["limits"] = Limits(1, clock=lambda: 1000.0)
    assert requests.post(url, json=TRIGGER, timeout=10).status_code == 202
    answer = requests.post(url, json=TRIGGER, timeout=10)
    assert (answer.status_code, answer.json()["status"]) == (429, "throttle exceeded")
    assert int(answer.headers["Retry-After"]) > 0
    assert card(world).count == 1


def test_what_is_too_large_is_413(world: World, url: str) -> None:
    world.app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = requests.post(url, json={**TRIGGER, "client": "x" * 1000}, timeout=10)
    assert (answer.status_code, answer.json()["errors"]) == (413, ["body: is larger than 1000 bytes"])


def test_while_the_database_is_away_it_is_503(settings: Settings) -> None:
    port = free_port()
    lost = {"database_url": f"postgresql://x@127.0.0.1:{port}/x", "redis_url": f"redis://127.0.0.1:{port}/0"}
    app = create_app(settings.model_copy(update=lost))
    answer = app.test_client().post("/v2/enqueue", json=TRIGGER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()


def test_what_cannot_be_read_is_kept_for_people_to_look_at(world: World, url: str) -> None:
    requests.post(url, json={**TRIGGER, "payload": {}}, timeout=10)
    requests.post(url, json=TRIGGER, timeout=10)
    requests.post(url, json=ACKNOWLEDGE, timeout=10)
    with world.context.db.begin() as session:
        rows = session.scalars(select(RequestRow).order_by(RequestRow.id)).all()
    assert [row.outcome for row in rows] == ["unreadable", "accepted", "accepted"]
    assert "'payload.summary' is missing or blank" in rows[0].reason
    for row in rows:
        assert '"dedup_key": "disk"' in row.body
        assert ROUTING not in row.body, "the secret is not kept"
