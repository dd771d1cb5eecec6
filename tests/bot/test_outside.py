"""`/a/<token>` by HTTP: looking changes nothing, acknowledging does, and a link is for one person, alert and time."""

import logging
from datetime import timedelta

import pytest
import requests
from sqlalchemy import update

from models import link
from models.actions import drawing
from models.db import earliest, now_of
from models.tables import Alert, Person
from models.words import Role, Status
from tests.world import World


def alert_of(world: World) -> Alert:
    with world.context.db.begin() as session:
        return session.query(Alert).order_by(Alert.id.desc()).first() or Alert()


def link_for(world: World, who: str = "bob", epoch: int | None = None) -> str:
    alert, person = alert_of(world), world.person(who)
    with world.context.db.begin() as session:
        now = now_of(session)
    at = alert.epoch if epoch is None else epoch
    return link.make(world.context.seal, world.url, alert.workspace_id, person.id, alert.id, at, now)


def paged(world: World) -> str:
    world.policy(("alice", "bob"))
    world.signal("Disk is full", severity="critical")
    return link_for(world)


def change(world: World, who: str, **values: object) -> None:
    with world.context.db.begin() as session:
        session.execute(update(Person).where(Person.slack_id == world.slack.user(who).id).values(**values))


def test_looking_shows_the_alert_and_changes_nothing(world: World) -> None:
    address = paged(world)
    for _ in range(3):
        answer = requests.get(address, timeout=10)
        assert answer.status_code == 200
        assert "Disk is full" in answer.text
        assert "<button>Acknowledge</button>" in answer.text
        assert world.slack.user("bob").id not in answer.text
    assert alert_of(world).status is Status.OPEN


def test_acknowledging_does_what_the_button_in_slack_does(world: World) -> None:
    answer = requests.post(paged(world), timeout=10)
    assert answer.status_code == 200
    assert "Acknowledged. Nobody else is paged." in answer.text
    assert "<form" not in answer.text
    found = alert_of(world)
    assert (found.status, found.acknowledged_by) == (Status.ACKNOWLEDGED, world.person("bob").id)
    with world.context.db.begin() as session:
        assert earliest(session, drawing.DUE) is not None
    world.settle()
    world.expect_page("alice", "Acknowledged by <@U0BOB>")
    assert "acknowledged by <@U0BOB> with the link of a page" in world.heed("alice", "show 1")
    world.forward(hours=2)
    assert len(world.pages("alice")) == 1


def test_the_loser_of_a_race_is_told_who_was_first_and_when(world: World) -> None:
    address = paged(world)
    world.press("alice", "Acknowledge", until="Acknowledged by")
    answer = requests.post(address, timeout=10)
    assert answer.status_code == 200
    assert "Somebody was first, nothing has changed. Acknowledged by " in answer.text
    assert f"Acknowledged by {world.person('alice').name}, 20" in answer.text
    assert alert_of(world).acknowledged_by == world.person("alice").id
    assert requests.post(address, timeout=10).status_code == 200


def test_a_link_of_an_earlier_epoch_shows_the_present_and_does_nothing(world: World) -> None:
    paged(world)
    old = link_for(world, epoch=alert_of(world).epoch - 1)
    for answer in (requests.get(old, timeout=10), requests.post(old, timeout=10)):
        assert answer.status_code == 200
        assert "The alert has changed since this link was sent" in answer.text
        assert "<form" not in answer.text
    assert alert_of(world).status is Status.OPEN


def test_a_link_works_for_a_day(world: World) -> None:
    address = paged(world)
    world.forward(hours=23.9)
    assert requests.get(address, timeout=10).status_code == 200
    world.forward(hours=0.2)
    for answer in (requests.get(address, timeout=10), requests.post(address, timeout=10)):
        assert answer.status_code == 410
        assert "This link works no more" in answer.text
        assert "Disk is full" not in answer.text
    assert timedelta(hours=24) == link.LIFE


def test_a_link_ends_with_its_person(world: World) -> None:
    address = paged(world)
    for values in ({"active": False}, {"active": True, "role": Role.GUEST}):
        change(world, "bob", **values)
        for answer in (requests.get(address, timeout=10), requests.post(address, timeout=10)):
            assert answer.status_code == 410
            assert "Disk is full" not in answer.text
    assert alert_of(world).status is Status.OPEN


def test_somebody_who_was_never_paged_sees_nothing(world: World) -> None:
    paged(world)
    assert requests.get(link_for(world, "charlie"), timeout=10).status_code == 410
    assert requests.post(link_for(world, "charlie"), timeout=10).status_code == 410
    assert alert_of(world).status is Status.OPEN


@pytest.mark.parametrize("token", ["x", "A" * 60, "%00", "..%2f..", "a" * 500, "%C3%A4"])
def test_a_forged_link_says_what_to_do(world: World, token: str) -> None:
    for answer in (
        requests.get(f"{world.url}/a/{token}", timeout=10),
        requests.post(f"{world.url}/a/{token}", timeout=10),
    ):
        assert answer.status_code == 404
    assert requests.get(f"{world.url}/a/x", timeout=10).text.count("Copy all of it") == 1


def test_a_link_cut_by_one_sign_is_forged(world: World) -> None:
    assert requests.post(paged(world)[:-1], timeout=10).status_code == 404
    assert alert_of(world).status is Status.OPEN


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(world: World, method: str) -> None:
    address = paged(world)
    answer = requests.request(method, address, timeout=10)
    assert answer.status_code == 405
    assert alert_of(world).status is Status.OPEN


def test_the_page_is_kept_nowhere_and_loads_nothing(world: World) -> None:
    for answer in (requests.get(paged(world), timeout=10), requests.get(f"{world.url}/a/x", timeout=10)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


def test_the_token_stands_in_no_log_of_ours(world: World, caplog: pytest.LogCaptureFixture) -> None:
    address = paged(world)
    token = address.rpartition("/")[2]
    logging.getLogger("werkzeug").disabled = True
    try:
        caplog.clear()
        requests.get(address, timeout=10)
        requests.post(address, timeout=10)
        requests.put(address, timeout=10)
    finally:
        logging.getLogger("werkzeug").disabled = False
    assert token not in caplog.text
