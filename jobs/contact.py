"""Sends what is due by ways besides Slack: e-mail, SMS, chats and the others that people have given."""

from functools import cache

import structlog

from bot.contacts import Contacts
from bot.context import Context
from bot.slack import PERSON, NotSent, Refused, Result, Sent, Unclear
from bot.views.plain import message
from jobs.context import current
from jobs.looking import look
from jobs.pump import Pump
from models import link
from models.actions import contacting
from models.actions.contacting import Parcel
from models.db import now_of
from models.seal import SealBroken
from models.words import Severity

log = structlog.get_logger()


@cache
def pump() -> Pump:
    """The process's pool of senders."""
    return Pump("contact")


def run() -> None:
    contact(current(), pump(), contacts_of(current()))


def contacts_of(context: Context) -> Contacts:
    return Contacts(context.settings.contacts_allow_private)


def contact(context: Context, senders: Pump, contacts: Contacts) -> None:
    """Start senders for the ways that have pages due, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            count = contacting.count_due(session)
        senders.start(count, lambda _: _send_one(context, contacts))
        return False

    look(context, "contact", batch, contacting.DUE)


def _send_one(context: Context, contacts: Contacts) -> bool:
    with context.db.begin() as session:
        parcel = contacting.claim(session)
    if parcel is None:
        return False
    with context.db.begin() as session:
        if not contacting.may_send(session, parcel):
            return True
    _receive(context, parcel, _send(context, contacts, parcel))
    return True


def _send(context: Context, contacts: Contacts, parcel: Parcel) -> Result:
    try:
        address = context.seal.open(parcel.address)
    except SealBroken as error:
        return Refused(PERSON, str(error))

    def link_for(alert_id: int, epoch: int) -> str:
        return link.make(
            context.seal,
            context.settings.base_url,
            parcel.workspace_id,
            parcel.person_id,
            alert_id,
            epoch,
            parcel.claimed_at,
        )

    links = {each.card.id: link_for(each.card.id, each.card.epoch) for each in parcel.contents}
    title, body = message(parcel.contents, links, parcel.zone)
    critical = any(each.card.severity is Severity.CRITICAL for each in parcel.contents)
    return contacts.send(address, title, body, critical)


def _receive(context: Context, parcel: Parcel, result: Result) -> None:
    """Write the receipt. An answer that is not clear is tried again: rather twice than never."""
    step_is_due = False
    with context.db.begin() as session:
        match result:
            case Sent():
                contacting.sent(session, parcel)
            case NotSent(wait, why, _):
                step_is_due = contacting.later(session, parcel, wait, why)
            case Unclear(why):
                step_is_due = contacting.later(session, parcel, contacting.PAUSE, f"unclear: {why}")
            case Refused(_, why):
                step_is_due = contacting.failed(session, parcel, why)
        now = now_of(session)
    traces = sorted({each.card.trace for each in parcel.contents})
    log.info("message", way=parcel.kind, pages=len(parcel.pages), result=type(result).__name__, traces=traces)
    context.bell.wake("contact", at=now)
    if step_is_due:
        context.bell.wake("escalate")
