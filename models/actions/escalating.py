"""Escalation: claim the alerts whose next step is due, decide with `models.escalation.advance`, write what it says."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.plans import plan_from_json, reach_in
from models.actions.settling import redraw
from models.bell import wake_id
from models.db import now_of
from models.escalation import (
    Advance,
    Effect,
    Exhaust,
    PageLevel,
    PassOver,
    Reach,
    Reason,
    State,
    Target,
    TargetKind,
    TellNobodyReachable,
    TellNoLevels,
    advance,
    coming,
)
from models.tables import Alert
from models.words import Origin, PageKind, Status

BATCH = 200
POISON_AFTER = 5
END_OF_LAP = 0
"""The level of a step that reaches no level: what falls due after the last level, and messages about the alert."""
ADMINS = Target(TargetKind.ADMINS)


@dataclass
class _Writing:
    """Rows that one batch writes, as JSON records."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)


def advance_due(session: Session, limit: int = BATCH, only: int | None = None) -> int:
    """Take the step of up to `limit` alerts that are due (of the alert `only`, if given); returns how many."""
    now = now_of(session)
    due = session.execute(_CLAIM, {"now": now, "limit": limit, "only": only}).all()
    if not due:
        return 0
    reach = reach_in(session, {row.workspace_id for row in due})
    writing = _Writing()
    for row in due:
        here = reach.get(row.workspace_id, {})
        _record(writing, row, advance(_state(row), here, now), here)
    _write(session, writing, now)
    redraw(session, [row.id for row in due if row.paged_at is not None], now)
    return len(due)


def next_due(session: Session) -> datetime | None:
    """When the next step of any alert is due; looks without locking, one severity at a time."""
    moment = session.scalar(_NEXT_DUE)
    assert moment is None or isinstance(moment, datetime)
    return moment


def due_ids(session: Session, limit: int = BATCH) -> list[int]:
    """The alerts that the next batch would take, without locking them."""
    return list(session.scalars(_DUE_IDS, {"now": now_of(session), "limit": limit}))


def push_out(session: Session, alert_id: int, error: str) -> None:
    """The poison rule: an alert whose step fails is tried later and later, and after five times people are told."""
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None or alert.status is not Status.OPEN:
        return
    now = now_of(session)
    alert.failures += 1
    alert.next_step_at = now + timedelta(seconds=min(10 * 2**alert.failures, 3600))
    told = alert.failures == POISON_AFTER
    note(session, alert.workspace_id, "step_failed", now, alert.id, high=told, error=error, failures=alert.failures)
    if told:
        writing = _Writing()
        people = reach_in(session, [alert.workspace_id]).get(alert.workspace_id, {}).get(ADMINS, ())
        _notice(writing, alert, "failed", PageKind.MISCONFIGURED, people, alert.lap)
        _write(session, writing, now)


def rescue_stranded(session: Session) -> int:
    """Open alerts that wait for nothing (no next step, not exhausted) are due now (docs/origins.md A.6); how many."""
    stranded = session.execute(_RESCUE, {"now": now_of(session)}).all()
    for row in stranded:
        note(session, row.workspace_id, "rescued", now_of(session), row.id)
    return len(stranded)


def _write(session: Session, writing: _Writing, now: datetime) -> None:
    session.flush()
    session.execute(_WRITE, {"now": now, **{name: json.dumps(rows) for name, rows in vars(writing).items()}})


def _state(row: Row[Any]) -> State:
    return State(
        status=Status(row.status),
        plan=plan_from_json(row.plan),
        next_step_at=row.next_step_at,
        lap=row.lap,
        level=row.level,
        reached=row.reached,
        tries=row.tries,
        exhausted=row.exhausted_at is not None,
    )


def _record(writing: _Writing, row: Row[Any], taken: Advance, reach: Reach) -> None:
    state = taken.state
    writing.alerts.append(
        {
            "id": row.id,
            "lap": state.lap,
            "level": state.level,
            "tries": state.tries,
            "next_step_at": _iso(state.next_step_at),
            "exhausted": state.exhausted,
            "paged": taken.reason is Reason.PAGED,
            "nobody": taken.reason is Reason.NOBODY,
        }
    )
    for effect in taken.effects:
        _write_effect(writing, row, effect, reach.get(ADMINS, ()))
    _coming(writing, row, state)


