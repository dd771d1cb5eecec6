"""Silences: made, changed and ended; alerts that one holds wait for its end, which is their `next_step_at`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.actions.alerts import lock_all
from models.actions.journal import note
from models.actions.recording import END_OF_LAP
from models.actions.rulebook import rules_changed, silence_of
from models.actions.settling import redraw, schedule_step, stop_escalation
from models.actions.subjects import subject_of
from models.db import now_of
from models.escalation import State, coming
from models.matching import Matcher, joined
from models.plan import plan_from_json
from models.routing import Silence
from models.tables import Alert, Page, Person, SilenceRow, Step
from models.words import PageState, Role

AT_MOST = timedelta(days=30)


@dataclass(frozen=True)
class Made:
    """A silence that was made or changed, and the open alerts that it holds from now on."""

    id: int
    held: tuple[int, ...]


@dataclass(frozen=True)
class Ended:
    """A silence that was ended: how many alerts go on at once, whether it had begun, the file that still has it."""

    going_on: int
    had_begun: bool = True
    file: str = ""


def make(
    session: Session,
    workspace_id: int,
    matchers: Sequence[Matcher],
    starts_at: datetime,
    ends_at: datetime,
    by: str,
    why: str = "",
    name: str = "",
    applied: bool = False,
) -> Made:
    """A new silence; raises ValueError for one that could not be meant. `by` is a Slack id, or a file's name.

    Open alerts that it matches now are held at once: what was due for them is cancelled.
    """
    Silence("new", tuple(matchers), starts_at, ends_at, by, why)
    row = SilenceRow(
        workspace_id=workspace_id,
        name=name,
        matchers=joined(matchers),
        starts_at=starts_at,
        ends_at=ends_at,
        by=by,
        why=why,
        applied=applied,
    )
    session.add(row)
    session.flush()
    note(session, workspace_id, "silence_made", now_of(session), **_told(row))
    return _in_force(session, row)


class NotAllowed(Exception):
    """Only admins and responders silence."""


def make_by(
    session: Session,
    workspace_id: int,
    person_id: int,
    matchers: Sequence[Matcher],
    starts_at: datetime,
    ends_at: datetime,
    why: str,
) -> Made:
    """A silence in somebody's name; raises NotAllowed, or ValueError for one that could not be meant."""
    person = _allowed(session, workspace_id, person_id)
    if ends_at - starts_at > AT_MOST:
        raise ValueError(f"a silence lasts {AT_MOST.days} days at most.")
    return make(session, workspace_id, matchers, starts_at, ends_at, person.slack_id, why)


def _allowed(session: Session, workspace_id: int, person_id: int) -> Person:
    person = session.scalar(select(Person).where(Person.workspace_id == workspace_id, Person.id == person_id))
    if person is None or not person.active or person.role not in (Role.ADMIN, Role.RESPONDER):
        raise NotAllowed
    return person


def change(
    session: Session,
    workspace_id: int,
    silence_id: int,
    matchers: Sequence[Matcher],
    starts_at: datetime,
    ends_at: datetime,
    why: str,
) -> Made | None:
    """The silence is like this from now on; None when there is none of this id. Raises ValueError as `make` does.

    The alerts that it holds are looked at again at once, so that they wait for the new end or go on.
    """
    row = _locked(session, workspace_id, silence_id)
    if row is None:
        return None
    Silence(str(row.id), tuple(matchers), starts_at, ends_at, row.by, why)
    row.matchers, row.starts_at, row.ends_at, row.why = joined(matchers), starts_at, ends_at, why
    session.flush()
    _look_again(session, row)
    note(session, workspace_id, "silence_changed", now_of(session), **_told(row))
    return _in_force(session, row)


def end(session: Session, workspace_id: int, silence_id: int, by: int | None = None) -> Ended | None:
    """The silence ends now, or will not begin; None when there is none of this number that has not ended.

    `by` is who ends it, None for a file; raises NotAllowed.
    """
    if by is not None:
        _allowed(session, workspace_id, by)
    row = _locked(session, workspace_id, silence_id)
    now = now_of(session)
    if row is None or row.ends_at <= now:
        return None
    had_begun = row.starts_at <= now
    row.starts_at, row.ends_at = min(row.starts_at, now - timedelta(seconds=1)), now
    session.flush()
    note(session, workspace_id, "silence_ended", now, person_id=by, **_told(row))
    going_on = _look_again(session, row)
    rules_changed(session, workspace_id)
    return Ended(going_on, had_begun, row.by if row.applied else "")


def current(session: Session, workspace_id: int) -> list[SilenceRow]:
    """The silences that have not ended, the one that ends first first."""
    query = select(SilenceRow).where(SilenceRow.workspace_id == workspace_id, SilenceRow.ends_at > now_of(session))
    return list(session.scalars(query.order_by(SilenceRow.ends_at, SilenceRow.id)))


