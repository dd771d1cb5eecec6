"""What users of other products complained about, first part: what an answer does, and where it is given.

`make mutants` takes out the cure of each complaint and requires its story to fail.
"""

from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import func, update

from jobs.escalate import escalate
from models.actions import reading
from models.card import Card
from models.plan import Level
from models.tables import Alert
from models.words import Status
from tests.world import World, everything, labels

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)
MINUTES = timedelta(minutes=1)
EVERYBODY = ("alice", "bob", "charlie")


def card(world: World, number: int = 1) -> Card:
    """An alert as it stands now."""
    with world.context.db.begin() as session:
        found = reading.card(session, world.person("alice").workspace_id, number)
    assert found is not None
    return found


def status(world: World) -> Status:
    return card(world).status


def told(world: World, who: str) -> list[str]:
    """What only this person was told under a message of theirs."""
    return [each.text for each in world.slack.dm(who) if each.ephemeral_to]


def a_late_job_finds_everything_due(world: World) -> None:
    """As after a restored backup: due times stand where they stood before people answered."""
    with world.context.db.begin() as session:
        session.execute(update(Alert).values(next_step_at=func.heed_now()))
    escalate(world.context)
    with world.context.db.begin() as session:
        session.execute(update(Alert).where(Alert.status != Status.OPEN).values(next_step_at=None))
    world.settle()


def test_complaint_3_paging_goes_on_after_acknowledge(world: World) -> None:
    """ "Paging goes on after acknowledge": here two pages still wait for Slack while the third person answers."""
    world.policy(("alice", "charlie"), "bob")
    world.slack.faults.add("chat.postMessage", "rate_limited", times=None, seconds=60)
    world.signal("Disk full")
    assert "Acknowledged #1" in world.types("bob", "ack 1")
    receipts = world.types("bob", "show 1").rpartition("*Receipts*")[2]
    assert receipts.count(": acknowledged") == 2, f"nothing may be on its way any more: {receipts}"
    world.slack.faults.clear()
    world.forward(hours=1)
    for who in EVERYBODY:
        world.expect_no_page(who)


