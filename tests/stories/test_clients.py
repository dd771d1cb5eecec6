"""Clients' conversations: real time for critical, the scan for the rest, one alert a channel, and never in the way."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.sentiment.rater import Rater
from models.actions import workspaces
from models.actions.rulebook import rules_changed
from models.actions.tracing import life_of
from models.assessment import Assessment, Burst
from models.db import now_of
from models.tables import RouteRow
from models.words import Risk
from tests.world import World, everything

ANGER = "We are terminating the contract, our lawyers will call you."
FORGET_TO_RATE = text("UPDATE conversations SET analyze_at = NULL, first_unrated_at = NULL")
WORDS = {"terrible": Risk.CRITICAL, "annoyed": Risk.HIGH, "hm": Risk.MEDIUM}


class Judge:
    """Rates by one word, so that a story decides what the verdict is."""

    def assess(self, burst: Burst) -> Assessment:
        risk = next((WORDS[word] for line in burst.lines for word in WORDS if word in line.text), Risk.NONE)
        return Assessment(risk, 0.5, summary=f"The client is {risk.value}", engine="judge")


@pytest.fixture
def world(world: World) -> World:
    world.rater = Rater(Judge())
    return world


def open_alerts(world: World) -> str:
    return world.heed("alice", "alerts")


def test_critical_is_told_in_real_time_after_a_spell_of_quiet(world: World) -> None:
    world.says("dora", "acme", "this is terrible")
    world.expect_no_page("alice")
    world.forward(seconds=25)
    world.expect_page("alice", "Critical · Acme")


def test_somebody_who_keeps_writing_is_rated_after_two_minutes_all_the_same(world: World) -> None:
    for _ in range(6):
        world.says("dora", "acme", "this is terrible")
        world.forward(seconds=20)
    world.expect_page("alice", "Critical · Acme")


def test_high_and_medium_wait_for_the_scan(world: World) -> None:
    world.says("dora", "acme", "I am annoyed")
    world.forward(minutes=1)
    world.expect_no_page("alice")
    world.scan()
    world.expect_page("alice", "High · Acme", "I am annoyed")


def test_calm_words_open_nothing(world: World) -> None:
    world.says("dora", "acme", "thank you, that works")
    world.forward(minutes=1)
    world.scan()
    world.expect_no_page("alice")


def test_the_scan_finds_a_critical_message_that_real_time_missed(world: World) -> None:
    world.slack.say("dora", "acme", "this is terrible")
    world.slack.settle()
    with world.context.db.begin() as session:
        session.execute(FORGET_TO_RATE)
    world.forward(minutes=1)
    world.expect_no_page("alice")
    world.scan()
    world.expect_page("alice", "Critical · Acme")


def test_at_most_one_alert_a_channel_while_one_is_open(world: World) -> None:
    world.says("dora", "acme", ANGER)
    world.forward(minutes=1)
    world.says("dora", "acme", ANGER + " Really.")
    world.forward(minutes=1)
    assert len(world.pages("alice")) == 1
    assert "seen 2 times" in everything(world.pages("alice")[0])
    assert open_alerts(world).count("*#") == 1 * 2, "once in the text, once in the block"


def test_a_worse_message_breaks_through_even_after_an_acknowledge(world: World) -> None:
    world.says("dora", "acme", "I am annoyed")
    world.forward(minutes=1)
    world.scan()
    world.press("alice", "Acknowledge", until="Acknowledged by")
    world.says("dora", "acme", "this is terrible")
    world.forward(seconds=25)
    world.expect_page("alice", "Critical · Acme", "this is terrible")
    assert "*#2*" not in open_alerts(world)


def test_resolving_ends_the_four_hours_early_but_the_same_message_opens_nothing(world: World) -> None:
    world.says("dora", "acme", "this is terrible")
    world.forward(seconds=25)
    world.heed("alice", "resolve 1 called them")
    world.scan()
    assert len(world.pages("alice")) == 1
    world.says("dora", "acme", "still terrible")
    world.forward(seconds=25)
    assert len(world.pages("alice")) == 2
    world.expect_page("alice", "#2", "still terrible")


def test_critical_again_after_four_hours_reopens_what_was_answered_and_not_resolved(world: World) -> None:
    world.says("dora", "acme", "this is terrible")
    world.forward(seconds=25)
    world.heed("alice", "ack 1")
    world.says("bob", "acme", "I am sorry, a new one is on its way to you.")
    world.says("dora", "acme", "terrible, I said")
    world.forward(minutes=1)
    assert len(world.pages("alice")) == 1
    world.forward(hours=4)
    world.says("dora", "acme", "it is still terrible")
    world.forward(minutes=1)
    assert len(world.pages("alice")) == 2


def test_our_own_people_and_bots_are_not_rated(world: World) -> None:
    world.says("alice", "acme", ANGER)
    world.says("charlie", "ops", ANGER)
    world.forward(minutes=2)
    world.scan()
    world.expect_no_page("bob")


def test_an_edit_is_rated_again_and_a_deleted_message_is_not(world: World) -> None:
    said = world.says("dora", "acme", "thank you")
    world.forward(minutes=1)
    world.slack.edit("dora", said, "no, this is terrible")
    world.settle()
    world.forward(minutes=1)
    world.expect_page("alice", "this is terrible")
    world.heed("alice", "resolve 1")
    gone = world.slack.say("dora", "acme", "terrible, terrible")
    world.slack.delete("dora", gone)
    world.slack.settle()
    world.forward(minutes=2)
    assert len(world.pages("alice")) == 1


def test_rating_that_fails_never_breaks_the_handling_of_messages(world: World) -> None:
    class Broken:
        def assess(self, burst: Burst) -> Assessment:
            raise ZeroDivisionError

    judge = world.rater
    world.rater = Rater(Broken())
    world.says("dora", "acme", "this is terrible")
    world.forward(seconds=25)
    assert all(each["problem"] == "" for each in world.slack.deliveries())
    world.rater = judge
    world.forward(minutes=1)
    world.expect_page("alice", "Critical · Acme")


def test_one_message_under_several_event_ids_is_one(world: World) -> None:
    said = world.slack.say("dora", "acme", ANGER)
    world.slack.settle()
    world.settle()
    world.post_event(said)
    world.post_event(said)
    world.forward(minutes=2)
    assert len(world.pages("alice")) == 1
    assert "seen" not in everything(world.pages("alice")[0])


@pytest.mark.parametrize("world", ["http"], indirect=True)  # days pass, over which no socket lasts
def test_medium_pages_nobody_and_is_told_in_one_digest_a_day(world: World) -> None:
    world.says("dora", "acme", "hm, not what we expected")
    world.forward(minutes=1)
    world.scan()
    world.forward(minutes=30)
    world.expect_no_page("alice")
    assert "Nobody is paged: medium alerts of clients" in world.heed("alice", "show 1")
    assert "The client is medium" in world.home("alice")
    for _ in range(2):
        world.forward_to(tomorrow(world, "08:01"))
        world.digest()
        world.digest()
    assert len(world.pages("alice")) == 2
    world.expect_page("alice", "1 alert of clients, medium or less", "*#1* Acme: The client is medium in <#")
    world.expect_page("bob", "1 alert of clients, medium or less")
    world.expect_no_page("charlie")
    world.heed("alice", "resolve 1")
    world.forward_to(tomorrow(world, "08:01"))
    world.digest()
    assert len(world.pages("alice")) == 2


@pytest.mark.parametrize("words", ["ack 1", "snooze 1 1h"])
@pytest.mark.parametrize("world", ["http"], indirect=True)
def test_a_medium_alert_that_was_acknowledged_and_not_answered_is_open_again_and_pages_nobody(
    world: World, words: str
) -> None:
    quiet_alert(world)
    world.heed("bob", words)
    world.forward(minutes=25)
    world.forward(hours=2)
    for who in ("alice", "charlie"):
        world.expect_no_page(who)
    assert len(world.pages("bob")) == (words == "ack 1"), "only whoever has it is reminded"
    shown = world.heed("alice", "show 1")
    assert "pages nobody: medium alerts of clients wait for the daily digest" in shown
    assert "*#1*" in open_alerts(world)
    world.forward_to(tomorrow(world, "08:01"))
    world.digest()
    world.expect_page("alice", "1 alert of clients, medium or less", "*#1*")
    world.heed("alice", "pass 1")
    assert "Medium · Acme" in everything(world.pages("alice")[-1]), "people can still ask for it"


@pytest.mark.parametrize("world", ["http"], indirect=True)
def test_a_medium_alert_after_a_holding_reply_is_open_again_and_pages_nobody(world: World) -> None:
    quiet_alert(world)
    world.says("bob", "acme", "We are looking into it")
    world.forward(hours=2)
    for who in ("alice", "bob", "charlie"):
        world.expect_no_page(who)
    assert "Nobody is paged" in world.heed("alice", "show 1")


def quiet_alert(world: World) -> None:
    """#1 is medium, and waits for the digest."""
    world.says("dora", "acme", "hm, not what we expected")
    world.forward(minutes=1)
    world.scan()
    world.expect_no_page("alice")


