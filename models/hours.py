"""Windows of the week, such as `mon-fri 09:00-17:00`, by the clock on the wall of a named zone.

A window may run over midnight (`fri 22:00-06:00`) and over the week's end (`fri 18:00-mon 08:00`). What the clock on
the wall shows decides: an hour that the clocks repeat counts both times, one that they skip does not happen.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60
WEEK = 7 * DAY

_DASH = r"\s*[-–—]\s*"
_DAY = r"[a-z]+"
_TIME = r"\d{1,2}:\d{2}"
_SPAN = re.compile(rf"({_DAY})\s+({_TIME}){_DASH}({_DAY})\s+({_TIME})")
_DAILY = re.compile(rf"((?:{_DAY}(?:{_DASH}{_DAY})?[\s,]+)*)({_TIME}){_DASH}({_TIME})")
_RANGE = re.compile(rf"({_DAY})(?:{_DASH}({_DAY}))?")


@dataclass(frozen=True, order=True)
class Window:
    """From `start` until before `end`, in minutes from Monday 00:00; `end` may lie in the next week."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < WEEK and self.start < self.end <= self.start + WEEK):
            raise ValueError("a window starts within the week and lasts a minute to a week")


@dataclass(frozen=True)
class Hours:
    """One or more windows, kept sorted and merged, so that equal hours are equal however they were written."""

    windows: tuple[Window, ...]

    def __post_init__(self) -> None:
        if not self.windows:
            raise ValueError("hours need at least one window, such as mon-fri 09:00-17:00")
        object.__setattr__(self, "windows", _merged(self.windows))

    def __str__(self) -> str:
        return ", ".join(_texts(self.windows))

    @property
    def is_always(self) -> bool:
        return self.windows == (Window(0, WEEK),)

    def has(self, minute: int) -> bool:
        """Does the minute of the week (0 is Monday 00:00) lie in a window?"""
        return any(each.start <= minute < each.end or minute + WEEK < each.end for each in self.windows)

    def covers(self, other: "Hours") -> bool:
        """Does every minute of `other` lie in these hours too?"""
        return _merged((*self.windows, *other.windows)) == self.windows


def parse_hours(text: str) -> Hours:
    """The hours that `text` names; no day means every day, and `sat, sun 10:00-14:00` means both days.

    Raises ValueError, in one line, that names what was not understood.
    """
    windows, rest = list[Window](), text.strip().lower()
    while rest:
        found = _SPAN.match(rest) or _DAILY.match(rest)
        if found is None:
            raise ValueError(f'expected a day and times such as "mon-fri 09:00-17:00", found "{rest[:40]}"')
        windows += _span(*found.groups()) if found.re is _SPAN else _daily(*found.groups())
        after = rest[found.end() :].lstrip()
        rest = after.removeprefix(",").lstrip()
        if after and after == rest:
            raise ValueError(f'expected a comma between windows, found "{after[:40]}"')
    return Hours(tuple(windows))


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone called `name`; raises ValueError for any other word."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f'"{name}" is no time zone; write an IANA name such as Europe/Berlin') from None


def within(hours: Hours, zone: str, moment: datetime) -> bool:
    """Does `moment` lie in `hours` by the clock of `zone`? Raises ValueError for a moment or a zone that is none."""
    local = _local(zone, moment)
    return hours.has(local.weekday() * DAY + local.hour * 60 + local.minute)


def on_the_wall(zone: str, moment: datetime) -> str:
    """Day and time that a clock in `zone` shows, such as `Sat 22:10`."""
    local = _local(zone, moment)
    return f"{DAYS[local.weekday()].capitalize()} {local:%H:%M}"


def _local(zone: str, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return moment.astimezone(zone_of(zone))


def _span(first: str, begins: str, last: str, ends: str) -> Iterator[Window]:
    start = _day(first) * DAY + _minutes(begins, "begins")
    length = (_day(last) * DAY + _minutes(ends, "ends") - start) % WEEK
    if length == 0:
        raise ValueError(f'"{first} {begins}-{last} {ends}" ends as it begins; write mon-sun 00:00-24:00 for always')
    yield Window(start, start + length)


def _daily(days: str, begins: str, ends: str) -> Iterator[Window]:
    start, end = _minutes(begins, "begins"), _minutes(ends, "ends")
    if start == end:
        raise ValueError(f'"{begins}-{ends}" ends as it begins; write 00:00-24:00 for the whole day')
    for day in _days(days):
        yield Window(day * DAY + start, day * DAY + end + (DAY if end < start else 0))


def _days(text: str) -> Iterable[int]:
    ranges = _RANGE.findall(text)
    if not ranges:
        return range(7)
    found = set[int]()
    for first, last in ranges:
        begin, length = _day(first), (_day(last or first) - _day(first)) % 7
        found |= {(begin + days) % 7 for days in range(length + 1)}
    return sorted(found)


def _day(word: str) -> int:
    for number, name in enumerate(_NAMES):
        if len(word) >= 3 and name.startswith(word):
            return number
    raise ValueError(f'"{word}" is no day; write {", ".join(DAYS)}')


def _minutes(text: str, which: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    if minute > 59 or hour > 24 or (hour == 24 and (minute or which == "begins")):
        raise ValueError(
            f'"{text}" is no time at which a window {which}; write 00:00 to {"23:59" if which == "begins" else "24:00"}'
        )
    return hour * 60 + minute


def _merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The same minutes in as few windows as possible, sorted; one from Monday 00:00 where it is the whole week."""
    merged = list[tuple[int, int]]()
    for window in sorted(windows):
        if merged and window.start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], window.end)
        else:
            merged.append((window.start, window.end))
    while len(merged) > 1 and merged[-1][1] >= merged[0][0] + WEEK:
        _, end = merged.pop(0)
        merged[-1] = merged[-1][0], max(merged[-1][1], end + WEEK)
    if any(end - start >= WEEK for start, end in merged):
        return (Window(0, WEEK),)
    return tuple(Window(start, end) for start, end in merged)


def _texts(windows: tuple[Window, ...]) -> Iterator[str]:
    """One text for windows at the same time of neighbouring days, one for every other window."""

    def alike(numbered: tuple[int, Window]) -> tuple[int, int, int]:
        number, window = numbered
        return window.start // DAY - number, window.start % DAY, window.end - window.start

    for _, group in groupby(enumerate(windows), key=alike):
        same = [window for _, window in group]
        yield _text(same[0], same[-1])


def _text(first: Window, last: Window) -> str:
    begins, length = first.start % DAY, first.end - first.start
    if begins == 0 and length % DAY == 0:
        return f"{_day_range(first.start, first.end - 1)} 00:00-24:00"
    if length < DAY:
        return f"{_day_range(first.start, last.start)} {_clock(begins)}-{_clock(_end(first.end))}"
    return f"{_day_name(first.start)} {_clock(begins)}-{_day_name(first.end - 1)} {_clock(_end(first.end))}"


def _end(minute: int) -> int:
    """Minutes in the day of an end, where midnight is written 24:00 of the day before."""
    return (minute - 1) % DAY + 1


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day_name(minute: int) -> str:
    return DAYS[minute // DAY % 7]


def _day_range(first: int, last: int) -> str:
    begins, ends = _day_name(first), _day_name(last)
    return begins if begins == ends else f"{begins}-{ends}"
