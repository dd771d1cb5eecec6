"""What clients say, stored before Slack gets its 200, and when it is to be rated."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions.replying import forget, heard
from models.conversation import rate_at
from models.courtesies import is_holding, is_pleasantry
from models.cues import hard_cues
from models.db import now_of
from models.speakers import Author, Rules, is_client
from models.tables import Channel, Client, Conversation, Group, Message, Person, SeenEvent
from models.words import Role


@dataclass(frozen=True)
class Said:
    """One message as Slack tells of it. `thread_ts` is empty outside threads; `team_id` is the author's.

    `external` says that this is not the team in which Heed is installed.
    """

    channel_id: str
    ts: str
    author: str
    text: str
    team_id: str
    external: bool
    thread_ts: str = ""
    edited_ts: str = ""


@dataclass(frozen=True)
class _Taken:
    """What a message counts as: the client's or ours, rated or only stored; where it is watched, for which client."""

    from_client: bool
    rated: bool = True
    client_id: int | None = None


def is_new_event(session: Session, workspace_id: int, event_id: str) -> bool:
    """Whether this event id is seen for the first time; Slack sends some several times."""
    seen = session.execute(
        insert(SeenEvent)
        .values(workspace_id=workspace_id, event_id=event_id, at=now_of(session))
        .on_conflict_do_nothing()
        .returning(SeenEvent.event_id)
    )
    return seen.one_or_none() is not None


def store(session: Session, workspace_id: int, said: Said) -> bool:
    """Store a message and mark its conversation; True when it is to be rated at once.

    Keyed by channel and ts, so that one message under several event ids is one. An edit counts when it is newer. In a
    channel that is not watched any more nothing is stored.
    """
    now = now_of(session)
    taken = _taken(session, workspace_id, said)
    stored = _keep(session, workspace_id, said, taken, now) if taken is not None else None
    if taken is None or stored is None:
        return False
    conversation, message = stored
    heard(session, conversation, message, now)
    if not taken.from_client:
        return False
    conversation.last_client_at = now
    return taken.rated and _mark(conversation, bool(message.hard_cues), now)


def store_reply(session: Session, workspace_id: int, said: Said) -> tuple[Conversation, Message] | None:
    """Store a reply that was sent through us, with its conversation, locked; None where nothing is stored any more.

    Whoever sends it speaks for us, whatever the channel's rules say of them. What it does is for the caller to say;
    Slack's own event for it, should one come, finds it here and does nothing.
    """
    channel = session.get(Channel, (workspace_id, said.channel_id))
    if channel is not None and not channel.watched:
        return None
    return _keep(session, workspace_id, said, _Taken(from_client=False), now_of(session))


def _keep(
    session: Session, workspace_id: int, said: Said, taken: _Taken, now: datetime
) -> tuple[Conversation, Message] | None:
    """The message and its conversation, locked; None when nothing is new, or it was deleted meanwhile."""
    _lock_message(session, said.channel_id, said.ts)
    if session.get(SeenEvent, (workspace_id, _tombstone(said.channel_id, said.ts))) is not None:
        return None
    conversation = _conversation(session, workspace_id, said, taken, now)
    message = _store_message(session, conversation, said, taken, now) if conversation is not None else None
    return (conversation, message) if conversation is not None and message is not None else None


def _mark(conversation: Conversation, at_once: bool, now: datetime) -> bool:
    """When the conversation is to be rated; True when that is now."""
    at = rate_at(now, conversation.first_unrated_at, at_once)
    if conversation.analyze_at is None or conversation.analyze_at > now:
        conversation.analyze_at = at
    conversation.first_unrated_at = conversation.first_unrated_at or now
    return at <= now


def _taken(session: Session, workspace_id: int, said: Said) -> _Taken | None:
    """What the message counts as where it was written; None in a channel that is not watched any more."""
    channel = session.get(Channel, (workspace_id, said.channel_id))
    if channel is None:
        return _Taken(is_client(Author(said.external), Rules()))
    if not channel.watched:
        return None
    rules = Rules(channel.guests, channel.ours_id is not None)
    author = _author(session, workspace_id, said, channel.ours_id)
    return _Taken(is_client(author, rules), channel.rated, channel.client_id)


