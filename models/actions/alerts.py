"""Opening alerts that do not come from signals, and starting an escalation anew; shared by several actions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.settling import redraw, stop_escalation
from models.tables import Alert
from models.words import Severity, Status


def lock(session: Session, workspace_id: int, alert_id: int) -> Alert | None:
    """The alert of that number in this workspace, its row locked until the transaction ends."""
    return session.scalar(
        select(Alert)
        .where(Alert.workspace_id == workspace_id, Alert.id == alert_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def lock_all(session: Session, workspace_id: int, alert_ids: Sequence[int]) -> list[Alert]:
    """The alerts of these numbers in this workspace, by number, their rows locked in this order."""
    query = select(Alert).where(Alert.workspace_id == workspace_id, Alert.id.in_(alert_ids)).order_by(Alert.id)
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def newest_of(session: Session, workspace_id: int, key: str) -> Alert | None:
    """The newest alert of this key, locked; an older one of the same key is history."""
    return session.scalar(
        select(Alert)
        .where(Alert.workspace_id == workspace_id, Alert.key == key)
        .order_by(Alert.id.desc())
        .limit(1)
        .with_for_update()
    )


def open_alert(session: Session, now: datetime, severity: Severity, **values: Any) -> Alert:
    """Insert an alert whose first step is due at once. `values` are the remaining columns of the table."""
    alert = Alert(severity=int(severity), opened_at=now, last_seen_at=now, next_step_at=now, **values)
    session.add(alert)
    session.flush()
    return alert


def restart(session: Session, alert: Alert, now: datetime, why: str) -> None:
    """Open again in a new epoch, and page from level 1 with the plan that the alert carries (rule 6)."""
    stop_escalation(session, [alert.id], now, why)
    alert.status = Status.OPEN
    alert.epoch += 1
    alert.revision += 1
    alert.lap, alert.level, alert.tries = 1, 0, 0
    alert.next_step_at, alert.exhausted_at = now, None
    alert.acknowledged_at = alert.acknowledged_by = alert.closed_at = alert.closed_by = alert.snoozed_until = None
    alert.reminded, alert.silence_id = False, None
    alert.answered_at = alert.answered_by = alert.held_at = None
    redraw(session, [alert.id], now)
