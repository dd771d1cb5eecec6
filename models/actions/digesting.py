"""Alerts of clients, medium or less, page nobody by themselves: once a day admins are told which are open."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.noticing import tell
from models.actions.people import admins
from models.db import now_of
from models.tables import Alert
from models.words import Origin, Severity, Status

DIGEST = "digest"
AT = time(8)
"""By UTC's clock; what is opened later is told tomorrow."""
SHOWN = 20


def digest(session: Session, workspace_id: int) -> bool:
    """Tell the admins today's digest if it is time; False when nothing is open. Told once a day, however often rung."""
    now = now_of(session)
    due = datetime.combine(now.date(), AT, now.tzinfo)
    if now < due:
        return False
    alerts = session.scalars(
        select(Alert)
        .where(Alert.workspace_id == workspace_id, Alert.status == Status.OPEN, Alert.origin == Origin.CLIENT)
        .where(Alert.severity >= int(Severity.MEDIUM), Alert.opened_at < due)
        .order_by(Alert.id)
    ).all()
    if not alerts:
        return False
    detail = {"open": len(alerts), "alerts": [_line(each) for each in alerts[:SHOWN]]}
    people = [person.id for person in admins(session, workspace_id)]
    tell(session, workspace_id, people, DIGEST, f"{DIGEST}:{now.date().isoformat()}", detail)
    return True


def _line(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "client": alert.client,
        "title": alert.title,
        "channel": alert.labels.get("channel", ""),
        "link": alert.link,
        "opened": alert.opened_at.isoformat(),
    }