def _author(session: Session, workspace_id: int, said: Said, group_id: int | None) -> Author:
    person = session.scalar(
        select(Person).where(Person.workspace_id == workspace_id, Person.slack_id == said.author)
    )  # fmt: skip
    group = session.get(Group, group_id) if group_id is not None else None
    return Author(
        said.external,
        guest=person is not None and person.role is Role.GUEST,
        in_our_group=person is not None and group is not None and person.id in group.members,
    )


def _conversation(session: Session, workspace_id: int, said: Said, taken: _Taken, now: datetime) -> Conversation | None:
    """The message's conversation, locked; made when a client begins it, or when we reply to a client in a thread.

    None when only our side speaks there.
    """
    place = (
        Conversation.workspace_id == workspace_id,
        Conversation.channel_id == said.channel_id,
        Conversation.thread_ts == said.thread_ts,
    )
    found = session.scalar(select(Conversation).where(*place).with_for_update())
    client_id = _client_of(session, workspace_id, said, taken, now) if found is None else None
    if client_id is not None:
        session.execute(
            insert(Conversation)
            .values(
                workspace_id=workspace_id,
                client_id=client_id,
                channel_id=said.channel_id,
                thread_ts=said.thread_ts,
            )
            .on_conflict_do_nothing()
        )
        found = session.scalar(select(Conversation).where(*place).with_for_update())
    return found


def _client_of(session: Session, workspace_id: int, said: Said, taken: _Taken, now: datetime) -> int | None:
    """The client with whom a conversation begins; None when it is none of a client's."""
    if taken.from_client:
        return taken.client_id or _client_id(session, workspace_id, said.team_id, now)
    if not said.thread_ts:
        return None
    return session.scalar(
        select(Conversation.client_id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.workspace_id == workspace_id, Message.channel_id == said.channel_id)
        .where(Message.ts == said.thread_ts)
    )


def _client_id(session: Session, workspace_id: int, team_id: str, now: datetime) -> int:
    session.execute(
        insert(Client).values(workspace_id=workspace_id, team_id=team_id, created_at=now).on_conflict_do_nothing()
    )
    found = select(Client.id).where(Client.workspace_id == workspace_id, Client.team_id == team_id)
    return session.scalars(found).one()


def name_client(session: Session, workspace_id: int, team_id: str, name: str) -> None:
    """Give a client the name that its Slack team has; one that a file has named so before is the same client."""
    mine = select(Client).where(Client.workspace_id == workspace_id)
    found = session.scalar(mine.where(Client.team_id == team_id))
    named = session.scalar(mine.where(Client.team_id.is_(None), func.lower(Client.name) == name.lower()))
    if found is None or named is None:
        session.execute(
            update(Client).where(Client.workspace_id == workspace_id, Client.team_id == team_id).values(name=name)
        )
        return
    for table in (Conversation, Channel):
        session.execute(update(table).where(table.client_id == found.id).values(client_id=named.id))
    session.delete(found)
    session.flush()
    named.team_id = team_id


def _store_message(
    session: Session, conversation: Conversation, said: Said, taken: _Taken, now: datetime
) -> Message | None:
    """Insert it, or take over a newer edit; None when nothing is new (a doubled, late or deleted message)."""
    row = {
        "workspace_id": conversation.workspace_id,
        "conversation_id": conversation.id,
        "channel_id": said.channel_id,
        "ts": said.ts,
        "author": said.author,
        "from_client": taken.from_client,
        "text": said.text,
        "hard_cues": list(hard_cues(said.text)) if taken.from_client and taken.rated else [],
        "edited_ts": said.edited_ts,
        "received_at": now,
        "rated_at": None if taken.rated else now,
        "asks": not is_pleasantry(said.text),
        "holds": is_holding(said.text),
    }
    statement = insert(Message).values(row)
    new = statement.excluded
    changed = {"text": new.text, "hard_cues": new.hard_cues, "edited_ts": new.edited_ts, "rated_at": new.rated_at}
    stored = session.scalars(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "channel_id", "ts"],
            set_=changed,
            where=(Message.edited_ts < new.edited_ts) & Message.deleted_at.is_(None),
        ).returning(Message),
        execution_options={"populate_existing": True},
    )
    return stored.one_or_none()


