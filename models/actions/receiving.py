"""Signals in: one transaction that locks what is known, decides for each key, and writes everything.

The unique index on live keys stands behind the decision: of two requests that open the same alert at the same moment,
the second looks again and decides on what the first has opened. Signals that a route groups become parts of an alert.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions import grouping
from models.actions.plans import Chosen, choose, plan_after_raise
from models.actions.rulebook import Rulebook, rulebook_by_mark
from models.actions.settling import REPEATS_DRAWN_AFTER, redraw, stop_escalation
from models.actions.sources import SourceRef
from models.db import compact
from models.matching import Subject
from models.signal import Known, Signal, decide, fold
from models.tables import Alert
from models.trace_id import current
from models.words import Severity, Status


class SourceChanged(Exception):
    """The source is not as it was when it was looked up: it is to be looked up again, and its sender checked."""


@dataclass(frozen=True)
class Received:
    """What became of a request's signals: alert ids by what happened to them."""

    opened: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    raised: tuple[int, ...] = ()
    resolved: tuple[int, ...] = ()
    ignored: int = 0


@dataclass(frozen=True)
class Request:
    """Signals that came in together, with the body they were read from; `public_id` is what its sender asks by.

    `trace` is the id under which the logs know it; alerts that it opens keep it.
    """

    signals: Sequence[Signal]
    body: str = ""
    public_id: str = ""
    trace: str = field(default_factory=current)


@dataclass(frozen=True)
class _Routed:
    """A signal with the severity that the routes give it, and what they chose."""

    key: str
    signal: Signal
    chosen: Chosen
    trace: str


@dataclass(frozen=True)
class _Ground:
    """What decisions stand on: the moment, the rules, the newest alert of each key, keys of parts not resolved."""

    now: datetime
    rules: Rulebook
    parts: frozenset[str] = frozenset()
    known: Mapping[str, tuple[int, Known]] = field(default_factory=dict)


def receive(
    session: Session, source: SourceRef, signals: Sequence[Signal], body: str = "", public_id: str = ""
) -> Received:
    """Store `signals` and let each do to its alert what `models.signal.decide` says; routes say how bad it is."""
    (received,) = receive_together(session, source, [Request(signals, body, public_id)])
    return received


def receive_together(session: Session, source: SourceRef, requests: Sequence[Request]) -> list[Received]:
    """`receive` for several requests of one source at once; no key may stand in two of them. Raises SourceChanged."""
    folded = [fold(each.signals) for each in requests]
    keys = [[alert_key(source, each) for each in signals] for signals in folded]
    signals = {key: each for some, of in zip(folded, keys, strict=True) for each, key in zip(some, of, strict=True)}
    traces = {key: each.trace for each, of in zip(requests, keys, strict=True) for key in of}
    happened = _receive(session, source, signals, traces, [each for each in requests if each.body])
    return [_received([happened[key] for key in each]) for each in keys]


def _receive(
    session: Session,
    source: SourceRef,
    signals: Mapping[str, Signal],
    traces: Mapping[str, str],
    requests: Sequence[Request],
) -> dict[str, tuple[str, int | None]]:
    """For each key what happened, and to which alert. Who loses the race to open an alert decides again."""
    waiting, kept = dict(signals), list(requests)
    happened: dict[str, tuple[str, int | None]] = {}
    plans: dict[str, dict[str, Any]] = {}
    while waiting or kept:
        ground = _look(session, source, list(waiting))
        routed = [
            _routed(ground.rules, source, key, signal, traces[key], ground.now) for key, signal in waiting.items()
        ]
        alone = [each for each in routed if not _is_part(each, ground)]
        done = session.execute(_WRITE, _parameters(source, alone, kept, ground)).all()
        written = {row.key: (row.happened, row.id) for row in done if row.happened != "lost"}
        plans |= {each.key: each.chosen.plan for each in alone}
        parts = [
            grouping.Candidate(each.key, each.signal, each.chosen, each.trace)
            for each in routed
            if _is_part(each, ground)
        ]
        happened |= written | grouping.receive(session, source, parts, ground.now)
        _settle(session, written, plans, ground.now)
        waiting, kept = {key: signal for key, signal in waiting.items() if key not in happened}, []
        source = replace(source, version="")  # it was compared, and is marked as seen by now
    return happened


