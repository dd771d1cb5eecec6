"""What happens when an alert's next step is due: a pure decision with a reason.

`advance` never reads a clock or a table. The shell (`actions.escalating`) locks the alert, looks up who can be reached
now, calls it, and writes what it returns.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from models.plan import Level, Plan, Target
from models.routing import applies
from models.words import Severity, Status

RETRY_WHEN_NOBODY = timedelta(minutes=5)
STEPS_A_MINUTE = 10
"""The ceiling against runaways (docs/origins.md A.7): more levels than this in a minute wait for the next minute."""
A_MINUTE = timedelta(minutes=1)
REMIND_AFTER = 0.8
"""The share of the acknowledge timeout after which whoever acknowledged is reminded."""


class Reach(Protocol):
    """The people (row ids) behind each target at this moment; a dict is one."""

    def get(self, target: Target, default: tuple[int, ...], /) -> tuple[int, ...]: ...


@dataclass(frozen=True)
class State:
    """Where one alert's escalation stands.

    `lap` counts from 1; `level` is the last level reached in it (0: none yet). `reached` tells whether this lap has
    paged anybody; `delivered` whether any page since it opened has arrived; `tries` counts the laps that reached nobody
    and were begun again; `recent` the levels paged in the last minute. `reminded` and `snoozed` are about an
    acknowledged alert.
    """

    status: Status
    plan: Plan
    next_step_at: datetime | None
    severity: Severity = Severity.HIGH
    lap: int = 1
    level: int = 0
    reached: bool = False
    delivered: bool = True
    tries: int = 0
    exhausted: bool = False
    recent: int = 0
    reminded: bool = False
    snoozed: bool = False

    @property
    def is_quiet(self) -> bool:
        """Its escalation ended before its first level, as that of a client's alert that waits for the digest."""
        return self.exhausted and not self.level and bool(self.plan.levels)


@dataclass(frozen=True)
class Hold:
    """A silence that matches the alert: nothing happens until it ends."""

    silence: int
    until: datetime


class Reason(StrEnum):
    NOT_LIVE = "the alert is closed"
    NOT_DUE = "stale or doubled: the alert is already at this level"
    SILENCED = "a silence holds the alert"
    RUNAWAY = "the alert has paged too many levels within a minute"
    PAGED = "the level's people are paged"
    EXHAUSTED = "every level of every lap was reached"
    NOBODY = "nobody could be reached in the whole lap"
    NO_LEVELS = "the policy has no levels"
    REMINDED = "acknowledged for long, and not resolved"
    NOTHING_LEFT = "acknowledged, and nothing else is to happen"
    QUIET = "open again, and it has never paged anybody: it waits for the daily digest"


class ReopenCause(StrEnum):
    """Why an acknowledged alert is open again by itself."""

    TIMEOUT = "acknowledged, but not resolved in time"
    SNOOZE_OVER = "the snooze is over"


@dataclass(frozen=True)
class PageLevel:
    """Page these people for this level; the alert's next step falls due at `next_due_at`."""

    lap: int
    level: int
    people: tuple[int, ...]
    next_due_at: datetime


@dataclass(frozen=True)
class PassOver:
    """This level has nobody to page, or is not for this alert now: the next one is looked at without waiting."""

    lap: int
    level: int
    why: str = "nobody to page"


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


@dataclass(frozen=True)
class TellRunaway:
    """The ceiling is reached: admins are told, and it goes on at `retry_at`."""

    retry_at: datetime


@dataclass(frozen=True)
class LeaveForDigest:
    """It has paged nobody and goes on doing so: the daily digest tells it."""


@dataclass(frozen=True)
class Silence:
    """The silence with this row id holds the alert until then."""

    silence: int
    until: datetime


@dataclass(frozen=True)
class Remind:
    """Remind whoever acknowledged; without an answer the alert is open again at `reopens_at`."""

    reopens_at: datetime


@dataclass(frozen=True)
class Reopen:
    """The alert is open again, in a new epoch; effects after this one belong to that epoch."""

    cause: ReopenCause


Effect = (
    PageLevel
    | PassOver
    | Exhaust
    | TellNobodyReachable
    | TellNoLevels
    | TellRunaway
    | LeaveForDigest
    | Silence
    | Remind
    | Reopen
)


@dataclass(frozen=True)
class Advance:
    state: State
    effects: tuple[Effect, ...]
    reason: Reason


