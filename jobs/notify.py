"""Sends notices, one after the other; what had no clear answer is looked for before it is sent again."""

from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from bot.context import Context
from bot.slack import CONTENT, PERSON, WORKSPACE, NotSent, Refused, Result, Sent, Unclear
from bot.views.notices import notice
from jobs.context import current
from jobs.looking import look
from models.actions import noticing, workspaces
from models.actions.journal import note
from models.actions.noticing import Claimed
from models.db import now_of
from models.seal import SealBroken

log = structlog.get_logger()

LATER = timedelta(seconds=30)
DEAD_TOKEN = timedelta(minutes=5)
HELD_BACK = timedelta(minutes=1)
NO_SCOPE = "missing_scope"
NOT_OPENED = "the workspace's token cannot be opened: HEED_SECRET_KEY has changed"


def run() -> None:
    notify(current())


def notify(context: Context) -> None:
    """Send what is due, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            claimed = noticing.claim(session)
        if claimed is not None:
            receive(context, claimed, *_send(context, claimed))
        return claimed is not None

    look(context, "notify", batch, noticing.DUE)


def _send(context: Context, claimed: Claimed) -> tuple[Result, bool]:
    """What came of it, and whether Slack said so of the post itself."""
    try:
        token = context.seal.open(claimed.token)
    except SealBroken:
        return Refused(WORKSPACE, NOT_OPENED), False
    channel = place(context, claimed, token)
    if not isinstance(channel, str):
        return channel, False
    found = context.slack.find(token, channel, claimed.mark, claimed.created_at) if claimed.attempt > 1 else None
    if isinstance(found, Refused):
        log.error("a notice cannot be looked for", why=found.why, notice=claimed.id)
    elif found is not None:
        return found, False
    return context.slack.post(token, channel, notice(claimed.kind, claimed.detail), claimed.mark), True


def place(context: Context, claimed: Claimed, token: str) -> str | Result:
    """The channel of the person's direct messages; why there is none otherwise."""
    if claimed.dm_channel:
        return claimed.dm_channel
    opened = context.slack.open_dm(token, claimed.slack_id)
    if not isinstance(opened, Sent):
        return opened
    with context.db.begin() as session:
        noticing.remember_dm(session, claimed, opened.channel_id)
    return opened.channel_id


def receive(context: Context, claimed: Claimed, result: Result, is_of_post: bool = False) -> None:
    """Write the receipt. A notice may wait: whatever is in Slack's way, it is tried again later.

    What stands in the way of other calls than a post, a limit or a missing scope, is none on posts, of pages above all.
    """
    with context.db.begin() as session:
        match result:
            case Sent():
                noticing.sent(session, claimed)
            case NotSent(wait, why, outage):
                noticing.later(session, claimed, max(wait, LATER), why)
                if is_of_post or outage:
                    workspaces.hold_back(session, claimed.workspace_id, now_of(session) + wait)
            case Unclear(why):
                noticing.later(session, claimed, LATER, f"unclear: {why}")
            case Refused(about, why) if about in (PERSON, CONTENT):
                noticing.given_up(session, claimed, why)
            case Refused(_, why):
                noticing.later(session, claimed, DEAD_TOKEN, why)
                if is_of_post or why != NO_SCOPE:
                    _hold_back(session, claimed, why)
    log.info("notice", notice=claimed.id, kind=claimed.kind, result=type(result).__name__)


def _hold_back(session: Session, claimed: Claimed, why: str) -> None:
    """The workspace's token is of no use: nothing is sent for a while, and an Entry says so at first."""
    now = now_of(session)
    if workspaces.hold_back(session, claimed.workspace_id, now + HELD_BACK) == 1:
        note(session, claimed.workspace_id, "workspace_failed", now, high=True, why=why)
