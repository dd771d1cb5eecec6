"""Snoozing, giving away, giving back and notes: by menu, by modal, by command; and who may."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.views.parts import at, on
from models.plan import Level
from models.tables import Alert
from tests.models.actions.house import build_house, open_alerts
from tests.world import World, choices, everything, labels

NOT_ALLOWED = "Only admins, responders and those who were paged may answer #1. Nothing has changed."
OUTSIDERS = "Only full members of this workspace can use Heed. Nothing has changed."
EXAMPLES = "say for example `2h`, `until 18:00`, `until fri 9:00` or `tomorrow 9:00 to 18:00`"


def alert(world: World, number: int = 1) -> Alert:
    with world.context.db.begin() as session:
        return session.get_one(Alert, number)


def told(world: World, who: str, words: str) -> str:
    """The words, and nothing else, that answer a command."""
    return world.heed(who, words).rsplit("\n", 1)[0]


def offered(world: World, who: str) -> list[str]:
    """What the menu of somebody's newest page offers."""
    return [each["text"]["text"] for each in choices(world.pages(who)[-1].blocks)]


def whispered(world: World, who: str, to: str | None = None) -> list[str]:
    """What only `to` is told in the direct conversation with `who`."""
    reader = world.slack.user(to or who)
    channel = world.slack.channel(world.pages(who)[-1].channel_id)
    return [each.text for each in channel.visible(reader.id) if each.ephemeral_to == reader.id]


def modal(world: World, who: str) -> str:
    world.slack.wait_for(lambda: world.slack.modal(who))
    shown = world.slack.modal(who)
    assert shown is not None
    return json.dumps(shown.blocks, ensure_ascii=False)


def test_the_menu_offers_what_the_alert_allows(world: World) -> None:
    world.signal("Disk full")
    shortly = ["Snooze 30 minutes", "Snooze…", "Give to somebody else…", "Add a note…", "Details"]
    assert offered(world, "alice") == shortly
    assert labels(world.pages("alice")[-1]) == ["Acknowledge", "Resolve…", "False positive…", "Pass on now"]
    world.press("alice", "Acknowledge", until="Acknowledged by")
    assert offered(world, "bob") == ["Snooze…", "Give to somebody else…", "Give back", "Add a note…", "Details"]
    world.heed("alice", "resolve 1")
    assert offered(world, "bob") == []
    world.heed("charlie", "test")
    assert offered(world, "charlie") == []


def test_a_snooze_is_shown_to_everybody_holds_and_is_open_again_when_it_is_over(world: World) -> None:
    world.signal("Disk full")
    world.choose("alice", "Snooze 30 minutes", until="snoozed until")
    until = alert(world).snoozed_until
    assert until is not None
    for admin in ("alice", "bob"):
        page = world.expect_page(admin, f"Acknowledged by <@U0ALICE>, {at(until - timedelta(minutes=30))}")
        assert f" · snoozed until {on(until)}" in page.text
    world.forward(minutes=29)
    assert len(world.pages("bob")) == 1
    world.forward(minutes=1)
    page = world.expect_page("bob", "Disk full", "Paged: <@U0ALICE>, <@U0BOB>")
    assert len(world.pages("bob")) == 2
    assert "Nobody has it any more: the snooze is over, so it is open again." in page.text
    assert "open again: the snooze is over" in world.heed("alice", "show 1")


def test_a_snooze_in_the_modal_by_choice_and_in_words_by_the_clock_of_whoever_asks(world: World) -> None:
    world.signal("Disk full")
    world.choose("alice", "Snooze…")
    assert "Until tomorrow 9:00" in modal(world, "alice")
    assert not world.submit("alice", span="until tomorrow 9:00", words="The vendor wakes up then")
    until = alert(world).snoozed_until
    assert until is not None
    assert f"{until.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "09:00"
    world.expect_page("bob", f"snoozed until {on(until)}", "Note by <@U0ALICE>: “The vendor wakes up then”")
    world.choose("alice", "Snooze…")
    assert world.submit("alice", until="soon") == {"until": f"I don't understand “soon” as a time. Please {EXAMPLES}."
                                                   .replace("`", "")}  # fmt: skip
    assert world.submit("alice", until="2h and more") == {
        "until": "I don't understand “and more”. Please say for example 2h or until fri 9:00."
    }
    assert world.submit("alice", until="tomorrow 9:00 to 18:00") == {
        "until": "A snooze begins now. Please say for example 2h or until fri 9:00."
    }
    assert not world.submit("alice", until="until fri 9:00")
    until = alert(world).snoozed_until
    assert until is not None
    assert f"{until.astimezone(ZoneInfo('Europe/Berlin')):%a %H:%M}" == "Fri 09:00"


