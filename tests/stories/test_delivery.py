"""Never loses a page: ways besides Slack, Do Not Disturb, an outage of Slack, and one current post for each alert."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from models.db import now_of
from models.storm import OF_SOURCE
from models.tables import Alert, Page, Person, Post, Way
from models.words import PageState
from simulator.state import Message
from tests.gateway import Gateway, gateway
from tests.shown import everything, labels
from tests.world import World


@pytest.fixture
def phone() -> Iterator[Gateway]:
    """What charlie has besides Slack."""
    with gateway() as made:
        yield made


def has_way(world: World, who: str, to: Gateway, important: int | None = None, default: int | None = None) -> int:
    """`who` has confirmed this way, with these waits in seconds; returns its row id."""
    with world.context.db.begin() as session:
        person = session.scalars(select(Person).where(Person.name.ilike(f"{who}%"))).one()
        way = Way(
            workspace_id=person.workspace_id,
            person_id=person.id,
            kind="jsons",
            label="own gateway",
            address=world.context.seal.close(to.address()),
            important_after_s=important,
            default_after_s=default,
            created_at=now_of(session),
            confirmed_at=now_of(session),
            tested_at=now_of(session),
        )
        session.add(way)
        session.flush()
        return way.id


def receipts(world: World, way_id: int | None = None) -> list[tuple[PageState, str]]:
    """The receipts of the pages by this way, or of those in Slack."""
    with world.context.db.begin() as session:
        query = select(Page).where(Page.way_id == way_id).order_by(Page.id)
        return [(page.state, page.result) for page in session.scalars(query)]


def current(world: World, who: str) -> list[Message]:
    """The posts that somebody can still answer in."""
    return [message for message in world.pages(who) if "Acknowledge" in labels(message)]


def test_a_critical_page_that_slack_has_taken_goes_no_other_way(world: World, phone: Gateway) -> None:
    way = has_way(world, "charlie", phone)
    world.policy("charlie")
    world.signal("Disk full", severity="critical")
    world.expect_page("charlie", "Disk full")
    world.forward(seconds=15)
    assert phone.taken == []
    assert receipts(world, way) == [(PageState.CANCELLED, "not needed: it was delivered")]


def test_a_critical_page_without_a_receipt_of_slack_goes_by_the_next_way_after_15_seconds(
    world: World, phone: Gateway
) -> None:
    way = has_way(world, "charlie", phone)
    world.policy("charlie")
    world.slack.faults.add("*", "away", seconds=600)
    world.signal("Disk full", severity="critical")
    world.forward(seconds=5)
    assert phone.taken == []
    world.forward(seconds=10)
    (text,) = phone.texts()
    assert "Disk full" in text
    assert f"{world.settings.base_url}/a/" in text
    assert receipts(world, way) == [(PageState.SENT, "delivered")]


def test_slack_out_for_ten_minutes_every_critical_page_goes_out_and_afterwards_one_current_post_is_left(
    world: World, phone: Gateway
) -> None:
    has_way(world, "charlie", phone)
    world.policy("charlie", minutes=1, laps=10)
    world.slack.faults.add("*", "away", seconds=600)
    for title in ("Disk full", "Fan broken"):
        world.signal(title, severity="critical")
    for minute in range(10):
        for _ in range(6):
            world.forward(seconds=10)
        words = "\n".join(phone.texts())
        assert words.count("Disk full") >= minute + 1
        assert words.count("Fan broken") >= minute + 1
    world.forward(seconds=30)
    world.forward(seconds=30)
    posts = current(world, "charlie")
    assert sorted(title for post in posts for title in ("Disk full", "Fan broken") if title in everything(post)) == [
        "Disk full",
        "Fan broken",
    ]
    with world.context.db.begin() as session:
        assert session.scalars(select(Page.state).where(Page.state == PageState.DUE)).all() == []


def test_slack_out_and_no_other_way_nothing_is_exhausted_and_everybody_is_paged_when_it_is_back(world: World) -> None:
    world.policy("charlie", "bob", minutes=1, laps=1)
    world.slack.faults.add("*", "away", seconds=1200)
    world.signal("Disk full", severity="critical")
    for _ in range(20):
        world.forward(minutes=1)
        with world.context.db.begin() as session:
            assert session.scalars(select(Alert.exhausted_at)).all() == [None]
    world.forward(minutes=2)
    assert len(current(world, "charlie")) == 1
    assert len(current(world, "bob")) == 1


def test_whoever_has_paused_their_notifications_gets_a_critical_page_by_the_next_way_at_once(
    world: World, phone: Gateway
) -> None:
    has_way(world, "charlie", phone)
    world.policy("charlie")
    world.slack.snooze("charlie", 3600)
    world.signal("Disk full", severity="critical")
    world.expect_page("charlie", "Disk full")
    (text,) = phone.texts()
    assert "Disk full" in text
    assert receipts(world) == [(PageState.SENT, "delivered without a sound: Do Not Disturb is on")]
    assert "Do Not Disturb is on" in world.heed("alice", "show 1")


def test_whoever_has_paused_their_notifications_gets_a_critical_storm_by_the_next_way_too(
    world: World, phone: Gateway
) -> None:
    has_way(world, "charlie", phone)
    world.policy("charlie")
    world.slack.snooze("charlie", 3600)
    address = world.source("generic")
    world.post(
        address, [{"key": f"{n}", "title": f"Disk {n} full", "severity": "critical"} for n in range(OF_SOURCE + 9)]
    )
    world.settle()
    assert "Storm" in world.pages("charlie")[0].text
    assert phone.texts()


def test_slack_is_asked_about_do_not_disturb_once_in_five_minutes_and_for_critical_pages_alone(world: World) -> None:
    world.policy("charlie")
    world.signal("Slow", severity="high")
    assert len(world.slack.calls("dnd.info")) == 0
    for number in range(3):
        world.signal(f"Disk {number} full", severity="critical")
    assert len(world.slack.calls("dnd.info")) == 1
    world.forward(minutes=5, seconds=1)
    world.signal("Fan broken", severity="critical")
    assert len(world.slack.calls("dnd.info")) == 2


def test_somebody_whom_slack_does_not_know_is_reached_by_their_next_way_at_once(world: World, phone: Gateway) -> None:
    way = has_way(world, "charlie", phone)
    world.policy("charlie", "bob")
    world.slack.faults.add("chat.postMessage", "error", error="user_disabled", times=1)
    world.signal("Disk full", severity="high")
    assert len(phone.taken) == 1
    assert receipts(world, way) == [(PageState.SENT, "delivered")]
    assert world.pages("bob") == []


def test_when_the_last_way_of_somebody_fails_the_next_level_is_paged_at_once(world: World, phone: Gateway) -> None:
    phone.code = 404
    way = has_way(world, "charlie", phone)
    world.policy("charlie", "bob", minutes=60)
    world.slack.faults.add("chat.postMessage", "error", error="user_disabled", times=1)
    world.signal("Disk full", severity="high")
    for _ in range(8):
        world.forward(minutes=1)
    assert receipts(world, way)[0][0] is PageState.FAILED
    world.expect_page("bob", "Disk full")


def test_a_way_of_its_own_wait_is_used_unless_somebody_has_answered(world: World, phone: Gateway) -> None:
    has_way(world, "charlie", phone, important=120, default=None)
    world.policy("charlie", minutes=60)
    world.signal("Disk full", severity="high")
    world.forward(seconds=90)
    assert phone.taken == []
    world.forward(seconds=30)
    assert len(phone.taken) == 1
    world.signal("Fan broken", severity="high")
    world.press("charlie", "Acknowledge")
    world.signal("Typo", severity="low")
    world.forward(minutes=10)
    assert len(phone.taken) == 1


def test_what_is_due_by_one_way_within_ten_seconds_goes_together(world: World, phone: Gateway) -> None:
    has_way(world, "charlie", phone, important=0)
    world.policy("charlie", minutes=60)
    for title in ("Disk full", "Fan broken", "Link down"):
        world.signal(title, severity="critical")
    world.forward(seconds=10)
    assert len(phone.taken) == 2
    assert "Fan broken" in phone.texts()[1]
    assert "Link down" in phone.texts()[1]


def test_the_next_lap_leaves_one_current_post_and_the_older_ones_say_so(world: World) -> None:
    world.policy("charlie", minutes=5, laps=3)
    world.signal("Disk full")
    world.forward(minutes=5)
    world.forward(minutes=5)
    assert len(world.pages("charlie")) == 3
    assert len(current(world, "charlie")) == 1
    for older in world.pages("charlie")[:2]:
        assert "there is a newer message about it" in older.text
        assert labels(older) == []
    world.press("charlie", "Acknowledge", current(world, "charlie")[0])
    world.until(lambda: "Acknowledged by" in everything(world.pages("charlie")[2]))


def test_a_limit_on_opening_conversations_holds_back_one_person_alone(world: World) -> None:
    with world.context.db.begin() as session:
        session.execute(update(Person).where(Person.name.ilike("bob%")).values(dm_channel=None))
    world.policy(("bob", "charlie"))
    world.signal("Knows charlie", severity="low")
    world.press("charlie", "Acknowledge")
    with world.context.db.begin() as session:
        session.execute(update(Person).where(Person.name.ilike("bob%")).values(dm_channel=None))
    world.slack.faults.add("conversations.open", "rate_limited", seconds=60)
    world.signal("Disk full")
    world.expect_page("charlie", "Disk full")
    before = len(world.pages("bob"))
    world.forward(seconds=61)
    assert len(world.pages("bob")) == before + 1


def test_a_post_whose_answer_was_lost_shows_that_somebody_has_answered_meanwhile(world: World) -> None:
    world.policy(("alice", "charlie"))
    world.slack.faults.add("chat.postMessage", "cut_after", times=1)
    world.signal("Disk full")
    answered, lost = ("alice", "charlie") if "Acknowledge" in known(world, "alice") else ("charlie", "alice")
    world.press(answered, "Acknowledge")
    world.until(lambda: "Acknowledged by" in everything(world.pages(answered)[0]))
    world.forward(seconds=10)
    (post,) = world.pages(lost)
    assert "Acknowledged by" in everything(post)


def known(world: World, who: str) -> list[str]:
    """The buttons of somebody's post, if Heed knows that Slack has it."""
    with world.context.db.begin() as session:
        query = select(Post.ts).join(Person, Person.id == Post.person_id).where(Person.name.ilike(f"{who}%"))
        has_receipt = all(session.scalars(query))
    return labels(world.pages(who)[0]) if has_receipt else []


