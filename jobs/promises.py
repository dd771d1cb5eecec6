"""Looks at the clocks of clients who wait for a reply."""

from bot.context import Context
from jobs.context import current
from jobs.looking import look
from models.actions import promises


def run() -> None:
    keep_promises(current())


def keep_promises(context: Context) -> None:
    """Warn before a promised reply is late, open an alert when it is, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            count, opened = promises.check_due(session)
        if opened:
            context.bell.wake("escalate")
        if count:
            context.bell.wake("notify")
        return count >= promises.BATCH

    look(context, "promises", batch, promises.DUE)
