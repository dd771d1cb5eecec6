"""Signals that a route groups: each becomes a part of one alert, and the alert lives as long as a part of it fires.

All that happens to parts happens under the lock of their alert.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.actions.alerts import lock_all, restart
from models.actions.journal import note
from models.actions.plans import Chosen, plan_after_raise
from models.actions.settling import REPEATS_DRAWN_AFTER, redraw, stop_escalation
from models.actions.sources import SourceRef
from models.grouping import Effect, Group, News, effect
from models.routing import GROUP_WINDOW
from models.signal import Decision, Known, Signal, decide
from models.tables import Alert, Part, SignalRow
from models.words import Origin, Severity, Status


@dataclass(frozen=True)
class Candidate:
    """A signal under its alert key; its severity is what the routes made it, `trace` its request's id."""

    key: str
    signal: Signal
    chosen: Chosen
    trace: str = ""


@dataclass
class _Gathered:
    """What a request brings to one grouped alert; `alert` is None while there is none."""

    key: str
    alert: Alert | None
    decided: list[tuple[Candidate, Decision]] = field(default_factory=list)

    def of(self, *decisions: Decision) -> list[Candidate]:
        return [candidate for candidate, decision in self.decided if decision in decisions]


def receive(
    session: Session, source: SourceRef, candidates: Sequence[Candidate], now: datetime
) -> dict[str, tuple[str, int | None]]:
    """What happened to each key, and to which alert. A key that lost the race to open an alert is not among them."""
    if not candidates:
        return {}
    _lock(session, source, candidates)
    standing = _standing(session, source, [each.key for each in candidates])
    live = _live(session, source, candidates)
    happened: dict[str, tuple[str, int | None]] = {}
    for group in _gather(source, candidates, standing, live, now):
        happened |= _apply(session, source, group, now)
    return happened


def _lock(session: Session, source: SourceRef, candidates: Sequence[Candidate]) -> None:
    """Every alert that may be concerned, in the order of their numbers."""
    of_parts = select(Part.alert_id).where(
        Part.workspace_id == source.workspace_id, Part.key.in_([each.key for each in candidates])
    )
    of_keys = select(Alert.id).where(
        Alert.workspace_id == source.workspace_id, Alert.key.in_(_keys(source, candidates)), _IS_LIVE
    )
    lock_all(session, source.workspace_id, sorted({*session.scalars(of_parts), *session.scalars(of_keys)}))


def _standing(session: Session, source: SourceRef, keys: list[str]) -> dict[str, tuple[Part, Alert]]:
    """The newest part of each key with its alert."""
    rows = session.execute(
        select(Part, Alert)
        .join(Alert, (Alert.workspace_id == Part.workspace_id) & (Alert.id == Part.alert_id))
        .where(Part.workspace_id == source.workspace_id, Part.key.in_(keys))
        .order_by(Part.key, Part.id.desc())
        .ext(distinct_on(Part.key))
        .execution_options(populate_existing=True)
    )
    return {part.key: (part, alert) for part, alert in rows}


def _live(session: Session, source: SourceRef, candidates: Sequence[Candidate]) -> dict[str, Alert]:
    query = select(Alert).where(
        Alert.workspace_id == source.workspace_id, Alert.key.in_(_keys(source, candidates)), _IS_LIVE
    )
    return {alert.key: alert for alert in session.scalars(query.with_for_update())}


def _keys(source: SourceRef, candidates: Iterable[Candidate]) -> set[str]:
    return {_group_key(source, each.chosen) for each in candidates if each.chosen.group is not None}


def _group_key(source: SourceRef, chosen: Chosen) -> str:
    return f"source:{source.id}:{chosen.group.key}" if chosen.group is not None else ""


def _gather(
    source: SourceRef,
    candidates: Sequence[Candidate],
    standing: Mapping[str, tuple[Part, Alert]],
    live: Mapping[str, Alert],
    now: datetime,
) -> list[_Gathered]:
    """The candidates by the alert that they belong to: that of their part while it lives, else that of their group."""
    groups: dict[str, _Gathered] = {}
    for each in candidates:
        part, alert = standing.get(each.key, (None, None))
        decision = decide(each.signal, _known(part, alert), now)
        key = alert.key if alert is not None and decision is not Decision.OPEN else _group_key(source, each.chosen)
        found = live.get(key) if decision is Decision.OPEN or alert is None else alert
        groups.setdefault(key, _Gathered(key, found)).decided.append((each, decision))
        if part is not None and decision in _OF_THIS:
            part.started_at = max(filter(None, (part.started_at, each.signal.started_at)), default=None)
    return [groups[key] for key in sorted(groups)]


