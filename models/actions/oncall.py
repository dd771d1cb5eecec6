"""Who would be paged now, and who is on call by the schedules: now, next, in the days to come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import oncall as rule
from models.actions import schedules
from models.actions.people import by_ids
from models.actions.rulebook import crews_of, rulebook_of
from models.card import DutyLine, OnCallLevel, OnDuty
from models.db import now_of
from models.escalation import people_of
from models.oncall import ByOverride, Gap, Override, Schedule, Shift
from models.plan import plan_from_json
from models.reach import Case, ReachAt
from models.tables import Person, Workspace
from models.tables import Schedule as ScheduleRow
from models.words import Role

DAYS_BEHIND, DAYS_AHEAD = 30, 90
"""How far a calendar reaches; it begins with a month, so that its first shift is not another one every day."""


def on_call(session: Session, workspace_id: int) -> tuple[OnCallLevel, ...]:
    """The levels of the default policy, each with the people behind it at this moment."""
    rules = rulebook_of(session, workspace_id)
    crew = crews_of(session, {workspace_id: rules})[workspace_id]
    plan = plan_from_json(rules.plans[rules.default])
    reach = ReachAt(crew, now_of(session), Case(), {})
    levels = [people_of(level, reach) for level in plan.levels]
    known = by_ids(session, workspace_id, [person for people in levels for person in people])
    return tuple(
        OnCallLevel(number, tuple(known[each].slack_id for each in people), level.timeout.total_seconds() / 60)
        for number, (level, people) in enumerate(zip(plan.levels, levels, strict=True), start=1)
    )


def on_duty(session: Session, workspace_id: int) -> tuple[OnDuty, ...]:
    """For each schedule, by name, who is on call now, until when, and who is next."""
    rules = rulebook_of(session, workspace_id)
    active = crews_of(session, {workspace_id: rules})[workspace_id].active
    now = now_of(session)
    found = [(schedule, rule.on_call(schedule, now)) for schedule in rules.schedules.values()]
    nexts = [rule.person_at(schedule, each.until) if each.until else None for schedule, each in found]
    ids = _slack_ids(session, workspace_id, [*(each.person for _, each in found), *nexts])
    duties = [
        OnDuty(
            schedule=schedule.name,
            person=ids.get(each.person),
            until=each.until,
            following=ids.get(following),
            by_override=isinstance(each.cause, ByOverride),
            reachable=each.person in active,
        )
        for (schedule, each), following in zip(found, nexts, strict=True)
    ]
    return tuple(sorted(duties, key=lambda duty: duty.schedule.casefold()))


def lines(session: Session, workspace_id: int, schedule: Schedule, start: datetime, end: datetime) -> list[DutyLine]:
    """Who is on call in a span, and where nobody is, in order."""
    shifts = rule.shifts(schedule, start, end)
    found: list[Shift | Gap] = sorted([*shifts, *_gaps(shifts, start, end)], key=lambda each: each.start)
    ids = _slack_ids(session, workspace_id, [person for each in shifts for person in (each.person, _covered(each))])
    return [_line(each, ids) for each in found]


def _gaps(shifts: Sequence[Shift], start: datetime, end: datetime) -> list[Gap]:
    """What the shifts leave open."""
    ends = [start, *(each.end for each in shifts)]
    starts = [*(each.start for each in shifts), end]
    return [Gap(left, comes) for left, comes in zip(ends, starts, strict=True) if left < comes]


def _covered(shift: Shift) -> int | None:
    return shift.cause.instead_of if isinstance(shift.cause, ByOverride) else None


def _line(each: Shift | Gap, ids: Mapping[int | None, str]) -> DutyLine:
    if isinstance(each, Gap):
        return DutyLine(each.start, each.end, None)
    by_override = isinstance(each.cause, ByOverride)
    return DutyLine(each.start, each.end, ids.get(each.person), by_override, ids.get(_covered(each)))


def _slack_ids(session: Session, workspace_id: int, people: Iterable[int | None]) -> dict[int | None, str]:
    known = by_ids(session, workspace_id, [each for each in people if each is not None])
    return {person_id: person.slack_id for person_id, person in known.items()}


@dataclass(frozen=True)
class CalendarOf:
    """What a schedule's calendar shows, and the moment at which it is so. `names` are the people's, by row id."""

    schedule_id: int
    name: str
    shifts: tuple[Shift, ...]
    names: Mapping[int, str]
    now: datetime


def calendar_of(session: Session, secret: str) -> CalendarOf | None:
    """The calendar that has this secret; None when there is none, or Heed is not installed there any more."""
    row = schedules.by_calendar(session, secret)
    if row is None or session.get_one(Workspace, row.workspace_id).uninstalled_at is not None:
        return None
    now = now_of(session)
    start = (now - timedelta(days=DAYS_BEHIND)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    shifts = rule.shifts(schedules.whole(session, row, since=start), start, now + timedelta(days=DAYS_AHEAD))
    known: dict[int, Person] = by_ids(session, row.workspace_id, {each.person for each in shifts})
    names = {person_id: person.name for person_id, person in known.items()}
    return CalendarOf(row.id, row.name, shifts, names, now)


class NoSuchSchedule(Exception):
    """No schedule, or not one alone, goes by that name; `names` are those that there are."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("no such schedule")
        self.names = names


