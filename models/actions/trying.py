"""Trying a source: its tool's own sample goes the whole way, as an alert that pages one person and says what it is."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.actions import heartbeats
from models.actions.journal import note
from models.actions.receiving import receive
from models.actions.sources import SourceRef, check_admin
from models.db import now_of
from models.heartbeat import KIND
from models.plan import Level, Plan, Target, TargetKind, plan_to_json
from models.signal import Signal
from models.tables import Alert, Entry, Person
from models.words import Origin, Role, Severity

TITLE_LENGTH = 300
TO_ANSWER = timedelta(minutes=5)


@dataclass(frozen=True)
class Tried:
    """The test's alert, the policy that a real signal like it would have followed, and the routes that chose it."""

    alert_id: int
    policy: str
    routes: tuple[str, ...] = ()


def send_test(
    session: Session, source: SourceRef, sample: Sequence[Signal], person_id: int, by: int | None = None
) -> Tried | None:
    """The first signal of the tool's sample comes in by this source, low and marked, and pages only this person; of a
    heartbeat, its silence.

    It is routed as any signal is, so that the routes can be looked at, but the plan that pages is the test's own. None
    when it opened no alert of its own, because a group or a storm has taken it in. Raises NotAllowed unless `by` is an
    admin or a responder, and LookupError for a person who is not there.
    """
    check_admin(session, source.workspace_id, by, also=(Role.RESPONDER,))
    if session.scalar(_active(source.workspace_id, person_id)) is None:
        raise LookupError(f"no active person {person_id} in this workspace")
    first = heartbeats.silence(source) if source.kind == KIND else sample[0]
    received = receive(session, source, [_marked(first, source)])
    if not received.opened:
        return None
    alert = session.get_one(Alert, received.opened[0], populate_existing=True)
    policy = str(alert.plan.get("policy", ""))
    alert.plan = plan_to_json(Plan("Test", (Level((Target(TargetKind.PERSON, person_id),), TO_ANSWER),), laps=1))
    alert.origin, alert.severity, alert.raised_by = Origin.TEST, int(Severity.LOW), person_id
    session.flush()
    note(session, source.workspace_id, "source_tested", now_of(session), alert.id, person_id, source=source.name)
    return Tried(alert.id, policy, _routes(session, alert))


def _active(workspace_id: int, person_id: int) -> Select[int]:
    return select(Person.id).where(Person.workspace_id == workspace_id, Person.id == person_id, Person.active)


def _marked(signal: Signal, source: SourceRef) -> Signal:
    """The signal under a key of its own, so that it neither meets a real problem nor is met by one."""
    title = f"Test signal from {source.name}: {signal.title}"[:TITLE_LENGTH]
    labels = {**signal.labels, "test": "true"}
    key = f"test:{uuid.uuid4()}"
    return replace(signal, key=key, title=title, severity=Severity.LOW, labels=labels, started_at=None)


def _routes(session: Session, alert: Alert) -> tuple[str, ...]:
    opened = select(Entry.detail).where(
        Entry.workspace_id == alert.workspace_id, Entry.alert_id == alert.id, Entry.kind == "opened"
    )
    return tuple((session.scalar(opened) or {}).get("routes", ()))
