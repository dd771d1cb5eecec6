"""Signals in: one transaction that locks what is known, decides for each key, and writes everything.

The unique index on live keys stands behind the decision: of two requests that open the same alert at the same moment,
the second looks again and decides on what the first has opened.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions.plans import Chosen, choose, plan_after_raise
from models.actions.rulebook import Rulebook, rulebook_of
from models.actions.settling import REPEATS_DRAWN_AFTER, redraw, stop_escalation
from models.actions.workspaces import SourceRef
from models.db import now_of
from models.matching import Subject
from models.signal import Decision, Known, Signal, decide, fold
from models.tables import Alert
from models.words import Severity, Status


@dataclass(frozen=True)
class Received:
    """What became of a request's signals: alert ids by what happened to them."""

    opened: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    raised: tuple[int, ...] = ()
    resolved: tuple[int, ...] = ()
    ignored: int = 0


@dataclass(frozen=True)
class _Routed:
    """A signal with the severity that the routes give it, and what they chose."""

    signal: Signal
    chosen: Chosen


def receive(session: Session, source: SourceRef, signals: Sequence[Signal]) -> Received:
    """Store `signals` and let each do to its alert what `models.signal.decide` says; routes say how bad it is."""
    if not signals:
        return Received()
    now, rules = now_of(session), rulebook_of(session, source.workspace_id)
    waiting = [_routed(rules, source, signal, now) for signal in fold(signals)]
    plans = {alert_key(source, each.signal): each.chosen.plan for each in waiting}
    written = list[Any]()
    while waiting:
        rows = _decide(session, source, waiting, now)
        done = session.execute(_WRITE, _parameters(source, rows, now)).all()
        lost = {row.key for row in done if row.happened == "lost"}
        written += [row for row in done if row.happened != "lost"]
        waiting = [each for each in waiting if alert_key(source, each.signal) in lost]
    return _settle(session, written, plans, now)


def _routed(rules: Rulebook, source: SourceRef, signal: Signal, now: datetime) -> _Routed:
    chosen = choose(rules, _subject(source, signal), now)
    return _Routed(replace(signal, severity=chosen.severity), chosen)


def _subject(source: SourceRef, signal: Signal) -> Subject:
    return Subject(labels=signal.labels, severity=signal.severity, source=source.name, source_kind=source.kind)


def _decide(session: Session, source: SourceRef, waiting: Sequence[_Routed], now: datetime) -> list[dict[str, Any]]:
    """What each signal does, as rows to write. Who loses the race to open an alert decides again on what is there."""
    known = _lock_known(session, source, [alert_key(source, each.signal) for each in waiting])
    rows = []
    for each in waiting:
        alert_id, standing = known.get(alert_key(source, each.signal), (None, None))
        rows.append(_row(source, each, alert_id, decide(each.signal, standing, now)))
    return rows


def alert_key(source: SourceRef, signal: Signal) -> str:
    """The deduplication key of the alert: the source's own key, typed, within this source."""
    return f"source:{source.id}:{signal.key}"


def _lock_known(session: Session, source: SourceRef, keys: list[str]) -> dict[str, tuple[int, Known]]:
    found = session.execute(_LOCK_KNOWN, {"workspace": source.workspace_id, "keys": keys})
    return {
        row.key: (
            row.id,
            Known(Status(row.status), Severity(row.severity), row.started_at, row.closed_at, row.source_resolved_at),
        )
        for row in found
    }


def _row(source: SourceRef, routed: _Routed, alert_id: int | None, decision: Decision) -> dict[str, Any]:
    signal = routed.signal
    return {
        "key": alert_key(source, signal),
        "alert_id": alert_id,
        "decision": decision.name,
        "firing": signal.firing,
        "title": signal.title,
        "details": signal.details,
        "severity": int(signal.severity),
        "link": signal.link,
        "labels": dict(signal.labels),
        "started_at": signal.started_at.isoformat() if signal.started_at else None,
        "plan": routed.chosen.plan if decision is Decision.OPEN else None,
        "routes": list(routed.chosen.routes),
    }


