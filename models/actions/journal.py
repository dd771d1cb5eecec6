"""Entries: the timeline of an alert and the audit log, written in the transaction of what they tell."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.tables import Entry


def note(
    session: Session,
    workspace_id: int,
    kind: str,
    now: datetime,
    alert_id: int | None = None,
    person_id: int | None = None,
    high: bool = False,
    **detail: Any,
) -> None:
    """Write one Entry. `high` marks those that the audit must show; `detail` is JSON."""
    session.add(
        Entry(
            workspace_id=workspace_id,
            alert_id=alert_id,
            at=now,
            kind=kind,
            high=high,
            person_id=person_id,
            detail=detail,
        )
    )
