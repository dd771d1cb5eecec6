"""Any workspace and any alert, for the property that a dry run shows what the engine then does."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.actions import escalating
from models.actions.plans import save_policy
from models.actions.rulebook import rules_changed
from models.db import now_of
from models.matching import Matcher, Op, joined
from models.oncall import Schedule
from models.plan import Level, Plan, Target, TargetKind
from models.rehearsal import Outcome, Rehearsal
from models.routing import LevelCondition, Route, Silence
from models.routing_json import route_to_json
from models.schedule_check import problems
from models.schedule_json import schedule_to_json
from models.signal import Signal
from models.tables import Alert, Entry, Group, OverrideRow, Page, Person, RouteRow, SilenceRow, Step
from models.tables import Schedule as ScheduleRow
from models.words import PageKind, Role, Severity
from tests.models.actions.house import House, alert, all_arrive
from tests.models.routing_strategies import CONDITIONS, ROUTES
from tests.models.test_oncall_properties import schedules

MOST = 20
"""So many steps of an alert are compared."""
MINUTE = timedelta(minutes=1)
PEOPLE = 6
SOON = st.sampled_from([timedelta(seconds=20), MINUTE, 5 * MINUTE, 60 * MINUTE])
BURST = st.sampled_from([timedelta(seconds=1), timedelta(seconds=6), timedelta(seconds=6)])
LATER = st.sampled_from([60 * MINUTE, 300 * MINUTE, 1440 * MINUTE])
PERSONS = st.integers(1, PEOPLE + 1).map(lambda number: Target(TargetKind.PERSON, number))
SCHEDULES = st.sampled_from([1, 1, 2, 3]).map(lambda number: Target(TargetKind.SCHEDULE, number))
GROUPS = st.sampled_from([1, 1, 2]).map(lambda number: Target(TargetKind.GROUP, number))
OTHERS = st.sampled_from([Target(TargetKind.ADMINS), Target(TargetKind.OWNER), Target(TargetKind.CHANNEL, 1)])
PLAIN = PERSONS | SCHEDULES | GROUPS | OTHERS
ROBINS = st.builds(
    lambda members, key: Target(TargetKind.ROUND_ROBIN, None, tuple(members), key),
    st.lists(PERSONS | PLAIN, min_size=2, max_size=4),
    st.sampled_from(["Nights/1", "Nights/2"]),
)
SEVERE = st.builds(LevelCondition, st.frozensets(st.sampled_from(Severity), min_size=1, max_size=2))
CONDITION = st.none() | SEVERE | CONDITIONS
NONE: st.SearchStrategy[LevelCondition | None] = st.none()


def plans(
    targets: st.SearchStrategy[Target],
    timeouts: st.SearchStrategy[timedelta],
    conditions: st.SearchStrategy[LevelCondition | None] = NONE,
    levels: tuple[int, int] = (1, 4),
) -> st.SearchStrategy[Plan]:
    chosen = st.lists(targets, min_size=1, max_size=3) | st.lists(targets, max_size=1)
    level = st.builds(Level, chosen.map(tuple), timeouts, conditions)
    many = st.lists(level, min_size=levels[0], max_size=levels[1]).map(tuple)
    return st.builds(Plan, st.just("Nights"), many, st.integers(1, 3))


KINDS = {
    "any levels": plans(PLAIN | ROBINS, SOON, CONDITION, levels=(0, 4)),
    "schedules": plans(SCHEDULES, LATER),
    "round robins": plans(ROBINS, SOON),
    "bursts": plans(PERSONS | st.just(Target(TargetKind.ADMINS)), BURST, levels=(11, 14)),
}
SILENCES = st.tuples(
    st.integers(-60, 300),
    st.integers(1, 600),
    st.sampled_from([Matcher("team", Op.EQUAL, "a"), Matcher("severity", Op.MATCHES, "high|low")]),
)
LABELS = st.dictionaries(st.sampled_from(["team", "region"]), st.sampled_from(["a", "b"]))


@dataclass(frozen=True)
class Story:
    """What a workspace has laid down, with small numbers for row ids, and the signal that comes at `start`."""

    plans: tuple[Plan, Plan]
    schedules: tuple[Schedule, ...]
    groups: tuple[tuple[int, ...], ...]
    routes: tuple[Route, ...]
    silences: tuple[Silence, ...]
    active: tuple[bool, ...]
    signal: Signal
    start: datetime


@st.composite
def stories(draw: st.DrawFn, kind: str) -> Story:
    """A story whose plans are of this kind."""
    found = draw(st.lists(schedules(), min_size=1, max_size=2))
    start = found[0][1] + timedelta(microseconds=draw(st.sampled_from([0, 0, 1, 123_456])))
    return Story(
        plans=(draw(KINDS[kind]), replace(draw(KINDS[kind]), policy="Payments")),
        schedules=tuple(valid for each, _ in found if not problems(valid := _renamed(each))),
        groups=(tuple(draw(st.lists(st.integers(1, PEOPLE), max_size=3, unique=True))),),
        routes=tuple(replace(each, group_by=None) for each in draw(st.lists(ROUTES, max_size=3))),
        silences=tuple(_silence(start, *drawn) for drawn in draw(st.lists(SILENCES, max_size=3))),
        active=tuple(draw(st.lists(st.sampled_from([True] * 4 + [False]), min_size=PEOPLE + 1, max_size=PEOPLE + 1))),
        signal=Signal("key:any", True, "any", draw(st.sampled_from(Severity)), labels=draw(LABELS)),
        start=start,
    )


def _renamed(schedule: Schedule) -> Schedule:
    return replace(schedule, layers=tuple(replace(each, name=str(n)) for n, each in enumerate(schedule.layers)))


def _silence(start: datetime, begins: int, lasts: int, matcher: Matcher) -> Silence:
    return Silence("1", (matcher,), start + begins * MINUTE, start + (begins + lasts) * MINUTE, "alice")


def settle_in(session: Session, house: House, story: Story) -> None:
    """Everything that the story's workspace has laid down; alice and bob are admins, the last person is a guest."""
    people = [*house.people.values(), *(_person(session, house, f"more-{number}") for number in range(PEOPLE - 3))]
    session.execute(update(Person).where(Person.id == people[-1]).values(role=Role.GUEST))
    channel = _person(session, house, "ops", is_channel=True, role=Role.GUEST)
    for person, active in zip([*people, channel], story.active, strict=True):
        session.execute(update(Person).where(Person.id == person).values(active=active))
    ids = {
        TargetKind.PERSON: dict(enumerate(people, start=1)),
        TargetKind.CHANNEL: {1: channel},
        TargetKind.SCHEDULE: _schedules(session, house, story.schedules, people),
        TargetKind.GROUP: _groups(session, house, story.groups, people),
    }
    for number, found in enumerate(story.routes):
        spec = route_to_json(replace(found, channel=str(channel) if found.channel else None))
        session.add(RouteRow(workspace_id=house.id, position=number, spec=spec))
    for each in story.silences:
        session.add(
            SilenceRow(
                workspace_id=house.id, matchers=joined(each.matchers), starts_at=each.starts_at, ends_at=each.ends_at,
                by=each.by,
            )
        )  # fmt: skip
    for each_plan in story.plans:
        stored = with_ids(each_plan, lambda kind, number: ids.get(kind, {}).get(number, 10**9))
        save_policy(session, house.id, stored, is_default=each_plan.policy == "Nights")
    rules_changed(session, house.id)


