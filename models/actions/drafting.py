"""Replies that a person sends from an alert's card: where they go, what was suggested, and who may send one."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import listening
from models.actions.answering import NoSuchAlert, allowed
from models.actions.listening import Said
from models.actions.replying import answered_by_draft
from models.answer import Refusal
from models.courtesies import is_holding
from models.db import now_of
from models.tables import Alert, Conversation, Message, Person


@dataclass(frozen=True)
class Draft:
    """Where a reply to an alert's client goes, and what the verdict suggests; `answered`: somebody replied already.

    `name` is the sender's.
    """

    channel_id: str
    thread_ts: str
    suggested: str
    name: str
    answered: bool


@dataclass(frozen=True)
class Reply:
    """A reply that Slack has taken: where it stands (`thread_ts` is empty outside threads), and what was written."""

    channel_id: str
    ts: str
    thread_ts: str
    text: str


def draft_for(session: Session, workspace_id: int, alert_id: int, person_id: int, epoch: int) -> Draft | Refusal:
    """The draft of a reply, or why this person cannot send one; `epoch` is the drawn card's. Raises NoSuchAlert."""
    found = session.execute(
        select(Alert, Conversation)
        .join(Conversation, Conversation.id == Alert.conversation_id)
        .where(Alert.workspace_id == workspace_id, Alert.id == alert_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NoSuchAlert(alert_id)
    alert, conversation = found
    if not allowed(session, alert, person_id):
        return Refusal.NOT_ALLOWED
    if not alert.status.is_live:
        return Refusal.CLOSED
    if alert.epoch != epoch:
        return Refusal.OUTDATED
    thread_ts = conversation.thread_ts or _newest_ts(session, conversation)
    name = session.get_one(Person, person_id).name
    return Draft(conversation.channel_id, thread_ts, alert.suggested_reply, name, alert.answered_at is not None)


def sent(session: Session, workspace_id: int, alert_id: int, person_id: int, reply: Reply) -> None:
    """Slack has taken the reply: it is stored as ours, stops the clock, and answers the alert.

    Slack need not tell us of our own messages, so this stands in for that.
    """
    now, author = now_of(session), session.get_one(Person, person_id).slack_id
    said = Said(reply.channel_id, reply.ts, author, reply.text, "", external=False, thread_ts=reply.thread_ts)
    stored = listening.store_reply(session, workspace_id, said)
    unheard = Message(author=author, from_client=False, text=reply.text, holds=is_holding(reply.text), received_at=now)
    conversation = session.scalars(
        select(Conversation)
        .join(Alert, Alert.conversation_id == Conversation.id)
        .where(Alert.workspace_id == workspace_id, Alert.id == alert_id)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    ).one()
    answered_by_draft(session, conversation, stored[1] if stored is not None else unheard, now)


def _newest_ts(session: Session, conversation: Conversation) -> str:
    """The client's newest message there: a reply to a channel belongs below what it answers."""
    newest = select(Message.ts).where(
        Message.conversation_id == conversation.id, Message.from_client, Message.deleted_at.is_(None)
    )
    return session.scalars(newest.order_by(Message.ts.desc()).limit(1)).one_or_none() or ""
