"""Escalation: claim the alerts whose next step is due, decide with `models.escalation.advance`, write what it says."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from models.actions import storms
from models.actions.journal import note
from models.actions.recording import Recorder, Subject, Writing
from models.actions.rulebook import Rulebook, crews_of, rulebooks_of
from models.actions.settling import redraw
from models.actions.subjects import subject_of
from models.db import moment, now_of
from models.escalation import Advance, Hold, PageLevel, State, advance
from models.plan import Plan, TargetKind, plan_from_json, targets_in
from models.poison import TOLD_AFTER, pushed_out
from models.reach import Case, Crew, ReachAt, turns_taken
from models.routing import resumes_at, silenced
from models.tables import Alert
from models.words import Origin, PageKind, Severity, Status

BATCH = 200
PLANS_KEPT = 256
OTHERS_EVERY = 10

Turns = dict[str, int]
"""How many alerts each round robin of a workspace was given, by its key."""


@dataclass
class Turn:
    """Fairness between workspaces under backlog: whoever fills a batch stands `aside` in the next.

    To look past their due rows takes a moment, so that after a look that found nobody else the next is ten batches
    later.
    """

    aside: set[int] = field(default_factory=set)
    _before_next: int = 0

    def took(self, homes: Sequence[int], limit: int) -> bool:
        """Note the workspace of each step that a batch took; whether more may be due."""
        others_were_sought, is_full = bool(self.aside), len(homes) >= limit
        if others_were_sought and not homes:
            self._before_next = OTHERS_EVERY
        self._before_next = max(self._before_next - 1, 0)
        many = {home for home, count in Counter(homes).items() if count > limit // 4}
        self.aside = many if is_full and not self._before_next else set()
        return is_full or others_were_sought


@dataclass(frozen=True)
class Taken:
    """A step that was taken, as the log tells it: where its alert stands now, and how late it was (seconds)."""

    workspace: int
    alert: int
    trace: str
    lap: int
    level: int
    late_s: float


def advance_due(session: Session, limit: int = BATCH, only: int | None = None) -> int:
    """Take the step of up to `limit` alerts that are due (of the alert `only`, if given); returns how many."""
    return len(take_due(session, limit, only))


def take_due(session: Session, limit: int = BATCH, only: int | None = None, aside: Collection[int] = ()) -> list[Taken]:
    """The same, leaving out the workspaces `aside`; returns what was taken."""
    now = now_of(session)
    due = session.execute(_CLAIM, {"now": now, "limit": limit, "only": only, "aside": list(aside) or [0]}).all()
    if not due:
        return []
    rules = rulebooks_of(session, {row.workspace_id for row in due})
    crews = crews_of(session, rules)
    turns = _lock_turns(session, due)
    storms.join(session, [row for row in due if _begins(row)], now)
    writing, taken = Writing(), list[Taken]()
    for row in due:
        home = row.workspace_id
        taken.append(_take(writing, row, rules[home], crews[home], turns.setdefault(home, {}), now))
    writing.write(session, now)
    redraw(session, [row.id for row in due if row.reminded], now, [row.id for row in due if row.paged_at is not None])
    return taken


def _begins(row: Row[Any]) -> bool:
    """A machine's alert that has paged nobody yet."""
    is_new = (row.lap, row.level, row.tries) == (1, 0, 0) and row.storm_id is None
    return is_new and row.origin == Origin.SIGNAL and row.source_id is not None


def due_ids(session: Session, limit: int = BATCH) -> list[int]:
    """The alerts that the next batch would take, without locking them."""
    return list(session.scalars(_DUE_IDS, {"now": now_of(session), "limit": limit}))


def push_out(session: Session, alert_id: int, error: str) -> None:
    """The poison rule: an alert whose step fails is tried later and later, and after five times people are told."""
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None or not alert.status.is_live or alert.next_step_at is None:
        return
    now, due_at = now_of(session), alert.next_step_at
    alert.failures += 1
    alert.next_step_at = now + pushed_out(alert.failures)
    told = alert.failures == TOLD_AFTER
    note(session, alert.workspace_id, "step_failed", now, alert.id, high=told, error=error, failures=alert.failures)
    if told:
        writing, home = Writing(), alert.workspace_id
        admins = crews_of(session, rulebooks_of(session, [home]))[home].admins
        recorder = Recorder(writing, _about(alert, alert.workspace_id, alert.id, due_at, ()), admins)
        recorder.notice("failed", PageKind.MISCONFIGURED, admins, alert.lap)
        writing.write(session, now)