def with_ids(plan: Plan, id_of: Callable[[TargetKind, int], int]) -> Plan:
    """The plan with real row ids in place of the story's small numbers."""

    def real(target: Target) -> Target:
        members = tuple(map(real, target.members))
        return replace(target, id=id_of(target.kind, target.id) if target.id is not None else None, members=members)

    levels = tuple(replace(level, targets=tuple(map(real, level.targets))) for level in plan.levels)
    return replace(plan, levels=levels)


def _person(session: Session, house: House, name: str, **more: Any) -> int:
    person = Person(workspace_id=house.id, slack_id=f"X0{name.upper()}", name=name, **more)
    session.add(person)
    session.flush()
    return person.id


def _schedules(session: Session, house: House, found: tuple[Schedule, ...], people: list[int]) -> dict[int, int]:
    ids = dict[int, int]()
    for number, each in enumerate(found, start=1):
        row = schedule_row(house.id, replace(each, name=f"{number}"), lambda person: people[person - 1])
        session.add(row)
        session.flush()
        ids[number] = row.id
        for override in each.overrides:
            session.add(
                OverrideRow(
                    workspace_id=house.id, schedule_id=row.id, person_id=people[override.person - 1],
                    replaces_id=people[override.replaces - 1] if override.replaces else None,
                    starts_at=override.start, ends_at=override.end,
                )
            )  # fmt: skip
    return ids


