"""Hand-offs that have come, and the nightly look for whoever could not be reached."""

from bot.context import Context
from jobs.context import current
from jobs.looking import look
from models.actions import checking, handing_over, workspaces


def run() -> None:
    duty(current())


def check_all() -> None:
    check(current())


def duty(context: Context) -> None:
    """Tell the hand-offs that have come, and arm the next."""

    def batch() -> bool:
        with context.db.begin() as session:
            told = handing_over.hand_over(session)
        if told:
            context.bell.wake("notify")
        return bool(told)

    look(context, "duty", batch, handing_over.DUE)


def check(context: Context) -> None:
    """Run the reachability check of every workspace, each in a transaction of its own."""
    with context.db.begin() as session:
        ids = [workspace.id for workspace in workspaces.active(session)]
    for workspace_id in ids:
        with context.db.begin() as session:
            checking.check(session, workspace_id)
    context.bell.wake("notify")