def test_a_snooze_by_command(world: World) -> None:
    world.signal("Disk full")
    answer = told(world, "alice", "snooze 1 2h waiting for the vendor")
    until = alert(world).snoozed_until
    assert until is not None
    assert answer == f"Snoozed #1 until {on(until)}: it is yours until then, and then open again, from level 1."
    world.expect_page("bob", "snoozed until", "Note by <@U0ALICE>: “waiting for the vendor”")
    assert f"acknowledged by <@U0ALICE>, snoozed until {on(until)}" in told(world, "bob", "alerts")
    assert f"snoozed until {on(until)} by <@U0ALICE>: waiting for the vendor" in world.heed("bob", "show 1")


WRONG = [
    ("snooze", "Which one, and for how long? `/heed snooze 12 2h`, or `/heed snooze 12 until tomorrow 9:00`."),
    ("snooze 1", "Which one, and for how long? `/heed snooze 12 2h`, or `/heed snooze 12 until tomorrow 9:00`."),
    ("snooze 1 <soon>", f"I don't understand “&lt;soon&gt;” as a time. Please {EXAMPLES}. Nothing has changed."),
    (
        "snooze 1 tomorrow 9:00 to 18:00",
        "A snooze begins now. Please say for example `2h` or `until fri 9:00`. Nothing has changed.",
    ),
    ("snooze 1 31d", "#1 can be snoozed for 30 days at most, and not into the past. Nothing has changed."),
    ("snooze 99 2h", "There is no alert #99 here. `/heed alerts` lists what is open."),
    ("give 1", "Which one, and to whom? `/heed give 12 @person`. Choose the person from Slack's list."),
    ("give 1 @nobody", "Which one, and to whom? `/heed give 12 @person`. Choose the person from Slack's list."),
    (
        "give 1 @dora",
        "<@U0DORA> cannot be paged: only active people of this workspace can. Nothing has changed.",
    ),
    ("give 1 @gwen", "<@U0GWEN> cannot be paged: only active people of this workspace can. Nothing has changed."),
    ("give 99 @bob", "There is no alert #99 here. `/heed alerts` lists what is open."),
    ("give-back", "Which one? `/heed give-back 12`. `/heed alerts` lists what is open."),
    ("note 1", "Which one, and what? `/heed note 12 The disk is full again`."),
    ("note 99 hello", "There is no alert #99 here. `/heed alerts` lists what is open."),
]


def test_what_is_wrong_is_said_and_changes_nothing(world: World) -> None:
    world.signal("Disk full")
    before = alert(world).revision
    for words, answer in WRONG:
        assert told(world, "alice", words) == answer
    assert alert(world).revision == before


def test_an_alert_given_to_somebody_else_pages_them_now_and_goes_on_by_the_policy(world: World) -> None:
    world.signal("Disk full")
    world.press("alice", "Acknowledge", until="Acknowledged by")
    world.choose("alice", "Give to somebody else…")
    assert "To whom?" in modal(world, "alice")
    for outsider in ("U0DORA", "U0GWEN"):
        errors = world.submit("alice", person=outsider)
        assert errors == {"person": "Only active people of this workspace can be paged."}
    assert not world.submit("alice", person="U0CHARLIE", words="You know this disk")
    page = world.expect_page("charlie", "Disk full", "Note by <@U0ALICE>: “You know this disk”")
    assert labels(page)[0] == "Acknowledge"
    assert len(world.pages("bob")) == 1
    world.expect_page("alice", "level 1 of 2")
    world.forward(minutes=5)
    assert len(world.pages("bob")) == 2
    assert "Acknowledged #1" in world.heed("charlie", "ack 1"), "whoever was paged may answer"
    assert "given to <@U0CHARLIE> by <@U0ALICE>: You know this disk" in world.heed("alice", "show 1")


def test_giving_by_command(world: World) -> None:
    world.signal("Disk full")
    assert told(world, "bob", "give 1 @charlie you know this disk") == (
        "Gave #1 to <@U0CHARLIE>, who is paged now; without an answer it goes on by the policy."
    )
    world.expect_page("charlie", "Disk full", "Note by <@U0BOB>: “you know this disk”")


