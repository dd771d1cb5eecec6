"""Events that are doubled, late, out of order, lost or too many, and what Slack does when nobody takes them."""

from collections.abc import Iterator

import pytest

from simulator import AppConfig, Simulator
from tests.simulator.bolt_helper import Helper, served


@pytest.fixture
def helper(sim: Simulator) -> Iterator[Helper]:
    with served(Helper(sim), sim) as running:
        yield running


def texts(helper: Helper) -> list[str]:
    return [body["event"]["text"] for body in helper.of("message")]


def test_one_event_comes_twice(sim: Simulator, helper: Helper) -> None:
    sim.faults.add("events", "duplicate", copies=3)
    sim.say("dora", "acme", "thrice")
    sim.say("dora", "acme", "once")
    sim.settle()
    assert sorted(texts(helper)) == ["once", "thrice", "thrice", "thrice"]
    assert len({body["event_id"] for body in helper.of("message") if body["event"]["text"] == "thrice"}) == 1


def test_one_message_under_eleven_event_ids(sim: Simulator, helper: Helper) -> None:
    sim.faults.add("events.message", "new_ids", copies=11)
    sim.open_home("alice")
    sim.say("dora", "acme", "many")
    sim.settle()
    bodies = helper.of("message")
    assert len({body["event_id"] for body in bodies}) == len(bodies) == 11
    assert len({body["event"]["ts"] for body in bodies}) == 1
    assert len(helper.of("app_home_opened")) == 1
    with pytest.raises(ValueError, match="copies"):
        sim.faults.add("events", "new_ids", copies=12)


def test_late_events(sim: Simulator, helper: Helper) -> None:
    sim.faults.add("events", "late", seconds=90)
    sim.say("dora", "acme", "late")
    sim.say("dora", "acme", "in time")
    sim.settle()
    assert texts(helper) == ["in time"]
    sim.clock.forward(seconds=91)
    sim.wait_for(lambda: texts(helper) == ["in time", "late"])


def test_events_out_of_order(sim: Simulator, helper: Helper) -> None:
    sim.faults.add("events", "out_of_order", copies=3)
    for text in ("first", "second", "third"):
        sim.say("dora", "acme", text)
        sim.settle()
    assert texts(helper) == ["second", "third", "first"]
    sim.faults.add("events", "out_of_order")
    sim.say("dora", "acme", "held")
    sim.settle()
    assert len(texts(helper)) == 3
    sim.release_events()
    sim.settle()
    assert texts(helper)[-1] == "held"


def test_lost_events(sim: Simulator, helper: Helper) -> None:
    sim.faults.add("events", "lost", times=2)
    for text in ("gone", "gone", "here"):
        sim.say("dora", "acme", text)
    sim.settle()
    assert texts(helper) == ["here"]


def test_too_many_events_are_announced_once_a_minute(sim: Simulator, helper: Helper) -> None:
    sim.core.delivery.quotas.most = 2
    for text in ("1", "2", "3", "4"):
        sim.say("dora", "acme", text)
        sim.settle()
    limited = [one["payload"] for one in sim.deliveries("app_rate_limited")]
    assert texts(helper) == ["1", "2"]
    assert limited[0]["type"] == "app_rate_limited"
    assert limited[0]["minute_rate_limited"] % 60 == 0
    assert len(limited) == len({one["minute_rate_limited"] for one in limited})
    sim.clock.forward(minutes=61)
    sim.say("dora", "acme", "5")
    sim.settle()
    assert texts(helper)[-1] == "5"


def test_a_failing_subscription_is_switched_off(sim: Simulator, helper: Helper) -> None:
    sim.core.delivery.quotas.least_attempts = 20
    helper.app.use(lambda: 1 / 0)
    for number in range(10):
        sim.say("dora", "acme", str(number))
        sim.settle()
    assert sim.app().events_disabled
    before = len(sim.deliveries())
    sim.say("dora", "acme", "nobody hears this")
    sim.settle()
    assert len(sim.deliveries()) == before
    sim.enable_events()
    sim.say("dora", "acme", "heard again")
    sim.wait_for(lambda: len(sim.deliveries()) > before)


def test_an_app_that_mostly_answers_stays_on(sim: Simulator, helper: Helper) -> None:
    sim.core.delivery.quotas.least_attempts = 20
    quotas = sim.core.delivery.quotas
    outcomes = [quotas.attempted("T", "A", failed=number % 20 != 0) for number in range(40)]
    assert outcomes == [False] * 40
    assert quotas.attempted("T", "A", failed=True)