def schedule_row(workspace_id: int, schedule: Schedule, person: Callable[[int], int] = int) -> ScheduleRow:
    """The layers of a schedule as a row; `person` gives the row ids."""
    return ScheduleRow(
        workspace_id=workspace_id,
        name=schedule.name,
        layers=schedule_to_json(schedule, person)["layers"],
        calendar_secret=b"sealed",
        calendar_fingerprint=f"{workspace_id}/{schedule.name}",
        told_until=schedule.layers[0].start,
    )


def _groups(session: Session, house: House, groups: tuple[tuple[int, ...], ...], people: list[int]) -> dict[int, int]:
    ids = dict[int, int]()
    for number, members in enumerate(groups, start=1):
        row = Group(
            workspace_id=house.id, slack_id=f"S{number}", handle=f"g{number}", members=[people[i - 1] for i in members]
        )
        session.add(row)
        session.flush()
        ids[number] = row.id
    return ids


def set_clock(session: Session, moment: datetime) -> None:
    """PostgreSQL's clock as Heed sees it shows exactly this moment, until the transaction ends."""
    shift = text(
        "SELECT set_config('heed.shift', extract(epoch FROM CAST(:moment AS timestamptz) - now()) || ' s', true)"
    )
    session.execute(shift, {"moment": moment})
    session.info.clear()  # the transaction remembers what it was told the time was
    assert now_of(session) == moment


def play(session: Session, number: int) -> None:
    """Nobody answers the alert: each of its steps is taken by the engine at the second it is due, and pages arrive."""
    for _ in range(MOST):
        escalating.advance_due(session, only=number)
        all_arrive(session)
        found = alert(session, number)
        if found.next_step_at is None or found.tries:
            return
        set_clock(session, found.next_step_at)


Happened = tuple[datetime, int, int, str, frozenset[int]]
"""When, lap, level, what, whom."""


def engine_lines(session: Session, number: int) -> list[Happened]:
    """What the engine wrote about the levels of an alert, as the tables tell it."""
    lines = list[Happened]()
    taken = select(Step).where(Step.alert_id == number, Step.level > 0, Step.executed_at.is_not(None))
    for step in session.scalars(taken):
        assert step.executed_at is not None
        assert step.outcome is not None
        paged = select(Page.person_id).where(
            Page.step_id == step.id, Page.kind.in_((PageKind.NEW, PageKind.ESCALATION))
        )
        people = frozenset(session.scalars(paged))
        what = "paged" if people else step.outcome.removeprefix("passed over: ")
        lines.append((step.executed_at, step.lap, step.level, what, people))
    for entry in session.scalars(
        select(Entry).where(Entry.alert_id == number, Entry.kind.in_(("silenced", "runaway")))
    ):
        until = entry.detail.get("until") or entry.detail["retry_at"]
        what = f"{entry.kind} {entry.detail.get('silence', '')} {datetime.fromisoformat(until).timestamp()}"
        lines.append((entry.at, 0, 0, what, frozenset()))
    return sorted(lines, key=lambda line: line[:4])


def rehearsed_lines(rehearsal: Rehearsal) -> list[Happened]:
    """The same of a dry run."""
    lines = list[Happened]()
    for line in rehearsal.lines:
        if line.until is None:
            what = "paged" if line.outcome is Outcome.PAGED else line.why
            lines.append((line.at, line.lap, line.level, what, frozenset(line.people)))
        else:
            kind = "silenced" if line.outcome is Outcome.HELD else "runaway"
            what = f"{kind} {line.silence} {line.until.timestamp()}"
            lines.append((line.at, 0, 0, what, frozenset()))
    return sorted(lines, key=lambda each: each[:4])


def ending_of(found: Alert) -> str:
    if found.tries:
        return "nobody reachable"
    if found.exhausted_at is None:
        return "under way"
    return "exhausted" if found.plan["levels"] else "no levels"
