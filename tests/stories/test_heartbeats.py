"""Heartbeats: a job that should come every so often, missed when it does not, and never by Heed's own fault."""

import re

import pytest
import requests
from sqlalchemy import update

from bot.limits import Limits
from models.tables import Source
from tests.world import World, everything

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)


def added(world: World, words: str = "nightly-backup every:5m grace:2m") -> str:
    """The address of a new heartbeat, as an admin is told it."""
    told = world.heed("alice", f"heartbeat add {words}")
    found = re.search(r"curl [^`\\]*(/heartbeats/[\w-]+)", told)
    assert found is not None, told
    return world.url + found[1]


def beats(world: World, address: str, method: str = "GET", status: int = 200) -> None:
    assert requests.request(method, address, timeout=10).status_code == status
    world.settle()


def shown(world: World, who: str = "alice") -> str:
    return everything(world.pages(who)[-1])


def test_a_silent_job_pages_and_its_next_beat_resolves(world: World) -> None:
    address = added(world)
    world.forward(minutes=30)
    world.expect_no_page("alice")
    for method in ("GET", "POST", "HEAD"):
        beats(world, address, method)
        world.forward(minutes=6)
    world.expect_no_page("alice")
    world.forward(minutes=2)
    world.expect_page("alice", "No heartbeat from nightly-backup", "Expected every 5 minutes, with 2 minutes of grace")
    assert "1, of which 1 silent" in world.heed("alice", "heartbeat")
    beats(world, address)
    assert "esolved" in shown(world)
    assert "silent" not in world.heed("alice", "heartbeat")


def test_a_restart_raises_no_false_alarm_and_a_silence_after_it_does(world: World) -> None:
    beats(world, added(world))
    world.forward(minutes=4)
    world.stop(minutes=20)
    world.expect_no_page("alice")
    world.forward(minutes=6)
    world.expect_no_page("alice")
    world.forward(minutes=2)
    world.expect_page("alice", "No heartbeat from nightly-backup")


def test_one_that_cannot_be_looked_at_stops_no_other_and_the_admins_are_told_of_it(world: World) -> None:
    beats(world, added(world))
    beats(world, added(world, "broken every:5m"))
    with world.context.db.begin() as session:
        session.execute(update(Source).where(Source.name == "broken").values(settings={"severity": "awful"}))
    world.forward(minutes=8)
    world.expect_page("alice", "No heartbeat from nightly-backup")
    for seconds in (21, 41, 81, 161):
        assert not [page for page in world.pages("alice") if "broken" in page.text]
        world.forward(seconds=seconds)
    (notice,) = [page for page in world.pages("alice") if "broken" in page.text]
    assert "Looking at the heartbeat *broken* failed five times (ValueError)" in notice.text
    listed = world.heed("alice", "heartbeat")
    assert "*nightly-backup*, every" in listed
    assert "*broken*: its settings cannot be read; remove it and add it again" in listed
    assert "expected no more" in world.heed("alice", "heartbeat remove broken")


def test_an_address_that_nobody_has(world: World) -> None:
    beats(world, f"{world.url}/heartbeats/guessed", status=404)


def test_over_its_limit_an_address_is_told_to_try_again_and_the_others_go_on(world: World) -> None:
    address, other = added(world), added(world, "other every:5m")
    world.app.extensions["limits"] = Limits(2, clock=lambda: 1000.0)
    for url in (address, f"{world.url}/heartbeats/guessed"):
        answers = [requests.get(url, timeout=10) for _ in range(4)]
        assert [each.status_code for each in answers[2:]] == [503, 503]
        assert answers[-1].headers["Retry-After"] == "2"
    beats(world, other)
    assert "more than 2 requests a second" in world.heed("alice", "source nightly-backup")


def test_who_may_say_what_is_expected(world: World) -> None:
    assert "Only admins" in world.heed("charlie", "heartbeat add mine every:5m")
    assert "Nothing is expected to beat" in world.heed("charlie", "heartbeat")
    address = added(world, "the nightly backup every:1d severity:critical")
    assert "already" in world.heed("alice", "heartbeat add the nightly backup every:1d")
    listed = world.heed("charlie", "heartbeat")
    assert "*the nightly backup*, every 1 day: nothing has come yet" in listed
    assert address.rsplit("/", 1)[1] not in listed, "the secret is shown once"
    assert "Only admins" in world.heed("charlie", "heartbeat remove the nightly backup")
    assert "expected no more" in world.heed("alice", "heartbeat remove the nightly backup")
    assert "There is no heartbeat" in world.heed("alice", "heartbeat remove the nightly backup")
    beats(world, address, status=404)


@pytest.mark.parametrize("words", ["add x", "add every:5m", "add x every:soon", "add x every:5m every:6m", "x"])
def test_what_is_not_understood_says_how_it_is_typed(world: World, words: str) -> None:
    assert "`/heed heartbeat add nightly-backup every:1d grace:1h`" in world.heed("alice", f"heartbeat {words}")
