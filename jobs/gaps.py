"""Reads, from Slack's history, the minutes whose events Slack has held back."""

from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.context import Context
from bot.said import said_before, team_of
from models.actions import gaps, listening, people
from models.actions.gaps import MINUTE, Gap
from models.seal import SealBroken
from models.tables import Workspace

log = structlog.get_logger()

REQUESTS = 40
"""So many channels of a workspace are read at once: Slack takes 50 such requests a minute, some are others'."""


def read_gaps(context: Context, workspace: Workspace) -> None:
    """Read as much as Slack's limits let us; what is left over waits for the next scan."""
    try:
        room, token = REQUESTS, context.seal.open(workspace.token)
    except SealBroken:
        log.error("a workspace's token cannot be opened", workspace=workspace.id)
        return
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
            said = said_before(message, channel, _own_team(session, workspace, message))
            if said is not None:
                listening.store(session, workspace.id, said)
    read.add(channel)
    if messages:
        context.bell.wake("analyze")
    return True


def _own_team(session: Session, workspace: Workspace, message: dict[str, Any]) -> str:
    """The team whose people are of our side; in an organisation those who are known may be of any of its workspaces."""
    team = team_of(message)
    if team == workspace.enterprise_id != "":
        return team
    if workspace.is_org and people.find(session, workspace.id, str(message.get("user"))) is not None:
        return team or workspace.team_id
    return workspace.team_id
