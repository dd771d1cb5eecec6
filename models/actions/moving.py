"""A channel's id changes when it becomes shared: everything that is known of it goes on under the new one."""

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.replying import set_clock
from models.db import now_of
from models.tables import Alert, AssessmentRow, Channel, Conversation, Message


def rename(session: Session, workspace_id: int, old: str, new: str) -> None:
    """The channel `old` is called `new` from now on; doing it twice changes nothing.

    What came in under the new id before Slack told of the change is joined with what was there.
    """
    if old == new:
        return
    _channel(session, workspace_id, old, new)
    _conversations(session, workspace_id, old, new)
    for statement in _EVERYWHERE:
        session.execute(statement, {"workspace": workspace_id, "old": old, "new": new})
    session.expire_all()
    note(session, workspace_id, "channel_renamed", now_of(session), old=old, new=new)


def _channel(session: Session, workspace_id: int, old: str, new: str) -> None:
    if session.get(Channel, (workspace_id, new)) is not None:
        session.execute(
            delete(Channel).where(Channel.workspace_id == workspace_id, Channel.channel_id == old)
        )  # fmt: skip
        return
    session.execute(
        update(Channel).where(Channel.workspace_id == workspace_id, Channel.channel_id == old).values(channel_id=new)
    )


def _conversations(session: Session, workspace_id: int, old: str, new: str) -> None:
    mine = select(Conversation).where(Conversation.workspace_id == workspace_id).order_by(Conversation.id)
    fresh = {
        each.thread_ts: each for each in session.scalars(mine.where(Conversation.channel_id == new).with_for_update())
    }
    for each in session.scalars(mine.where(Conversation.channel_id == old).with_for_update()).all():
        if each.thread_ts in fresh:
            _join(session, each, fresh[each.thread_ts])
        each.channel_id = new
        session.flush()


def _join(session: Session, kept: Conversation, gone: Conversation) -> None:
    """The same conversation under two ids: the older row stays."""
    for table in (Message, AssessmentRow, Alert):
        session.execute(
            update(table)
            .where(table.workspace_id == gone.workspace_id, table.conversation_id == gone.id)
            .values(conversation_id=kept.id)
        )
    for name in ("analyze_at", "first_unrated_at", "waiting_since"):
        setattr(kept, name, min(filter(None, (getattr(kept, name), getattr(gone, name))), default=None))
    for name in ("last_client_at", "replied_at"):
        setattr(kept, name, max(filter(None, (getattr(kept, name), getattr(gone, name))), default=None))
    session.delete(gone)
    session.flush()
    set_clock(session, kept)


_EVERYWHERE = tuple(
    text(each)
    for each in (
        # What both ids have is kept once.
        """DELETE FROM messages m WHERE workspace_id = :workspace AND channel_id = :old AND EXISTS (
               SELECT FROM messages n
               WHERE n.workspace_id = m.workspace_id AND n.channel_id = :new AND n.ts = m.ts)""",
        "UPDATE messages SET channel_id = :new WHERE workspace_id = :workspace AND channel_id = :old",
        """DELETE FROM labels l WHERE workspace_id = :workspace AND channel_id = :old AND EXISTS (
               SELECT FROM labels n WHERE n.workspace_id = l.workspace_id AND n.channel_id = :new
                      AND n.ts = l.ts AND n.kind = l.kind)""",
        "UPDATE labels SET channel_id = :new WHERE workspace_id = :workspace AND channel_id = :old",
        # Deletions are remembered by channel: one may overtake its message.
        """INSERT INTO seen_events (workspace_id, event_id, at)
               SELECT workspace_id, replace(event_id, 'deleted:' || :old || ':', 'deleted:' || :new || ':'), at
               FROM seen_events
               WHERE workspace_id = :workspace AND starts_with(event_id, 'deleted:' || :old || ':')
           ON CONFLICT DO NOTHING""",
        """UPDATE alerts SET labels = jsonb_set(labels, '{channel}', to_jsonb(CAST(:new AS text))),
                  link = replace(link, '/archives/' || :old || '/', '/archives/' || :new || '/')
           WHERE workspace_id = :workspace AND labels ->> 'channel' = :old""",
        # A live alert under the new id is the channel's one alert already.
        """UPDATE alerts a SET key = 'channel:' || :new
           WHERE workspace_id = :workspace AND key = 'channel:' || :old AND NOT EXISTS (
               SELECT FROM alerts n WHERE n.workspace_id = a.workspace_id AND n.key = 'channel:' || :new)""",
        """UPDATE sources SET settings = jsonb_set(settings, '{channel}', to_jsonb(CAST(:new AS text)))
           WHERE workspace_id = :workspace AND kind = 'channel' AND settings ->> 'channel' = :old""",
        "UPDATE posts SET channel_id = :new WHERE workspace_id = :workspace AND channel_id = :old",
        "UPDATE people SET dm_channel = :new WHERE workspace_id = :workspace AND dm_channel = :old",
        """UPDATE people p SET slack_id = :new
           WHERE workspace_id = :workspace AND slack_id = :old AND is_channel AND NOT EXISTS (
               SELECT FROM people n WHERE n.workspace_id = p.workspace_id AND n.slack_id = :new)""",
    )
)
