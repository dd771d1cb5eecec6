"""Promised replies: people are warned before one is late, and a late one is an alert like any other."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.actions import people
from models.actions.alerts import open_alert
from models.actions.client_alerts import EXCERPT_LENGTH, permalink, plan_for_client
from models.actions.journal import note
from models.actions.noticing import tell
from models.actions.replying import clock_of
from models.actions.rulebook import crews_of, rulebook_of
from models.db import now_of
from models.escalation import people_of
from models.plan import plan_from_json
from models.poison import TOLD_AFTER, pushed_out
from models.reach import Case, ReachAt
from models.tables import Alert, Client, Conversation, Message, Workspace
from models.words import Origin, Severity, Status

BATCH = 100
WARNING, FAILED = "reply_due", "clock_failed"


def check_due(session: Session, only: int | None = None) -> list[int | None]:
    """Look at every clock that is due (at that of the conversation `only`, if given): warn, or open an alert.

    Returns the alert that was opened for each of them, or None.
    """
    now = now_of(session)
    due = select(Conversation).where(Conversation.deadline_at <= now)
    if only is not None:
        due = due.where(Conversation.id == only)
    found = session.scalars(due.order_by(Conversation.deadline_at).limit(BATCH).with_for_update(skip_locked=True)).all()
    return [_look(session, conversation, now) for conversation in found]


def due_ids(session: Session) -> Sequence[int]:
    """The conversations whose clocks the next look would take, without locking them."""
    due = select(Conversation.id).where(Conversation.deadline_at <= now_of(session))
    return session.scalars(due.order_by(Conversation.deadline_at).limit(BATCH)).all()


def push_out(session: Session, conversation_id: int, error: str) -> None:
    """The poison rule: a clock that fails is looked at later and later, and after five times the admins are told."""
    now = now_of(session)
    conversation = session.get_one(Conversation, conversation_id, with_for_update=True)
    if conversation.deadline_at is None or conversation.deadline_at > now:
        return
    conversation.clock_failures += 1
    conversation.deadline_at = now + pushed_out(conversation.clock_failures)
    if conversation.clock_failures == TOLD_AFTER:
        home, channel = conversation.workspace_id, conversation.channel_id
        note(session, home, "clock_failed", now, high=True, error=error, channel=channel)
        client = session.get_one(Client, conversation.client_id)
        detail = {"client": client.name, "channel": channel, "error": error}
        admins = [each.id for each in people.admins(session, home)]  # no rules are read: they may be what fails
        tell(session, home, admins, FAILED, f"{FAILED}:{conversation.id}:{now.isoformat()}", detail)


DUE = select(func.min(Conversation.deadline_at)).scalar_subquery()
"""When the next clock is to be looked at."""


def _look(session: Session, conversation: Conversation, now: datetime) -> int | None:
    found, client = clock_of(session, conversation), session.get_one(Client, conversation.client_id)
    conversation.deadline_at, conversation.clock_failures = None, 0
    if found is None or (client.shadow_until is not None and client.shadow_until > now):
        return None
    conversation.reply_due_at = found.due_at
    if now >= found.due_at:
        return _late(session, conversation, client, now)
    conversation.deadline_at = found.due_at
    if now >= found.warn_at and conversation.warned_at is None:
        conversation.warned_at = now
        _warn(session, conversation, client, found.due_at)
    elif conversation.warned_at is None:
        conversation.deadline_at = found.warn_at
    return None


def _warn(session: Session, conversation: Conversation, client: Client, due_at: datetime) -> None:
    """The owner is told, or, without one, whoever the default policy would page first."""
    newest = _newest(session, conversation)
    since = conversation.waiting_since
    assert since is not None
    detail = {
        "client": client.name,
        "channel": conversation.channel_id,
        "since": since.isoformat(),
        "due": due_at.isoformat(),
        "link": _link(session, conversation, newest),
    }
    key = f"{WARNING}:{conversation.id}:{since.isoformat()}"
    tell(session, conversation.workspace_id, _whom(session, client), WARNING, key, detail)


def _whom(session: Session, client: Client) -> tuple[int, ...]:
    rules = rulebook_of(session, client.workspace_id)
    crew = crews_of(session, {client.workspace_id: rules})[client.workspace_id]
    if client.owner_id in crew.active and client.owner_id is not None:
        return (client.owner_id,)
    plan = plan_from_json(rules.plans[rules.default])
    reach = ReachAt(crew, now_of(session), Case(), {})
    first = next((found for level in plan.levels if (found := people_of(level, reach))), ())
    return first or crew.admins


def _late(session: Session, conversation: Conversation, client: Client, now: datetime) -> int | None:
    """A reply is late: an alert, unless the channel's own alert pages people already or somebody has it at hand, which
    then tells it. One that waits for the digest, was snoozed, or went through all its levels would tell nobody."""
    is_told = or_(
        and_(Alert.status == Status.OPEN, Alert.next_step_at.is_not(None)),
        and_(Alert.status == Status.ACKNOWLEDGED, Alert.snoozed_until.is_(None)),
    )
    live = session.scalars(
        select(Alert)
        .where(Alert.conversation_id == conversation.id, Alert.workspace_id == conversation.workspace_id)
        .where(is_told)
        .limit(1)
    ).one_or_none()
    if live is not None:
        note(session, conversation.workspace_id, "reply_late", now, live.id)
        return None
    since, newest = conversation.waiting_since, _newest(session, conversation)
    assert since is not None
    chosen = plan_for_client(session, client, Severity.HIGH, now)
    alert = open_alert(
        session,
        now,
        chosen.severity,
        workspace_id=conversation.workspace_id,
        origin=Origin.CLIENT,
        key=f"deadline:{conversation.id}:{int(since.timestamp())}",
        conversation_id=conversation.id,
        client=client.name or client.team_id or "",
        title="A promised reply is late",
        details=f"{client.name or 'The client'} has waited {_in_words(now - since)}.",
        excerpt=newest.text[:EXCERPT_LENGTH],
        labels={"channel": newest.channel_id, "author": newest.author},
        link=_link(session, conversation, newest),
        plan=chosen.plan,
    )
    note(session, conversation.workspace_id, "opened", now, alert.id, routes=list(chosen.routes), deadline=True)
    return alert.id


def _in_words(waited: timedelta) -> str:
    minutes = int(waited.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(each for each in parts if each) or "less than a minute"


def _newest(session: Session, conversation: Conversation) -> Message:
    """The client's newest message there."""
    return session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.from_client)
        .order_by(Message.ts.desc())
        .limit(1)
    ).one()


def _link(session: Session, conversation: Conversation, message: Message) -> str:
    return permalink(session.get_one(Workspace, conversation.workspace_id).url, message.channel_id, message.ts)
