"""Reads, from Slack's history, the minutes whose events Slack has held back."""

import structlog
from slack_sdk.errors import SlackApiError

from bot.context import Context
from bot.said import said_before
from models.actions import gaps, listening
from models.actions.gaps import MINUTE, Gap
from models.tables import Workspace

log = structlog.get_logger()

REQUESTS = 40
"""So many channels of a workspace are read at once: Slack takes 50 such requests a minute, some are others'."""


def read_gaps(context: Context, workspace: Workspace) -> None:
    """Read as much as Slack's limits let us; what is left over waits for the next scan."""
    room, token = REQUESTS, context.seal.open(workspace.token)
    while room > 0:
        with context.db.begin() as session:
            gap = gaps.next_gap(session, workspace.id)
        if gap is None:
            return
        read, failed = set[str](), set[str]()
        goes_on = all(_read(context, token, workspace, gap, each, read, failed) for each in gap.channels[:room])
        with context.db.begin() as session:
            gaps.have_read(session, gap, read, failed)
        log.info("read afterwards", workspace=workspace.id, channels=len(read), failed=len(failed))
        room -= len(gap.channels) if goes_on else REQUESTS


def _read(
    context: Context, token: str, workspace: Workspace, gap: Gap, channel: str, read: set[str], failed: set[str]
) -> bool:
    """Store what was said in the channel in that minute; False when Slack wants no more requests for now."""
    try:
        messages = list(context.slack.history(token, channel, gap.minute, gap.minute + MINUTE))
    except SlackApiError as error:
        if error.response.get("error") in ("ratelimited", "rate_limited") or (error.response.status_code or 0) >= 500:
            return False
        failed.add(channel)
        return True
    except OSError:
        return False
    with context.db.begin() as session:
        for message in reversed(messages):
            said = said_before(message, channel, workspace.team_id)
            if said is not None:
                listening.store(session, workspace.id, said)
    read.add(channel)
    if messages:
        context.bell.wake("analyze")
    return True