def test_an_outage_leaves_one_unclear_post_for_a_person_and_ends_within_seconds(world: World) -> None:
    world.policy("charlie", minutes=60)
    world.signal("Before it")
    world.slack.faults.add("*", "away", seconds=120)
    for number in range(4):
        world.signal(f"Disk {number} full")
    for _ in range(9):
        world.forward(seconds=10)
    with world.context.db.begin() as session:
        assert len(session.scalars(select(Post.id).where(Post.ts == "")).all()) == 1
    world.forward(seconds=30)
    for _ in range(4):
        world.forward(seconds=4)
    assert len(world.pages("charlie")) == 5


def test_after_a_post_that_was_only_found_the_next_one_follows_at_once(world: World) -> None:
    world.policy("charlie", minutes=60)
    world.slack.faults.add("chat.postMessage", "cut_after", times=1)
    world.post(world.source("generic"), [{"key": f"disk-{each}", "title": f"Disk {each} full"} for each in range(6)])
    world.settle()
    assert len(world.pages("charlie")) == 1
    world.signal("Fan broken")
    assert len(world.pages("charlie")) == 1, "nobody knows yet whether Slack has the first"
    world.forward(seconds=4)
    assert len(world.pages("charlie")) == 2


def test_a_look_that_slack_limits_holds_back_no_other_post(world: World) -> None:
    world.policy("charlie", minutes=60)
    world.slack.faults.add("chat.postMessage", "cut_after", times=1)
    world.slack.faults.add("conversations.history", "rate_limited", times=1, seconds=30)
    world.signal("Disk full")
    world.signal("Fan broken")
    world.forward(seconds=4)
    assert [each.text.partition(":")[0] for each in world.pages("charlie")] == ["High alert #1", "High alert #2"]
    world.forward(seconds=31)
    with world.context.db.begin() as session:
        assert session.scalars(select(Post.id).where(Post.ts == "")).all() == []
    assert len(world.pages("charlie")) == 2


def test_a_page_that_slack_never_lets_us_look_for_is_sent_again(world: World) -> None:
    world.policy("charlie", minutes=60)
    world.slack.faults.add("chat.postMessage", "cut_before", times=1)
    world.slack.faults.add("conversations.history", "error", times=None, error="missing_scope")
    world.signal("Disk full")
    for _ in range(3):
        world.forward(seconds=4)
    assert len(world.pages("charlie")) == 1
