"""What an alert would do if nobody answered: a dry run with the engine's own rule, from its opening to its end.

Everybody who can be reached now counts as reachable throughout; who is on call, conditions, silences and turns are
looked up anew at each moment, as the engine does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from models.escalation import (
    A_MINUTE,
    Advance,
    Effect,
    Hold,
    PageLevel,
    PassOver,
    Reason,
    Silence,
    State,
    TellRunaway,
    advance,
    coming,
)
from models.matching import Subject
from models.oncall import HORIZON
from models.plan import Plan
from models.reach import Case, Crew, ReachAt, turns_taken
from models.routing import Silence as SilenceRule
from models.routing import applies, resumes_at, silenced
from models.wall_clock import MINUTE, moment
from models.words import Status

MOST_STEPS = 1000
"""A rehearsal that takes more steps, or longer than HORIZON, is broken off."""


class Outcome(StrEnum):
    PAGED = "paged"
    SKIPPED = "not for this alert"
    EMPTY = "nobody to page"
    HELD = "held by a silence"
    BRAKED = "too many levels within a minute"


class Ending(StrEnum):
    EXHAUSTED = "exhausted"
    NOBODY = "nobody reachable"
    NO_LEVELS = "no levels"
    BROKEN_OFF = "broken off"
    DIGEST = "waits for the daily digest"


@dataclass(frozen=True)
class Line:
    """One thing that happens `minutes` after the start; a level of 0 stands for the end of the lap.

    `people` are the row ids of those who are paged; `why` tells why nobody is. A silence holds `until` then, the
    ceiling against runaways brakes `until` then.
    """

    at: datetime
    minutes: float
    lap: int
    level: int
    outcome: Outcome
    people: tuple[int, ...] = ()
    why: str = ""
    silence: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Rehearsal:
    """Every line in order, all moments in UTC; `lap` is the last one that was begun, `ends_at` when nothing follows."""

    lines: tuple[Line, ...]
    ending: Ending
    lap: int
    ends_at: datetime

    @property
    def empty_levels(self) -> tuple[int, ...]:
        """The levels that are for this alert and at some time have nobody."""
        return tuple(sorted({line.level for line in self.lines if line.outcome is Outcome.EMPTY}))

    @property
    def reaches_everywhere(self) -> bool:
        """Somebody is paged, and no level that is for this alert is ever without anybody.

        A level that is passed over because of its own condition is no failure.
        """
        ends_well = self.ending in (Ending.EXHAUSTED, Ending.BROKEN_OFF)
        return ends_well and not self.empty_levels and any(line.people for line in self.lines)


def rehearse(
    plan: Plan,
    subject: Subject,
    crew: Crew,
    silences: Iterable[SilenceRule],
    start: datetime,
    case: Case,
    turns: Mapping[str, int],
) -> Rehearsal:
    """Take every step of an alert that opens at `start` and that nobody answers.

    `subject` has the severity that the routes gave it and the days to renewal as they are at `start`. It ends at the
    first lap that reaches nobody, because that would be tried again without end.
    """
    return _Run(plan, subject, crew, tuple(silences), moment(start), case, turns).play()


class _Run:
    def __init__(
        self,
        plan: Plan,
        subject: Subject,
        crew: Crew,
        silences: tuple[SilenceRule, ...],
        start: datetime,
        case: Case,
        turns: Mapping[str, int],
    ) -> None:
        self._subject, self._crew, self._silences = subject, crew, silences
        self._start, self._case, self._turns = start, case, turns
        self._state = State(Status.OPEN, plan, next_step_at=start, severity=subject.severity)
        self._lines = list[Line]()

    def play(self) -> Rehearsal:
        now = self._start
        for _ in range(MOST_STEPS):
            reason = self._step(now)
            if reason in _ENDINGS:
                return self._ended(_ENDINGS[reason], now)
            assert self._state.next_step_at is not None
            if self._state.next_step_at > self._start + HORIZON:
                break
            now = self._state.next_step_at
        return self._ended(Ending.BROKEN_OFF, now)

    def _ended(self, ending: Ending, now: datetime) -> Rehearsal:
        return Rehearsal(tuple(self._lines), ending, self._state.lap, now)

    def _step(self, now: datetime) -> Reason:
        reach = ReachAt(self._crew, now, self._case, self._turns)
        state = replace(self._state, recent=self._recent(now))
        taken = advance(state, reach, now, self._hold(now))
        self._lines += [line for effect in taken.effects for line in self._line(effect, now)]
        self._keep_picks(taken, reach)
        self._state = taken.state
        return taken.reason

    def _recent(self, now: datetime) -> int:
        return sum(line.outcome is Outcome.PAGED and line.at > now - A_MINUTE for line in self._lines)

    def _hold(self, now: datetime) -> Hold | None:
        subject = _as_of(self._subject, self._start, now)
        holding, until = silenced(self._silences, subject, now), resumes_at(self._silences, subject, now)
        return Hold(int(holding.id), until) if holding is not None and until is not None else None

    def _keep_picks(self, taken: Advance, reach: ReachAt) -> None:
        """Whose turn it is in a round robin stays so for the whole alert."""
        for effect in taken.effects:
            if isinstance(effect, PageLevel):
                turns = turns_taken(taken.state.plan.levels[effect.level - 1], reach, self._case)
                picked = {key: person for key, (person, _) in turns.items()}
                self._case = replace(self._case, picks={**self._case.picks, **picked})

    def _line(self, effect: Effect, now: datetime) -> Iterator[Line]:
        minutes = (now - self._start) / MINUTE
        lap, level = coming(self._state) or (self._state.lap, 0)
        match effect:
            case PageLevel():
                yield Line(now, minutes, effect.lap, effect.level, Outcome.PAGED, effect.people)
            case PassOver():
                outcome = Outcome.EMPTY if self._is_for(effect.level, now) else Outcome.SKIPPED
                yield Line(now, minutes, effect.lap, effect.level, outcome, why=effect.why)
            case Silence():
                held = Line(now, minutes, lap, level, Outcome.HELD)
                yield replace(held, silence=str(effect.silence), until=effect.until)
            case TellRunaway():
                yield Line(now, minutes, lap, level, Outcome.BRAKED, until=effect.retry_at)

    def _is_for(self, level: int, now: datetime) -> bool:
        when = self._state.plan.levels[level - 1].when
        return when is None or applies(when, self._state.severity, now)[0]


_ENDINGS = {
    Reason.EXHAUSTED: Ending.EXHAUSTED,
    Reason.NOBODY: Ending.NOBODY,
    Reason.NO_LEVELS: Ending.NO_LEVELS,
}


def _as_of(subject: Subject, start: datetime, now: datetime) -> Subject:
    """The subject as it is at `now`: its client's renewal comes nearer by the day, in UTC."""
    if subject.days_to_renewal is None:
        return subject
    return replace(subject, days_to_renewal=subject.days_to_renewal - (now.date() - start.date()).days)