def rescue_stranded(session: Session) -> int:
    """Open alerts that wait for nothing (no next step, not exhausted) are due now (docs/origins.md A.6); how many.

    So are, untold, those that a silence holds which is over: an engine that read it before its end was changed put them
    under it, or another silence holds them longer, which the engine then finds.
    """
    session.execute(_LET_GO, {"now": now_of(session)})
    stranded = session.execute(_RESCUE, {"now": now_of(session)}).all()
    for row in stranded:
        note(session, row.workspace_id, "rescued", now_of(session), row.id)
    return len(stranded)


def held(rules: Rulebook, row: Any, now: datetime) -> Hold | None:
    """The silence that holds the alert `row` (with the columns of `_CLAIM`) now, and until when it is held."""
    if not rules.silences:
        return None
    subject = subject_of(row, now)
    holding, until = silenced(rules.silences, subject, now), resumes_at(rules.silences, subject, now)
    return Hold(int(holding.id), until) if holding is not None and until is not None else None


def _take(writing: Writing, row: Row[Any], rules: Rulebook, crew: Crew, turns: Turns, now: datetime) -> Taken:
    """Decide about one alert and record it; the turns that it takes are taken for those after it in the batch too."""
    case = Case(row.owner_id, row.picks)
    reach = ReachAt(crew, now, case, turns)
    state = _state(row)
    taken = advance(state, reach, now, held(rules, row, now))
    picks = _picks(taken, reach, case)
    turns.update({key: count for key, (_, count) in picks.items()})
    subject = _about(row, row.workspace_id, row.id, row.next_step_at, state.plan.channels)
    Recorder(writing, subject, crew.admins).record(taken, picks)
    late = round((now - row.next_step_at).total_seconds(), 3)
    return Taken(row.workspace_id, row.id, row.trace, taken.state.lap, taken.state.level, late)


def _picks(taken: Advance, reach: ReachAt, case: Case) -> dict[str, tuple[int, int]]:
    paged = next((effect for effect in taken.effects if isinstance(effect, PageLevel)), None)
    return turns_taken(taken.state.plan.levels[paged.level - 1], reach, case) if paged is not None else {}


def _about(row: Any, workspace_id: int, alert_id: int, due_at: datetime, channels: tuple[int, ...]) -> Subject:
    return Subject(
        workspace_id=workspace_id,
        alert_id=alert_id,
        origin=row.origin,
        severity=int(row.severity),
        epoch=row.epoch,
        lap=row.lap,
        level=row.level,
        tries=row.tries,
        due_at=due_at,
        reminded=row.reminded,
        acknowledged_by=row.acknowledged_by,
        channels=channels,
    )


def _state(row: Row[Any]) -> State:
    return State(
        status=Status(row.status),
        plan=_plan(row.plan),
        next_step_at=row.next_step_at,
        severity=Severity(row.severity),
        lap=row.lap,
        level=row.level,
        reached=row.reached,
        delivered=row.delivered,
        tries=row.tries,
        exhausted=row.exhausted_at is not None,
        recent=row.recent,
        reminded=row.reminded,
        snoozed=row.snoozed_until is not None,
    )


@lru_cache(PLANS_KEPT)
def _plan(stored: str) -> Plan:
    return plan_from_json(json.loads(stored))


def _lock_turns(session: Session, due: Sequence[Row[Any]]) -> dict[int, Turns]:
    """The turns of every round robin that these alerts may still need, locked until the transaction ends."""
    keys = {
        (row.workspace_id, target.key)
        for row in due
        for target in targets_in(_plan(row.plan))
        if target.kind is TargetKind.ROUND_ROBIN and target.key not in row.picks
    }
    found: dict[int, Turns] = {}
    if keys:
        wanted: Mapping[str, Any] = {"keys": json.dumps([{"workspace_id": home, "key": key} for home, key in keys])}
        session.execute(_MAKE_TURNS, wanted)
        for row in session.execute(_LOCK_TURNS, wanted):
            found.setdefault(row.workspace_id, {})[row.key] = row.taken
    return found


