"""Machines raise alerts: Alertmanager as it really sends, and our own JSON."""

import copy
import json
from typing import Any

import pytest
import requests

from models.actions import reading
from models.words import Severity, Status
from tests.world import SAMPLES, World, everything, labels

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)
"""Machines do not care how Slack reaches Heed."""

FIRING, PARTLY, RESOLVED = (
    json.loads((SAMPLES / f"alertmanager_{name}.json").read_text())
    for name in ("firing", "partly_resolved", "resolved")
)


def card(world: World, number: int) -> Any:
    with world.context.db.begin() as session:
        return reading.card(session, world.person("alice").workspace_id, number)


def test_a_real_alertmanager_payload_pages_each_of_its_alerts(world: World) -> None:
    answer = world.post(world.source("alertmanager"), FIRING)
    assert answer["opened"] == 2
    shown = [everything(page) for page in world.pages("alice")]
    assert any("Critical: HighLatency on 10.0.0.1:8080" in each for each in shown)
    assert any("Medium: HighLatency on 10.0.0.2:8080" in each for each in shown)
    assert "service=checkout" in shown[0]
    assert "http://prometheus.example:9090" in shown[0]


def test_a_repeat_counts_and_pages_nobody_and_the_buttons_still_work(world: World) -> None:
    url = world.source("alertmanager")
    world.post(url, FIRING)
    page = world.pages("alice")[0]
    assert world.post(url, FIRING)["repeated"] == 2
    assert len(world.pages("alice")) == 2
    assert card(world, 1).count == 2
    world.forward(seconds=10)
    assert "seen 2 times" in everything(world.again("alice", page))
    world.press("alice", "Acknowledge", page, until="Acknowledged by <@U0ALICE>")


def test_the_resolved_payload_resolves_and_updates_the_posts(world: World) -> None:
    url = world.source("alertmanager")
    world.post(url, FIRING)
    world.post(url, PARTLY)
    assert {card(world, number).status for number in (1, 2)} == {Status.OPEN, Status.RESOLVED}
    world.post(url, RESOLVED)
    assert {card(world, number).status for number in (1, 2)} == {Status.RESOLVED}
    for page in world.pages("bob"):
        assert "Resolved by its source" in everything(page)
        assert labels(page) == ["Reopen"]
    world.forward(hours=2)
    assert len(world.pages("alice")) == 2


def test_repeats_after_a_manual_resolve_open_nothing_new_but_a_new_start_does(world: World) -> None:
    url = world.source("alertmanager")
    world.post(url, FIRING)
    world.heed("alice", "resolve 1 done")
    world.heed("alice", "resolve 2 done")
    world.forward(hours=1)
    assert world.post(url, FIRING)["opened"] == 0
    again = copy.deepcopy(FIRING)
    for alert in again["alerts"]:
        alert["startsAt"] = "2026-11-22T06:00:00Z"
    assert world.post(url, again)["opened"] == 2


def test_a_sender_without_times_is_believed_again_five_minutes_after_closing(world: World) -> None:
    world.signal("Disk full", key="disk")
    world.heed("alice", "resolve 1 done")
    assert world.signal("Disk full", key="disk")["opened"] == 0
    world.forward(minutes=5)
    assert world.signal("Disk full", key="disk")["opened"] == 1


def test_a_resolved_to_firing_edge_opens_at_once(world: World) -> None:
    world.signal("Disk full", key="disk")
    world.heed("alice", "resolve 1 done")
    world.signal("Disk full", key="disk", status="resolved")
    assert world.signal("Disk full", key="disk")["opened"] == 1


def test_a_worse_severity_pages_again_even_after_an_acknowledge(world: World) -> None:
    world.signal("Slow", key="slow", severity="medium")
    world.heed("alice", "ack 1")
    assert world.signal("Slow", key="slow", severity="critical")["raised"] == 1
    assert card(world, 1).severity is Severity.CRITICAL
    assert labels(world.expect_page("alice", "Critical: Slow"))[0] == "Acknowledge"


def test_what_a_sender_writes_can_neither_mention_nor_link_nor_instruct(world: World) -> None:
    hostile = "<!channel> <@U0ALICE> <https://evil.example|click> *bold* & \u202e\u200b"
    world.signal(hostile, details=hostile, labels={"host": hostile}, link="javascript:alert(1)")
    page = world.pages("alice")[0]
    marked = json.dumps([block for block in page.blocks if block["type"] in ("section", "context")])
    for forbidden in ("<!channel>", "<https://evil", "javascript:"):
        assert forbidden not in marked
        assert forbidden not in page.text
    assert "\\u202e" not in json.dumps(page.blocks)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not json", "body: is not readable JSON"),
        (b'{"severity": "high"}', "title: is missing"),
        (b'{"title": "x", "severity": "terrible"}', "severity: must be one of critical, high, medium, low"),
        (b'{"title": "x", "started_at": "yesterday"}', "started_at: must be a time"),
        (b'{"title": "x", "colour": "red"}', "colour: is not a field"),
        (b"[]", "body: the list holds no signal"),
        (b"[" * 100_000, "body: is not readable JSON"),
    ],
)
def test_bad_bodies_are_kept_with_the_field_and_what_it_should_be(world: World, body: bytes, reason: str) -> None:
    answer = requests.post(world.source("generic"), data=body, timeout=10)
    assert answer.status_code == 202
    assert answer.json()["status"] == "unreadable"
    assert reason in answer.json()["error"]
    world.settle()
    world.expect_page("alice", "Low: Unreadable signal from prod", reason)


def test_wrong_secrets_and_kinds_are_404_and_too_much_is_413(world: World) -> None:
    address = world.source("generic")
    assert requests.post(f"{address}x", json={"title": "x"}, timeout=10).status_code == 404
    assert requests.post(address.replace("generic", "nothing"), json={"title": "x"}, timeout=10).status_code == 404
    assert requests.post(address.replace("/generic", "/alertmanager"), json={}, timeout=10).status_code == 404
    too_much = requests.post(address, data=b'{"title": "' + b"x" * 1_100_000 + b'"}', timeout=10)
    assert too_much.status_code == 413
    assert "larger than" in too_much.json()["error"]
    assert requests.get(address, timeout=10).status_code == 405
