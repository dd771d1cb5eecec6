"""How people are reached besides Slack: added, confirmed with a code, tested, changed, removed, each by themselves."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from models.actions import ways
from models.tables import Entry, Way
from simulator.state import View
from tests.gateway import Gateway, gateway
from tests.shown import buttons
from tests.world import World


@pytest.fixture
def own() -> Iterator[Gateway]:
    with gateway() as made:
        yield made


def modal(world: World, who: str, until: str) -> View:
    """The topmost window that somebody sees, once it shows `until`."""

    def shows() -> bool:
        found = world.slack.modal(who)
        return found is not None and until in json.dumps([found.title, found.blocks], ensure_ascii=False)

    world.slack.wait_for(shows)
    found = world.slack.modal(who)
    assert found is not None
    return found


def press(world: World, who: str, view: Any, label: str) -> None:
    found = next(each for each in buttons(view.blocks) if each["text"]["text"] == label)
    world.slack.act(who, view, found["action_id"], found["value"])


def begin(world: World, who: str) -> None:
    """Somebody opens their ways in Home, and the form for a new one."""
    world.home(who)
    press(world, who, world.slack.home(who), "How you are reached")
    press(world, who, modal(world, who, "A direct message, always first"), "Add a way")
    modal(world, who, "Which service?")


def add(world: World, who: str, own: Gateway, **waits: str) -> View:
    """Somebody adds a gateway of their own; returns the window that asks for the code."""
    begin(world, who)
    entered = {"way_kind": "jsons", "way_address": own.address(), **waits}
    assert world.submit(who, **entered) is None
    return modal(world, who, "A code is on its way there")


def code_of(own: Gateway) -> str:
    found = re.search(r"\d{6}", own.texts()[-1])
    assert found is not None, own.texts()
    return found[0]


def confirm(world: World, who: str, own: Gateway) -> View:
    assert world.submit(who, way_typed=code_of(own)) is None
    return modal(world, who, "Confirmed. Pages go this way")


def stored(world: World) -> list[Way]:
    with world.context.db.begin() as session:
        return session.query(Way).order_by(Way.id).all()


def test_a_way_is_added_in_home_confirmed_with_a_code_and_tested(world: World, own: Gateway) -> None:
    add(world, "charlie", own, way_important="2 min", way_default="1h")
    assert "Enter it in Slack: /heed ways" in own.texts()[0]
    (way,) = stored(world)
    assert own.address().encode() not in way.address
    assert code_of(own) not in way.code
    assert world.submit("charlie", way_typed="000000x") == {
        "way_typed": "That is not the code. Look again: the newest one counts."
    }
    shown = confirm(world, "charlie", own)
    assert "Important: after 2m · default: after 1h" in json.dumps(shown.blocks, ensure_ascii=False)
    assert "works" in json.dumps(shown.blocks)
    world.forward(minutes=2)
    press(world, "charlie", modal(world, "charlie", "works"), "Test")
    modal(world, "charlie", "A test is on its way. I tell you what came of it.")
    world.settle()
    assert "This is a test" in own.texts()[-1]
    world.expect_page("charlie", "Your test to *Own webhook or voice gateway at 127.0.0.1* was taken there")


def test_what_cannot_be_an_address_or_a_wait_is_said_at_its_field(world: World) -> None:
    begin(world, "charlie")
    wrong = {"way_kind": "tgram", "way_address": "https://evil.example/", "way_important": "soon", "way_default": "2d"}
    errors = world.submit("charlie", **wrong)
    assert errors is not None
    assert errors["way_address"] == "https:// is not on the list; for Telegram write tgram://BotToken/ChatID"
    assert errors["way_important"].startswith("Write a wait such as at once, 5 min, 90s or 1h")
    assert errors["way_default"] == "A wait is 24 hours at most."
    errors = world.submit("charlie", way_kind="tgram", way_address="ntfy://topic", way_important="", way_default="")
    assert errors == {
        "way_address": "This address is one of ntfy; choose that above, or write one of the service you chose."
    }
    assert stored(world) == []


def test_choosing_a_service_shows_how_its_address_is_made(world: World) -> None:
    begin(world, "charlie")
    form = modal(world, "charlie", "mailtos://user")
    world.slack.act("charlie", form, "way_kind", "tgram")
    assert "@BotFather" in json.dumps(modal(world, "charlie", "tgram://BotToken/ChatID").blocks)


def test_a_code_that_cannot_be_sent_is_told_and_another_one_can_be_asked_for(world: World, own: Gateway) -> None:
    own.code = 404
    add(world, "charlie", own)
    world.expect_page("charlie", "Your code to *Own webhook", "was not sent: the service refused the address")
    own.code = 200
    world.heed("charlie", "ways")
    press(world, "charlie", modal(world, "charlie", "not confirmed yet"), "Send another code")
    shown = modal(world, "charlie", "Another code is on its way")
    world.settle()
    press(world, "charlie", shown, "Enter the code")
    modal(world, "charlie", "Six digits")
    confirm(world, "charlie", own)


def test_ten_wrong_codes_are_enough_and_an_old_one_does_not_work(world: World, own: Gateway) -> None:
    add(world, "charlie", own)
    right = code_of(own)
    wrong = "111111" if right != "111111" else "222222"
    world.forward(minutes=16)
    assert "does not work any more" in str(world.submit("charlie", way_typed=right))
    (way,) = stored(world)
    with world.context.db.begin() as session:
        ways.ask_code(session, way.workspace_id, way.person_id, way.id)
    world.settle()
    right = code_of(own)
    for _ in range(10):
        assert "That is not the code" in str(world.submit("charlie", way_typed=wrong))
    assert "wrong too often" in str(world.submit("charlie", way_typed=right))


def test_waits_are_changed_and_a_way_is_removed_with_its_address(world: World, own: Gateway) -> None:
    add(world, "charlie", own)
    press(world, "charlie", confirm(world, "charlie", own), "Change")
    modal(world, "charlie", "For another address, add a new way")
    assert world.submit("charlie", way_important="at once", way_default="") is None
    shown = modal(world, "charlie", "Important: at once · default: never")
    press(world, "charlie", shown, "Remove")
    modal(world, "charlie", "is removed, and its address forgotten")
    (way,) = stored(world)
    assert way.removed_at is not None
    assert world.context.seal.open(way.address) == ""
    with world.context.db.begin() as session:
        kinds = [each.kind for each in session.query(Entry).order_by(Entry.id) if each.kind.startswith("way_")]
        told = json.dumps([each.detail for each in session.query(Entry)])
    assert kinds == ["way_added", "way_confirmed", "way_changed", "way_removed"]
    assert f":{own.port}" not in told


def test_an_admin_may_remove_the_way_of_somebody_else_and_nobody_else_sees_it(world: World, own: Gateway) -> None:
    add(world, "charlie", own)
    confirm(world, "charlie", own)
    charlie = world.slack.user("charlie").id
    bob = world.slack.user("bob").id
    assert "Only admins see how others are reached" in world.heed("charlie", f"ways <@{bob}>")
    world.heed("alice", f"ways <@{charlie}>")
    shown = modal(world, "alice", "How they are reached")
    assert [each["text"]["text"] for each in buttons(shown.blocks)] == ["Remove"]
    press(world, "alice", shown, "Remove")
    modal(world, "alice", "is removed, and its address forgotten")
    assert [way.removed_at is not None for way in stored(world)] == [True]


def test_the_ways_of_another_are_refused_to_a_forged_button(world: World, own: Gateway) -> None:
    add(world, "charlie", own)
    confirm(world, "charlie", own)
    (way,) = stored(world)
    for wish in (ways.ask_test, ways.ask_code):
        with world.context.db.begin() as session, pytest.raises(ways.Refused, match="this way is gone"):
            wish(session, way.workspace_id, world.person("bob").id, way.id)


def test_guests_have_no_ways(world: World) -> None:
    assert "Only full members of this workspace can use Heed" in world.heed("gwen", "ways")


def test_a_page_goes_by_a_way_and_is_acknowledged_by_its_link(world: World, own: Gateway) -> None:
    world.context.settings.heed_base_url = world.url
    add(world, "charlie", own, way_important="1 min", way_default="")
    confirm(world, "charlie", own)
    world.policy("charlie", "bob", minutes=5)
    world.signal("Disk is full", severity="critical")
    world.forward(seconds=50)
    assert "Disk is full" not in own.texts()[-1]
    world.forward(seconds=20)
    title, body = own.texts()[-1].split("\n", 1)
    assert title == "Critical #1: Disk is full"
    found = re.search(r"Look and acknowledge: (http\S+/a/\S+)$", body)
    assert found is not None
    assert "Disk is full" in requests.get(found[1], timeout=10).text
    assert "Acknowledged. Nobody else is paged." in requests.post(found[1], timeout=10).text
    world.settle()
    world.expect_page("charlie", "Acknowledged by <@U0CHARLIE>")
    world.forward(hours=1)
    world.expect_no_page("bob")


def test_a_default_page_goes_by_no_way_without_a_wait_for_it(world: World, own: Gateway) -> None:
    add(world, "charlie", own, way_important="1 min", way_default="")
    confirm(world, "charlie", own)
    world.policy("charlie", minutes=60)
    world.signal("Cron is late", severity="low")
    world.forward(minutes=30)
    assert len(own.taken) == 1