def _parameters(source: SourceRef, rows: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    return {
        "rows": json.dumps(rows),
        "workspace": source.workspace_id,
        "source": source.id,
        "source_name": source.name,
        "now": now,
    }


def _settle(session: Session, written: Sequence[Any], plans: Mapping[str, dict[str, Any]], now: datetime) -> Received:
    by: dict[str, list[int]] = {}
    for row in written:
        by.setdefault(row.happened, []).append(row.id)
    raised, resolved, repeated = by.get("raised", []), by.get("resolved", []), by.get("repeated", [])
    if raised:
        stop_escalation(session, raised, now, "the severity was raised")
        _plans_after_raise(session, {row.id: plans[row.key] for row in written if row.happened == "raised"})
    if resolved:
        stop_escalation(session, resolved, now, "resolved by its source")
    if raised or resolved:
        redraw(session, raised + resolved, now)
    if repeated:
        redraw(session, repeated, now + REPEATS_DRAWN_AFTER)
    return Received(
        opened=tuple(by.get("opened", ())),
        repeated=tuple(repeated),
        raised=tuple(raised),
        resolved=tuple(resolved),
        ignored=len(by.get("ignored", ())),
    )


def _plans_after_raise(session: Session, routed: Mapping[int, dict[str, Any]]) -> None:
    query = select(Alert).where(Alert.id.in_(routed)).execution_options(populate_existing=True)
    for alert in session.scalars(query):
        alert.plan = plan_after_raise(alert, routed[alert.id])


_LOCK_KNOWN = text("""
    SELECT id, key, status, severity, started_at, closed_at, source_resolved_at
    FROM alerts
    WHERE id = ANY (ARRAY(
        SELECT DISTINCT ON (key) id FROM alerts
        WHERE workspace_id = :workspace AND key = ANY (:keys)
        ORDER BY key, id DESC))
    ORDER BY id
    FOR UPDATE
""")

_WRITE = text("""
    WITH input AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS each(
            key text, alert_id bigint, decision text, firing boolean, title text, details text, severity smallint,
            link text, labels jsonb, started_at timestamptz, plan jsonb, routes jsonb)
    ), opened AS (
        INSERT INTO alerts (workspace_id, origin, key, source_id, title, details, severity, link, labels, opened_at,
                            last_seen_at, started_at, plan, next_step_at)
        SELECT :workspace, 'signal', key, :source, title, details, severity, link, labels, :now, :now, started_at,
               plan, :now
        FROM input WHERE decision = 'OPEN' ORDER BY key
        ON CONFLICT (workspace_id, key) WHERE status IN ('open', 'acknowledged')
        DO NOTHING RETURNING id, key
    ), repeated AS (
        UPDATE alerts SET count = count + 1, last_seen_at = :now, revision = revision + 1,
               started_at = greatest(alerts.started_at, input.started_at)
        FROM input WHERE alerts.id = input.alert_id AND input.decision = 'REPEAT'
        RETURNING alerts.id, alerts.key
    ), raised AS (
        UPDATE alerts SET count = count + 1, last_seen_at = :now, revision = revision + 1, epoch = epoch + 1,
               severity = input.severity, title = input.title, details = input.details, status = 'open',
               started_at = greatest(alerts.started_at, input.started_at),
               lap = 1, level = 0, tries = 0, next_step_at = :now, exhausted_at = NULL,
               acknowledged_at = NULL, acknowledged_by = NULL, reminded = false, snoozed_until = NULL, silence_id = NULL
        FROM input WHERE alerts.id = input.alert_id AND input.decision = 'RAISE'
        RETURNING alerts.id, alerts.key
    ), resolved AS (
        UPDATE alerts SET last_seen_at = :now, revision = revision + 1, epoch = epoch + 1, status = 'resolved',
               started_at = greatest(alerts.started_at, input.started_at),
               closed_at = :now, source_resolved_at = :now, next_step_at = NULL, snoozed_until = NULL,
               silence_id = NULL
        FROM input WHERE alerts.id = input.alert_id AND input.decision = 'RESOLVE'
        RETURNING alerts.id, alerts.key
    ), noted AS (
        UPDATE alerts SET source_resolved_at = :now
        FROM input WHERE alerts.id = input.alert_id AND input.decision = 'NOTE_RESOLVED'
        RETURNING alerts.id, alerts.key
    ), happened AS (
        SELECT id, key, 'opened' AS happened FROM opened
        UNION ALL SELECT id, key, 'repeated' FROM repeated
        UNION ALL SELECT id, key, 'raised' FROM raised
        UNION ALL SELECT id, key, 'resolved' FROM resolved
        UNION ALL SELECT id, key, 'ignored' FROM noted
    ), noted_entries AS (
        INSERT INTO entries (workspace_id, alert_id, at, kind, detail)
        SELECT :workspace, happened.id, :now, happened.happened,
               jsonb_build_object('source', CAST(:source_name AS text), 'routes', input.routes)
        FROM happened JOIN input USING (key) WHERE happened IN ('opened', 'raised', 'resolved')
    ), kept AS (
        INSERT INTO signals (workspace_id, source_id, alert_id, received_at, key, firing, severity, title, decision,
                             started_at)
        SELECT :workspace, :source, coalesce(happened.id, input.alert_id), :now, input.key, input.firing,
               input.severity, input.title, lower(input.decision), input.started_at
        FROM input LEFT JOIN happened USING (key)
        WHERE input.decision <> 'OPEN' OR happened.id IS NOT NULL
    ), seen AS (
        UPDATE sources SET last_signal_at = :now
        WHERE id = :source AND (last_signal_at IS NULL OR last_signal_at < :now - interval '5 seconds')
    )
    SELECT input.key, coalesce(happened.id, input.alert_id) AS id,
           coalesce(happened.happened, CASE WHEN input.decision = 'OPEN' THEN 'lost' ELSE 'ignored' END) AS happened
    FROM input LEFT JOIN happened USING (key) ORDER BY key
""")
