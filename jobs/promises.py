"""Looks at the clocks of clients who wait for a reply; one bad row never stops the others."""

from bot.context import Context
from jobs import poison
from jobs.context import current
from jobs.looking import look
from jobs.poison import Rows
from models.actions import promises

CLOCKS = Rows("clock", promises.due_ids, promises.push_out)


def run() -> None:
    keep_promises(current())


def keep_promises(context: Context) -> None:
    """Warn before a promised reply is late, open an alert when it is, and arm the next second."""

    def batch() -> bool:
        looked = poison.take(context, CLOCKS, promises.check_due)
        if any(opened is not None for opened in looked):
            context.bell.wake("escalate")
        if looked:
            context.bell.wake("notify")
        return len(looked) >= promises.BATCH

    look(context, "promises", batch, promises.DUE)