def _write_effect(writing: _Writing, row: Row[Any], effect: Effect, admins: Sequence[int]) -> None:
    match effect:
        case PageLevel(lap, level, people):
            is_first = row.lap == 1 and row.level == 0
            _step(writing, row, lap, level, row.next_step_at, f"paged {len(people)}")
            _pages(writing, row, PageKind.NEW if is_first else PageKind.ESCALATION, people, lap, level)
            _entry(
                writing, row, "escalated", True, lap=lap, level=level, people=list(people), policy=row.plan["policy"]
            )
        case PassOver(lap, level):
            _step(writing, row, lap, level, row.next_step_at, "passed over: nobody to page")
            _entry(writing, row, "passed_over", False, lap=lap, level=level)
        case Exhaust(lap, levels) if row.origin == Origin.TEST:
            _step(writing, row, lap, END_OF_LAP, row.next_step_at, "exhausted")
            _entry(writing, row, "escalation_exhausted", False, laps=lap, levels=levels)
        case Exhaust(lap, levels):
            _notice(writing, row, "exhausted", PageKind.EXHAUSTED, admins, lap)
            _entry(writing, row, "escalation_exhausted", True, laps=lap, levels=levels)
        case TellNobodyReachable(lap, retry_at):
            told = admins if row.tries == 0 else ()
            _notice(writing, row, "nobody reachable", PageKind.UNREACHABLE, told, lap)
            _entry(writing, row, "nobody_reachable", True, lap=lap, retry_at=_iso(retry_at))
        case TellNoLevels(policy):
            _notice(writing, row, "no levels", PageKind.MISCONFIGURED, admins, row.lap)
            _entry(writing, row, "policy_without_levels", True, policy=policy)


def _coming(writing: _Writing, row: Row[Any], state: State) -> None:
    """The next step is recorded when it is scheduled, with the wake-up that will ring for it (docs/origins.md A.2)."""
    if state.next_step_at is not None:
        lap, level = coming(state) or (state.lap, END_OF_LAP)
        _step(writing, row, lap, level, state.next_step_at, None, tries=state.tries)


def _step(
    writing: _Writing,
    row: Any,
    lap: int,
    level: int,
    due: datetime,
    outcome: str | None,
    tries: int | None = None,
) -> None:
    writing.steps.append(
        {
            "workspace_id": row.workspace_id,
            "alert_id": row.id,
            "epoch": row.epoch,
            "tries": row.tries if tries is None else tries,
            "lap": lap,
            "level": level,
            "due_at": _iso(due),
            "wake_id": wake_id("escalate", due),
            "outcome": outcome,
        }
    )


def _pages(writing: _Writing, row: Any, kind: PageKind, people: Sequence[int], lap: int, level: int) -> None:
    for person_id in people:
        writing.pages.append(
            {
                "workspace_id": row.workspace_id,
                "alert_id": row.id,
                "epoch": row.epoch,
                "tries": row.tries,
                "lap": lap,
                "level": level,
                "person_id": person_id,
                "kind": kind.value,
                "severity": int(row.severity),
            }
        )


def _notice(writing: _Writing, row: Any, outcome: str, kind: PageKind, people: Sequence[int], lap: int) -> None:
    """A message to the admins about the alert as a whole hangs on the step that ends a lap."""
    _step(writing, row, lap, END_OF_LAP, row.next_step_at, outcome)
    _pages(writing, row, kind, people, lap, END_OF_LAP)