def test_complaint_3_a_page_that_a_sender_holds_already_is_not_sent_after_acknowledge(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "Paging goes on after acknowledge": here the answer comes while Slack still opens the conversation."""
    world.policy("charlie", "bob")
    opening = world.context.slack.open_dm

    def open_slowly(token: str, slack_id: str) -> Any:
        assert "Acknowledged #1" in world.types("alice", "ack 1")
        return opening(token, slack_id)

    monkeypatch.setattr(world.context.slack, "open_dm", open_slowly)
    world.signal("Disk full")
    assert status(world) is Status.ACKNOWLEDGED
    world.forward(hours=1)
    world.expect_no_page("charlie")


def test_complaint_3_a_job_that_comes_late_looks_at_the_status_first(world: World) -> None:
    """ "Paging goes on after acknowledge": the next level's job was under way already, and came after the answer."""
    world.policy("charlie", "bob")
    world.signal("Disk full")
    world.press("charlie", "Acknowledge", until="Acknowledged by <@U0CHARLIE>")
    a_late_job_finds_everything_due(world)
    assert "level 2" not in world.heed("alice", "show 1")
    world.forward(hours=1)
    assert [len(world.pages(who)) for who in EVERYBODY] == [0, 0, 1]


def test_complaint_3_a_months_old_alert_pages(world: World) -> None:
    """ "A months-old alert pages": an acknowledged one, a closed one, and the machine that still repeats itself."""
    world.policy("charlie", "bob")
    for number, key in enumerate(("kept", "closed"), start=1):
        world.signal(f"Disk {number} full", key=key)
    world.heed("charlie", "ack 1")
    world.heed("charlie", "resolve 2 done")
    for _ in range(3):
        world.forward(hours=30 * 24)
        world.signal("Disk 1 full", key="kept")
    a_late_job_finds_everything_due(world)
    world.forward(hours=30 * 24)
    assert [len(world.pages(who)) for who in EVERYBODY] == [0, 0, 2]
    for number in (1, 2):
        assert "level 2" not in world.heed("alice", f"show {number}")


def test_complaint_4_a_late_acknowledge_un_resolves(world: World) -> None:
    """ "A late Acknowledge un-resolves": by the button of a message drawn before, and typed."""
    world.policy(EVERYBODY)
    world.signal("Disk full")
    old = world.pages("bob")[-1]
    world.types("alice", "resolve 1 done")
    world.press("bob", "Acknowledge", old, until="Resolved by <@U0ALICE>")
    world.until(lambda: any("has changed since" in each for each in told(world, "bob")))
    assert "Nothing to do for #1. Resolved by <@U0ALICE>" in world.heed("charlie", "ack 1")
    assert status(world) is Status.RESOLVED


def test_complaint_4_a_button_of_an_earlier_opening_answers_nothing(world: World) -> None:
    """ "A late Acknowledge": this one was drawn before the alert was resolved and opened again."""
    world.policy("charlie", "bob")
    world.signal("Disk full")
    old = world.pages("charlie")[-1]
    world.types("alice", "resolve 1 done")
    world.types("alice", "reopen 1")
    world.press("charlie", "Acknowledge", old)
    world.until(lambda: bool(told(world, "charlie")) or status(world) is not Status.OPEN)
    assert status(world) is Status.OPEN
    assert "has changed since" in told(world, "charlie")[-1]
    world.forward(minutes=5)
    world.expect_page("bob", "Disk full")


def test_complaint_4_messages_stay_stale(world: World) -> None:
    """ "Messages stay stale": whoever answers, by whatever way, every other person's message shows it."""
    world.policy(EVERYBODY)
    world.signal("Disk full", key="disk")
    world.press("alice", "Acknowledge", until="Acknowledged by <@U0ALICE>")
    for who in EVERYBODY:
        page = world.expect_page(who, "Acknowledged by <@U0ALICE>")
        assert page.text.startswith("Acknowledged by <@U0ALICE>")
        assert "Acknowledge" not in labels(page)
    world.signal("Disk full", key="disk", status="resolved")
    for who in EVERYBODY:
        assert labels(world.expect_page(who, "Resolved by its source")) == ["Reopen"]


def test_complaint_4_a_message_that_was_under_way_while_somebody_answered_is_not_left_stale(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "Messages stay stale": this one was drawn before the answer and arrived after it."""
    world.policy("charlie")
    posting = world.context.slack.post

    def post_slowly(*arguments: Any) -> Any:
        assert "Acknowledged #1" in world.types("alice", "ack 1")
        return posting(*arguments)

    monkeypatch.setattr(world.context.slack, "post", post_slowly)
    world.signal("Disk full")
    assert "Acknowledge" not in labels(world.expect_page("charlie", "Acknowledged by <@U0ALICE>"))


@pytest.mark.parametrize("fault", [{"kind": "cut_before"}, {"kind": "status", "status": 503}])
def test_complaint_4_a_button_whose_reply_slack_did_not_take_does_not_leave_its_message_stale(
    world: World, fault: dict[str, Any]
) -> None:
    """ "Messages stay stale": the answer is stored, but drawing it in place went wrong."""
    world.policy("alice")
    world.signal("Disk full")
    world.slack.faults.add("response_url", **fault, times=None)
    world.press("alice", "Acknowledge")
    assert "Acknowledge" in labels(world.expect_page("alice", "Disk full"))
    world.forward(seconds=5)
    assert "Acknowledge" not in labels(world.expect_page("alice", "Acknowledged by <@U0ALICE>"))


def test_complaint_5_acknowledged_then_forgotten(world: World) -> None:
    """ "Acknowledged, then forgotten": whoever did it is reminded, then it is open again and everybody's turn comes."""
    first, second = (Level(world.targets(name), 5 * MINUTES) for name in ("charlie", "bob"))
    world.plan(first, second, acknowledge_timeout=30 * MINUTES)
    world.signal("Disk full")
    world.press("charlie", "Acknowledge", until="open again if not resolved by")
    world.forward(minutes=23)
    assert len(world.pages("charlie")) == 1
    world.forward(minutes=1)
    assert "Resolve…" in labels(world.expect_page("charlie", "<@U0CHARLIE>, you acknowledged this"))
    assert status(world) is Status.ACKNOWLEDGED
    world.forward(minutes=6)
    assert status(world) is Status.OPEN
    assert labels(world.expect_page("charlie", "Nobody has it any more"))[0] == "Acknowledge"
    world.expect_no_page("bob")
    world.forward(minutes=5)
    world.expect_page("bob", "Disk full")
    assert "open again: acknowledged, but not resolved in time" in world.heed("alice", "show 1")


def test_complaint_5_what_was_resolved_after_the_reminder_rests(world: World) -> None:
    """ "Acknowledged, then forgotten" has another side: nobody is reminded of what is done."""
    world.plan(Level(world.targets("charlie"), 5 * MINUTES), acknowledge_timeout=30 * MINUTES)
    world.signal("Disk full")
    world.press("charlie", "Acknowledge", until="Acknowledged by <@U0CHARLIE>")
    world.forward(minutes=24)
    world.types("charlie", "resolve 1 done")
    assert card(world).next_step_at is None
    world.forward(hours=2)
    assert len(world.pages("charlie")) == 2
    assert status(world) is Status.RESOLVED


def test_complaint_7_people_want_a_direct_message_not_a_thread_mention(world: World) -> None:
    """ "People want a direct message, not a thread mention": all of it, with its buttons, and nothing in a channel."""
    world.policy("charlie")
    url = world.source("generic")
    assert requests.post(url, json={"title": "Disk full", "details": "/var is at 95 %"}, timeout=10).status_code == 202
    world.settle()
    (page,) = world.pages("charlie")
    assert page.channel_id.startswith("D")
    assert page.thread_ts is None
    assert "/var is at 95 %" in page.text, "the phone's notification tells what is wrong"
    assert labels(page) == ["Acknowledge", "Resolve…", "False positive…", "Pass on now"]
    for channel in ("general", "ops", "acme", "globex"):
        assert not [each for each in world.slack.messages(channel) if each.app_id]
    world.press("charlie", "Acknowledge", until="Acknowledged by <@U0CHARLIE>")
    assert status(world) is Status.ACKNOWLEDGED
    assert "Acknowledged" in everything(world.pages("charlie")[-1])
