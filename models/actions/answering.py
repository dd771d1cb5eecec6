"""What people answer: acknowledge, resolve, false positive, reopen, pass on; roles are checked here (rule 15)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.actions.alerts import lock, restart
from models.actions.journal import note
from models.actions.settling import redraw, stop_escalation
from models.answer import Answer, Refusal, Standing, Transition, answer, may_answer
from models.db import now_of
from models.tables import Alert, Page, Person
from models.words import PageKind, Role, Status

PAGES_OF_STEPS = (PageKind.NEW, PageKind.ESCALATION)


@dataclass(frozen=True)
class Answered:
    """What came of an answer: `refusal` is None when it changed the alert. `alert_id` exists in either case."""

    alert_id: int
    refusal: Refusal | None = None


class NoSuchAlert(Exception):
    """There is no alert of this number in the workspace of the person who asks."""


def give(
    session: Session,
    kind: Answer,
    workspace_id: int,
    alert_id: int,
    person_id: int,
    epoch: int | None = None,
    notes: str = "",
) -> Answered:
    """Apply the answer `kind` of a person to an alert.

    `epoch` is the one that the pressed button carries (None for a typed command). The same answer twice is one
    transition. Raises NoSuchAlert.
    """
    alert = lock(session, workspace_id, alert_id)
    if alert is None:
        raise NoSuchAlert(alert_id)
    if not allowed(session, alert, person_id):
        return Answered(alert_id, Refusal.NOT_ALLOWED)
    now = now_of(session)
    at_last_level = alert.level >= len(alert.plan["levels"])
    standing = Standing(alert.status, alert.epoch, alert.closed_at, at_last_level)
    outcome = answer(kind, standing, now, epoch)
    if isinstance(outcome, Refusal):
        return Answered(alert_id, outcome)
    if kind is Answer.REOPEN and _has_successor(session, alert):
        return Answered(alert_id, Refusal.ALREADY)
    _apply(session, alert, kind, outcome, person_id, now, notes)
    return Answered(alert_id)


def allowed(session: Session, alert: Alert, person_id: int) -> bool:
    """Whether this person may answer this alert (the design's "Roles")."""
    person = session.scalar(
        select(Person).where(Person.workspace_id == alert.workspace_id, Person.id == person_id, Person.active)
    )
    if person is None:
        return False
    was_paged = person.role is not Role.ADMIN and bool(
        session.scalar(
            select(
                exists().where(Page.alert_id == alert.id, Page.person_id == person_id, Page.kind.in_(PAGES_OF_STEPS))
            )
        )
    )
    return may_answer(person.role, was_paged, alert.raised_by == person_id)


def _has_successor(session: Session, alert: Alert) -> bool:
    """A newer alert of the same key has taken over, so this one stays closed."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Alert.workspace_id == alert.workspace_id,
                    Alert.key == alert.key,
                    Alert.status.in_((Status.OPEN, Status.ACKNOWLEDGED)),
                )
            )
        )
    )


def _apply(
    session: Session, alert: Alert, kind: Answer, change: Transition, person_id: int, now: datetime, notes: str
) -> None:
    if change.restart:
        restart(session, alert, now, "reopened")
    elif change.step_now:
        alert.next_step_at, alert.exhausted_at = now, None
    else:
        _stop(session, alert, change, person_id, now, notes)
    note(session, alert.workspace_id, _ENTRY[kind], now, alert.id, person_id, notes=notes)
    redraw(session, [alert.id], now)


def _stop(session: Session, alert: Alert, change: Transition, person_id: int, now: datetime, notes: str) -> None:
    stop_escalation(session, [alert.id], now, change.status.label)
    alert.status = change.status
    alert.revision += 1
    alert.next_step_at = None
    if change.status is Status.ACKNOWLEDGED:
        alert.acknowledged_at, alert.acknowledged_by = now, person_id
    else:
        alert.epoch += 1
        alert.closed_at, alert.closed_by, alert.notes = now, person_id, notes


_ENTRY = {
    Answer.ACKNOWLEDGE: "acknowledged",
    Answer.RESOLVE: "resolved",
    Answer.FALSE_POSITIVE: "false_positive",
    Answer.REOPEN: "reopened",
    Answer.PASS_ON: "passed_on",
}
