"""Sends codes and tests to ways besides Slack, one after the other; what came of it is told in Slack.

Each is sent once: its person sees what came of it, and asks for another. It is not on the queue of pages, which a
service without an answer must never hold up.
"""

import structlog

from bot.contacts import Contacts, Outcome
from bot.context import Context
from bot.slack import Sent, Unclear
from bot.views import plain
from jobs.context import current
from jobs.looking import look
from models.actions import way_errands
from models.actions.way_errands import Errand, Task
from models.seal import SealBroken

log = structlog.get_logger()


def run() -> None:
    context = current()
    send_due(context, Contacts(context.settings.contacts_allow_private))


def send_due(context: Context, contacts: Contacts) -> None:
    """Send every code and test that somebody waits for."""

    def batch() -> bool:
        with context.db.begin() as session:
            errand = way_errands.claim(session, context.seal)
        if errand is not None:
            _finish(context, errand, *_send(context, contacts, errand))
        return errand is not None

    look(context, "ways", batch, way_errands.DUE)


def _send(context: Context, contacts: Contacts, errand: Errand) -> tuple[str, bool]:
    """(why it was not sent, or empty; whether it has certainly not arrived)."""
    try:
        address = context.seal.open(errand.address)
    except SealBroken:
        return "its address cannot be opened any more: remove it and add it again", True
    title, body = plain.code(errand.code) if errand.task is Task.CODE else plain.test()
    return _told(contacts.send(address, title, body, critical=False))


def _told(outcome: Outcome) -> tuple[str, bool]:
    if isinstance(outcome, Sent):
        return "", False
    if isinstance(outcome, Unclear):
        return f"it may have arrived, {outcome.why}", False
    return outcome.why, True


def _finish(context: Context, errand: Errand, why: str, is_lost: bool) -> None:
    with context.db.begin() as session:
        way_errands.came_of(session, errand, why, is_lost)
    context.bell.wake("notify")
    log.info("way", way=errand.way_id, task=errand.task.value, result=why or "sent")