def test_retries_wait_until_slack_is_back(sim: Simulator, helper: Helper) -> None:
    sim.faults.add("*", "away", seconds=120)
    sim.say("dora", "acme", "written while away")
    sim.settle()
    assert texts(helper) == []
    assert sim.command("alice", "ops", "/helper hello").problem == "operation_timeout"
    sim.clock.forward(seconds=121)
    sim.wait_for(lambda: texts(helper) == ["written while away"])


def test_an_answer_after_three_seconds_is_none(sim: Simulator, helper: Helper) -> None:
    sim.core.delivery.answer_seconds = 0.02
    sim.clock.forward(seconds=1)
    slow = sim.faults.add("chat.postMessage", "slow", seconds=60)
    sim.say("alice", "acme", "@helper are you there?")
    sim.wait_for(lambda: [one for one in sim.deliveries("app_mention") if one["problem"] == "http_timeout"])
    sim.clock.forward(seconds=61)
    sim.faults.remove(slow.id)


def test_the_channels_life(sim: Simulator, helper: Helper) -> None:
    sim.rename("acme", "acme-corp")
    sim.archive("acme-corp")
    sim.unarchive("acme-corp")
    sim.create_channel("alice", "new")
    shared = sim.share("ops", "Initech")
    sim.unshare("ops", "Initech")
    sim.settle()
    assert helper.of("channel_rename")[0]["event"]["channel"]["name"] == "acme-corp"
    assert helper.of("channel_archive")[0]["event"]["user"] == "U0ALICE"
    assert helper.of("channel_unarchive")
    assert helper.of("channel_created")[0]["event"]["channel"]["name"] == "new"
    changed = helper.of("channel_id_changed")[0]["event"]
    assert (changed["old_channel_id"], changed["new_channel_id"]) == ("C0OPS", shared.id)
    assert helper.of("channel_shared")[0]["event"]["connected_team_id"] == "T0INITECH"
    assert helper.of("channel_unshared")[0]["event"]["is_ext_shared"] is False


def test_people_change(sim: Simulator, helper: Helper) -> None:
    sim.change_user("charlie", is_admin=True)
    sim.change_user("charlie", tz="Asia/Tokyo", tz_offset=32400)
    sim.deactivate("bob")
    sim.add_person("olga", "Olga Petrova")
    sim.settle()
    changes = sorted((body["event"] for body in helper.of("user_change")), key=lambda event: event["event_ts"])
    assert changes[0]["user"]["id"] == "U0CHARLIE"
    assert changes[2]["user"]["deleted"]
    assert helper.of("team_join")[0]["event"]["user"]["real_name"] == "Olga Petrova"
    with pytest.raises(ValueError, match="cannot change"):
        sim.change_user("charlie", id="U1")


def test_an_uninstalled_app_hears_it(sim: Simulator, helper: Helper) -> None:
    app = sim.app()
    sim.uninstall()
    sim.settle()
    assert helper.of("tokens_revoked")[0]["event"]["tokens"]["bot"] == [app.bot_user_id]
    assert helper.of("app_uninstalled")
    assert sim.user(app.bot_user_id).deleted


def test_private_places_have_events_of_their_own(sim: Simulator, helper: Helper) -> None:
    room = sim.create_channel("alice", "room", private=True)
    sim.rename("room", "hall")
    sim.invite("alice", "hall", "helper")
    sim.archive("hall")
    sim.settle()
    kinds = [one["kind"] for one in sim.deliveries()]
    assert "group_archive" in kinds
    assert "group_rename" not in kinds
    assert room.is_archived


def test_two_apps_hear_the_same_message(sim: Simulator, helper: Helper) -> None:
    second = sim.install(AppConfig(name="Second", request_url=sim.app().request_url))
    sim.invite("alice", "acme", "second")
    sim.say("dora", "acme", "for both")
    sim.settle()
    assert {one["app_id"] for one in sim.deliveries("message")} == {"A0APP", second.id}
    assert second.bot_token == "xoxb-simulator-2"


def test_what_happens_in_one_conversation_is_told_in_its_order(sim: Simulator, helper: Helper) -> None:
    said = [sim.say("dora", "acme", str(number)) for number in range(20)]
    sim.delete("dora", said[-1])
    sim.settle()
    told = [body["event"] for body in helper.seen]
    assert [event["text"] for event in told[:-1]] == [str(number) for number in range(20)]
    assert told[-1]["subtype"] == "message_deleted"
