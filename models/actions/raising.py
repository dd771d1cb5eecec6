"""Alerts that people raise by hand, and test pages."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.actions.alerts import open_alert
from models.actions.journal import note
from models.actions.plans import plan_for
from models.db import now_of
from models.matching import Subject
from models.plan import Level, Plan, Target, TargetKind, plan_to_json
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
) -> int:
    """Open an alert in somebody's name; returns its number.

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
        key=f"person:{uuid.uuid4()}",
        raised_by=raised_by,
        title=title[:TITLE_LENGTH],
        details=details,
        link=link,
        plan=plan,
    )
    note(session, workspace_id, "raised", now, alert.id, raised_by, routes=list(chosen.routes))
    return alert.id


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
