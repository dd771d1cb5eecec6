"""What people do by hand: `/heed`, the shortcut, Home, and who may do what."""

import json

import pytest

from tests.world import World, buttons, everything, labels


def test_paging_somebody_by_hand(world: World) -> None:
    told = world.heed("charlie", "page @bob The payment job hangs")
    assert "Raised #1" in told
    assert "<@U0BOB>" in told
    world.expect_page("bob", "The payment job hangs", "raised by <@U0CHARLIE>")
    world.expect_no_page("alice")
    world.forward(minutes=5)
    world.expect_page("alice", "The payment job hangs")


def test_paging_without_a_person_goes_by_the_policy(world: World) -> None:
    assert "Everybody on call" in world.heed("charlie", "page The payment job hangs")
    world.expect_page("alice", "The payment job hangs")
    world.expect_page("bob", "The payment job hangs")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "What I understand"),
        ("help", "What I understand"),
        ("dance", "I don't know “dance”"),
        ("page", "Say what is wrong"),
        ("page @dora The payment job hangs", "cannot be paged"),
        ("page " + "x" * 301, "too long"),
        ("ack", "Which one?"),
        ("ack twelve", "Which one?"),
        ("ack 99", "There is no alert #99 here"),
        ("show 99", "There is no alert #99 that you can see"),
        ("resolve 99 done", "There is no alert #99 here"),
        ("alerts", "Nothing is open"),
        ("oncall", "Level 1"),
        ("admins", "Admins: <@U0ALICE>, <@U0BOB>"),
        ("role @charlie king", "Whom, and what?"),
    ],
)
def test_what_heed_answers_in_place(world: World, words: str, answer: str) -> None:
    assert answer in world.heed("alice", words)
    world.expect_no_page("alice")


def test_answering_by_command(world: World) -> None:
    for title in ("One", "Two", "Three"):
        world.signal(title)
    listed = world.heed("alice", "alerts")
    assert all(f"*#{number}*" in listed for number in (1, 2, 3))
    assert "Acknowledged #1" in world.heed("alice", "ack 1")
    assert "Resolved #2" in world.heed("alice", "resolve 2 fixed the disk")
    assert "Marked #3 as a false positive" in world.heed("alice", "false-positive 3")
    shown = world.heed("alice", "show 2")
    assert "fixed the disk" in shown
    assert "delivered" in shown, "the receipt of every page"
    assert "Nothing to do for #2" in world.heed("bob", "ack 2")
    assert "Reopened #2" in world.heed("bob", "reopen 2")


def test_a_test_pages_only_oneself_and_shows_the_round_trip(world: World) -> None:
    assert "on its way to you" in world.heed("charlie", "test")
    world.expect_page("charlie", "It reached you")
    world.expect_no_page("alice")
    assert "Nothing is open" in world.heed("charlie", "alerts")
    world.forward(hours=1)
    world.expect_no_page("alice")
    world.press("charlie", "Acknowledge", until="Acknowledged by <@U0CHARLIE>")


def test_the_message_shortcut_opens_a_prefilled_form_and_raises_an_alert(world: World) -> None:
    message = world.slack.say("charlie", "ops", "Invoices of <today> are *missing*")
    world.slack.shortcut("charlie", "raise_from_message", message)
    world.slack.wait_for(lambda: world.slack.modal("charlie"))
    modal = world.slack.modal("charlie")
    assert modal is not None
    assert "are *missing*" in json.dumps(modal.blocks)
    assert not world.submit("charlie", title="Invoices are missing", severity="critical", person="U0BOB")
    page = world.expect_page("bob", "Critical: Invoices are missing", "raised by <@U0CHARLIE>")
    assert message.ts.replace(".", "") in everything(page)


def test_the_form_says_at_its_field_what_is_wrong(world: World) -> None:
    message = world.slack.say("charlie", "ops", "Invoices are missing")
    world.slack.shortcut("charlie", "raise_from_message", message)
    errors = world.submit("charlie", title="  ", severity="high")
    assert errors is not None
    assert "Say in a few words" in errors["title"]
    errors = world.submit("charlie", title="Invoices", severity="high", person="U0DORA")
    assert errors is not None
    assert "can be paged" in errors["person"]
    world.expect_no_page("alice")


