"""Wall-clock times and moments: what a zone's clock shows, and when it shows it.

Two kinds of time never mix here. A *moment* is an aware datetime and always comes back in UTC; a *wall* time is a naive
datetime, read off the clock of a zone, and arithmetic on it ignores daylight saving. The rules for the two nights are
GoAlert's: what starts, starts at the first occurrence of a wall time; what ends, ends at the last one; a wall time that
the clock skips stands for the moment of the skip. Both readings grow with the wall time, so order is never lost.
"""

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
_SECOND = timedelta(seconds=1)
_WALL_EPOCH = datetime(2000, 1, 1)
_EPOCH = _WALL_EPOCH.replace(tzinfo=UTC)


class Weekday(IntEnum):
    """A day of the week, numbered as `datetime.weekday()` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> "Weekday":
        """The weekday called `word`, such as "monday" or "mon"; raises ValueError that names the seven."""
        begin = word.strip().lower()
        for day in cls:
            if len(begin) >= 3 and day.label.startswith(begin):
                return day
        raise ValueError(f"must be one of {', '.join(day.label for day in cls)}, not {word!r}")


def moment(at: datetime) -> datetime:
    """`at` in UTC; raises ValueError when it has no zone, because it would then depend on who asks."""
    if at.utcoffset() is None:
        raise ValueError(f"a moment needs a zone: {at.isoformat()}")
    return at.astimezone(UTC)


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the zone's clock shows at a moment, with `fold` 0 as all wall times have."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def first_moment(shown: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the zone's clock shows the wall time `shown` or a later one."""
    before, after = _offsets(shown, zone)
    return _at_offset(shown, before) if after <= before else _skip(shown, zone, before, after)


def last_moment(shown: datetime, zone: ZoneInfo) -> datetime:
    """The last moment at which the zone's clock shows the wall time `shown`, or the skip that it falls into."""
    before, after = _offsets(shown, zone)
    return _at_offset(shown, after) if after <= before else _skip(shown, zone, before, after)


def _offsets(shown: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """The zone's offsets before and after the change of the clock that `shown` falls into; the same on other days."""
    before, after = zone.utcoffset(shown), zone.utcoffset(shown.replace(fold=1))
    return before or timedelta(), after or timedelta()


def _at_offset(shown: datetime, offset: timedelta) -> datetime:
    return _EPOCH + (shown - offset - _WALL_EPOCH)


def _skip(shown: datetime, zone: ZoneInfo, before: timedelta, after: timedelta) -> datetime:
    """The moment, exact to the second, at which the clock jumps over `shown`."""
    shown = shown.replace(microsecond=0)
    low, high = _at_offset(shown, after), _at_offset(shown, before)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