def delete(session: Session, workspace_id: int, channel_id: str, ts: str) -> None:
    """The message was deleted in Slack: its text goes here too. One that is not stored yet stays out when it comes."""
    _lock_message(session, channel_id, ts)
    is_new_event(session, workspace_id, _tombstone(channel_id, ts))
    deleted = session.scalars(
        update(Message)
        .where(Message.workspace_id == workspace_id, Message.channel_id == channel_id, Message.ts == ts)
        .values(text="", hard_cues=[], deleted_at=now_of(session))
        .returning(Message)
    ).one_or_none()
    if deleted is not None and deleted.from_client:
        forget(session, session.get_one(Conversation, deleted.conversation_id, with_for_update=True))


def _lock_message(session: Session, channel_id: str, ts: str) -> None:
    """A message and its deletion may be handled at the same moment; whichever comes second sees the first."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{channel_id}:{ts}", 0))))


def _tombstone(channel_id: str, ts: str) -> str:
    """The event id under which a deletion is remembered, for it may overtake its message."""
    return f"deleted:{channel_id}:{ts}"


def forget_old(session: Session) -> int:
    """Empty what was said longer ago than each workspace keeps it, with what was sent of it to the LLM and what stands
    of it in alerts that were closed longer ago.

    Event ids are forgotten after a day. Returns how many messages were emptied; thousands at a time, so that no lock is
    held for long.
    """
    now = now_of(session)
    session.execute(_FORGET_EVENTS, {"now": now})
    session.execute(_FORGET_SENT, {"now": now})
    session.execute(_FORGET_EXCERPTS, {"now": now})
    return len(session.execute(_FORGET_TEXTS, {"now": now}).all())


_FORGET_EVENTS = text("""
    DELETE FROM seen_events WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM seen_events WHERE at < :now - interval '1 day' ORDER BY at LIMIT 5000))
""")

_FORGET_TEXTS = text("""
    UPDATE messages SET text = '' WHERE id = ANY (ARRAY(
        SELECT old.id FROM workspaces w CROSS JOIN LATERAL (
            SELECT m.id FROM messages m
            WHERE m.workspace_id = w.id AND m.text <> '' AND m.received_at < :now - make_interval(days => w.text_days)
                  AND (m.rated_at IS NOT NULL OR m.received_at < :now - interval '1 day')
            ORDER BY m.received_at LIMIT 5000) old
        LIMIT 5000))
    RETURNING id
""")
"""Each workspace's oldest texts, by an index that holds only what is not emptied; so is what was sent."""

_FORGET_SENT = text("""
    UPDATE assessments SET sent = '[]', evidence = '{}', suggested_reply = '' WHERE id = ANY (ARRAY(
        SELECT old.id FROM workspaces w CROSS JOIN LATERAL (
            SELECT a.id FROM assessments a
            WHERE a.workspace_id = w.id AND a.sent <> '[]' AND a.at < :now - make_interval(days => w.text_days)
            ORDER BY a.at LIMIT 5000) old
        LIMIT 5000))
""")

_FORGET_EXCERPTS = text("""
    UPDATE alerts SET excerpt = '', suggested_reply = '' WHERE id = ANY (ARRAY(
        SELECT old.id FROM workspaces w CROSS JOIN LATERAL (
            SELECT a.id FROM alerts a
            WHERE a.workspace_id = w.id AND (a.excerpt <> '' OR a.suggested_reply <> '')
                  AND a.closed_at < :now - make_interval(days => w.text_days)
            ORDER BY a.closed_at LIMIT 5000) old
        LIMIT 5000))
""")
