"""The main job from end to end: a client's anger reaches people, is escalated, and is answered."""

from tests.world import World, everything, labels

ANGER = "We are terminating the contract, our lawyers will call you."


def test_a_client_who_leaves_pages_every_admin_at_once(world: World) -> None:
    world.says("dora", "acme", ANGER)
    for admin in ("alice", "bob"):
        page = world.expect_page(admin, "Critical", "Acme", ANGER, "cancellation", "legal", "Suggested")
        assert "/archives/C0ACME/p" in everything(page)
        assert labels(page) == ["Acknowledge", "Resolve…", "False positive…", "Pass on now", "Draft reply…"]
        assert ANGER in page.text
        assert "Paged: <@U0ALICE>, <@U0BOB>" in everything(page)
    world.expect_no_page("charlie")
    assert not [each for each in world.slack.messages("acme") if each.app_id], "never into channels"


def test_acknowledge_changes_every_copy_and_stops_the_escalation(world: World) -> None:
    world.says("dora", "acme", ANGER)
    world.press("alice", "Acknowledge", until="Acknowledged by <@U0ALICE>")
    for admin in ("alice", "bob"):
        page = world.expect_page(admin, "Acknowledged by <@U0ALICE>")
        assert page.text.startswith("Acknowledged by <@U0ALICE>")
        assert labels(page) == ["Resolve…", "False positive…", "Draft reply…"]
    world.forward(minutes=20)
    assert len(world.pages("alice")) == len(world.pages("bob")) == 1


def test_nobody_answers_so_the_next_level_is_paged_then_the_next_lap_then_all_admins_are_told(world: World) -> None:
    world.policy("charlie", "bob", minutes=5, laps=2)
    world.signal("Disk full")
    assert [len(world.pages(who)) for who in ("charlie", "bob", "alice")] == [1, 0, 0]
    world.forward(minutes=4, seconds=59)
    assert [len(world.pages(who)) for who in ("charlie", "bob", "alice")] == [1, 0, 0]
    world.forward(seconds=1)
    assert [len(world.pages(who)) for who in ("charlie", "bob", "alice")] == [1, 1, 0]
    world.forward(minutes=5)
    assert [len(world.pages(who)) for who in ("charlie", "bob", "alice")] == [2, 1, 0]
    world.forward(minutes=5)
    assert [len(world.pages(who)) for who in ("charlie", "bob", "alice")] == [2, 2, 0]
    world.forward(minutes=5)
    assert [len(world.pages(who)) for who in ("charlie", "bob", "alice")] == [2, 3, 1]
    world.expect_page("alice", "Nobody has answered", "Disk full")
    assert "escalation exhausted" in world.heed("alice", "show 1")
    world.forward(hours=24)
    assert [len(world.pages(who)) for who in ("charlie", "bob", "alice")] == [2, 3, 1]


def test_pass_on_now_pages_the_next_level_at_once(world: World) -> None:
    world.policy("charlie", "bob")
    world.signal("Disk full")
    world.press("charlie", "Pass on now")
    world.until(lambda: bool(world.pages("bob")))
    world.expect_page("bob", "Disk full")


def test_resolving_asks_for_notes_and_shows_them_to_everybody(world: World) -> None:
    world.signal("Disk full")
    world.press("alice", "Resolve…")
    assert not world.submit("alice", notes="Deleted the old logs")
    for admin in ("alice", "bob"):
        page = world.expect_page(admin, "Resolved by <@U0ALICE>", "Deleted the old logs")
        assert labels(page) == ["Reopen"]


def test_a_false_positive_needs_no_reason(world: World) -> None:
    world.signal("Disk full")
    world.press("bob", "False positive…")
    assert not world.submit("bob")
    world.expect_page("alice", "Marked as a false positive by <@U0BOB>")


def test_a_mistaken_resolve_can_be_reopened_for_an_hour_and_pages_again(world: World) -> None:
    world.signal("Disk full")
    world.heed("alice", "resolve 1 wrong one")
    world.settle()
    world.press("bob", "Reopen", until="Paged:")
    world.until(lambda: len(world.pages("alice")) == 2)
    assert labels(world.expect_page("alice", "Disk full"))[0] == "Acknowledge"
    world.heed("alice", "resolve 1")
    world.forward(minutes=61)
    assert "more than an hour ago" in world.heed("bob", "reopen 1")


def test_a_button_drawn_before_a_change_shows_the_present_state_instead_of_acting(world: World) -> None:
    world.signal("Disk full")
    world.types("alice", "resolve 1 done")
    world.press("bob", "Acknowledge", until="Resolved by <@U0ALICE>")
    told = [each.text for each in world.slack.dm("bob") if each.ephemeral_to]
    assert "has changed since" in told[-1]


def test_two_people_press_acknowledge_and_the_second_is_told_who_was_first(world: World) -> None:
    world.signal("Disk full")
    world.click("alice", "Acknowledge", until="Acknowledged by")
    world.press("bob", "Acknowledge", until="Acknowledged by <@U0ALICE>")
    told = [each.text for each in world.slack.dm("bob") if each.ephemeral_to]
    assert "Acknowledged by <@U0ALICE>" in told[-1]


def test_six_waiting_pages_of_a_person_become_one_list(world: World) -> None:
    world.policy("charlie")
    world.post(world.source("generic"), [{"title": f"Disk {number} full"} for number in range(6)])
    (page,) = world.pages("charlie")
    assert page.text.startswith("6 alerts need an answer")
    assert labels(page) == ["Acknowledge"] * 6
    world.press("charlie", "Acknowledge", until="5 alerts need an answer")


def test_a_policy_without_levels_is_seen_by_the_admins_and_is_no_crash(world: World) -> None:
    world.policy()
    world.signal("Disk full")
    world.expect_page("alice", "cannot be escalated", "Disk full")
    assert "the policy has no levels" in world.heed("alice", "show 1")


def test_a_level_with_nobody_is_passed_over_at_once_and_a_lap_that_reached_nobody_is_tried_again(world: World) -> None:
    world.policy("charlie", "bob")
    world.slack.deactivate("charlie")
    world.sync()
    world.signal("Disk full")
    world.expect_page("bob", "Disk full")
    assert "passed over" in world.heed("alice", "show 1")
    world.policy("charlie")
    world.signal("Disk full again")
    world.expect_page("alice", "Nobody could be reached", "Disk full again")
    told = len(world.pages("alice"))
    world.forward(minutes=5)
    assert len(world.pages("alice")) == told, "admins are told once, not every five minutes"


def test_after_a_dead_token_nothing_more_is_tried_until_later_and_then_everything_is_sent(world: World) -> None:
    world.policy("charlie")
    world.slack.faults.add("chat.postMessage", "error", error="token_revoked")
    world.post(world.source("generic"), [{"title": f"Disk {number} full"} for number in range(3)])
    world.expect_no_page("charlie")
    world.forward(minutes=1)
    assert len(world.pages("charlie")) == 3