@pytest.mark.parametrize("world", ["http"], indirect=True)  # a socket does not live through a day that is jumped over
def test_the_digest_of_a_day_comes_at_eight_however_often_a_worker_starts(world: World) -> None:
    world.forward_to(tomorrow(world, "07:00"))
    world.says("dora", "acme", "hm, not what we expected")
    world.forward(minutes=1)
    world.scan()
    world.digest()
    world.expect_no_page("alice")
    world.forward(hours=1)
    world.digest()
    world.expect_page("alice", "1 alert of clients, medium or less")


@pytest.mark.parametrize(("words", "severity"), [("I am annoyed", "High"), ("this is terrible", "Critical")])
def test_a_medium_alert_that_gets_worse_pages_as_usual(world: World, words: str, severity: str) -> None:
    world.says("dora", "acme", "hm, not what we expected")
    world.forward(minutes=1)
    world.scan()
    world.says("dora", "acme", words)
    world.forward(minutes=1)
    world.scan()
    world.expect_page("alice", f"{severity} · Acme", "*#1*", words)


def test_a_route_that_names_a_policy_pages_for_medium(world: World) -> None:
    world.policy("charlie")
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        spec = {"name": "Clients", "matchers": 'origin="client"', "policy": "Test policy"}
        session.add(RouteRow(workspace_id=workspace.id, position=1, spec=spec))
        rules_changed(session, workspace.id)
    world.says("dora", "acme", "hm, not what we expected")
    world.forward(minutes=1)
    world.scan()
    world.expect_page("charlie", "Medium · Acme")