def test_what_was_acknowledged_can_be_given_back_and_the_next_level_is_paged(world: World) -> None:
    world.policy("charlie", "bob")
    world.signal("Disk full")
    assert told(world, "charlie", "give-back 1").startswith(
        "Nobody has acknowledged #1, so there is nothing to give back. Paged: <@U0CHARLIE>"
    )
    world.press("charlie", "Acknowledge", until="Acknowledged by")
    world.expect_no_page("bob")
    world.choose("charlie", "Give back", until="Paged:")
    world.until(lambda: bool(world.pages("bob")))
    world.expect_page("bob", "Disk full")
    world.heed("bob", "ack 1")
    assert told(world, "bob", "give-back 1 I have to leave") == (
        "Gave back #1: it is open again, and the next level is paged now."
    )
    assert len(world.pages("charlie")) == 2, "after the last level comes the first"
    world.expect_page("charlie", "Note by <@U0BOB>: “I have to leave”")


def test_a_note_is_seen_on_every_copy_and_in_the_history(world: World) -> None:
    world.signal("Disk full")
    world.choose("alice", "Add a note…")
    assert world.submit("alice", words="   ") == {"words": "Say in a few words what you found."}
    assert not world.submit("alice", words="The <logs> are *large*")
    for admin in ("alice", "bob"):
        world.expect_page(admin, "Note by <@U0ALICE>: “The &lt;logs&gt; are large”")
    assert told(world, "bob", "note 1 Deleted them") == "Noted on #1."
    page = world.expect_page("alice", "Note by <@U0BOB>: “Deleted them”")
    assert "logs" not in everything(page), "only the newest is shown"
    shown = world.heed("alice", "show 1")
    assert "note by <@U0ALICE>: The &lt;logs&gt; are large" in shown
    assert "note by <@U0BOB>: Deleted them" in shown
    assert labels(page)[0] == "Acknowledge", "a note answers nothing"


def test_details_are_shown_in_a_modal(world: World) -> None:
    world.signal("Disk full")
    world.choose("alice", "Details")
    assert "level 1, lap 1 paged 2" in modal(world, "alice")


def test_a_choice_made_after_somebody_else_was_faster_changes_nothing_and_says_who_it_was(world: World) -> None:
    world.signal("Disk full")
    world.types("bob", "ack 1")
    world.choose("alice", "Snooze 30 minutes", until="Acknowledged by <@U0BOB>")
    found = alert(world)
    assert found.snoozed_until is None
    assert found.acknowledged_at is not None
    assert whispered(world, "alice")[-1] == (
        "#1 has changed since this message was drawn, so nothing was done. "
        f"Acknowledged by <@U0BOB>, {at(found.acknowledged_at)}."
    )


def test_a_modal_that_comes_too_late_says_so_in_its_place(world: World) -> None:
    world.signal("Disk full")
    world.choose("alice", "Give to somebody else…")
    modal(world, "alice")
    world.types("bob", "ack 1")
    assert not world.submit("alice", person="U0CHARLIE")
    assert "#1 has changed since this message was drawn, so nothing was done." in modal(world, "alice")
    world.expect_no_page("charlie")


def test_passing_on_what_is_acknowledged_tells_how_to_give_it_back(world: World) -> None:
    world.policy("charlie", "bob")
    world.signal("Disk full")
    world.heed("charlie", "ack 1")
    answer = told(world, "charlie", "pass 1")
    assert answer.startswith("#1 is acknowledged, so it is not passed on. Acknowledged by <@U0CHARLIE>")
    assert answer.endswith("`/heed give-back 1` pages the next level.")


def test_a_member_who_was_not_paged_may_nothing(world: World) -> None:
    world.signal("Disk full")
    for words in ("snooze 1 2h", "give 1 @charlie", "note 1 hello"):
        assert told(world, "charlie", words) == NOT_ALLOWED
    assert told(world, "charlie", "give-back 1") == NOT_ALLOWED
    page = world.pages("alice")[-1]
    world.choose("charlie", "Snooze 30 minutes", page)
    world.until(lambda: bool(whispered(world, "alice", to="charlie")))
    assert whispered(world, "alice", to="charlie") == [NOT_ALLOWED]
    assert alert(world).status == "open"


