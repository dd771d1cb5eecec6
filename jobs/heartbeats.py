"""Looks at the heartbeats that should have come."""

from bot.context import Context
from jobs.context import current
from jobs.looking import look
from models.actions import heartbeats


def run() -> None:
    miss(current())


def miss(context: Context) -> None:
    """Open an alert for each heartbeat that is missed, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            count, opened = heartbeats.look(session)
        if opened:
            context.bell.wake("escalate")
        return count >= heartbeats.BATCH

    look(context, "heartbeats", batch, heartbeats.DUE)