def held_by(session: Session, workspace_id: int, silence_id: int) -> int:
    """How many alerts this silence holds."""
    query = select(Alert.id).where(Alert.workspace_id == workspace_id, Alert.silence_id == silence_id)
    return len(session.scalars(query).all())


def _locked(session: Session, workspace_id: int, silence_id: int) -> SilenceRow | None:
    return session.scalar(
        select(SilenceRow)
        .where(SilenceRow.workspace_id == workspace_id, SilenceRow.id == silence_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _in_force(session: Session, row: SilenceRow) -> Made:
    now, silence = now_of(session), silence_of(row)
    rows = session.execute(_WAITING, {"workspace": row.workspace_id})
    matching = [each.id for each in rows if silence.holds(subject_of(each, now), now)]
    held = tuple(_hold(session, row, matching, now))
    rules_changed(session, row.workspace_id)
    return Made(row.id, held)


def _hold(session: Session, row: SilenceRow, matching: Sequence[int], now: datetime) -> list[int]:
    """Hold these alerts, unless they were answered meanwhile or are held for longer already; returns the held ones."""
    alerts = [each for each in lock_all(session, row.workspace_id, matching) if _can_be_held(each, row)]
    ids = [alert.id for alert in alerts]
    unsent = _with_unsent_level(session, ids)
    stop_escalation(session, ids, now, "silenced")
    for alert in alerts:
        if alert.id in unsent:
            alert.level, alert.tries = alert.level - 1, alert.tries + 1
        alert.silence_id, alert.next_step_at = row.id, row.ends_at
        alert.revision += 1
        lap, level = _coming(alert)
        schedule_step(session, alert, level, row.ends_at, lap)
        note(session, row.workspace_id, "silenced", now, alert.id, silence=row.id, until=row.ends_at.isoformat())
    session.flush()
    redraw(session, ids, now)
    return ids


def _with_unsent_level(session: Session, alert_ids: Sequence[int]) -> set[int]:
    """Of these alerts those whose level was written, but none of its pages has left: it is paged when they go on."""
    rows = session.execute(
        select(Alert.id)
        .join(Step, Step.alert_id == Alert.id)
        .join(Page, Page.step_id == Step.id)
        .where(Alert.id.in_(alert_ids), Alert.level > 0, Step.epoch == Alert.epoch, Step.tries == Alert.tries)
        .where(Step.lap == Alert.lap, Step.level == Alert.level)
        .group_by(Alert.id)
        .having(func.bool_and((Page.state == PageState.DUE) & (Page.attempt == 0)))
    )
    return set(rows.scalars())


def _can_be_held(alert: Alert, row: SilenceRow) -> bool:
    if alert.status != "open" or alert.next_step_at is None:
        return False
    return alert.silence_id is None or alert.next_step_at < row.ends_at


def _coming(alert: Alert) -> tuple[int, int]:
    """(lap, level) of the step that an alert waits for."""
    state = State(alert.status, plan_from_json(alert.plan), alert.next_step_at, lap=alert.lap, level=alert.level)
    return coming(state) or (alert.lap, END_OF_LAP)


def _look_again(session: Session, row: SilenceRow) -> int:
    """Whatever this silence holds is due now, so that the engine decides anew; returns how many that are.

    Every alert that waits is locked first: the engine may be putting some under this silence at this moment.
    """
    waiting = select(Alert.id).where(Alert.workspace_id == row.workspace_id, Alert.next_step_at.is_not(None))
    locked, now = lock_all(session, row.workspace_id, session.scalars(waiting).all()), now_of(session)
    going_on = [alert for alert in locked if alert.silence_id == row.id]
    for alert in going_on:
        alert.next_step_at = now
    session.flush()
    return len(going_on)


def _told(row: SilenceRow) -> dict[str, Any]:
    return {"silence": row.id, "matchers": row.matchers, "until": row.ends_at.isoformat(), "by": row.by, "why": row.why}


_WAITING = text("""
    SELECT a.id, a.origin, a.severity, a.labels, s.kind AS source_kind, s.name AS source_name, cl.name AS client,
           cl.tier, cl.renews_on, owner.name AS owner
    FROM alerts a
    LEFT JOIN sources s ON s.id = a.source_id
    LEFT JOIN conversations c ON c.id = a.conversation_id
    LEFT JOIN clients cl ON cl.id = c.client_id
    LEFT JOIN people owner ON owner.id = cl.owner_id
    WHERE a.workspace_id = :workspace AND a.status = 'open' AND a.next_step_at IS NOT NULL
    ORDER BY a.id
""")