def _entry(writing: _Writing, row: Any, kind: str, high: bool, **detail: Any) -> None:
    writing.entries.append(
        {"workspace_id": row.workspace_id, "alert_id": row.id, "kind": kind, "high": high, "detail": detail}
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_CLAIM = text("""
    WITH due AS MATERIALIZED (
        SELECT * FROM alerts
        WHERE status = 'open' AND next_step_at IS NOT NULL AND next_step_at <= :now
              AND (CAST(:only AS bigint) IS NULL OR id = :only)
        ORDER BY severity, next_step_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    SELECT a.id, a.workspace_id, a.origin, a.status, a.severity, a.epoch, a.plan, a.lap, a.level, a.tries,
           a.next_step_at, a.paged_at, a.exhausted_at, EXISTS (
               SELECT FROM pages p JOIN steps s ON s.id = p.step_id
               WHERE p.alert_id = a.id AND p.epoch = a.epoch AND p.state <> 'failed'
                     AND s.lap = a.lap AND s.tries = a.tries AND s.level > 0) AS reached
    FROM due a ORDER BY a.severity, a.next_step_at
""")

_DUE_IDS = text("""
    SELECT id FROM alerts WHERE status = 'open' AND next_step_at IS NOT NULL AND next_step_at <= :now
    ORDER BY severity, next_step_at LIMIT :limit
""")

_NEXT_DUE = text("""
    SELECT min(next_step_at) FROM (
        SELECT (SELECT next_step_at FROM alerts
                WHERE status = 'open' AND next_step_at IS NOT NULL AND severity = each.severity
                ORDER BY next_step_at LIMIT 1) AS next_step_at
        FROM (VALUES (1), (2), (3), (4)) AS each(severity)) AS earliest
""")

_RESCUE = text("""
    UPDATE alerts SET next_step_at = :now
    WHERE id = ANY (ARRAY(
        SELECT id FROM alerts WHERE status = 'open' AND next_step_at IS NULL AND exhausted_at IS NULL
        LIMIT 500 FOR UPDATE SKIP LOCKED))
    RETURNING id, workspace_id
""")

_WRITE = text("""
    WITH moved AS (
        UPDATE alerts SET lap = each.lap, level = each.level, tries = each.tries, next_step_at = each.next_step_at,
               exhausted_at = CASE WHEN each.exhausted THEN :now END, failures = 0, revision = alerts.revision + 1,
               paged_at = CASE WHEN each.paged THEN :now ELSE alerts.paged_at END
        FROM jsonb_to_recordset(CAST(:alerts AS jsonb)) AS each(
            id bigint, lap smallint, level smallint, tries integer, next_step_at timestamptz, exhausted boolean,
            paged boolean)
        WHERE alerts.id = each.id
    ), given_up AS (
        UPDATE steps SET outcome = 'not reached'
        FROM jsonb_to_recordset(CAST(:alerts AS jsonb)) AS each(id bigint, tries integer, lap smallint, nobody boolean)
        WHERE each.nobody AND steps.alert_id = each.id AND steps.outcome IS NULL AND steps.lap > each.lap
    ), done AS (
        INSERT INTO steps (workspace_id, alert_id, epoch, tries, lap, level, due_at, wake_id, executed_at, outcome)
        SELECT workspace_id, alert_id, epoch, tries, lap, level, due_at, wake_id,
               CASE WHEN outcome IS NOT NULL THEN :now END, outcome
        FROM jsonb_to_recordset(CAST(:steps AS jsonb)) AS each(
            workspace_id bigint, alert_id bigint, epoch integer, tries integer, lap smallint, level smallint,
            due_at timestamptz, wake_id text, outcome text)
        ON CONFLICT (alert_id, epoch, tries, lap, level)
        DO UPDATE SET executed_at = excluded.executed_at, outcome = excluded.outcome
        RETURNING id, alert_id, tries, lap, level
    ), paged AS (
        INSERT INTO pages (workspace_id, alert_id, step_id, person_id, kind, severity, epoch, due_at, try_at)
        SELECT each.workspace_id, each.alert_id, done.id, each.person_id, each.kind, each.severity, each.epoch,
               :now, :now
        FROM jsonb_to_recordset(CAST(:pages AS jsonb)) AS each(
            workspace_id bigint, alert_id bigint, epoch integer, tries integer, lap smallint, level smallint,
            person_id bigint, kind text, severity smallint)
        JOIN done ON done.alert_id = each.alert_id AND done.tries = each.tries AND done.lap = each.lap
                 AND done.level = each.level
        ON CONFLICT DO NOTHING
    )
    INSERT INTO entries (workspace_id, alert_id, at, kind, high, detail)
    SELECT workspace_id, alert_id, :now, kind, high, detail
    FROM jsonb_to_recordset(CAST(:entries AS jsonb)) AS each(
        workspace_id bigint, alert_id bigint, kind text, high boolean, detail jsonb)
""")
