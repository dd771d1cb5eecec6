"""Everything that a workspace has laid down, read once and kept until it changes.

Each change of a policy, schedule, override, route, silence or group gives the workspace another `rules_mark` in the
same transaction; a process that knows the mark need not read the rest again.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Text, cast, func, select, update
from sqlalchemy.orm import Session

from models.db import now_of
from models.matching import Subject, parse_matchers
from models.oncall import Schedule
from models.plan import Level, Plan, Target, TargetKind, plan_to_json
from models.reach import Crew
from models.routing import Route, Routed, Silence, route
from models.routing_json import route_from_json
from models.schedule_json import schedule_from_json
from models.tables import (
    Group,
    OverrideRow,
    Person,
    Policy,
    RouteRow,
    SilenceRow,
    Workspace,
)
from models.tables import Schedule as ScheduleRow
from models.words import Role

log = logging.getLogger(__name__)
T = TypeVar("T")

DEFAULT_PLAN = Plan(
    policy="Everybody in charge",
    levels=(Level((Target(TargetKind.ADMINS),), timedelta(minutes=5)),),
    laps=3,
)
KEPT = 64


@dataclass(frozen=True)
class Rulebook:
    """One workspace's rules. `plans` are the stored plans by the policy's name; `silences` have not ended when read."""

    workspace_id: int
    default: str
    plans: Mapping[str, dict[str, Any]]
    routes: tuple[Route, ...]
    silences: tuple[Silence, ...]
    schedules: Mapping[int, Schedule]
    groups: Mapping[int, tuple[int, ...]]

    def route(self, subject: Subject, now: datetime) -> Routed:
        return route(self.routes, subject, now)

    def plan_for(self, routed: Routed) -> dict[str, Any]:
        """The stored plan that an alert with this route gets, ready to be frozen into it.

        A policy that does not exist any more gives way to the default one, so that somebody is always paged.
        """
        stored = self.plans.get(routed.policy or self.default) or self.plans[self.default]
        channels = [int(each) for each in routed.channels]
        return {**stored, "channels": channels} if channels else stored


_kept: dict[str, Rulebook] = {}


def rulebook_of(session: Session, workspace_id: int) -> Rulebook:
    """The rules of one workspace as they are now."""
    return rulebooks_of(session, [workspace_id])[workspace_id]


def rulebooks_of(session: Session, workspace_ids: Iterable[int]) -> dict[int, Rulebook]:
    """The rules of each of these workspaces as they are now; what has changed is read again."""
    marks = session.execute(select(Workspace.id, Workspace.rules_mark).where(Workspace.id.in_(set(workspace_ids))))
    return {row.id: _kept.get(row.rules_mark) or _keep(row.rules_mark, _read(session, row.id)) for row in marks}


def rulebook_by_mark(session: Session, workspace_id: int, mark: str) -> Rulebook:
    """The rules of a workspace whose `rules_mark` was just read."""
    return _kept.get(mark) or _keep(mark, _read(session, workspace_id))


def rules_changed(session: Session, workspace_id: int) -> None:
    """To be called in every transaction that changes a rule of the workspace."""
    session.execute(
        update(Workspace).where(Workspace.id == workspace_id).values(rules_mark=cast(func.gen_random_uuid(), Text))
    )


def crews_of(session: Session, rulebooks: Mapping[int, Rulebook]) -> dict[int, Crew]:
    """For each workspace, who can be paged now: active people and channels, and the admins among them."""
    rows = session.execute(
        select(Person.workspace_id, Person.id, Person.role)
        .where(Person.workspace_id.in_(rulebooks), Person.active)
        .where((Person.role != Role.GUEST) | Person.is_channel)
        .order_by(Person.id)
    ).all()
    found = {}
    for workspace_id, rules in rulebooks.items():
        here = [row for row in rows if row.workspace_id == workspace_id]
        admins = tuple(row.id for row in here if row.role is Role.ADMIN)
        found[workspace_id] = Crew(frozenset(row.id for row in here), admins, rules.schedules, rules.groups)
    return found


def _keep(mark: str, rules: Rulebook) -> Rulebook:
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[mark] = rules
    return rules


def _read(session: Session, workspace_id: int) -> Rulebook:
    now = now_of(session)
    policies = session.scalars(select(Policy).where(Policy.workspace_id == workspace_id)).all()
    default = next((each.name for each in policies if each.is_default), DEFAULT_PLAN.policy)
    routes = session.scalars(
        select(RouteRow).where(RouteRow.workspace_id == workspace_id).order_by(RouteRow.position)
    ).all()
    silences = session.scalars(
        select(SilenceRow).where(SilenceRow.workspace_id == workspace_id, SilenceRow.ends_at > now)
    ).all()
    groups = session.scalars(select(Group).where(Group.workspace_id == workspace_id, Group.active))
    return Rulebook(
        workspace_id=workspace_id,
        default=default,
        plans={DEFAULT_PLAN.policy: plan_to_json(DEFAULT_PLAN), **{each.name: each.plan for each in policies}},
        routes=_readable("route", routes, lambda row: route_from_json(row.spec)),
        silences=_readable("silence", silences, silence_of),
        schedules=_schedules(session, workspace_id, now),
        groups={group.id: tuple(group.members) for group in groups},
    )


def silence_of(row: SilenceRow) -> Silence:
    return Silence(str(row.id), parse_matchers(row.matchers), row.starts_at, row.ends_at, row.by, row.why)


def schedule_of(row: ScheduleRow, overrides: Iterable[Any]) -> Schedule:
    """A stored schedule with these overrides (rows with person_id, replaces_id, starts_at and ends_at)."""
    return schedule_from_json(
        {
            "name": row.name,
            "layers": row.layers,
            "overrides": [
                {"person": each.person_id, "replaces": each.replaces_id, "start": each.starts_at, "end": each.ends_at}
                for each in overrides
            ],
        }
    )


def _schedules(session: Session, workspace_id: int, now: datetime) -> dict[int, Schedule]:
    """The schedules with the overrides that have not ended long ago."""
    rows = session.scalars(select(ScheduleRow).where(ScheduleRow.workspace_id == workspace_id)).all()
    overrides: dict[int, list[OverrideRow]] = {}
    for override in session.scalars(
        select(OverrideRow)
        .where(OverrideRow.workspace_id == workspace_id, OverrideRow.ends_at > now - timedelta(days=35))
        .order_by(OverrideRow.id)
    ):
        overrides.setdefault(override.schedule_id, []).append(override)
    found = _readable("schedule", rows, lambda row: (row.id, schedule_of(row, overrides.get(row.id, ()))))
    return dict(found)


def _readable(what: str, rows: Iterable[Any], read: Callable[[Any], T]) -> tuple[T, ...]:
    """What can be read of these rows; one that cannot must not keep the others from being followed."""
    found = list[T]()
    for row in rows:
        try:
            found.append(read(row))
        except ValueError as error:
            log.error("a stored %s cannot be read and is left out: row %s: %s", what, row.id, error)
    return tuple(found)
