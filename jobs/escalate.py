"""Takes the steps that are due; one bad row never stops the others."""

import structlog
from sqlalchemy.orm import Session

from bot.context import Context
from jobs import poison
from jobs.context import current
from jobs.looking import look
from jobs.poison import Rows
from models.actions import escalating
from models.actions.escalating import Taken, Turn

log = structlog.get_logger()

STEPS = Rows("step", escalating.due_ids, escalating.push_out)


def run() -> None:
    escalate(current())


def escalate(context: Context) -> None:
    """Take every step that is due, ring for the pages they wrote, arm the next due second."""
    one, other = Turn(), Turn()
    look(
        context,
        "escalate",
        lambda: _batch(context, one),
        escalating.DUE,
        beside=lambda: _batch(context, other),
    )


def _batch(context: Context, turn: Turn) -> bool:
    """One batch; True when more may be due."""
    taken = poison.take(context, STEPS, lambda session, only: _take(session, turn, only))
    if taken:
        log.info("steps taken", count=len(taken), steps=[vars(each) for each in taken])
        for job in ("deliver", "redraw", "contact"):
            context.bell.wake(job)
    return turn.took([each.workspace for each in taken], escalating.BATCH)


def _take(session: Session, turn: Turn, only: int | None) -> list[Taken]:
    return escalating.take_due(session, only=only, aside=turn.aside if only is None else ())