def test_a_medium_alert_can_be_passed_on_to_whoever_is_on_call(world: World) -> None:
    world.policy("charlie")
    world.says("dora", "acme", "hm, not what we expected")
    world.forward(minutes=1)
    world.scan()
    world.heed("alice", "pass 1")
    world.expect_page("charlie", "Medium · Acme")


def tomorrow(world: World, clock: str) -> str:
    """Tomorrow at this time, in UTC."""
    with world.context.db.begin() as session:
        return f"{now_of(session) + timedelta(days=1):%Y-%m-%d}T{clock}:00+00:00"


def test_the_trace_of_a_clients_alert_tells_of_messages_and_verdicts_without_their_words(world: World) -> None:
    world.says("dora", "acme", "thank you, that works")
    world.forward(minutes=3)
    world.says("dora", "acme", "this is terrible")
    world.forward(seconds=25)
    world.says("bob", "acme", "we are on it")
    with world.context.db.begin() as session:
        life = life_of(session, 1, 1)
    assert life is not None
    told = [(each.kind, each.what.partition(",")[0]) for each in life.events]
    assert told[:2] == [("message", "of the client"), ("rating", "critical by judge")]
    assert ("message", "of ours") in told
    assert [kind for kind, _ in told].count("message") == 2, "what was rated before is another story"
    assert not any("terrible" in each.what for each in life.events)
