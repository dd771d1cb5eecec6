"""Alerts that people raise by hand, and test pages."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions.alerts import open_alert
from models.actions.client_alerts import permalink
from models.actions.journal import note
from models.actions.plans import plan_for
from models.db import now_of
from models.matching import Subject
from models.plan import Level, Plan, Target, TargetKind, plan_to_json
from models.tables import Alert, Workspace
from models.words import Origin, Severity

TITLE_LENGTH = 300


def raise_by_hand(
    session: Session,
    workspace_id: int,
    raised_by: int,
    title: str,
    target_id: int | None = None,
    severity: Severity = Severity.HIGH,
    details: str = "",
    link: str = "",
    key: str = "",
) -> int:
    """Open an alert in somebody's name; returns its number. Without a `key` it has one of its own.

    With `target_id` that person is paged first, and the default policy's levels follow; without, the policy alone.
    """
    now = now_of(session)
    chosen = plan_for(session, workspace_id, Subject(severity=severity, origin=Origin.PERSON), now)
    plan = first_to(chosen.plan, target_id) if target_id is not None else chosen.plan
    alert = open_alert(
        session,
        now,
        chosen.severity,
        workspace_id=workspace_id,
        origin=Origin.PERSON,
        key=key or f"person:{uuid.uuid4()}",
        raised_by=raised_by,
        title=title[:TITLE_LENGTH],
        details=details,
        link=link,
        plan=plan,
    )
    note(session, workspace_id, "raised", now, alert.id, raised_by, routes=list(chosen.routes))
    return alert.id


def raise_about(
    session: Session, workspace_id: int, raised_by: int, place: tuple[str, str], title: str
) -> tuple[int, bool]:
    """Open an alert about the message at `place` (channel id, ts), once.

    Returns its number, and whether it is new: who reacts after somebody else learns which alert there is.
    """
    key = f"message:{place[0]}:{place[1]}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, workspace_id))))
    mine = select(Alert.id).where(Alert.workspace_id == workspace_id, Alert.key == key)
    before = session.scalars(mine.order_by(Alert.id.desc()).limit(1)).first()
    if before is not None:
        return before, False
    link = permalink(session.get_one(Workspace, workspace_id).url, *place)
    return raise_by_hand(session, workspace_id, raised_by, title, link=link, key=key), True


def first_to(plan: dict[str, Any], person_id: int) -> dict[str, Any]:
    """The stored `plan` with a level before all others that pages only this person; there is one such level at most."""
    first = {"timeout_s": 300.0, "targets": [{"kind": TargetKind.PERSON.value, "id": person_id}], "named": True}
    return {**plan, "levels": [first, *(level for level in plan["levels"] if not level.get("named"))]}


def raise_test(session: Session, workspace_id: int, person_id: int) -> int:
    """Page only this person, once, through the whole engine, to see that it works; returns the alert's number."""
    now = now_of(session)
    plan = Plan("Test", (Level((Target(TargetKind.PERSON, person_id),), timedelta(minutes=5)),), laps=1)
    alert = open_alert(
        session,
        now,
        Severity.LOW,
        workspace_id=workspace_id,
        origin=Origin.TEST,
        key=f"test:{uuid.uuid4()}",
        raised_by=person_id,
        title="Test page",
        plan=plan_to_json(plan),
    )
    note(session, workspace_id, "raised", now, alert.id, person_id)
    return alert.id
