"""Hand-offs: whoever comes on call is told until when and what is open, whoever leaves that they have left."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions import people, schedules
from models.actions.journal import note
from models.actions.noticing import tell
from models.actions.people import by_ids
from models.db import now_of
from models.oncall import ByOverride, Handoff, on_call
from models.plan import TargetKind, plan_from_json, targets_in
from models.poison import TOLD_AFTER, pushed_out
from models.tables import Alert, Schedule
from models.words import Origin, Severity, Status

ARRIVED, LEFT, FAILED = "on_call", "off_call", "handoff_failed"
ALERTS_NAMED = 5


def hand_over(session: Session, only: int | None = None) -> list[int]:
    """Tell every hand-off (of the schedule `only`, if given) that has come since the last look.

    Returns the workspace of each schedule that had one.

    After an outage only the present state is told: nobody wants to read of shifts that are over.
    """
    due = schedules.due_handoffs(session, only)
    for row, handoffs in due:
        if handoffs:
            _tell(session, row, handoffs[-1])
    return [row.workspace_id for row, _ in due]


def push_out(session: Session, schedule_id: int, error: str) -> None:
    """The poison rule: a schedule that fails is looked at later and later, and after five times the admins are told."""
    now = now_of(session)
    row = session.get_one(Schedule, schedule_id, with_for_update=True)
    if row.next_handoff_at is None or row.next_handoff_at > now:
        return
    row.failures += 1
    row.next_handoff_at = now + pushed_out(row.failures)
    if row.failures == TOLD_AFTER:
        note(session, row.workspace_id, FAILED, now, high=True, error=error, schedule=row.name)
        admins = [each.id for each in people.admins(session, row.workspace_id)]
        detail = {"schedule": row.name, "error": error}
        tell(session, row.workspace_id, admins, FAILED, f"{FAILED}:{row.id}:{now.isoformat()}", detail)


DUE = select(func.min(Schedule.next_handoff_at)).scalar_subquery()
"""When the next hand-off of any schedule comes."""


def _tell(session: Session, row: Schedule, handoff: Handoff) -> None:
    known = by_ids(session, row.workspace_id, [each for each in (handoff.arriving, handoff.leaving) if each])
    names = {person: known[person].slack_id for person in known}
    arriving, leaving = names.get(handoff.arriving or 0), names.get(handoff.leaving or 0)
    key = f"handoff:{row.id}:{handoff.at.isoformat()}"
    about = {"schedule": row.name, "arriving": arriving, "leaving": leaving, "at": handoff.at.isoformat()}
    if handoff.arriving is not None:
        until = on_call(schedules.whole(session, row, since=handoff.at), handoff.at).until
        detail = {
            **about,
            "until": until.isoformat() if until else None,
            "is_override": isinstance(handoff.cause, ByOverride),
            **_open_alerts(session, row),
        }
        tell(session, row.workspace_id, [handoff.arriving], ARRIVED, key, detail)
    if handoff.leaving is not None:
        tell(session, row.workspace_id, [handoff.leaving], LEFT, key, about)


def _open_alerts(session: Session, row: Schedule) -> dict[str, Any]:
    """The live alerts whose plan pages this schedule: how many, and the worst of them."""
    live = session.scalars(
        select(Alert)
        .where(Alert.workspace_id == row.workspace_id, Alert.status.in_((Status.OPEN, Status.ACKNOWLEDGED)))
        .where(Alert.origin != Origin.TEST)
        .order_by(Alert.severity, Alert.id.desc())
        .limit(500)
    )
    mine = [alert for alert in live if _pages(alert, row.id)]
    named = [
        {
            "id": alert.id,
            "title": alert.title,
            "severity": Severity(alert.severity).label,
            "status": alert.status.value,
        }
        for alert in mine[:ALERTS_NAMED]
    ]
    return {"open": len(mine), "alerts": named, "told_at": now_of(session).isoformat()}


def _pages(alert: Alert, schedule_id: int) -> bool:
    targets = targets_in(plan_from_json(alert.plan))
    return any(target.kind is TargetKind.SCHEDULE and target.id == schedule_id for target in targets)
