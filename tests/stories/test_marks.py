"""Marks on verdicts: false alarms and missed messages teach, figures tell, admins see what left the building."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from bot.sentiment.rater import Rater
from models.actions import listening, workspaces
from models.actions.listening import Said
from models.assessment import Assessment
from models.tables import Alert, Channel, Client, Conversation, Group, Label, Person
from models.tables import Message as MessageRow
from models.words import Risk, Role
from simulator.state import Message
from tests.stories.test_rating import Judge
from tests.world import World, everything

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)

LEAVING = Assessment(Risk.CRITICAL, 0.9, summary="They leave", suggested_reply="I will call you <today>.", engine="llm")
MAIL = "We are leaving, write to dora@acme.example"


@pytest.fixture
def judge(world: World) -> Judge:
    found = Judge()
    found.verdict = LEAVING
    world.rater = Rater(found)
    return found


def say(world: World, words: str = MAIL) -> Message:
    said = world.says("dora", "acme", words)
    world.forward(seconds=30)
    return said


def labels(world: World) -> list[Label]:
    with world.context.db.begin() as session:
        return list(session.scalars(select(Label).order_by(Label.id)))


def alert(world: World, number: int = 1) -> Alert:
    with world.context.db.begin() as session:
        return session.get_one(Alert, number)


def told(world: World, who: str, words: str) -> str:
    """The words, and nothing else, that answer a command."""
    return world.heed(who, words).rsplit("\n", 1)[0]


def modal(world: World, who: str, holds: str = "") -> str:
    """Everything that the open modal says, as soon as it says `holds`."""

    def shown() -> str:
        view = world.slack.modal(who)
        return json.dumps(view.blocks, ensure_ascii=False) if view is not None else ""

    world.slack.wait_for(lambda: shown() and holds in shown())
    return shown()


def make(world: World, who: str, role: Role) -> None:
    with world.context.db.begin() as session:
        session.get_one(Person, world.person(who).id).role = role


def test_a_false_positive_by_command_is_an_example_without_addresses(world: World, judge: Judge) -> None:
    said = say(world)
    world.heed("alice", "false-positive 1 they always joke")
    (label,) = labels(world)
    assert (label.kind, label.risk, label.reason, label.ts) == (
        "false_positive", "none", "they always joke", said.ts,
    )  # fmt: skip
    assert label.text == "We are leaving, write to [EMAIL]"


def test_a_false_positive_by_modal_teaches_and_suppresses_nothing(world: World, judge: Judge) -> None:
    say(world)
    world.press("alice", "False positive…")
    assert "is an example for later verdicts" in modal(world, "alice")
    assert not world.submit("alice", notes="A joke")
    assert [(each.reason, each.made_by) for each in labels(world)] == [("A joke", world.person("alice").id)]
    say(world, "Now we are really leaving")
    world.expect_page("alice", "#2", "Now we are really leaving")
    _, (_, examples, _) = judge.asked
    assert [each.text for each in examples] == ["We are leaving, write to [EMAIL]"]


def test_reopening_a_false_positive_takes_its_mark_back(world: World, judge: Judge) -> None:
    say(world)
    world.heed("alice", "false-positive 1 they joke")
    say(world, "We are leaving, they said")
    world.heed("alice", "false-positive 2 they joke")
    assert len(labels(world)) == 2
    world.heed("alice", "reopen 2")
    assert [each.text for each in labels(world)] == ["We are leaving, write to [EMAIL]"]
    say(world, "Now we are really leaving")
    _, examples, _ = judge.asked[-1]
    assert [each.text for each in examples] == ["We are leaving, write to [EMAIL]"]
    world.heed("alice", "false-positive 2 they joke after all")
    assert len(labels(world)) == 2, "and it can be marked again"


def test_a_message_marked_as_missed_stays_so_when_an_alert_is_reopened(world: World, judge: Judge) -> None:
    said = say(world)
    world.slack.shortcut("alice", "mark_missed", said)
    modal(world, "alice", "How bad is it?")
    world.submit("alice", risk="critical")
    world.heed("alice", "resolve 1")
    world.heed("alice", "reopen 1")
    assert [each.kind for each in labels(world)] == ["missed"]


def test_a_false_positive_that_is_refused_or_no_clients_marks_nothing(world: World, judge: Judge) -> None:
    world.signal("Disk full")
    world.heed("alice", "false-positive 1 only a test")
    say(world)
    assert told(world, "charlie", "false-positive 2 a joke").startswith("Only admins")
    assert labels(world) == []


@pytest.mark.parametrize("risk", ["critical", "high", "medium"])
def test_a_message_that_was_missed_is_marked_with_how_bad_it_was(world: World, judge: Judge, risk: str) -> None:
    judge.verdict = Assessment(Risk.NONE, 0.01, engine="llm")
    said = say(world)
    world.slack.shortcut("alice", "mark_missed", said)
    modal(world, "alice", "How bad is it?")
    assert not world.submit("alice", risk=risk, why="They mean it")
    assert f"Marked as missed: it was {risk}" in modal(world, "alice", "Marked as missed")
    (label,) = labels(world)
    assert (label.kind, label.risk, label.reason) == ("missed", risk, "They mean it")
    assert label.text == "We are leaving, write to [EMAIL]"
    world.expect_no_page("alice")


def test_a_message_is_marked_as_missed_once(world: World, judge: Judge) -> None:
    said = say(world)
    for words in ("Marked as missed", "was marked as missed before"):
        world.slack.shortcut("alice", "mark_missed", said)
        modal(world, "alice", "How bad is it?")
        world.submit("alice", risk="high")
        modal(world, "alice", words)
        world.slack.close("alice", world.slack.modal("alice"))  # type: ignore[arg-type]
    assert len(labels(world)) == 1


def test_what_is_no_clients_message_cannot_be_marked(world: World, judge: Judge) -> None:
    said = world.says("charlie", "ops", "Nobody reads this")
    world.slack.shortcut("alice", "mark_missed", said)
    assert "This message is no client's" in modal(world, "alice")
    assert labels(world) == []


@pytest.mark.parametrize(
    ("who", "words"), [("charlie", "Only admins and responders"), ("gwen", "Only full members"), ("dora", "Only full")]
)
def test_others_mark_nothing(world: World, judge: Judge, who: str, words: str) -> None:
    said = say(world)
    world.slack.shortcut(who, "mark_missed", said)
    assert words in modal(world, who)
    assert labels(world) == []


def test_whoever_has_lost_the_role_meanwhile_marks_nothing(world: World, judge: Judge) -> None:
    said = say(world)
    make(world, "charlie", Role.RESPONDER)
    world.slack.shortcut("charlie", "mark_missed", said)
    modal(world, "charlie", "How bad is it?")
    make(world, "charlie", Role.MEMBER)
    world.submit("charlie", risk="high")
    assert "Only admins and responders" in modal(world, "charlie", "Only admins")
    assert labels(world) == []


def test_quality_says_honestly_that_there_is_nothing_to_tell(world: World) -> None:
    assert told(world, "alice", "quality").startswith("There is nothing to tell yet")
    assert told(world, "charlie", "quality") == "Only admins and responders can see how good the verdicts are."


def test_quality_tells_the_figures(world: World, judge: Judge) -> None:
    say(world)
    assert "Precision: not known, nobody has closed one yet" in told(world, "alice", "quality")
    world.heed("alice", "resolve 1 they stay")
    say(world, "We are leaving, really")
    world.heed("alice", "false-positive 2 they joke")
    make(world, "charlie", Role.RESPONDER)
    shown = told(world, "charlie", "quality")
    assert "Precision: 50% of 2 closed were real, 50% false positives (1)" in shown
    assert "Client alerts: 2" in shown
    assert "Missed, as far as marked: 0" in shown
    assert "s from the message to its alert" in shown
    assert "Verdicts: 2, none of them provisional" in shown
    assert "Tokens: 220; cost: 1.00" in shown


def test_an_admin_sees_exactly_what_left_the_building(world: World, judge: Judge) -> None:
    say(world)
    shown = world.heed("alice", "sent 1")
    assert "http://llm" in shown
    assert '"text": "the words"' in shown
    assert told(world, "charlie", "sent 1").startswith("Only admins")
    make(world, "charlie", Role.RESPONDER)
    assert told(world, "charlie", "sent 1").startswith("Only admins")


def test_where_nothing_left_the_building_it_says_so(world: World) -> None:
    say(world, "This is unacceptable. We are cancelling the contract and our lawyers will call you.")
    assert told(world, "alice", "sent 1") == "Nothing left the building for the newest verdict on #1."
    world.signal("Disk full")
    assert told(world, "alice", "sent 2") == "No verdict stands behind #2, so nothing left the building for it."
    assert told(world, "alice", "sent 99") == "No verdict stands behind #99, so nothing left the building for it."
    assert told(world, "alice", "sent").startswith("Which one?")


def replies(world: World) -> list[Message]:
    """What Heed has said where the client reads it."""
    return [each for each in world.slack.messages("acme") if "\n— @" in each.text]


def test_a_draft_is_edited_and_sent_by_a_person_and_answers_the_alert(world: World, judge: Judge) -> None:
    said = say(world)
    world.press("alice", "Draft reply…")
    assert "I will call you <today>." in modal(world, "alice")
    assert replies(world) == [], "nothing is sent by itself"
    assert not world.submit("alice", reply="I will call you <!channel> at 3 & <@U0DORA>.")
    name = world.person("alice").name
    (sent,) = replies(world)
    assert sent.text == f"I will call you &lt;!channel&gt; at 3 &amp; &lt;@U0DORA&gt;.\n— @{name}"
    assert sent.thread_ts == said.ts
    found = alert(world)
    assert (found.status, found.answered_by, found.next_step_at) == ("acknowledged", world.person("alice").id, None)
    assert "open again" not in everything(world.expect_page("bob", "Acknowledged by <@U0ALICE>"))
    assert "answered in the conversation by <@U0ALICE>" in world.heed("alice", "show 1")


def test_a_draft_about_a_thread_is_sent_into_the_thread(world: World, judge: Judge) -> None:
    judge.verdict = Assessment(Risk.NONE, 0.01, engine="llm")
    first = say(world, "Hello")
    judge.verdict = LEAVING
    world.says("dora", "acme", "We are leaving", thread=first)
    world.forward(seconds=30)
    world.press("alice", "Draft reply…")
    modal(world, "alice")
    assert not world.submit("alice", reply="Please stay.")
    assert [each.thread_ts for each in replies(world)] == [first.ts]


@pytest.mark.parametrize("where", ["channel", "thread"])
def test_a_draft_that_was_sent_is_a_reply_of_ours_and_context_of_the_next_rating(
    world: World, judge: Judge, where: str
) -> None:
    first = say(world)
    world.press("alice", "Draft reply…")
    modal(world, "alice")
    assert not world.submit("alice", reply="Please stay.")
    (sent,) = replies(world)
    with world.context.db.begin() as session:
        assert session.query(Conversation).filter_by(thread_ts="").one().waiting_since is None
    judge.verdict = Assessment(Risk.NONE, 0.01, engine="llm")
    world.says("dora", "acme", "We might", thread=first if where == "thread" else None)
    world.forward(seconds=30)
    burst, _, _ = judge.asked[-1]
    assert [(each.role, each.text) for each in burst.context] == [("client", MAIL), ("us", "Please stay.")]
    world.post_event(sent)
    heard_again = Said(sent.channel_id, sent.ts, "U0HEED", sent.text, "T0", external=False, thread_ts=first.ts)
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        assert not listening.store(session, workspace.id, heard_again)
    assert [each.text for each in ours(world)] == ["Please stay."]


def test_a_draft_is_ours_even_where_its_sender_would_speak_as_the_client(world: World, judge: Judge) -> None:
    world.heed("alice", "watch <#C0ACME|acme> client:Acme")
    say(world)
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        group = Group(workspace_id=workspace.id, slack_id="S0SRE", handle="sre", members=[])
        session.add(group)
        session.flush()
        session.query(Channel).one().ours_id = group.id
    world.press("alice", "Draft reply…")
    modal(world, "alice")
    assert not world.submit("alice", reply="Please stay.")
    assert [each.author for each in ours(world)] == ["U0ALICE"]


def ours(world: World) -> list[MessageRow]:
    """What is stored of our side."""
    with world.context.db.begin() as session:
        return list(session.scalars(select(MessageRow).where(~MessageRow.from_client)))


def test_a_draft_that_only_asks_for_patience_buys_time(world: World, judge: Judge) -> None:
    say(world)
    world.press("alice", "Draft reply…")
    modal(world, "alice")
    assert not world.submit("alice", reply="We are looking into it.")
    found = alert(world)
    assert found.held_at is not None
    assert found.answered_at is None


def test_where_slack_does_not_take_the_draft_nothing_is_marked(world: World, judge: Judge) -> None:
    say(world)
    world.press("alice", "Draft reply…")
    modal(world, "alice")
    world.slack.faults.add("chat.postMessage", "error", error="not_in_channel")
    errors = world.submit("alice", reply="Please stay.")
    assert errors == {"reply": "Slack did not take it (not in channel). Nothing was sent."}
    assert replies(world) == []
    assert alert(world).status == "open"
    assert world.submit("alice", reply="   ") == {"reply": "Write what the client is to read."}


def test_others_send_no_drafts_and_a_role_lost_meanwhile_counts(world: World, judge: Judge) -> None:
    say(world)
    page = world.pages("alice")[-1]
    world.press("charlie", "Draft reply…", page)
    assert world.slack.modal("charlie") is None
    make(world, "charlie", Role.RESPONDER)
    world.press("charlie", "Draft reply…", page)
    modal(world, "charlie", "Your reply")
    make(world, "charlie", Role.MEMBER)
    assert not world.submit("charlie", reply="Please stay.")
    assert "Only admins, responders" in modal(world, "charlie", "Only admins")
    assert replies(world) == []


def test_a_draft_that_comes_after_somebodys_reply_is_not_sent_unread(world: World, judge: Judge) -> None:
    say(world)
    world.press("alice", "Draft reply…")
    modal(world, "alice")
    world.says("bob", "acme", "A new one is on its way to you.")
    errors = world.submit("alice", reply="Please stay.")
    assert errors is not None
    assert "Somebody has replied meanwhile" in errors["reply"]
    world.heed("bob", "resolve 1")
    assert not world.submit("alice", reply="Please stay.")
    assert "Resolved by <@U0BOB>" in modal(world, "alice", "Resolved by")
    assert replies(world) == []


def test_the_card_tells_who_the_client_is_and_where_the_verdict_was_raised(world: World, judge: Judge) -> None:
    judge.verdict = Assessment(Risk.NONE, 0.01, engine="llm")
    say(world, "Hello, who is there?")
    with world.context.db.begin() as session:
        acme = session.query(Client).one()
        acme.tier, acme.owner_id, acme.renews_on = "gold", world.person("bob").id, date(2027, 3, 1)
    say(world, "We are cancelling the contract and our lawyers will call you.")
    world.expect_page("alice", "Tier gold · owner <@U0BOB> · renews on 2027-03-01", "make it high at least")


def test_a_machines_alert_offers_no_draft(world: World) -> None:
    world.signal("Disk full")
    assert "Draft reply…" not in everything(world.pages("alice")[-1])
