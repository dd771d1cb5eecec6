"""What people answer: acknowledge, resolve, false positive, reopen, pass on, snooze, reassign; and notes.

Roles are checked here (rule 15).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.actions.alerts import lock, restart
from models.actions.journal import note
from models.actions.learning import take_back
from models.actions.raising import first_to
from models.actions.recording import AFTER_ACKNOWLEDGE, AFTER_REMINDER
from models.actions.settling import redraw, schedule_step, stop_escalation
from models.answer import Answer, Refusal, Standing, Transition, answer, may_answer
from models.db import now_of
from models.escalation import due_after_acknowledge
from models.plan import plan_from_json
from models.tables import Alert, Page, Person
from models.words import PageKind, Role, Status

PAGES_OF_STEPS = (PageKind.NEW, PageKind.ESCALATION, PageKind.OPEN_AGAIN)
NOTE_LENGTH = 2000


@dataclass(frozen=True)
class Wish:
    """What comes with an answer: words, the end of a snooze, the row id of whom the alert is given to.

    `seen` is the status that the person saw; None for a typed command. `token` is the name of the token by which a
    program answers for the person; `by_link` tells that the signed link of a page was used.
    """

    notes: str = ""
    seen: Status | None = None
    until: datetime | None = None
    to: int | None = None
    token: str = ""
    by_link: bool = False


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
    wish: Wish = Wish(),
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
    standing = Standing(
        alert.status, alert.epoch, alert.closed_at, at_last_level, wish.until, alert.silence_id is not None
    )
    outcome = answer(kind, standing, now, epoch, wish.seen)
    if isinstance(outcome, Refusal):
        return Answered(alert_id, outcome)
    if kind is Answer.REOPEN and _has_successor(session, alert):
        return Answered(alert_id, Refusal.ALREADY)
    if alert.status is Status.FALSE_POSITIVE:
        take_back(session, alert, person_id)
    _apply(session, alert, outcome, person_id, now, wish)
    note(session, workspace_id, _ENTRY[kind], now, alert.id, person_id, **_told(session, wish))
    redraw(session, [alert.id], now)
    return Answered(alert_id)


def add_note(session: Session, workspace_id: int, alert_id: int, person_id: int, words: str) -> Answered:
    """Write a note into the alert's timeline; whoever may answer it may write one. Raises NoSuchAlert."""
    alert = lock(session, workspace_id, alert_id)
    if alert is None:
        raise NoSuchAlert(alert_id)
    if not allowed(session, alert, person_id):
        return Answered(alert_id, Refusal.NOT_ALLOWED)
    now = now_of(session)
    alert.revision += 1
    note(session, workspace_id, "note", now, alert.id, person_id, notes=words[:NOTE_LENGTH])
    redraw(session, [alert.id], now)
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


def may_answer_it(session: Session, workspace_id: int, alert_id: int, person_id: int) -> bool:
    """Whether this person may answer the alert of this number; False for one of another workspace."""
    found = session.scalar(select(Alert).where(Alert.workspace_id == workspace_id, Alert.id == alert_id))
    return found is not None and allowed(session, found, person_id)


def _has_successor(session: Session, alert: Alert) -> bool:
    """A newer alert of the same key has taken over, closed since or not, so this one stays closed: what its source says
    next is about the newest one."""
    same = exists().where(Alert.workspace_id == alert.workspace_id, Alert.key == alert.key, Alert.id > alert.id)
    return bool(session.scalar(select(same)))


def _apply(session: Session, alert: Alert, change: Transition, person_id: int, now: datetime, wish: Wish) -> None:
    if change.restart:
        if wish.to is not None:
            alert.plan = first_to(alert.plan, wish.to)
        restart(session, alert, now, "given to somebody else" if wish.to is not None else "open again")
    elif change.step_now:
        _go_on(session, alert, change, now)
    elif change.status is Status.ACKNOWLEDGED:
        take(session, alert, person_id, now, wish.until)
    else:
        _close(session, alert, change, person_id, now, wish)


def _go_on(session: Session, alert: Alert, change: Transition, now: datetime) -> None:
    """The next level is due now; an acknowledged alert is open again for it."""
    if change.new_epoch:
        stop_escalation(session, [alert.id], now, "given back")
        alert.epoch += 1
        alert.status = Status.OPEN
        alert.acknowledged_at = alert.acknowledged_by = alert.snoozed_until = None
        alert.reminded = False
    alert.revision += 1
    alert.next_step_at, alert.exhausted_at, alert.silence_id = now, None, None


def take(session: Session, alert: Alert, person_id: int | None, now: datetime, until: datetime | None = None) -> None:
    """Somebody has the alert, or (None) a machine says so; `until` is the end of a snooze. Its row is locked."""
    stop_escalation(session, [alert.id], now, "acknowledged" if until is None else "snoozed")
    alert.status = Status.ACKNOWLEDGED
    alert.parts_seen = alert.parts
    alert.revision += 1
    alert.acknowledged_at, alert.acknowledged_by = now, person_id
    alert.snoozed_until, alert.silence_id = until, None
    alert.next_step_at = until or due_after_acknowledge(plan_from_json(alert.plan), now)
    session.flush()
    if alert.next_step_at is not None:
        schedule_step(session, alert, AFTER_REMINDER if alert.reminded else AFTER_ACKNOWLEDGE, alert.next_step_at)


def _close(session: Session, alert: Alert, change: Transition, person_id: int, now: datetime, wish: Wish) -> None:
    stop_escalation(session, [alert.id], now, change.status.label)
    alert.status = change.status
    alert.revision += 1
    alert.epoch += 1
    alert.next_step_at = alert.snoozed_until = alert.silence_id = None
    alert.closed_at, alert.closed_by, alert.notes = now, person_id, wish.notes


def _told(session: Session, wish: Wish) -> dict[str, Any]:
    """What the Entry of an answer tells besides who gave it."""
    told: dict[str, Any] = {"notes": wish.notes} if wish.notes else {}
    if wish.until is not None:
        told["until"] = wish.until.isoformat()
    if wish.to is not None:
        told["to"] = session.get_one(Person, wish.to).slack_id
    if wish.token:
        told["token"] = wish.token
    if wish.by_link:
        told["by_link"] = True
    return told


_ENTRY = {
    Answer.ACKNOWLEDGE: "acknowledged",
    Answer.RESOLVE: "resolved",
    Answer.FALSE_POSITIVE: "false_positive",
    Answer.REOPEN: "reopened",
    Answer.PASS_ON: "passed_on",
    Answer.SNOOZE: "snoozed",
    Answer.REASSIGN: "reassigned",
    Answer.GIVE_BACK: "given_back",
}