_CLAIM = text("""
    WITH due AS MATERIALIZED (
        SELECT * FROM alerts
        WHERE next_step_at IS NOT NULL AND next_step_at <= :now
              AND (CAST(:only AS bigint) IS NULL OR id = :only) AND workspace_id <> ALL (:aside)
        ORDER BY severity, next_step_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    SELECT a.id, a.workspace_id, a.origin, a.status, a.severity, a.epoch, CAST(a.plan AS text) AS plan, a.lap, a.level,
           a.tries, a.next_step_at, a.paged_at, a.exhausted_at, a.reminded, a.snoozed_until, a.picks, a.labels,
           a.acknowledged_by, a.source_id, a.storm_id, a.trace, a.plan ->> 'policy' AS policy,
           s.kind AS source_kind, s.name AS source_name, cl.client, cl.tier, cl.renews_on,
           cl.owner_id, cl.owner,
           coalesce((
               SELECT true FROM pages p JOIN steps s ON s.id = p.step_id
               WHERE p.alert_id = a.id AND p.epoch = a.epoch AND p.state <> 'failed'
                     AND s.lap = a.lap AND s.tries = a.tries AND s.level > 0 LIMIT 1), false) AS reached,
           coalesce((
               SELECT true FROM pages p
               WHERE p.alert_id = a.id AND p.epoch = a.epoch AND p.state = 'sent' LIMIT 1), false) AS delivered,
           (SELECT count(*) FROM steps s
            WHERE s.alert_id = a.id AND s.level > 0 AND s.executed_at > :now - interval '1 minute'
                  AND s.outcome LIKE 'paged%') AS recent
    FROM due a
    LEFT JOIN sources s ON s.id = a.source_id
    LEFT JOIN LATERAL (
        SELECT cl.name AS client, cl.tier, cl.renews_on, cl.owner_id, owner.name AS owner
        FROM conversations c JOIN clients cl ON cl.id = c.client_id LEFT JOIN people owner ON owner.id = cl.owner_id
        WHERE a.conversation_id IS NOT NULL AND c.id = a.conversation_id LIMIT 1) cl ON true
    ORDER BY a.severity, a.next_step_at, a.id
""")
"""Everything is looked up for each alert by itself: a join would read all conversations for a batch of machines', and
EXISTS in a list of columns all pages."""

_DUE_IDS = text("""
    SELECT id FROM alerts WHERE next_step_at IS NOT NULL AND next_step_at <= :now
    ORDER BY severity, next_step_at LIMIT :limit
""")

DUE = moment("""
    SELECT min(next_step_at) FROM (
        SELECT (SELECT next_step_at FROM alerts
                WHERE next_step_at IS NOT NULL AND severity = each.severity
                ORDER BY next_step_at LIMIT 1) AS next_step_at
        FROM (VALUES (1), (2), (3), (4)) AS each(severity)) AS earliest
""")
"""When the next step of any alert is due; looks without locking, one severity at a time."""

_RESCUE = text("""
    UPDATE alerts SET next_step_at = :now
    WHERE id = ANY (ARRAY(
        SELECT id FROM alerts WHERE status = 'open' AND next_step_at IS NULL AND exhausted_at IS NULL
        LIMIT 500 FOR UPDATE SKIP LOCKED))
    RETURNING id, workspace_id
""")

_LET_GO = text("""
    UPDATE alerts SET next_step_at = :now
    WHERE id = ANY (ARRAY(
        SELECT a.id FROM alerts a JOIN silences s ON s.id = a.silence_id
        WHERE s.ends_at BETWEEN :now - interval '1 day' AND :now AND a.status = 'open' AND a.next_step_at > :now
        LIMIT 500 FOR UPDATE OF a SKIP LOCKED))
""")

_MAKE_TURNS = text("""
    INSERT INTO turns (workspace_id, key)
    SELECT workspace_id, key FROM jsonb_to_recordset(CAST(:keys AS jsonb)) AS each(workspace_id bigint, key text)
    ORDER BY workspace_id, key
    ON CONFLICT DO NOTHING
""")

_LOCK_TURNS = text("""
    SELECT turns.workspace_id, turns.key, turns.taken FROM turns
    JOIN jsonb_to_recordset(CAST(:keys AS jsonb)) AS each(workspace_id bigint, key text) USING (workspace_id, key)
    ORDER BY turns.workspace_id, turns.key FOR UPDATE OF turns
""")
