"""Takes the steps that are due; one bad row never stops the others."""

import structlog

from bot.context import Context
from jobs.context import current
from jobs.looking import look
from models.actions import escalating
from models.actions.escalating import Taken, Turn
from models.db import DatabaseAway

log = structlog.get_logger()


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
    try:
        with context.db.begin() as session:
            taken = escalating.take_due(session, aside=turn.aside)
    except DatabaseAway:
        raise
    except Exception:
        log.exception("a batch of steps failed; each is taken by itself")
        taken = _one_by_one(context)
    if taken:
        log.info("steps taken", count=len(taken), steps=[vars(each) for each in taken])
        for job in ("deliver", "redraw", "contact"):
            context.bell.wake(job)
    return turn.took([each.workspace for each in taken], escalating.BATCH)


def _one_by_one(context: Context) -> list[Taken]:
    """The poison rule: a row that fails is pushed out, doubling, and the others go on."""
    with context.db.begin() as session:
        due = escalating.due_ids(session)
    taken = list[Taken]()
    for alert_id in due:
        try:
            with context.db.begin() as session:
                taken += escalating.take_due(session, limit=1, only=alert_id)
        except DatabaseAway:
            raise
        except Exception as error:
            log.exception("a step failed", alert=alert_id)
            with context.db.begin() as session:
                escalating.push_out(session, alert_id, type(error).__name__)
    return taken
