"""A channel's id changes: everything known of it goes on under the new one, in this workspace only."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import listening, watching
from models.actions.listening import Said
from models.actions.moving import rename
from models.actions.people import channel_row
from models.db import now_of
from models.tables import Alert, Channel, Conversation, Message, Person
from models.words import Origin, Severity, Status
from tests.models.actions.house import House, build_house, entries

OLD, NEW = "C0OLD", "C0NEW"


@pytest.fixture
def house(session: Session) -> House:
    return build_house(session)


def say(session: Session, house: House, channel: str, ts: str, thread: str = "", external: bool = True) -> None:
    listening.store(session, house.id, Said(channel, ts, "U0DORA", f"Words of {ts}?", "T0ACME", external, thread))


def alert(session: Session, house: House, key: str, channel: str, status: Status = Status.OPEN) -> int:
    made = Alert(
        workspace_id=house.id, origin=Origin.CLIENT, key=key, title="Angry", severity=int(Severity.HIGH), plan={},
        opened_at=now_of(session), last_seen_at=now_of(session), labels={"channel": channel, "author": "U0DORA"},
        status=status, link=f"https://northwind.slack.com/archives/{channel}/p1",
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def told(session: Session, house: House) -> dict[tuple[str, str], list[str]]:
    """The messages of each conversation."""
    found: dict[tuple[str, str], list[str]] = {}
    rows = select(Conversation.channel_id, Conversation.thread_ts, Message.ts, Message.channel_id).join(
        Message, Message.conversation_id == Conversation.id
    )
    for channel, thread, ts, where in session.execute(
        rows.where(Message.workspace_id == house.id).order_by(Message.ts)
    ):
        assert channel == where
        found.setdefault((channel, thread), []).append(ts)
    return found


def test_conversations_alerts_and_places_go_over(session: Session, house: House) -> None:
    watching.watch(session, house.id, watching.Wish(OLD, "acme", "Acme"), house.people["alice"])
    say(session, house, OLD, "1.0")
    say(session, house, OLD, "2.0", thread="1.0")
    number = alert(session, house, f"channel:{OLD}", OLD)
    closed = alert(session, house, f"channel:{OLD}", OLD, Status.RESOLVED)
    for _ in range(2):
        rename(session, house.id, OLD, NEW)
    assert told(session, house) == {(NEW, ""): ["1.0"], (NEW, "1.0"): ["2.0"]}
    for each in (number, closed):
        row = session.get_one(Alert, each, populate_existing=True)
        assert (row.key, row.labels["channel"], row.link.split("/")[4]) == (f"channel:{NEW}", NEW, NEW)
    assert session.scalars(select(Channel.channel_id)).all() == [NEW]
    place = session.scalars(select(Person).where(Person.is_channel)).one()
    assert (place.slack_id, place.dm_channel) == (NEW, NEW)
    assert "channel_renamed" in entries(session)


def test_what_came_under_the_new_id_before_the_change_was_told_is_joined(session: Session, house: House) -> None:
    say(session, house, OLD, "1.0")
    since = session.scalars(select(Conversation.waiting_since)).one()
    say(session, house, NEW, "1.0")
    say(session, house, NEW, "2.0")
    live = alert(session, house, f"channel:{NEW}", NEW)
    older = alert(session, house, f"channel:{OLD}", OLD)
    channel_row(session, house.id, OLD, "acme")
    channel_row(session, house.id, NEW, "acme")
    rename(session, house.id, OLD, NEW)
    assert told(session, house) == {(NEW, ""): ["1.0", "2.0"]}
    assert session.scalars(select(Conversation.waiting_since)).one() == since
    assert session.get_one(Alert, live, populate_existing=True).key == f"channel:{NEW}"
    assert session.get_one(Alert, older, populate_existing=True).labels["channel"] == NEW


def test_a_deletion_that_was_told_under_the_old_id_keeps_its_message_out(session: Session, house: House) -> None:
    listening.delete(session, house.id, OLD, "3.0")
    rename(session, house.id, OLD, NEW)
    say(session, house, NEW, "3.0")
    assert told(session, house) == {}


def test_other_workspaces_keep_their_channels(session: Session, house: House) -> None:
    other = build_house(session, "Southwind")
    say(session, other, OLD, "1.0")
    watching.watch(session, other.id, watching.Wish(OLD, "acme"), other.people["alice"])
    rename(session, house.id, OLD, NEW)
    assert told(session, other) == {(OLD, ""): ["1.0"]}
    assert session.scalars(select(Channel.channel_id)).all() == [OLD]


def test_ending_a_channel_stops_its_clocks_here_only_and_once(session: Session, house: House) -> None:
    other = build_house(session, "Southwind")
    for each in (house, other):
        say(session, each, OLD, "1.0")
    assert watching.stop(session, house.id, OLD, "channel_archive")
    assert not watching.stop(session, house.id, "C0NOBODY", "channel_archive")
    waiting = select(Conversation.workspace_id).where(Conversation.waiting_since.is_not(None))
    assert session.scalars(waiting).all() == [other.id]
