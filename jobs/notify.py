"""Sends notices, one after the other; what had no clear answer is looked for before it is sent again."""

from datetime import timedelta

import structlog

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
NOT_OPENED = "the workspace's token cannot be opened: HEED_SECRET_KEY has changed"


def run() -> None:
    notify(current())


def notify(context: Context) -> None:
    """Send what is due, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            claimed = noticing.claim(session)
        if claimed is not None:
            receive(context, claimed, _send(context, claimed))
        return claimed is not None

    look(context, "notify", batch, noticing.DUE)


def _send(context: Context, claimed: Claimed) -> Result:
    try:
        token = context.seal.open(claimed.token)
    except SealBroken:
        return Refused(WORKSPACE, NOT_OPENED)
    channel = place(context, claimed, token)
    if not isinstance(channel, str):
        return channel
    if claimed.attempt > 1:
        found = context.slack.find(token, channel, claimed.mark, claimed.created_at)
        if found is not None:
            return found
    return context.slack.post(token, channel, notice(claimed.kind, claimed.detail), claimed.mark)


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


def receive(context: Context, claimed: Claimed, result: Result) -> None:
    """Write the receipt. A notice may wait: whatever is in Slack's way, it is tried again later."""
    with context.db.begin() as session:
        match result:
            case Sent():
                noticing.sent(session, claimed)
            case NotSent(wait, why, _):
                noticing.later(session, claimed, max(wait, LATER), why)
                workspaces.hold_back(session, claimed.workspace_id, now_of(session) + wait)
            case Unclear(why):
                noticing.later(session, claimed, LATER, f"unclear: {why}")
            case Refused(about, why) if about in (PERSON, CONTENT):
                noticing.given_up(session, claimed, why)
            case Refused(_, why):
                noticing.later(session, claimed, DEAD_TOKEN, why)
                until = now_of(session) + HELD_BACK
                if workspaces.hold_back(session, claimed.workspace_id, until) == 1:
                    note(session, claimed.workspace_id, "workspace_failed", now_of(session), high=True, why=why)
    log.info("notice", notice=claimed.id, kind=claimed.kind, result=type(result).__name__)