def _look(session: Session, source: SourceRef, keys: list[str]) -> _Ground:
    rows = session.execute(_LOOK, {"workspace": source.workspace_id, "source": source.id, "keys": keys}).all()
    if source.version and source.version != rows[0].version:
        raise SourceChanged
    rules = rulebook_by_mark(session, source.workspace_id, rows[0].rules_mark)
    known = {
        row.key: (
            row.id,
            Known(Status(row.status), Severity(row.severity), row.started_at, row.closed_at, row.source_resolved_at),
        )
        for row in rows
        if row.id is not None
    }
    return _Ground(rows[0].now, rules, frozenset(rows[0].parts), known)


def _routed(rules: Rulebook, source: SourceRef, key: str, signal: Signal, trace: str, now: datetime) -> _Routed:
    chosen = choose(rules, _subject(source, signal), now)
    if chosen.severity is not signal.severity:
        signal = replace(signal, severity=chosen.severity)
    return _Routed(key, signal, chosen, trace)


def _subject(source: SourceRef, signal: Signal) -> Subject:
    return Subject(labels=signal.labels, severity=signal.severity, source=source.name, source_kind=source.kind)


def _is_part(routed: _Routed, ground: _Ground) -> bool:
    """Whether this belongs into a grouped alert; what was begun alone, or as a part, goes on as it began."""
    if routed.key in ground.parts:
        return True
    _, known = ground.known.get(routed.key, (None, None))
    return routed.chosen.group is not None and not (known is not None and known.status.is_live)


def alert_key(source: SourceRef, signal: Signal) -> str:
    """The deduplication key of the alert: the source's own key, typed, within this source."""
    return f"source:{source.id}:{signal.key}"


def _row(routed: _Routed, ground: _Ground, plan: int) -> dict[str, Any]:
    signal = routed.signal
    alert_id, standing = ground.known.get(routed.key, (None, None))
    decision = decide(signal, standing, ground.now)
    return {
        "key": routed.key,
        "alert_id": alert_id,
        "decision": decision.name,
        "firing": signal.firing,
        "title": signal.title,
        "details": signal.details,
        "severity": int(signal.severity),
        "link": signal.link,
        "labels": dict(signal.labels),
        "started_at": signal.started_at.isoformat() if signal.started_at else None,
        "plan": plan,
        "routes": routed.chosen.routes,
        "trace": routed.trace,
    }


def _parameters(
    source: SourceRef, alone: Sequence[_Routed], requests: Sequence[Request], ground: _Ground
) -> dict[str, Any]:
    """What is to be written. A plan that many rows share is sent once: `plan` is its place in `plans`."""
    plans = {id(each.chosen.plan): each.chosen.plan for each in alone}
    places = {each: place for place, each in enumerate(plans)}
    return {
        "rows": json.dumps([_row(each, ground, places[id(each.chosen.plan)]) for each in alone]),
        "plans": json.dumps(list(plans.values())),
        "requests": json.dumps(
            [{"body": each.body.replace("\0", ""), "public_id": each.public_id} for each in requests],
            ensure_ascii=False,
        ),
        "workspace": source.workspace_id,
        "source": source.id,
        "source_name": source.name,
        "now": ground.now,
    }


def _settle(
    session: Session,
    written: Mapping[str, tuple[str, int | None]],
    plans: Mapping[str, dict[str, Any]],
    now: datetime,
) -> None:
    by = _by_happening(written.values())
    raised, resolved, repeated = by.get("raised", []), by.get("resolved", []), by.get("repeated", [])
    if raised:
        stop_escalation(session, raised, now, "the severity was raised")
        _plans_after_raise(
            session, {number: plans[key] for key, (what, number) in written.items() if what == "raised" and number}
        )
    if resolved:
        stop_escalation(session, resolved, now, "resolved by its source")
    if raised or resolved:
        redraw(session, raised + resolved, now)
    if repeated:
        redraw(session, repeated, now + REPEATS_DRAWN_AFTER)