def test_home_shows_admins_everything_and_others_what_concerns_them(world: World) -> None:
    world.signal("Disk full", severity="critical", link="https://grafana.example/d/1")
    world.signal("Queue grows", severity="medium")
    world.heed("charlie", "page @charlie Printer on fire")
    shown = world.home("alice")
    for each in (
        "*Open*\\n3",
        "Disk full",
        "Queue grows",
        "Printer on fire",
        "https://grafana.example/d/1",
        "On call now",
    ):
        assert each in shown
    shown = world.home("charlie")
    assert "Printer on fire" in shown
    assert "Disk full" not in shown
    assert "On call now" in shown
    assert "*Open*" not in shown


def test_home_filters_pages_through_long_lists_and_answers(world: World) -> None:
    world.post(world.source("generic"), [{"title": f"Disk {number} full"} for number in range(12)])
    assert world.home("alice").count('"Acknowledge"') == 10
    view = world.slack.home("alice")
    assert view is not None
    world.slack.act("alice", view, "home_older")
    world.slack.wait_for(lambda: "home_newer" in json.dumps(world.slack.home("alice").blocks))  # type: ignore[union-attr]
    view = world.slack.home("alice")
    assert view is not None
    first = next(each for each in buttons(view.blocks) if each["text"]["text"] == "Acknowledge")
    block_id = next(each["block_id"] for each in view.blocks if first in each.get("elements", ()))
    world.slack.act("alice", view, first["action_id"], block_id=block_id)
    world.slack.wait_for(lambda: "acknowledged by <@U0ALICE>" in json.dumps(world.slack.home("alice").blocks))  # type: ignore[union-attr]


def test_a_member_may_answer_only_what_paged_or_was_raised_by_them(world: World) -> None:
    world.signal("Disk full")
    assert "Only admins, responders and those who were paged" in world.heed("charlie", "ack 1")
    assert "no alert #1 that you can see" in world.heed("charlie", "show 1")
    world.heed("alice", "page @charlie The printer burns")
    assert "Acknowledged #2" in world.heed("charlie", "ack 2")
    assert "is a responder now" in world.heed("alice", "role @charlie responder")
    assert "Acknowledged #1" in world.heed("charlie", "ack 1")


def test_only_admins_change_roles_and_the_last_admin_stays(world: World) -> None:
    assert "Only admins" in world.heed("charlie", "admins add @charlie")
    assert "is an admin now" in world.heed("alice", "admins add @charlie")
    world.signal("Disk full")
    world.expect_page("charlie", "Disk full")
    for name in ("bob", "charlie"):
        assert "is a member now" in world.heed("alice", f"admins remove @{name}")
    assert "is the only admin" in world.heed("alice", "admins remove @alice")
    world.sync()
    assert "Admins: <@U0ALICE>." in world.heed("alice", "admins"), "a role set by hand survives the next import"


def test_guests_and_external_people_can_do_nothing(world: World) -> None:
    assert "Only full members of this workspace" in world.heed("gwen", "alerts", channel="general")
    said = world.says("dora", "acme", "We are terminating the contract, our lawyers will call you.")
    world.slack.shortcut("dora", "raise_from_message", said)
    world.slack.wait_for(lambda: world.slack.modal("dora"))
    modal = world.slack.modal("dora")
    assert modal is not None
    assert "Only full members of this workspace" in json.dumps(modal.blocks)


def test_the_form_behind_a_button_checks_who_submits_it(world: World) -> None:
    world.heed("alice", "page @charlie The printer burns")
    world.click("charlie", "Resolve…")
    world.slack.wait_for(lambda: world.slack.modal("charlie"))
    world.types("alice", "resolve 1 was faster")
    assert not world.submit("charlie", notes="me too")
    shown = world.slack.modal("charlie")
    assert shown is not None
    assert "has changed since this message was drawn" in json.dumps(shown.blocks)
    assert "Resolved by <@U0ALICE>" in json.dumps(shown.blocks)
    assert labels(world.pages("charlie")[-1]) == ["Reopen"]
