"""A rotation: people who take turns, handing off at a wall-clock time, perhaps only in some hours of the week.

Which turn a moment belongs to is arithmetic on wall-clock periods since the start, so that a look-up decades ahead
costs what one for today costs. Hand-offs follow the wall clock: an hourly rotation hands off on the hour before and
after a change of the clock. In the repeated hour a turn lasts longer; a turn that lies wholly in the skipped hour does
not happen. A window of the hours begins at the first occurrence of its first time and ends at the last one of its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from models.hours import Hours, zone_of
from models.wall_clock import DAY, MINUTE, WEEK, Weekday, first_moment, last_moment, moment, wall


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True)
class Rotation:
    """People (row ids, in order; somebody may stand in it twice) who are on call in turns of `every` `unit`.

    The first person has the turn in which `start` lies; they begin at `start`, which may be in its middle. Hand-offs
    are at `handoff` in `zone` (an IANA name), in a rotation of weeks on `weekday` (None in all others); in one of hours
    they are counted from the last `handoff` before `start`. `end` is the first moment without it; without `hours` it
    covers the whole week. Its name is unique in its schedule.
    """

    name: str
    people: tuple[int, ...]
    every: int
    unit: Unit
    zone: str
    start: datetime
    handoff: time
    weekday: Weekday | None = None
    end: datetime | None = None
    hours: Hours | None = None

    @property
    def period(self) -> timedelta:
        """The length of a turn on the wall clock."""
        return timedelta(**{self.unit: self.every})

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The zone itself; raises ValueError if there is none of this name."""
        return zone_of(self.zone)

    @cached_property
    def first_turn(self) -> tuple[datetime, int]:
        """The wall time from which turns are counted, and the number of the first person's first turn.

        Turns are counted from the last daily or weekly hand-off that the zone's clock showed before the start.
        """
        start = wall(self.start, self.zone_info)
        origin = datetime.combine(start.date(), self.handoff)
        if self.weekday is not None:
            origin -= DAY * ((origin.weekday() - self.weekday) % 7)
        if origin > start:
            origin -= WEEK if self.weekday is not None else DAY
        return origin, _number_at(self, origin, moment(self.start))[0]


@dataclass(frozen=True)
class Slot:
    """Who is on call (None: nobody), surely unchanged until `until`, the first moment after it (None: for ever)."""

    person: int | None
    until: datetime | None


def slot_at(rotation: Rotation, at: datetime) -> Slot:
    """Whom `rotation` has on call at a moment. The slot after it may have the same person again."""
    at, start = moment(at), moment(rotation.start)
    end = moment(rotation.end) if rotation.end else None
    if end is not None and at >= end:
        return Slot(None, None)
    opened, change = _window_at(rotation, max(at, start))
    if at < start or not opened:
        begins = start if opened else change
        return Slot(None, None if begins is None or (end is not None and begins >= end) else begins)
    person, handoff = _turn_at(rotation, at)
    return Slot(person, earliest(end, change, handoff))


def earliest(*moments: datetime | None) -> datetime | None:
    """The earliest of the moments; None, which stands for never, only if there is no other."""
    return min((each for each in moments if each is not None), default=None)


def _turn_at(rotation: Rotation, at: datetime) -> tuple[int, datetime | None]:
    """Whose turn it is at a moment, and when it is somebody else's (None: never)."""
    if len(set(rotation.people)) == 1:
        return rotation.people[0], None
    origin, first = rotation.first_turn
    number, handoff = _number_at(rotation, origin, at)
    return rotation.people[(number - first) % len(rotation.people)], handoff


def _number_at(rotation: Rotation, origin: datetime, at: datetime) -> tuple[int, datetime]:
    """The number of the turn at a moment, counted from the one that begins at `origin`, and when the next begins.

    After the clock was set back it shows times of the turn before once more, hence the search; it takes no step on
    other days.
    """
    zone, period = rotation.zone_info, rotation.period
    number = (wall(at, zone) - origin) // period
    while (handoff := first_moment(origin + (number + 1) * period, zone)) <= at:
        number += 1
    return number, handoff


def _window_at(rotation: Rotation, at: datetime) -> tuple[bool, datetime | None]:
    """Whether a window of the hours is open at a moment, and when that changes (None: never)."""
    if rotation.hours is None or rotation.hours.is_always:
        return True, None
    zone = rotation.zone_info
    shown = wall(at, zone)
    for opens, closes in _windows_around(rotation.hours, shown):
        if closes < shown - DAY:
            continue
        begin, end = first_moment(opens, zone), last_moment(closes, zone)
        if at < end and begin < end:
            return (True, end) if begin <= at else (False, begin)
    return False, None


def _windows_around(hours: Hours, shown: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The wall times of every window from the week before `shown` to two weeks after, in order.

    Two weeks, because a window may be skipped by the clock in one of them.
    """
    monday = datetime.combine(shown.date(), time()) - DAY * shown.weekday()
    for week in range(-1, 3):
        for window in hours.windows:
            yield monday + week * WEEK + window.start * MINUTE, monday + week * WEEK + window.end * MINUTE