def advance(state: State, reach: Reach, now: datetime, hold: Hold | None = None) -> Advance:
    """Take the step that is due, or say why there is none to take.

    Status is looked at first, then staleness (docs/origins.md A.3), then silences. A level that reaches nobody is
    passed over at once. A lap that reached nobody is tried again after five minutes, for as long as it takes (rule 8);
    so is the last one while no page has arrived, as when Slack is out.
    """
    if not state.status.is_live:
        return Advance(replace(state, next_step_at=None), (), Reason.NOT_LIVE)
    if state.next_step_at is None or state.next_step_at > now:
        return Advance(state, (), Reason.NOT_DUE)
    if hold is not None:
        return Advance(replace(state, next_step_at=hold.until), (Silence(hold.silence, hold.until),), Reason.SILENCED)
    if state.status is Status.ACKNOWLEDGED:
        return _acknowledged(state, reach, now)
    return _open(state, reach, now)


def due_after_acknowledge(plan: Plan, now: datetime) -> datetime | None:
    """When an alert that is acknowledged now is looked at again; None when its policy has no acknowledge timeout."""
    return now + plan.acknowledge_timeout * REMIND_AFTER if plan.acknowledge_timeout is not None else None


def _acknowledged(state: State, reach: Reach, now: datetime) -> Advance:
    timeout = state.plan.acknowledge_timeout
    if state.snoozed:
        return _reopen(state, reach, now, ReopenCause.SNOOZE_OVER)
    if timeout is None:
        return Advance(replace(state, next_step_at=None), (), Reason.NOTHING_LEFT)
    if state.reminded:
        return _reopen(state, reach, now, ReopenCause.TIMEOUT)
    reopens_at = now + timeout * (1 - REMIND_AFTER)
    reminded = replace(state, reminded=True, next_step_at=reopens_at)
    return Advance(reminded, (Remind(reopens_at),), Reason.REMINDED)


def _reopen(state: State, reach: Reach, now: datetime, cause: ReopenCause) -> Advance:
    """Open again and page level 1 in the same step; one that never was to page anybody is left for the digest."""
    if state.is_quiet:
        left = replace(state, status=Status.OPEN, next_step_at=None, reminded=False, snoozed=False)
        return Advance(left, (Reopen(cause), LeaveForDigest()), Reason.QUIET)
    state = replace(
        state,
        status=Status.OPEN,
        lap=1,
        level=0,
        reached=False,
        tries=0,
        exhausted=False,
        reminded=False,
        snoozed=False,
    )
    taken = _open(state, reach, now)
    return replace(taken, effects=(Reopen(cause), *taken.effects))


def _open(state: State, reach: Reach, now: datetime) -> Advance:
    if not state.plan.levels:
        stopped = replace(state, next_step_at=None, exhausted=True)
        return Advance(stopped, (TellNoLevels(state.plan.policy),), Reason.NO_LEVELS)
    if state.recent >= STEPS_A_MINUTE:
        retry_at = now + A_MINUTE
        return Advance(replace(state, next_step_at=retry_at), (TellRunaway(retry_at),), Reason.RUNAWAY)
    return _walk(state, reach, now)


def _walk(state: State, reach: Reach, now: datetime) -> Advance:
    plan, passed = state.plan, list[Effect]()
    lap, level, reached = state.lap, state.level, state.reached
    while True:
        if level == len(plan.levels):
            if not reached:
                return _nobody(replace(state, lap=lap), passed, now)
            if lap >= plan.laps and not state.delivered:
                return _nobody(replace(state, lap=lap), passed, now)
            if lap >= plan.laps:
                done = replace(state, lap=lap, level=level, reached=True, next_step_at=None, exhausted=True)
                return Advance(done, (*passed, Exhaust(lap, level)), Reason.EXHAUSTED)
            lap, level, reached = lap + 1, 0, False
        level += 1
        people, why = _people(plan.levels[level - 1], state.severity, reach, now)
        if people:
            due = now + plan.levels[level - 1].timeout
            state = replace(state, lap=lap, level=level, reached=True, next_step_at=due)
            return Advance(state, (*passed, PageLevel(lap, level, people, due)), Reason.PAGED)
        passed.append(PassOver(lap, level, why))


def _people(level: Level, severity: Severity, reach: Reach, now: datetime) -> tuple[tuple[int, ...], str]:
    """Whom `level` pages now, and why it would be passed over if that is nobody."""
    does_apply, why = applies(level.when, severity, now) if level.when is not None else (True, "")
    return (people_of(level, reach), "nobody to page") if does_apply else ((), why)


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
