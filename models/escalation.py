"""What happens when an alert's next step is due: a pure decision with a reason.

`advance` never reads a clock or a table. The shell (`actions.escalating`) locks the alert, looks up who can be reached
now, calls it, and writes what it returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from models.words import Status

RETRY_WHEN_NOBODY = timedelta(minutes=5)


class TargetKind(StrEnum):
    PERSON = "person"
    ADMINS = "admins"


@dataclass(frozen=True)
class Target:
    """Whom a level pages; `id` is the person's row id for PERSON and None for ADMINS."""

    kind: TargetKind
    id: int | None = None


@dataclass(frozen=True)
class Level:
    targets: tuple[Target, ...]
    timeout: timedelta


@dataclass(frozen=True)
class Plan:
    """A policy as it stood when the alert opened. `laps` counts how often every level is reached."""

    policy: str
    levels: tuple[Level, ...]
    laps: int


Reach = Mapping[Target, tuple[int, ...]]
"""The people (row ids) behind each target at this moment."""


@dataclass(frozen=True)
class State:
    """Where one alert's escalation stands.

    `lap` counts from 1; `level` is the last level reached in it (0: none yet). `reached` tells whether this lap has
    paged anybody; `tries` counts the laps that reached nobody and were begun again.
    """

    status: Status
    plan: Plan
    next_step_at: datetime | None
    lap: int = 1
    level: int = 0
    reached: bool = False
    tries: int = 0
    exhausted: bool = False


class Reason(StrEnum):
    NOT_OPEN = "the alert is not open any more"
    NOT_DUE = "stale or doubled: the alert is already at this level"
    PAGED = "the level's people are paged"
    EXHAUSTED = "every level of every lap was reached"
    NOBODY = "nobody could be reached in the whole lap"
    NO_LEVELS = "the policy has no levels"


@dataclass(frozen=True)
class PageLevel:
    """Page these people for this level; the alert's next step falls due at `next_due_at`."""

    lap: int
    level: int
    people: tuple[int, ...]
    next_due_at: datetime


@dataclass(frozen=True)
class PassOver:
    """This level has nobody to page, so the next one is looked at without waiting."""

    lap: int
    level: int


@dataclass(frozen=True)
class Exhaust:
    lap: int
    levels: int


@dataclass(frozen=True)
class TellNobodyReachable:
    lap: int
    retry_at: datetime


@dataclass(frozen=True)
class TellNoLevels:
    policy: str


Effect = PageLevel | PassOver | Exhaust | TellNobodyReachable | TellNoLevels


@dataclass(frozen=True)
class Advance:
    state: State
    effects: tuple[Effect, ...]
    reason: Reason


def advance(state: State, reach: Reach, now: datetime) -> Advance:
    """Take the step that is due, or say why there is none to take.

    Status is looked at first, then staleness (docs/origins.md A.3). A level that reaches nobody is passed over at once.
    A lap that reached nobody is tried again after five minutes, for as long as it takes (rule 8).
    """
    if state.status is not Status.OPEN:
        return Advance(state, (), Reason.NOT_OPEN)
    if state.next_step_at is None or state.next_step_at > now:
        return Advance(state, (), Reason.NOT_DUE)
    if not state.plan.levels:
        stopped = replace(state, next_step_at=None, exhausted=True)
        return Advance(stopped, (TellNoLevels(state.plan.policy),), Reason.NO_LEVELS)
    return _walk(state, reach, now)


def _walk(state: State, reach: Reach, now: datetime) -> Advance:
    plan, passed = state.plan, list[Effect]()
    while True:
        if state.level == len(plan.levels):
            if not state.reached:
                return _nobody(state, passed, now)
            if state.lap >= plan.laps:
                done = replace(state, next_step_at=None, exhausted=True)
                return Advance(done, (*passed, Exhaust(state.lap, len(plan.levels))), Reason.EXHAUSTED)
            state = replace(state, lap=state.lap + 1, level=0, reached=False)
        state = replace(state, level=state.level + 1)
        level = plan.levels[state.level - 1]
        people = people_of(level, reach)
        if people:
            due = now + level.timeout
            state = replace(state, next_step_at=due, reached=True)
            return Advance(state, (*passed, PageLevel(state.lap, state.level, people, due)), Reason.PAGED)
        passed.append(PassOver(state.lap, state.level))


def _nobody(state: State, passed: list[Effect], now: datetime) -> Advance:
    retry_at = now + RETRY_WHEN_NOBODY
    again = replace(state, level=0, reached=False, tries=state.tries + 1, next_step_at=retry_at)
    return Advance(again, (*passed, TellNobodyReachable(state.lap, retry_at)), Reason.NOBODY)


def people_of(level: Level, reach: Reach) -> tuple[int, ...]:
    """Everybody whom `level` pages, each once, in the order of its targets."""
    return tuple(dict.fromkeys(person for target in level.targets for person in reach.get(target, ())))


def coming(state: State) -> tuple[int, int] | None:
    """(lap, level) of the step that `next_step_at` waits for, as far as can be told now; None when it is the end."""
    if state.next_step_at is None:
        return None
    if state.level < len(state.plan.levels):
        return state.lap, state.level + 1
    return (state.lap + 1, 1) if state.lap < state.plan.laps else None