def _received(happened: Iterable[tuple[str, int | None]]) -> Received:
    by = _by_happening(happened)
    found = {name: tuple(sorted(set(by.get(name, ())))) for name in ("opened", "repeated", "raised", "resolved")}
    return Received(**found, ignored=len(by.get("ignored", ())))


def _by_happening(happened: Iterable[tuple[str, int | None]]) -> dict[str, list[Any]]:
    by: dict[str, list[Any]] = {}
    for what, number in happened:
        by.setdefault(what, []).append(number)
    return by


def _plans_after_raise(session: Session, routed: Mapping[int, dict[str, Any]]) -> None:
    query = select(Alert).where(Alert.id.in_(routed)).execution_options(populate_existing=True)
    for alert in session.scalars(query):
        alert.plan = plan_after_raise(alert, routed[alert.id])


_LOOK = text("""
    WITH known AS MATERIALIZED (
        SELECT id, key, status, severity, started_at, closed_at, source_resolved_at
        FROM alerts
        WHERE id = ANY (ARRAY(
            SELECT coalesce(
                (SELECT id FROM alerts WHERE workspace_id = :workspace AND key = each
                 AND status IN ('open', 'acknowledged')),
                (SELECT id FROM alerts WHERE workspace_id = :workspace AND key = each ORDER BY id DESC LIMIT 1))
            FROM unnest((SELECT CAST(:keys AS text[]))) AS each))
        ORDER BY id
        FOR UPDATE
    )
    SELECT heed_now() AS now, workspaces.rules_mark, known.*,
           (SELECT xmin::text FROM sources WHERE id = :source AND workspaces.uninstalled_at IS NULL) AS version,
           ARRAY(SELECT key FROM parts WHERE workspace_id = :workspace AND resolved_at IS NULL
                 AND key = ANY (CAST((SELECT CAST(:keys AS text[])) AS text[]))) AS parts
    FROM workspaces LEFT JOIN known ON true WHERE workspaces.id = :workspace
""")
"""The keys stand in a SELECT of their own: were their number plain to see, PostgreSQL would plan anew each time."""

_WRITE = compact("""
    WITH input AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS each(
            key text, alert_id bigint, decision text, firing boolean, title text, details text, severity smallint,
            link text, labels jsonb, started_at timestamptz, plan integer, routes jsonb, trace text)
    ), opened AS (
        INSERT INTO alerts (workspace_id, origin, key, source_id, title, details, severity, link, labels, opened_at,
                            last_seen_at, started_at, plan, next_step_at, trace)
        SELECT :workspace, 'signal', key, :source, title, details, severity, link, labels, :now, :now, started_at,
               (SELECT CAST(:plans AS jsonb)) -> plan, :now, trace
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
        UPDATE alerts SET source_resolved_at = :now, started_at = greatest(alerts.started_at, input.started_at)
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
    ), asked AS (
        INSERT INTO requests (workspace_id, source_id, at, outcome, body, public_id)
        SELECT :workspace, :source, :now, 'accepted', body, public_id
        FROM jsonb_to_recordset(CAST(:requests AS jsonb)) AS each(body text, public_id text)
    ), seen AS (
        UPDATE sources SET last_signal_at = :now
        WHERE id = :source AND (last_signal_at IS NULL OR last_signal_at < :now - interval '5 seconds')
    )
    SELECT input.key, coalesce(happened.id, input.alert_id) AS id,
           coalesce(happened.happened, CASE WHEN input.decision = 'OPEN' THEN 'lost' ELSE 'ignored' END) AS happened
    FROM input LEFT JOIN happened USING (key) ORDER BY key
""")
