"""Replies to clients: they stop the clock, answer alerts, and, when they only ask for patience, buy a set time once."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.recording import AFTER_REMINDER
from models.actions.settling import redraw, schedule_step, stop_escalation
from models.deadlines import BusinessTime, Promise, Said, Waiting, waiting
from models.hours import parse_hours
from models.tables import Alert, Client, Conversation, Message, Person, Tier
from models.words import Status

ROOT_WITHIN = timedelta(hours=4)
"""A reply in a thread answers an alert of the channel when the thread's first message is at most so much older."""


def heard(session: Session, conversation: Conversation, message: Message, now: datetime) -> None:
    """What a new message does to the clock and the alerts of its conversation."""
    if message.from_client:
        _client_spoke(session, conversation, message)
        return
    replied_to = [conversation, *_channel_of(session, conversation)]
    for each in replied_to:
        _we_spoke(session, each, message)
    person = session.scalar(
        select(Person).where(Person.workspace_id == conversation.workspace_id, Person.slack_id == message.author)
    )
    for alert in _alerts(session, replied_to, now):
        _answer(session, alert, message, person, _promise(session, conversation), now)


def answered_by_draft(session: Session, conversation: Conversation, message: Message, now: datetime) -> None:
    """What a person has sent through us to the client of this conversation does what a reply of theirs does (`heard`).

    It may stand in a thread below what it answers: then somebody who waits there has a reply too.
    """
    heard(session, conversation, message, now)
    if message.conversation_id not in (None, conversation.id):
        _we_spoke(session, session.get_one(Conversation, message.conversation_id), message)


def forget(session: Session, conversation: Conversation) -> None:
    """A message was deleted: since when somebody waits is found anew among those that are left."""
    query = select(Message).where(Message.conversation_id == conversation.id, Message.from_client, Message.asks)
    if conversation.replied_at is not None:
        query = query.where(Message.received_at > conversation.replied_at)
    first = session.scalars(query.where(Message.deleted_at.is_(None)).order_by(Message.ts).limit(1)).one_or_none()
    conversation.waiting_since = first.received_at if first is not None else None
    set_clock(session, conversation)


def set_clock(session: Session, conversation: Conversation) -> None:
    """When the conversation's clock is looked at next, by its client's tier and business hours as they are now."""
    found = clock_of(session, conversation)
    conversation.reply_due_at = found.due_at if found else None
    if found is None:
        conversation.deadline_at = conversation.warned_at = None
    else:
        conversation.deadline_at = found.due_at if conversation.warned_at else found.warn_at


def clock_of(session: Session, conversation: Conversation) -> Waiting | None:
    """Since when the client waits and until when we have promised to reply; None when nobody waits or is promised."""
    if conversation.waiting_since is None:
        return None
    said = [Said(conversation.waiting_since, from_client=True)]
    if conversation.replied_at is not None:
        said.insert(0, Said(conversation.replied_at, from_client=False))
    if conversation.held_at is not None:
        said.append(Said(conversation.held_at, from_client=False, holds=True))
    return waiting(said, _promise(session, conversation), business_time_of(session, conversation))


def business_time_of(session: Session, conversation: Conversation) -> BusinessTime:
    client = session.get_one(Client, conversation.client_id)
    hours = parse_hours(client.hours) if client.hours else None
    return BusinessTime(hours, client.zone, frozenset(client.holidays))


def _promise(session: Session, conversation: Conversation) -> Promise:
    client = session.get_one(Client, conversation.client_id)
    tier = session.get(Tier, (client.workspace_id, client.tier)) if client.tier else None
    if tier is None:
        return Promise()
    first, later = (timedelta(seconds=each) if each is not None else None for each in (tier.first_s, tier.next_s))
    return Promise(first, later, timedelta(seconds=tier.holding_s))


def _client_spoke(session: Session, conversation: Conversation, message: Message) -> None:
    if message.asks and conversation.waiting_since is None:
        conversation.waiting_since = message.received_at
        set_clock(session, conversation)


def _we_spoke(session: Session, conversation: Conversation, message: Message) -> None:
    if not message.holds:
        conversation.replied_at = message.received_at
        conversation.waiting_since = conversation.held_at = conversation.warned_at = None
    elif conversation.waiting_since is not None and conversation.held_at is None:
        conversation.held_at = message.received_at
    set_clock(session, conversation)


def _channel_of(session: Session, conversation: Conversation) -> list[Conversation]:
    """For a thread that a message of the channel has begun not long ago, the channel's conversation, locked."""
    if not conversation.thread_ts:
        return []
    root = session.scalar(
        select(Message).where(
            Message.workspace_id == conversation.workspace_id,
            Message.channel_id == conversation.channel_id,
            Message.ts == conversation.thread_ts,
        )
    )
    if root is None or root.conversation_id == conversation.id:
        return []
    channel = session.get_one(Conversation, root.conversation_id, with_for_update=True, populate_existing=True)
    is_old = channel.waiting_since is not None and root.received_at < channel.waiting_since - ROOT_WITHIN
    return [] if is_old else [channel]


def _alerts(session: Session, conversations: list[Conversation], now: datetime) -> list[Alert]:
    """The live alerts of these conversations, locked."""
    query = (
        select(Alert)
        .where(Alert.conversation_id.in_([each.id for each in conversations]))
        .where(Alert.workspace_id == conversations[0].workspace_id)
        .where(Alert.status.in_((Status.OPEN, Status.ACKNOWLEDGED)), Alert.answered_at.is_(None))
        .order_by(Alert.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _answer(
    session: Session, alert: Alert, message: Message, person: Person | None, promise: Promise, now: datetime
) -> None:
    who = person.id if person is not None else None
    if message.holds and alert.held_at is not None:
        note(session, alert.workspace_id, "held_again", now, alert.id, who)
        return
    stop_escalation(session, [alert.id], now, "held" if message.holds else "answered")
    if alert.status is Status.OPEN:
        alert.status, alert.acknowledged_at, alert.acknowledged_by = Status.ACKNOWLEDGED, now, who
    alert.revision += 1
    alert.snoozed_until = alert.silence_id = None
    if message.holds:
        alert.held_at, alert.next_step_at, alert.reminded = now, now + promise.holding, True
        session.flush()
        schedule_step(session, alert, AFTER_REMINDER, alert.next_step_at)
    else:
        alert.answered_at, alert.answered_by, alert.next_step_at = now, who, None
        if alert.key.startswith("deadline:"):
            alert.status, alert.epoch = Status.RESOLVED, alert.epoch + 1
            alert.closed_at, alert.closed_by = now, who
    note(session, alert.workspace_id, "held" if message.holds else "answered", now, alert.id, who)
    redraw(session, [alert.id], now)
