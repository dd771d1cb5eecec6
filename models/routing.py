"""Which policy an alert gets (routes), what holds it back (silences), and when a level applies (its condition)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.hours import Hours, on_the_wall, within, zone_of
from models.matching import Matcher, Subject, joined, mismatch
from models.words import Severity

GROUP_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Group:
    """The grouped alert that something belongs to: the route that groups, the values by which, and the window."""

    route: str
    values: tuple[str, ...]
    window: timedelta

    @property
    def key(self) -> str:
        """A deduplication key; the values are told apart whatever they hold."""
        digest = hashlib.sha256(json.dumps([self.route, *self.values]).encode()).hexdigest()
        return f"group:{digest[:32]}"


@dataclass(frozen=True)
class Route:
    """Where all `matchers` hold, within `hours` by the clock of `zone` (None: always), this route is taken.

    `policy`, `severity` and `channel` are None where the route leaves them open. `continue_` lets later routes be
    taken too. Alerts with the same values of `group_by` become parts of one (no names: all of the route, None: each is
    one of its own); for `group_window` after it has paged, a new part pages nobody who has acknowledged.
    """

    name: str
    matchers: tuple[Matcher, ...] = ()
    hours: Hours | None = None
    zone: str = "UTC"
    policy: str | None = None
    severity: Severity | None = None
    channel: str | None = None
    continue_: bool = False
    group_by: tuple[str, ...] | None = None
    group_window: timedelta = GROUP_WINDOW

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a route needs a name")
        zone_of(self.zone)


@dataclass(frozen=True)
class Considered:
    """One route that was looked at, and why it was taken or not."""

    route: str
    taken: bool
    reason: str


@dataclass(frozen=True)
class Routed:
    """What the routes say. `policy` None means the workspace's default policy, which always exists.

    `considered` holds every route that was looked at, in order; it ends with the one that stopped the search.
    """

    policy: str | None
    severity: Severity
    channels: tuple[str, ...]
    considered: tuple[Considered, ...]
    group: Group | None = None

    @property
    def taken(self) -> tuple[str, ...]:
        return tuple(each.route for each in self.considered if each.taken)


def route(routes: Sequence[Route], subject: Subject, now: datetime) -> Routed:
    """Take the first route that matches, and go on behind it only where it says so.

    Of several taken routes the first that names a policy decides the policy, the first that names a severity the
    severity, and all their channels are posted to. Every route is compared with the alert as it came in, so a changed
    severity never decides about a later route.
    """
    if not routes:
        return Routed(None, subject.severity, (), ())
    taken, considered = list[Route](), list[Considered]()
    for each in routes:
        matches, reason = _match(each, subject, now)
        considered.append(Considered(each.name, matches, reason))
        if matches:
            taken.append(each)
            if not each.continue_:
                break
    return Routed(
        policy=next((each.policy for each in taken if each.policy is not None), None),
        severity=next((each.severity for each in taken if each.severity is not None), subject.severity),
        channels=tuple(dict.fromkeys(each.channel for each in taken if each.channel is not None)),
        considered=tuple(considered),
        group=next((_group(each, each.group_by, subject) for each in taken if each.group_by is not None), None),
    )


def _group(grouping: Route, names: tuple[str, ...], subject: Subject) -> Group:
    return Group(grouping.name, tuple(subject.value(name) for name in names), grouping.group_window)


def _match(candidate: Route, subject: Subject, now: datetime) -> tuple[bool, str]:
    failing = mismatch(candidate.matchers, subject)
    if failing is not None:
        return False, failing
    reason = f"{joined(candidate.matchers)} holds" if candidate.matchers else "it takes every alert"
    if candidate.hours is None:
        return True, reason
    inside, when = _in_hours(candidate.hours, candidate.zone, now)
    return inside, f"{reason}, {when}" if inside else when


def _in_hours(hours: Hours, zone: str, now: datetime) -> tuple[bool, str]:
    inside = within(hours, zone, now)
    return inside, f"{on_the_wall(zone, now)} in {zone} is {'within' if inside else 'outside'} {hours}"


@dataclass(frozen=True)
class Silence:
    """From `starts_at` until before `ends_at`, alerts for which all `matchers` hold are stored but page nobody.

    At least one matcher must need something to be there, so that a slip of the hand does not silence everything.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    by: str
    why: str = ""

    def __post_init__(self) -> None:
        if all(matcher.accepts("") for matcher in self.matchers):
            raise ValueError('a silence needs a matcher that names something, such as team="search"')
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a silence starts and ends at times with a zone")
        for name in ("starts_at", "ends_at"):  # two times of one zone would be compared by the clock on the wall
            object.__setattr__(self, name, getattr(self, name).astimezone(UTC))
        if self.ends_at <= self.starts_at:
            raise ValueError("a silence ends after it starts")
        if not self.by:
            raise ValueError("a silence needs the person who made it")

    def holds(self, subject: Subject, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at and mismatch(self.matchers, subject) is None


def silenced(silences: Iterable[Silence], subject: Subject, now: datetime) -> Silence | None:
    """The silence that holds the alert longest now, the smallest id of equally long ones; None when none holds it."""
    holding = [silence for silence in silences if silence.holds(subject, now)]
    return min(holding, key=lambda silence: (-silence.ends_at.timestamp(), silence.id), default=None)


def resumes_at(silences: Iterable[Silence], subject: Subject, now: datetime) -> datetime | None:
    """When the alert is held by no silence any more, silences that start before then included; None: not held now."""
    known, held_until = tuple(silences), None
    while (held_by := silenced(known, subject, held_until or now)) is not None:
        held_until = held_by.ends_at
    return held_until


@dataclass(frozen=True)
class LevelCondition:
    """When a level applies: for these severities (none named: all), within `windows` of `zone` (None: always)."""

    severities: frozenset[Severity] = frozenset()
    windows: Hours | None = None
    zone: str = "UTC"

    def __post_init__(self) -> None:
        zone_of(self.zone)


def applies(condition: LevelCondition, severity: Severity, now: datetime) -> tuple[bool, str]:
    """Does a level with `condition` apply to an alert of `severity` now, and why (not)."""
    if condition.severities and severity not in condition.severities:
        names = ", ".join(each.label for each in sorted(condition.severities))
        return False, f"the level is for {names} only, the alert is {severity.label}"
    if condition.windows is None:
        return True, f"the level is for {severity.label} alerts at any time"
    return _in_hours(condition.windows, condition.zone, now)
