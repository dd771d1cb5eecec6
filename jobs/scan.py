"""The quarter-hourly scan: high and medium, and whatever real time has missed (docs/origins.md B.3)."""

import structlog

from bot.context import Context
from jobs.context import current
from jobs.gaps import read_gaps
from models.actions import assessing, workspaces

log = structlog.get_logger()


def run() -> None:
    scan(current())


def scan(context: Context) -> None:
    """Look at every active workspace, each in a transaction of its own, when what Slack held back was read."""
    with context.db.begin() as session:
        active = workspaces.active(session)
    for workspace in active:
        read_gaps(context, workspace)
        workspace_id = workspace.id
        with context.db.begin() as session:
            missed, opened = assessing.scan(session, workspace_id)
        log.info("scanned", workspace=workspace_id, missed=missed, opened=len(opened))
        if missed:
            context.bell.wake("analyze")
        if opened:
            context.bell.wake("escalate")
