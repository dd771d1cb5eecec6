"""Looks at the heartbeats that should have come; one bad row never stops the others."""

from bot.context import Context
from jobs import poison
from jobs.context import current
from jobs.looking import look
from jobs.poison import Rows
from models.actions import heartbeats

HEARTBEATS = Rows("heartbeat", heartbeats.due_ids, heartbeats.push_out)


def run() -> None:
    miss(current())


def miss(context: Context) -> None:
    """Open an alert for each heartbeat that is missed, and arm the next second."""

    def batch() -> bool:
        looked = poison.take(context, HEARTBEATS, heartbeats.look)
        if any(looked):
            context.bell.wake("escalate")
        return len(looked) >= heartbeats.BATCH

    look(context, "heartbeats", batch, heartbeats.DUE)
