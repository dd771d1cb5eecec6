"""The daily digest of what is open and has paged nobody."""

from bot.context import Context
from jobs.context import current
from models.actions import digesting, workspaces


def run() -> None:
    digest(current())


def digest(context: Context) -> None:
    """Tell each workspace's admins, each in a transaction of its own."""
    with context.db.begin() as session:
        ids = [workspace.id for workspace in workspaces.active(session)]
    for workspace_id in ids:
        with context.db.begin() as session:
            told = digesting.digest(session, workspace_id)
        if told:
            context.bell.wake("notify")
