"""What people should know is told at leisure; what is in its way holds back no page."""

from sqlalchemy import update

from jobs.picture import picture
from models.actions import noticing, workspaces
from models.actions.handing_over import LEFT
from models.tables import Person
from tests.world import World


def know(world: World, who: str) -> None:
    """Heed and these people have talked before."""
    world.policy(who)
    world.signal("Known", severity="low")
    world.press(who, "Acknowledge")


def let_know(world: World, who: str) -> None:
    """There is something that `who` should know."""
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        detail = {"schedule": "Nights", "arriving": None}
        noticing.tell(session, workspace.id, [world.person(who).id], LEFT, "nights", detail)
    world.settle()


def never_met(world: World, who: str) -> None:
    """Heed does not know the conversation with `who`."""
    with world.context.db.begin() as session:
        session.execute(update(Person).where(Person.id == world.person(who).id).values(dm_channel=None))


def told(world: World, who: str) -> int:
    return len([page for page in world.pages(who) if "no longer on call" in page.text])


def test_a_limit_on_opening_conversations_holds_back_no_page_of_others(world: World) -> None:
    know(world, "charlie")
    never_met(world, "bob")
    world.slack.faults.add("conversations.open", "rate_limited", seconds=60)
    let_know(world, "bob")
    world.signal("Disk full")
    world.expect_page("charlie", "Disk full")
    assert told(world, "bob") == 0
    world.forward(seconds=61)
    assert told(world, "bob") == 1


def test_a_limit_on_looking_for_a_notice_holds_back_no_page(world: World) -> None:
    know(world, "charlie")
    world.slack.faults.add("chat.postMessage", "cut_after", times=1)
    world.slack.faults.add("conversations.history", "rate_limited", times=1, seconds=60)
    let_know(world, "bob")
    world.forward(seconds=31)
    world.signal("Disk full")
    world.expect_page("charlie", "Disk full")
    world.forward(seconds=61)
    assert told(world, "bob") == 1


def test_a_notice_that_slack_never_lets_us_look_for_is_sent_again_and_holds_back_no_page(world: World) -> None:
    know(world, "charlie")
    world.slack.faults.add("chat.postMessage", "cut_before", times=1)
    world.slack.faults.add("conversations.history", "error", times=None, error="missing_scope")
    let_know(world, "bob")
    world.forward(seconds=31)
    world.signal("Disk full")
    world.expect_page("charlie", "Disk full")
    assert told(world, "bob") == 1


def test_a_limit_on_posts_holds_back_pages_too(world: World) -> None:
    know(world, "charlie")
    world.slack.faults.add("chat.postMessage", "rate_limited", times=1, seconds=60)
    let_know(world, "bob")
    world.signal("Disk full")
    assert len(world.pages("charlie")) == 1
    world.forward(seconds=61)
    world.expect_page("charlie", "Disk full")
    assert told(world, "bob") == 1


def test_a_timeline_without_its_scope_holds_back_no_page(world: World) -> None:
    know(world, "charlie")
    world.schedule("Nights", "bob")
    world.slack.faults.add("files.getUploadURLExternal", "error", error="missing_scope")
    world.heed("bob", "schedule Nights")
    picture(world.context)
    world.signal("Disk full")
    world.expect_page("charlie", "Disk full")
