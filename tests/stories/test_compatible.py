"""Tools that know PagerDuty or Opsgenie are given another address, and everything goes on in Slack."""

from typing import Any

import pytest
import requests

from models.actions import sources, workspaces
from tests.world import World, everything, labels

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)
"""Machines do not care how Slack reaches Heed."""

ROUTING = "R0UT1NGKEY00000000000000000PEER1"
GENIE_KEY = "eb243592-faa2-4ba2-a551-1afdf565c889"


def add(world: World, kind: str, secret: str) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        sources.put_source(session, workspace.id, kind, "prod", secret)


def opsgenie(world: World, path: str, body: Any = None) -> None:
    """A tool that knows Opsgenie asks for something; what follows happens."""
    headers = {"Authorization": f"GenieKey {GENIE_KEY}"}
    answer = requests.post(f"{world.url}/v2/alerts{path}", json=body, headers=headers, timeout=10)
    assert answer.status_code == 202, answer.text
    world.settle()


def test_a_tool_that_knows_pagerduty_pages_level_by_level_until_it_says_that_somebody_has_it(world: World) -> None:
    add(world, "pagerduty", ROUTING)
    world.policy("alice", "bob")
    event = {"routing_key": ROUTING, "dedup_key": "disk", "event_action": "trigger"}
    payload = {"summary": "Disk is full on db1", "source": "db1", "severity": "critical"}
    world.post(f"{world.url}/v2/enqueue", {**event, "payload": payload})
    world.expect_page("alice", "Critical: Disk is full on db1")
    world.expect_no_page("bob")
    world.forward(minutes=5)
    world.expect_page("bob", "Disk is full on db1")
    world.post(f"{world.url}/v2/enqueue", {**event, "event_action": "acknowledge"})
    world.forward(hours=2)
    assert len(world.pages("alice")) == 1, "nobody is paged any more"
    page = world.expect_page("bob", "Acknowledged by pagerduty prod")
    assert "Acknowledge" not in labels(page)
    assert "acknowledged by pagerduty prod" in world.home("alice")
    world.post(f"{world.url}/v2/enqueue", {**event, "event_action": "resolve"})
    assert "Resolved by its source" in everything(world.again("bob", page))


def test_a_tool_that_knows_opsgenie_and_people_in_slack_work_on_the_same_alert(world: World) -> None:
    add(world, "opsgenie", GENIE_KEY)
    opsgenie(world, "", {"message": "Replication lags", "alias": "lag", "priority": "P2"})
    world.expect_page("alice", "High: Replication lags")
    opsgenie(world, "/lag/acknowledge?identifierType=alias", {"user": "dave@example.com"})
    world.expect_page("alice", "Acknowledged by dave@example.com (opsgenie prod)")
    assert "acknowledged by dave@example.com" in world.heed("alice", "show 1")
    world.heed("alice", "give-back 1 he is asleep")
    world.expect_page("alice", "Acknowledge")
    world.press("bob", "Acknowledge", until="Acknowledged by <@U0BOB>")
    opsgenie(world, "/lag/acknowledge?identifierType=alias", {"user": "dave@example.com"})
    world.expect_page("alice", "Acknowledged by <@U0BOB>")
    opsgenie(world, "/lag/notes?identifierType=alias", {"note": "replica restarted", "user": "dave@example.com"})
    world.expect_page("bob", "Note by dave@example.com: “replica restarted”")
    opsgenie(world, "/1/close?identifierType=tiny", {"note": "caught up"})
    world.expect_page("bob", "Resolved by its source")