@pytest.mark.parametrize("who", ["gwen", "dora"])
def test_guests_and_external_people_may_nothing(world: World, who: str) -> None:
    world.signal("Disk full")
    for count, label in enumerate(offered(world, "alice"), start=1):
        world.choose(who, label, world.pages("alice")[-1])
        world.until(lambda: len(whispered(world, "alice", to=who)) == count)  # noqa: B023
    assert set(whispered(world, "alice", to=who)) == {OUTSIDERS}
    assert world.slack.modal(who) is None
    assert alert(world).revision == 2


def test_somebody_elses_workspace_is_not_touched(world: World) -> None:
    with world.context.db.begin() as session:
        other = build_house(session, "Globex")
        (number,) = open_alerts(session, other)
    for words in (f"snooze {number} 2h", f"give {number} @bob", f"give-back {number}", f"note {number} hello"):
        answer = world.types("alice", words)
        assert answer.startswith(f"There is no alert #{number} here. `/heed alerts` lists what is open.")
    found = alert(world, number)
    assert (found.status, found.revision) == ("open", 1)


def test_the_menu_in_home_draws_home_anew(world: World) -> None:
    world.signal("Disk full")
    world.home("alice")
    world.slack.wait_for(lambda: "alert_more" in world.home("alice"))
    view = world.slack.home("alice")
    assert view is not None
    shortly, *_, note = choices(view.blocks)
    assert note["text"]["text"] == "Add a note…"
    world.slack.act("alice", view, "alert_more", note["value"])
    assert not world.submit("alice", words="Looking")
    world.slack.act("alice", world.slack.home("alice") or view, "alert_more", shortly["value"])
    world.slack.wait_for(lambda: "snoozed until" in json.dumps(world.slack.home("alice").blocks))  # type: ignore[union-attr]
    world.settle()
    world.expect_page("bob", "snoozed until", "Note by <@U0ALICE>: “Looking”")


def levels(world: World, *names: str, seconds: float = 300) -> list[Level]:
    return [Level(world.targets(name), timedelta(seconds=seconds)) for name in names]


def test_whoever_acknowledged_is_reminded_and_without_an_answer_it_is_open_again(world: World) -> None:
    world.plan(*levels(world, "charlie", "bob"), acknowledge_timeout=timedelta(minutes=100))
    world.signal("Disk full")
    world.press("charlie", "Acknowledge", until="Acknowledged by")
    begun = alert(world).acknowledged_at
    assert begun is not None
    line = f"open again if not resolved by {on(begun + timedelta(minutes=100))}"
    world.expect_page("charlie", f"Acknowledged by <@U0CHARLIE>, {at(begun)} · {line}")
    world.forward(minutes=81)
    reopens = alert(world).next_step_at
    assert reopens is not None
    page = world.expect_page("charlie", "Disk full")
    assert page.text.startswith(
        "<@U0CHARLIE>, you acknowledged this and it is not resolved. "
        f"Without an answer it is open again {on(reopens)}: resolve it, snooze it, or give it back."
    )
    assert labels(page) == ["Resolve…", "False positive…"]
    assert "Give back" in offered(world, "charlie")
    world.expect_no_page("bob")
    world.forward(minutes=20)
    page = world.expect_page("charlie", "Disk full")
    why = "Nobody has it any more: acknowledged, but not resolved in time, so it is open again."
    assert why in page.text
    assert labels(page)[0] == "Acknowledge"


def test_a_reminder_that_is_snoozed_asks_no_more(world: World) -> None:
    world.plan(*levels(world, "charlie"), acknowledge_timeout=timedelta(minutes=100))
    world.signal("Disk full")
    world.heed("charlie", "ack 1")
    world.forward(minutes=81)
    world.choose("charlie", "Snooze…")
    assert not world.submit("charlie", span="2h")
    page = world.expect_page("charlie", "snoozed until")
    assert "not resolved" not in everything(page)


def test_a_runaway_is_told_to_the_admins(world: World) -> None:
    world.plan(*levels(world, *["charlie"] * 12, seconds=1), laps=3)
    world.signal("Disk full")
    for _ in range(12):
        world.forward(seconds=1)
    goes_on: datetime | None = alert(world).next_step_at
    assert goes_on is not None
    page = world.expect_page("alice", "Disk full")
    assert (
        f"This alert paged 10 levels within a minute. It was braked and goes on at {at(goes_on)}. "
        "Check the timeouts of policy Test policy." in page.text
    )