def _known(part: Part | None, alert: Alert | None) -> Known | None:
    if part is None or alert is None:
        return None
    is_over = part.resolved_at is not None
    status = Status.RESOLVED if is_over and alert.status.is_live else alert.status
    closed_at = part.resolved_at if is_over else alert.closed_at
    return Known(status, Severity(part.severity), part.started_at, closed_at, part.resolved_at)


def _apply(session: Session, source: SourceRef, group: _Gathered, now: datetime) -> dict[str, tuple[str, int | None]]:
    begun = group.of(Decision.OPEN)
    opened = group.alert is None and bool(begun)
    if opened:
        group.alert = _open(session, source, group.key, begun, now)
        if group.alert is None:
            return {}
    alert = group.alert
    if alert is None:
        return {candidate.key: ("ignored", None) for candidate, _ in group.decided}
    _store(session, alert, group, now)
    _keep(session, source, alert, group, now)
    what = "opened" if opened else _change(session, source, alert, group, now)
    ignored = (Decision.IGNORE_CLOSED, Decision.IGNORE_LATE, Decision.IGNORE_UNKNOWN, Decision.NOTE_RESOLVED)
    return {each.key: ("ignored" if decision in ignored else what, alert.id) for each, decision in group.decided}


def _open(session: Session, source: SourceRef, key: str, begun: Sequence[Candidate], now: datetime) -> Alert | None:
    """A new grouped alert, as bad as its worst part; None when somebody else has just opened it."""
    worst = min(begun, key=lambda each: (each.signal.severity, each.key))
    number = session.scalar(
        upsert(Alert)
        .values(
            workspace_id=source.workspace_id,
            origin=Origin.SIGNAL,
            key=key,
            source_id=source.id,
            title=worst.signal.title,
            details=worst.signal.details,
            severity=int(worst.signal.severity),
            link=worst.signal.link,
            labels=_common([each.signal.labels for each in begun]),
            opened_at=now,
            last_seen_at=now,
            plan=worst.chosen.plan,
            next_step_at=now,
            parts=len(begun),
            parts_open=len(begun),
            count=len(begun),
            grouped_until=now + _window(begun),
            trace=worst.trace,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "key"], index_where=_IS_LIVE)
        .returning(Alert.id)
    )
    if number is None:
        return None
    note(session, source.workspace_id, "opened", now, number, source=source.name, routes=list(worst.chosen.routes))
    return session.get_one(Alert, number)


def _window(candidates: Iterable[Candidate]) -> timedelta:
    return next((each.chosen.group.window for each in candidates if each.chosen.group is not None), GROUP_WINDOW)


