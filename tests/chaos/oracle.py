"""What must have happened, told from outside: from what was accepted and answered, from Slack's posts, and the faults.

Pure. All moments are epoch seconds. A step is late by the time from the later of when it was due and the end of a
fault on its path; a fault counts as long as it began before the step was more than 15 s late, so that a step which is
late already is not excused by the next fault.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from tests.chaos.schedule import SLACK, STEPS, Fault

BOUND = 15.0
"""A step is at most so many seconds late (rule 3 of the design)."""
REDRAWN_WITHIN = 5.0
EARLY = 1.0
"""A post that came so many seconds before its step was due can be that step's: clocks are not compared finer."""


@dataclass(frozen=True)
class Policy:
    """A person for each level; the next level is due `timeout` seconds after one was taken."""

    people: tuple[str, ...]
    timeout: float
    laps: int

    def steps(self) -> list[tuple[int, int, str]]:
        """(lap, level, person) in order."""
        return [
            (lap, level, person) for lap in range(1, self.laps + 1) for level, person in enumerate(self.people, start=1)
        ]


@dataclass(frozen=True)
class Told:
    """One alert as its sender knows it: when it was tried first, and when it was answered 2xx (None: never).

    `answer_tried` is when somebody first tried to answer it, `answered` when Heed said that it took the answer.
    """

    key: str
    policy: Policy
    tried: float
    accepted: float | None = None
    answer_tried: float | None = None
    answered: float | None = None


@dataclass(frozen=True)
class Post:
    """A message to `person` that names these alerts; `mark` is in its metadata. `is_for_many`: a list or a storm.

    `shows_answer`: at the end it says that its alert is answered. `is_changed`: it was drawn anew at least once.
    """

    at: float
    person: str
    mark: str
    keys: frozenset[str]
    is_for_many: bool = False
    shows_answer: bool = False
    is_changed: bool = False


@dataclass(frozen=True)
class Step:
    """One step of one alert as it went. `since` is from when it counts as late; `faults` the kinds that moved it."""

    key: str
    lap: int
    level: int
    person: str
    due: float
    since: float
    posted: float | None
    expected: bool
    faults: tuple[str, ...] = ()

    @property
    def late(self) -> float | None:
        """Seconds, by the rule; None when it was not posted."""
        return None if self.posted is None else max(0.0, self.posted - self.since)

    @property
    def late_raw(self) -> float | None:
        """Seconds since it was due, whatever was broken; None when it was not posted."""
        return None if self.posted is None else max(0.0, self.posted - self.due)

    @property
    def missed(self) -> bool:
        return self.expected and self.posted is None


@dataclass(frozen=True)
class Flight:
    """A post that was on its way when somebody acknowledged; `shown` is when it said so (None: never)."""

    key: str
    posted: float
    acknowledged: float
    shown: float | None


def excused(due: float, faults: Sequence[Fault], posted: float = inf, bound: float = BOUND) -> tuple[float, list[str]]:
    """From when what was due counts as late, and the kinds of the faults that put it off; `faults` by their begin."""
    since, kinds = due, list[str]()
    for fault in faults:
        if fault.begin > min(since + bound, posted):
            break
        if fault.end > since:
            since = fault.end
            kinds.append(fault.kind)
    return since, kinds


def on(paths: Collection[str], faults: Iterable[Fault]) -> list[Fault]:
    """The faults that lie on one of these paths, by when they begin."""
    return sorted((fault for fault in faults if fault.path & set(paths)), key=lambda fault: fault.begin)


class Oracle:
    """Judges alerts one by one; `ended` is when nobody looked any more."""

    def __init__(self, posts: Iterable[Post], faults: Sequence[Fault], ended: float) -> None:
        self._engine, self._whole = on({STEPS}, faults), on({STEPS, SLACK}, faults)
        self._ended = ended
        self._posted: dict[tuple[str, str], list[float]] = defaultdict(list)
        for post in posts:
            for key in post.keys:
                self._posted[key, post.person].append(post.at)
        for moments in self._posted.values():
            moments.sort()

    def steps(self, told: Told) -> list[Step]:
        """The steps of an accepted alert, up to the first that cannot be told any more."""
        found: list[Step] = []
        due, earliest = told.accepted, told.tried
        for lap, level, person in told.policy.steps():
            if due is None or due >= self._until(told):
                break
            posted = self._first(told.key, person, min(earliest, due) - EARLY)
            since, kinds = excused(due, self._whole, posted if posted is not None else inf)
            expected = since + BOUND < self._until(told)
            found.append(Step(told.key, lap, level, person, due, since, posted, expected, tuple(kinds)))
            taken = excused(due, self._engine, posted if posted is not None else inf)[0] + BOUND
            due = min(taken, posted if posted is not None else inf) + told.policy.timeout
            earliest += told.policy.timeout
        return [self._own(step, found[place + 1 :]) for place, step in enumerate(found)]

    def _own(self, step: Step, after: Sequence[Step]) -> Step:
        """A post that is too late for this step and in time for a later one of this person was that one's."""
        is_later_ones = any(
            (each.person, each.posted) == (step.person, step.posted) and (each.late or 0) <= BOUND for each in after
        )
        return replace(step, posted=None) if is_later_ones and (step.late or 0) > BOUND else step

    def _until(self, told: Told) -> float:
        return min(self._ended, told.answer_tried if told.answer_tried is not None else inf)

    def _first(self, key: str, person: str, since: float) -> float | None:
        moments = self._posted.get((key, person), [])
        place = bisect_left(moments, since)
        return moments[place] if place < len(moments) else None

    def after_answer(self, told: Told) -> int:
        """How many posts about it came although Heed had taken an answer 15 s before."""
        if told.answered is None:
            return 0
        people = set(told.policy.people)
        return sum(at > told.answered + BOUND for person in people for at in self._posted.get((told.key, person), []))


