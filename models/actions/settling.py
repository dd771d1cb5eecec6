"""What follows whenever an alert changes: escalation stops or starts again, and what we posted is drawn anew.

Whoever locks several rows locks alerts, then pages, then posts, and each of them by number, so that nobody waits in a
ring.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.bell import wake_id
from models.storm import REDRAWN_EVERY
from models.tables import Alert, Page, Post, Step
from models.words import PageState

UNKNOWN_DRAWN_AFTER = timedelta(seconds=3)
LISTS_DRAWN_AFTER = timedelta(seconds=2)
"""A list of many alerts is drawn once for what happens to them within so long; drawing one is work."""
REPEATS_DRAWN_AFTER = timedelta(seconds=10)
"""A signal's repeats change only the count; their redraws are coalesced over this time."""


def stop_escalation(session: Session, alert_ids: Sequence[int], now: datetime, why: str) -> None:
    """Nothing that waits for these alerts happens any more: pages that are due and steps to come are cancelled.

    Takes the lock on each page's row, so that no sender claims one after this transaction has committed.
    """
    due = select(Page.id).where(_among(Page.alert_id, alert_ids), Page.state == PageState.DUE).order_by(Page.id)
    session.execute(update(Page).where(Page.id == any_(_locked(due))).values(state=PageState.CANCELLED, result=why))
    session.execute(
        update(Step)
        .where(_among(Step.alert_id, alert_ids), Step.executed_at.is_(None), Step.outcome.is_(None))
        .values(outcome=f"cancelled: {why}")
    )


def schedule_step(session: Session, alert: Alert, level: int, due_at: datetime, lap: int | None = None) -> None:
    """Record what the alert waits for, with the ring that will come for it (docs/origins.md A.2).

    `lap` is the alert's own unless the step begins the next one.
    """
    coming = insert(Step).values(
        workspace_id=alert.workspace_id,
        alert_id=alert.id,
        epoch=alert.epoch,
        tries=alert.tries,
        lap=lap or alert.lap,
        level=level,
        due_at=due_at,
        wake_id=wake_id("escalate", due_at),
    )
    place = ["alert_id", "epoch", "tries", "lap", "level"]
    new = {"due_at": coming.excluded.due_at, "wake_id": coming.excluded.wake_id, "executed_at": None, "outcome": None}
    session.execute(coming.on_conflict_do_update(index_elements=place, set_=new))


def redraw(session: Session, alert_ids: Sequence[int], at: datetime, stepped: Sequence[int] = ()) -> None:
    """Every post that shows one of these alerts is outdated and is drawn anew at `at` or earlier, a list soon after.

    One of which nobody knows whether Slack has it, or that is under way, is looked for first, a moment later. Lists do
    not show to which level an alert has come, so of the alerts `stepped` only posts of their own are outdated.
    """
    posts = (
        select(Page.post_id)
        .join(Post, Post.id == Page.post_id)
        .where(_among(Page.alert_id, [*alert_ids, *stepped]), _among(Page.alert_id, alert_ids) | ~Post.is_list)
    )
    moment = case(
        (Post.storm_id.is_not(None), at + REDRAWN_EVERY),
        (Post.ts == "", at + UNKNOWN_DRAWN_AFTER),
        (Post.is_list, at + LISTS_DRAWN_AFTER),
        else_=at,
    )
    session.execute(
        update(Post)
        .where(Post.id == any_(_locked(select(Post.id).where(Post.id.in_(posts)).order_by(Post.id))))
        .values(redraw_at=func.least(Post.redraw_at, moment), redraw_failures=0)
    )


def _locked(rows: Select[int]) -> Any:
    """The numbers that `rows` selects, as an array, their rows locked in its order."""
    return func.array(rows.with_for_update().scalar_subquery())


def _among(column: InstrumentedAttribute[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """As one array: however many there are the statement is the same, so that it is prepared once."""
    return column == any_(literal(list(numbers), ARRAY(BigInteger)))
