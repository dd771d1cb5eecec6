"""The main job from end to end: a client's anger and a machine's alarm reach people and are answered."""


from tests.world import World, everything, labels

ANGER = "We are terminating the contract, our lawyers will call you."


def test_a_client_who_leaves_pages_every_admin_at_once(world: World) -> None:
    world.says("dora", "acme", ANGER)
    for admin in ("alice", "bob"):
        page = world.expect_page(
            admin, "Critical", "Acme", ANGER, "cancellation", "legal", "Suggested", "/archives/C0ACME/p"
        )
        assert labels(page) == ["Acknowledge", "Resolve…", "False positive…", "Pass on now"]
        assert ANGER in page.text
        assert "<@U0ALICE>" in everything(page)
        assert "<@U0BOB>" in everything(page)
    world.expect_no_page("charlie")


def test_acknowledge_changes_every_copy_and_stops_the_escalation(world: World) -> None:
    world.says("dora", "acme", ANGER)
    world.press("alice", "Acknowledge", until="Acknowledged by <@U0ALICE>")
    for admin in ("alice", "bob"):
        page = world.expect_page(admin, "Acknowledged by <@U0ALICE>")
        assert page.text.startswith("Acknowledged by <@U0ALICE>")
        assert labels(page) == ["Resolve…", "False positive…"]
    world.forward(hours=1)
    assert len(world.pages("alice")) == len(world.pages("bob")) == 1
