"""Deadlines for replies to clients: business time with holidays, and since when somebody waits.

The clock starts with a client's message that asks for something and stops with a reply of ours. A holding reply ("we
are looking into it") buys a set time, once, and does not stop it; closing pleasantries do not start it. Every moment
is given back in UTC; wall-clock rules are those of `wall_clock`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from models.hours import DAY as DAY_MINUTES
from models.hours import Hours, zone_of
from models.wall_clock import DAY, first_moment, last_moment, moment, wall

WARN_AT = 0.75
"""The share of the time after which people are warned."""
LOOK_AHEAD = timedelta(days=400)


@dataclass(frozen=True)
class BusinessTime:
    """When a client's clock runs: `hours` of the week by the clock of `zone`, without `holidays`. None: always."""

    hours: Hours | None = None
    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        zone_of(self.zone)


@dataclass(frozen=True)
class Promise:
    """How soon a client is answered: the first time in a conversation, and each time after that. None: no promise.

    `holding` is what a holding reply buys.
    """

    first: timedelta | None = None
    next: timedelta | None = None
    holding: timedelta = timedelta(minutes=30)


class Kind(StrEnum):
    FIRST = "first"
    NEXT = "next"


@dataclass(frozen=True)
class Said:
    """One message as the clock sees it. `asks`: it wants an answer; `holds`: it is a holding reply."""

    at: datetime
    from_client: bool
    asks: bool = True
    holds: bool = False


@dataclass(frozen=True)
class Waiting:
    """A client waits since then, and is to be answered by `due_at`; people are warned at `warn_at`."""

    since: datetime
    kind: Kind
    warn_at: datetime
    due_at: datetime


def waiting(said: Sequence[Said], promise: Promise, when: BusinessTime) -> Waiting | None:
    """Who waits, after these messages in the order in which they were said; None when nobody does."""
    since, answered, held_at = None, False, None
    for each in said:
        if each.from_client:
            since = each.at if since is None and each.asks else since
        elif each.holds:
            held_at = each.at if since is not None and held_at is None else held_at
        else:
            since, answered, held_at = None, True, None
    if since is None:
        return None
    kind = Kind.NEXT if answered else Kind.FIRST
    length = promise.next if answered else promise.first
    if length is None:
        return None
    due_at = after(when, since, length)
    if held_at is not None:
        due_at = max(due_at, after(when, held_at, promise.holding))
    return Waiting(since, kind, after(when, since, between(when, since, due_at) * WARN_AT), due_at)


def after(when: BusinessTime, start: datetime, length: timedelta) -> datetime:
    """The moment at which `length` of business time has passed since `start`, 400 days later at the latest."""
    left = length
    for begin, end in _open_spans(when, start, start + LOOK_AHEAD):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return start + LOOK_AHEAD


def between(when: BusinessTime, start: datetime, end: datetime) -> timedelta:
    """How much business time lies between two moments."""
    return sum((last - first for first, last in _open_spans(when, start, end)), timedelta())


def _open_spans(when: BusinessTime, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The business time between two moments, as spans in order, cut off at both."""
    start, end = moment(start), moment(end)
    if when.hours is None and not when.holidays:
        yield start, end
        return
    zone = zone_of(when.zone)
    day = wall(start, zone).date() - DAY
    while first_moment(datetime.combine(day, time()), zone) < end:
        if day not in when.holidays:
            for opens, closes in _windows_of(when.hours, day):
                first, last = first_moment(opens, zone), last_moment(closes, zone)
                if first < last and last > start and first < end:
                    yield max(first, start), min(last, end)
        day += DAY


def _windows_of(hours: Hours | None, day: date) -> Iterable[tuple[datetime, datetime]]:
    """The wall times between which `day` is open; what runs over midnight is cut there, so that a holiday is whole."""
    midnight, number = datetime.combine(day, time()), day.weekday()
    if hours is None:
        return [(midnight, midnight + DAY)]
    found = []
    for window in hours.windows:
        for week in (0, 7 * DAY_MINUTES):
            begin = max(window.start - week - number * DAY_MINUTES, 0)
            end = min(window.end - week - number * DAY_MINUTES, DAY_MINUTES)
            if begin < end:
                found.append((midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)))
    return sorted(found)