def _common(labels: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first, *others = labels
    return {name: value for name, value in first.items() if all(each.get(name) == value for each in others)}


def _store(session: Session, alert: Alert, group: _Gathered, now: datetime) -> None:
    """The parts as they are now; one that fires again is the same part."""
    rows = [_row(alert, each, now) for each in group.of(Decision.OPEN)]
    if rows:
        statement = upsert(Part)
        again = ("title", "severity", "labels", "link", "opened_at", "started_at")
        values = {name: statement.excluded[name] for name in again} | {"resolved_at": None}
        session.execute(statement.on_conflict_do_update(index_elements=["alert_id", "key"], set_=values), rows)
    over = [each.key for each in group.of(Decision.RESOLVE, Decision.NOTE_RESOLVED)]
    of_these = update(Part).where(Part.alert_id == alert.id)
    session.execute(of_these.where(Part.key.in_(over), Part.resolved_at.is_(None)).values(resolved_at=now))
    for each in group.of(Decision.RAISE):
        session.execute(of_these.where(Part.key == each.key).values(severity=int(each.signal.severity)))


def _row(alert: Alert, candidate: Candidate, now: datetime) -> dict[str, Any]:
    signal = candidate.signal
    return {
        "workspace_id": alert.workspace_id,
        "alert_id": alert.id,
        "key": candidate.key,
        "title": signal.title,
        "severity": int(signal.severity),
        "labels": dict(signal.labels),
        "link": signal.link,
        "opened_at": now,
        "started_at": signal.started_at,
    }


def _keep(session: Session, source: SourceRef, alert: Alert, group: _Gathered, now: datetime) -> None:
    rows = [
        {
            "workspace_id": source.workspace_id,
            "source_id": source.id,
            "alert_id": alert.id,
            "received_at": now,
            "key": each.key,
            "firing": each.signal.firing,
            "severity": int(each.signal.severity),
            "title": each.signal.title,
            "decision": decision.name.lower(),
            "started_at": each.signal.started_at,
        }
        for each, decision in group.decided
    ]
    session.execute(insert(SignalRow), rows)


def _change(session: Session, source: SourceRef, alert: Alert, group: _Gathered, now: datetime) -> str:
    """Let the parts do to a live alert what they do; one that is closed only keeps that they are over."""
    if not alert.status.is_live:
        return "ignored"
    begun, resolved = group.of(Decision.OPEN), group.of(Decision.RESOLVE)
    worse = [*begun, *group.of(Decision.RAISE)]
    worst = min(worse, key=lambda each: (each.signal.severity, each.key), default=None)
    news = News(len(begun), len(resolved), worst.signal.severity if worst is not None else None)
    before = Group(alert.status, Severity(alert.severity), alert.parts_open, alert.grouped_until)
    happens = effect(before, news, now)
    _count(session, alert, group, now)
    if happens is Effect.RESOLVE:
        return _resolve(session, source, alert, now)
    if happens in (Effect.RAISE, Effect.REOPEN) and worst is not None:
        return _page_again(session, source, alert, worst, happens, now)
    redraw(session, [alert.id], now + REPEATS_DRAWN_AFTER)
    return "repeated"


def _count(session: Session, alert: Alert, group: _Gathered, now: datetime) -> None:
    begun = group.of(Decision.OPEN)
    alert.count += len(group.of(Decision.OPEN, Decision.REPEAT, Decision.RAISE))
    alert.last_seen_at = now
    alert.revision += 1
    alert.labels = _common([alert.labels, *(each.signal.labels for each in begun)])
    of_these = Part.alert_id == alert.id
    session.flush()
    alert.parts, alert.parts_open = session.execute(
        select(*(_counted(each) for each in (of_these, of_these & Part.resolved_at.is_(None))))
    ).one()


def _counted(condition: Any) -> Any:
    return select(text("count(*)")).select_from(Part).where(condition).scalar_subquery()


def _resolve(session: Session, source: SourceRef, alert: Alert, now: datetime) -> str:
    stop_escalation(session, [alert.id], now, "resolved by its source")
    alert.status = Status.RESOLVED
    alert.epoch += 1
    alert.closed_at = alert.source_resolved_at = now
    alert.next_step_at = alert.snoozed_until = alert.silence_id = None
    note(session, alert.workspace_id, "resolved", now, alert.id, source=source.name)
    redraw(session, [alert.id], now)
    return "resolved"


def _page_again(
    session: Session, source: SourceRef, alert: Alert, worst: Candidate, happens: Effect, now: datetime
) -> str:
    if happens is Effect.RAISE:
        alert.severity, alert.title = int(worst.signal.severity), worst.signal.title
        alert.details, alert.link = worst.signal.details, worst.signal.link
        alert.plan = plan_after_raise(alert, worst.chosen.plan)
    restart(session, alert, now, happens.value)
    alert.grouped_until = now + _window([worst])
    note(session, alert.workspace_id, "raised", now, alert.id, source=source.name, why=happens.value)
    return "raised"


_OF_THIS = (Decision.REPEAT, Decision.RAISE, Decision.RESOLVE, Decision.NOTE_RESOLVED)
"""What is about the part that stands, or a newer problem: the newest start that was heard of is kept."""
_IS_LIVE = text("status in ('open', 'acknowledged')")
