"""Schedules and their overrides; when the next hand-off has to be told."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.rulebook import rules_changed, schedule_of
from models.db import now_of
from models.oncall import Handoff, Override, Schedule, handoffs, next_handoff
from models.schedule_json import schedule_to_json
from models.seal import Seal, fingerprint
from models.tables import OverrideRow
from models.tables import Schedule as ScheduleRow


def put(session: Session, seal: Seal, workspace_id: int, schedule: Schedule) -> int:
    """Store a valid `schedule` under its name; returns its row id.

    Its overrides replace those that came from a file before; what people have overridden in Slack stays.
    """
    now = now_of(session)
    row = find(session, workspace_id, schedule.name)
    stored = schedule_to_json(schedule)
    if row is None:
        secret = secrets.token_urlsafe(24)
        row = ScheduleRow(
            workspace_id=workspace_id,
            name=schedule.name,
            layers=[],
            calendar_secret=seal.close(secret),
            calendar_fingerprint=fingerprint(secret),
            told_until=now,
        )
        session.add(row)
    row.layers, row.told_until = stored["layers"], now
    session.flush()
    session.execute(delete(OverrideRow).where(OverrideRow.schedule_id == row.id, OverrideRow.applied))
    session.add_all(_override(row, each, None, applied=True) for each in schedule.overrides)
    _changed(session, row)
    return row.id


def remove(session: Session, workspace_id: int, name: str) -> None:
    """The schedule and its overrides are gone; levels that name it are passed over."""
    row = find(session, workspace_id, name)
    if row is not None:
        session.delete(row)
        session.flush()
        rules_changed(session, workspace_id)


def find(session: Session, workspace_id: int, name: str) -> ScheduleRow | None:
    named = select(ScheduleRow).where(ScheduleRow.workspace_id == workspace_id, ScheduleRow.name == name)
    return session.scalar(named.with_for_update(key_share=True))


def by_id(session: Session, workspace_id: int, schedule_id: int) -> ScheduleRow | None:
    """The workspace's schedule with this row id."""
    return session.scalar(
        select(ScheduleRow).where(ScheduleRow.workspace_id == workspace_id, ScheduleRow.id == schedule_id)
    )


def all_of(session: Session, workspace_id: int) -> list[ScheduleRow]:
    """The workspace's schedules, by name."""
    query = select(ScheduleRow).where(ScheduleRow.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(ScheduleRow.name)))


def whole(session: Session, row: ScheduleRow, since: datetime | None = None) -> Schedule:
    """The schedule with its overrides; with `since` only with those that end after it."""
    query = select(OverrideRow).where(OverrideRow.schedule_id == row.id).order_by(OverrideRow.id)
    return schedule_of(row, session.scalars(query.where(OverrideRow.ends_at > since) if since else query))


def by_calendar(session: Session, secret: str) -> ScheduleRow | None:
    """The schedule whose calendar has this secret."""
    return session.scalar(select(ScheduleRow).where(ScheduleRow.calendar_fingerprint == fingerprint(secret)))


def override(session: Session, row: ScheduleRow, wanted: Override, made_by: int) -> int:
    """Somebody is on call in place of whoever is; returns the override's row id."""
    made = _override(row, wanted, made_by, applied=False)
    session.add(made)
    session.flush()
    _changed(session, row)
    note(
        session,
        row.workspace_id,
        "override",
        now_of(session),
        person_id=made_by,
        schedule=row.name,
        person=wanted.person,
        start=wanted.start.isoformat(),
        end=wanted.end.isoformat(),
    )
    return made.id


def end_overrides(session: Session, row: ScheduleRow, person_id: int, ended_by: int) -> list[Override]:
    """Somebody's overrides that go on or are to come are over now; returns them as they were, in order.

    Those of a file end with the file.
    """
    now = now_of(session)
    rows = session.scalars(
        select(OverrideRow)
        .where(OverrideRow.schedule_id == row.id, OverrideRow.person_id == person_id, OverrideRow.ends_at > now)
        .where(~OverrideRow.applied)
        .order_by(OverrideRow.starts_at)
        .with_for_update()
    ).all()
    found = [Override(each.person_id, each.starts_at, each.ends_at, each.replaces_id) for each in rows]
    for each in rows:
        if each.starts_at < now:
            each.ends_at = now
        else:
            session.delete(each)
    if rows:
        _changed(session, row)
        note(
            session,
            row.workspace_id,
            "override_ended",
            now,
            person_id=ended_by,
            schedule=row.name,
            person=person_id,
            count=len(rows),
        )
    return found


def due_handoffs(session: Session, only: int | None = None) -> list[tuple[ScheduleRow, tuple[Handoff, ...]]]:
    """The hand-offs (of the schedule `only`, if given) that have come since they were last told, by schedule, each told
    once: their rows move on.

    Rows that somebody else works on are left to them.
    """
    now = now_of(session)
    due = _due(ScheduleRow, now)
    if only is not None:
        due = due.where(ScheduleRow.id == only)
    found = []
    for row in session.scalars(due.with_for_update(skip_locked=True)).all():
        schedule = whole(session, row, since=row.told_until)
        found.append((row, handoffs(schedule, row.told_until, now)))
        row.told_until, row.failures = now, 0
        _arm(row, schedule, now)
    return found


def due_ids(session: Session) -> Sequence[int]:
    """The schedules whose hand-offs the next look would take, without locking them."""
    return session.scalars(_due(ScheduleRow.id, now_of(session))).all()


def _due(what: Any, now: datetime) -> Select[Any]:
    return select(what).where(ScheduleRow.next_handoff_at <= now).order_by(ScheduleRow.next_handoff_at).limit(100)


def _override(row: ScheduleRow, wanted: Override, made_by: int | None, applied: bool) -> OverrideRow:
    return OverrideRow(
        workspace_id=row.workspace_id,
        schedule_id=row.id,
        person_id=wanted.person,
        replaces_id=wanted.replaces,
        starts_at=wanted.start,
        ends_at=wanted.end,
        made_by=made_by,
        applied=applied,
    )


def _changed(session: Session, row: ScheduleRow) -> None:
    """What was due to be told is told by the schedule as it is now."""
    session.flush()
    _arm(row, whole(session, row, since=row.told_until), row.told_until)
    session.flush()
    rules_changed(session, row.workspace_id)


def _arm(row: ScheduleRow, schedule: Schedule, after: datetime) -> None:
    coming = next_handoff(schedule, after)
    row.next_handoff_at = coming.at if coming is not None else None


def people_in(schedules: Iterable[Schedule]) -> set[int]:
    """Everybody who stands in one of these schedules (row ids)."""
    found = set[int]()
    for schedule in schedules:
        found |= {person for layer in schedule.layers for person in layer.people}
        found |= {each.person for each in schedule.overrides}
    return found