class NotInSchedule(Exception):
    """Only admins, responders and those who stand in the schedule may change who is on call."""

    def __init__(self, schedule: str) -> None:
        super().__init__("not in the schedule")
        self.schedule = schedule


@dataclass(frozen=True)
class Ahead:
    """What is to come in a schedule; the calendar's secret, sealed, only for those who may have it."""

    schedule_id: int
    name: str
    lines: tuple[DutyLine, ...]
    calendar_secret: bytes | None


def ahead(session: Session, workspace_id: int, name: str, days: int, reader: int) -> Ahead:
    """The next days of the schedule that `name` means. Raises NoSuchSchedule.

    Its calendar is for admins and for those who stand in it.
    """
    row, now = _matching(session, workspace_id, name), now_of(session)
    schedule = schedules.whole(session, row, since=now)
    found = lines(session, workspace_id, schedule, now, now + timedelta(days=days))
    may_have = _belongs(session, workspace_id, schedule, reader, Role.ADMIN)
    return Ahead(row.id, row.name, tuple(found), row.calendar_secret if may_have else None)


def override(
    session: Session, workspace_id: int, name: str, wanted: Override, by: int
) -> tuple[str, tuple[DutyLine, ...]]:
    """Put somebody on call; returns the schedule's name, and who would have been on call in that time.

    Raises NoSuchSchedule and NotInSchedule.
    """
    row, schedule = _changeable(session, workspace_id, name, wanted.start, by)
    before = lines(session, workspace_id, schedule, wanted.start, wanted.end)
    schedules.override(session, row, wanted, by)
    return row.name, tuple(before)


def end_overrides(session: Session, workspace_id: int, name: str, person_id: int, by: int) -> tuple[str, int]:
    """End what was made in Slack to put somebody on call; returns the schedule's name, and how many that were.

    Raises NoSuchSchedule and NotInSchedule.
    """
    row, _ = _changeable(session, workspace_id, name, now_of(session), by)
    return row.name, len(schedules.end_overrides(session, row, person_id, by))


def _changeable(
    session: Session, workspace_id: int, name: str, since: datetime, by: int
) -> tuple[ScheduleRow, Schedule]:
    """The schedule that `name` means, locked, if this person may change who is on call in it."""
    row = schedules.find(session, workspace_id, _matching(session, workspace_id, name).name)
    if row is None:
        raise NoSuchSchedule([each.name for each in schedules.all_of(session, workspace_id)])
    schedule = schedules.whole(session, row, since=since)
    if not _belongs(session, workspace_id, schedule, by, Role.ADMIN, Role.RESPONDER):
        raise NotInSchedule(row.name)
    return row, schedule


def _belongs(session: Session, workspace_id: int, schedule: Schedule, person_id: int, *roles: Role) -> bool:
    """Whether somebody has one of these roles, or stands in the schedule; guests and those who have left never do."""
    found = by_ids(session, workspace_id, [person_id]).get(person_id)
    if found is None or not found.active or found.role is Role.GUEST:
        return False
    return found.role in roles or person_id in schedules.people_in([schedule])


def _matching(session: Session, workspace_id: int, name: str) -> ScheduleRow:
    """The schedule that `name` means: its name whatever the case, or how only one begins; raises NoSuchSchedule.

    Without a name it is the only schedule, if there is just one.
    """
    rows = schedules.all_of(session, workspace_id)
    wanted = name.strip(" \"'“”„*`").casefold()
    fitting = [row for row in rows if row.name == name.strip()]
    fitting = fitting or [row for row in rows if row.name.casefold() == wanted]
    fitting = fitting or [row for row in rows if row.name.casefold().startswith(wanted)]
    if len(fitting) != 1:
        raise NoSuchSchedule([row.name for row in rows])
    return fitting[0]