def lost(told: Iterable[Told], stored: Collection[str]) -> list[str]:
    """What was accepted and is not stored."""
    return [each.key for each in told if each.accepted is not None and each.key not in stored]


def forgotten(told: Iterable[Told], stored: Mapping[str, str]) -> list[str]:
    """What Heed said it took an answer for, and is open all the same; `stored` are statuses by key."""
    return [each.key for each in told if each.answered is not None and stored.get(each.key) == "open"]


def stale(posts: Sequence[Post], told: Mapping[str, Told], faults: Sequence[Fault], ended: float) -> list[Post]:
    """Posts about one alert that do not show its answer at the end, though there was time to draw them anew.

    One that a newer post to the same person has taken the place of may show that instead.
    """
    whole, newest = on({STEPS, SLACK}, faults), dict[tuple[str, str], float]()
    for post in posts:
        for key in post.keys:
            newest[key, post.person] = max(post.at, newest.get((key, post.person), 0.0))
    return [
        post
        for post in posts
        for key in post.keys
        if not post.is_for_many and not post.shows_answer and _shown_by(post, told.get(key), whole) < ended
        if not (post.is_changed and newest[key, post.person] > post.at)
    ]


def _shown_by(post: Post, told: Told | None, faults: Sequence[Fault]) -> float:
    """When it must show the answer at the latest; never while there is none."""
    if told is None or told.answered is None:
        return inf
    return excused(max(post.at, told.answered), faults, bound=2 * BOUND)[0] + 2 * BOUND


def doubled(posts: Sequence[Post], told: Mapping[str, Told]) -> list[Post]:
    """Posts that say again what was said: the same mark twice, or more posts for a person than the alert has steps."""
    again, marks, single = list[Post](), set[str](), Counter[tuple[str, str]]()
    for post in sorted(posts, key=lambda each: each.at):
        if post.mark in marks:
            again.append(post)
            continue
        marks.add(post.mark)
        for key in post.keys if not post.is_for_many else ():
            single[key, post.person] += 1
            if key in told and single[key, post.person] > _most(told[key].policy, post.person):
                again.append(post)
    return again


def _most(policy: Policy, person: str) -> int:
    return sum(each == person for _, _, each in policy.steps())


def late_redraws(flights: Iterable[Flight], faults: Sequence[Fault], ended: float) -> list[tuple[Flight, float]]:
    """Posts in flight whose redrawing came later than 5 s after Slack took them, and by how many seconds it came.

    Faults that began after the acknowledge move the beginning, as with steps.
    """
    late: list[tuple[Flight, float]] = []
    engine = on({STEPS, SLACK}, faults)
    for flight in flights:
        seconds = redrawn_in(flight, engine, ended)
        if seconds > REDRAWN_WITHIN and (flight.shown is not None or ended - flight.posted > REDRAWN_WITHIN):
            late.append((flight, seconds))
    return late


def redrawn_in(flight: Flight, faults: Sequence[Fault], ended: float) -> float:
    """Seconds from when it could be redrawn until it was; until the end when it was not."""
    begin = max(flight.posted, flight.acknowledged)
    shown = flight.shown if flight.shown is not None else ended
    since, _ = excused(begin, [fault for fault in faults if fault.end > begin], shown, REDRAWN_WITHIN)
    return max(0.0, shown - since)


def in_calm(steps: Iterable[Step], faults: Sequence[Fault]) -> int:
    """How many steps fell due while no fault at all was active."""
    return sum(not any(fault.begin <= step.due <= fault.end for fault in faults) for step in steps)
