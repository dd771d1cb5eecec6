"""Hand-offs that have come, and the nightly look for whoever could not be reached; what fails stops no other."""

from bot.context import Context
from jobs import poison
from jobs.context import current
from jobs.looking import look
from jobs.poison import Rows
from models.actions import checking, handing_over, schedules, workspaces

HANDOFFS = Rows("hand-off", schedules.due_ids, handing_over.push_out)


def run() -> None:
    duty(current())


def check_all() -> None:
    check(current())


def duty(context: Context) -> None:
    """Tell the hand-offs that have come, and arm the next."""

    def batch() -> bool:
        homes = poison.take(context, HANDOFFS, handing_over.hand_over)
        for workspace_id in set(homes):
            _check(context, workspace_id)
        if homes:
            context.bell.wake("notify")
        return bool(homes)

    look(context, "duty", batch, handing_over.DUE)


def check(context: Context) -> None:
    """Run the reachability check of every workspace, each in a transaction of its own."""
    with context.db.begin() as session:
        ids = [workspace.id for workspace in workspaces.active(session)]
    for workspace_id in ids:
        _check(context, workspace_id)
    context.bell.wake("notify")


def _check(context: Context, workspace_id: int) -> None:
    rows = Rows("reachability check", lambda session: [workspace_id], checking.failed)
    poison.take(context, rows, lambda session, only: [*checking.check(session, workspace_id)])
