"""More alerts than anybody can read one by one."""

from typing import Any

import pytest

from models.storm import OF_SOURCE
from tests.world import World, everything

MANY = OF_SOURCE + 10


def firing(number: int, severity: str = "warning", status: str = "firing", name: str = "HighLatency") -> dict[str, Any]:
    labels = {"alertname": name, "severity": severity, "service": "checkout" if number % 2 else "search"}
    return {
        "status": status,
        "labels": labels,
        "annotations": {"summary": f"{name} {number}"},
        "fingerprint": f"{name}{number}",
    }


@pytest.fixture
def storm(world: World) -> str:
    """Forty alerts of one source at once; alice and bob are paged for all of them."""
    world.policy("admins", minutes=60)
    address = world.source("alertmanager")
    world.post(address, {"version": "4", "alerts": [firing(number) for number in range(MANY)]})
    return address


def test_a_storm_is_one_post_that_takes_in_what_comes(world: World, storm: str) -> None:
    (post,) = world.pages("alice")
    assert f"Storm: {MANY} alerts" in post.text
    assert "search: " in everything(post)
    assert "from alertmanager prod" in post.text
    world.post(storm, {"version": "4", "alerts": [firing(number) for number in range(MANY, MANY + 20)]})
    world.forward(seconds=2)
    world.forward(seconds=6)
    (post,) = world.pages("alice")
    assert f"Storm: {MANY + 20} alerts" in post.text
    assert len(world.pages("bob")) == 1


def test_a_critical_alert_of_another_route_is_paged_by_itself(world: World, storm: str) -> None:
    world.signal("Payments are down", severity="critical")
    world.forward(seconds=2)
    assert len(world.pages("alice")) == 2
    world.expect_page("alice", "Critical: Payments are down")
    world.post(storm, {"version": "4", "alerts": [firing(1, "critical", name="DatabaseDown")]})
    world.forward(seconds=2)
    world.expect_page("alice", "Critical: DatabaseDown 1")


def test_one_button_acknowledges_all_of_it(world: World, storm: str) -> None:
    (post,) = world.pages("alice")
    world.slack.press("alice", post, "storm_acknowledge", post.blocks[-1]["elements"][0]["value"])
    world.until(lambda: f"{MANY} acknowledged" in everything(world.pages("alice")[0]))
    world.forward(seconds=10)
    assert "Acknowledge all" not in everything(world.pages("bob")[0])
    assert world.heed("alice", "alerts").count("acknowledged by <@U0ALICE>") > 1


def test_when_it_is_over_the_post_tells_what_is_left(world: World, storm: str) -> None:
    world.post(storm, {"version": "4", "alerts": [firing(number, status="resolved") for number in range(2, MANY)]})
    world.forward(minutes=4)
    world.sweep()
    told = everything(world.pages("alice")[0])
    assert f"Storm over: {MANY} alerts" in told
    assert "Still open, and paged by their policies: #1, #2" in told
    assert f"2 open · {MANY - 2} resolved" in told


def test_who_may_answer_none_of_it_changes_nothing(world: World, storm: str) -> None:
    (post,) = world.pages("alice")
    told = world.slack.press("charlie", post, "storm_acknowledge", post.blocks[-1]["elements"][0]["value"])
    world.settle()
    assert told.ok
    assert f"{MANY} open" in everything(world.pages("alice")[0])
