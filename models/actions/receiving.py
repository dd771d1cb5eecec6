"""Signals in: one transaction that locks what is known, decides for each key, and writes everything.

The unique index on live keys stands behind the decision: of two requests that open the same alert at the same moment,
the second looks again and decides on what the first has opened.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.actions.plans import plan_for
from models.actions.settling import REPEATS_DRAWN_AFTER, redraw, stop_escalation
from models.actions.workspaces import SourceRef
from models.db import now_of
from models.signal import Decision, Known, Signal, decide, fold
from models.words import Severity, Status


@dataclass(frozen=True)
class Received:
    """What became of a request's signals: alert ids by what happened to them."""

    opened: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    raised: tuple[int, ...] = ()
    resolved: tuple[int, ...] = ()
    ignored: int = 0


def receive(session: Session, source: SourceRef, signals: Sequence[Signal]) -> Received:
    """Store `signals` and let each do to its alert what `models.signal.decide` says."""
    if not signals:
        return Received()
    now = now_of(session)
    waiting, written = fold(signals), list[Any]()
    while waiting:
        rows = _decide(session, source, waiting, now)
        done = session.execute(_WRITE, _parameters(session, source, rows, now)).all()
        lost = {row.key for row in done if row.happened == "lost"}
        written += [row for row in done if row.happened != "lost"]
        waiting = [signal for signal in waiting if alert_key(source, signal) in lost]
    return _settle(session, written, now)


def _decide(session: Session, source: SourceRef, signals: Sequence[Signal], now: datetime) -> list[dict[str, Any]]:
    """What each signal does, as rows to write. Who loses the race to open an alert decides again on what is there."""
    known = _lock_known(session, source, [alert_key(source, signal) for signal in signals])
    rows = []
    for signal in signals:
        alert_id, standing = known.get(alert_key(source, signal), (None, None))
        rows.append(_row(source, signal, alert_id, decide(signal, standing, now)))
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


def _row(source: SourceRef, signal: Signal, alert_id: int | None, decision: Decision) -> dict[str, Any]:
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
    }


def _parameters(session: Session, source: SourceRef, rows: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    opens = any(row["decision"] == Decision.OPEN.name for row in rows)
    return {
        "rows": json.dumps(rows),
        "workspace": source.workspace_id,
        "source": source.id,
        "source_name": source.name,
        "plan": json.dumps(plan_for(session, source.workspace_id) if opens else {}),
        "now": now,
    }


def _settle(session: Session, written: Sequence[Any], now: datetime) -> Received:
    by: dict[str, list[int]] = {}
    for row in written:
        by.setdefault(row.happened, []).append(row.id)
    raised, resolved, repeated = by.get("raised", []), by.get("resolved", []), by.get("repeated", [])
    if raised:
        stop_escalation(session, raised, now, "the severity was raised")
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


_LOCK_KNOWN = text("""
    SELECT id, key, status, severity, started_at, closed_at, source_resolved_at
    FROM alerts
    WHERE id = ANY (ARRAY(
        SELECT DISTINCT ON (key) id FROM alerts
        WHERE workspace_id = :workspace AND key = ANY (:keys)
        ORDER BY key, id DESC))
    ORDER BY key
    FOR UPDATE
""")

_WRITE = text("""
    WITH input AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS each(
            key text, alert_id bigint, decision text, firing boolean, title text, details text, severity smallint,
            link text, labels jsonb, started_at timestamptz)
    ), opened AS (
        INSERT INTO alerts (workspace_id, origin, key, source_id, title, details, severity, link, labels, opened_at,
                            last_seen_at, started_at, plan, next_step_at)
        SELECT :workspace, 'signal', key, :source, title, details, severity, link, labels, :now, :now, started_at,
               CAST(:plan AS jsonb), :now
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
               acknowledged_at = NULL, acknowledged_by = NULL
        FROM input WHERE alerts.id = input.alert_id AND input.decision = 'RAISE'
        RETURNING alerts.id, alerts.key
    ), resolved AS (
        UPDATE alerts SET last_seen_at = :now, revision = revision + 1, epoch = epoch + 1, status = 'resolved',
               started_at = greatest(alerts.started_at, input.started_at),
               closed_at = :now, source_resolved_at = :now, next_step_at = NULL
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
               jsonb_build_object('source', CAST(:source_name AS text))
        FROM happened WHERE happened IN ('opened', 'raised', 'resolved')
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
