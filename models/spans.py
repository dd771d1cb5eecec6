"""A span of time as people type it, at the beginning of some words.

    2h · 90m · 1h30m · 3 days          from now on
    until 18:00 · until fri 9:00       from now on
    tomorrow 9:00 to 18:00             and with dates: 2026-12-24 09:00 to 2026-12-27 09:00
    mon 9:00 for 2h

A day is today, tomorrow, a day of the week (the next one that fits) or a date; a time without a day is the next moment
at which the clock shows it. Minutes and hours are time that passes; days and weeks end at the same time by the clock.
In the two nights of a change of the clock a span starts as early and ends as late as its words allow (`wall_clock`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.wall_clock import DAY, MINUTE, WEEK, Weekday, first_moment, last_moment, moment, wall

HORIZON = timedelta(days=731)
"""No span ends later than this; nothing that somebody types into a chat is meant for longer."""
BEHIND = timedelta(days=366)
EXAMPLES = "say for example `2h`, `until 18:00`, `until fri 9:00` or `tomorrow 9:00 to 18:00`"
SHOWN = 40


class Span(NamedTuple):
    """From `start` until before `end`, both in UTC, and the words that came after it."""

    start: datetime
    end: datetime
    rest: str


@dataclass(frozen=True)
class _Point:
    """A time of day, with the day as it was typed (empty: none was)."""

    day: str
    clock: time
    said: str

    @property
    def weekday(self) -> Weekday | None:
        return next((day for day in Weekday if self.day and self.day[:3] == day.label[:3]), None)

    @property
    def comes_again_after(self) -> timedelta | None:
        """How long after one such day the next one is; None for a day that is the only one."""
        if not self.day:
            return DAY
        return WEEK if self.weekday is not None else None


_HOUR = 60 * MINUTE
_UNITS = {"w": WEEK, "d": DAY, "h": _HOUR, "m": MINUTE}
_WEEKDAYS = "mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs?|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_TIME = r"(?P<hour>[0-9]{1,2})(?:(?::(?P<minute>[0-9]{2}))?\s?(?P<half>am|pm)|:(?P<minutes>[0-9]{2}))"


def _expression(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.ASCII)


_AMOUNT = _expression(r"\s*(?P<count>[0-9]{1,4})\s?(?P<unit>weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m)(?![a-z])")
_FOR, _UNTIL, _FROM = _expression(r"for\s+"), _expression(r"(?:until|till)\s+"), _expression(r"from\s+")
_TO = _expression(r"\s+(?:to|until|till)\s+|\s*[-–—]\s*")
_LASTS = _expression(r"\s+for\s+")
_POINT = _expression(
    rf"(?:(?P<day>today|tomorrow|{_WEEKDAYS})\s+|(?P<date>{_DATE})(?:\s+|T))?(?:at\s+)?{_TIME}(?![0-9a-z:])"
    r"(?:\s+(?P<later>today|tomorrow)(?![a-z]))?"
)
_ONLY_DAY = _expression(rf"(?:today|tomorrow|{_WEEKDAYS}|{_DATE})(?![0-9a-z])")


def parse_span(words: str, now: datetime, zone: ZoneInfo) -> Span:
    """The span that `words` begin with, as it is meant at `now` by the clock of `zone`; it has not ended yet.

    Raises ValueError with one friendly line that shows how it is typed; the line may hold what was typed.
    """
    words, now = words.strip(), moment(now)
    if not words:
        raise ValueError(f"How long, or until when? Please {EXAMPLES}.")
    start, end, at = _read(words, now, zone)
    if end <= now:
        raise ValueError(f"“{_shown(words[:at])}” is over already. Please {EXAMPLES}.")
    if end <= start:
        raise ValueError(f"“{_shown(words[:at])}” ends before it begins. Please {EXAMPLES}.")
    if end - now > HORIZON:
        raise ValueError(f"“{_shown(words[:at])}” ends more than two years from now. Please {EXAMPLES}.")
    return Span(start, end, words[at:].strip(" \t\r\n,;:-–—"))


def parse_moment(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that all of `words` name, as it is meant at `now` by the clock of `zone`: `18:00`, `tomorrow 9:00`.

    Raises ValueError as `parse_span` does.
    """
    point, at = _point(words.strip(), 0)
    if words.strip()[at:]:
        raise ValueError(f"I don't understand “{_shown(words)}” as a time. Please say for example `tomorrow 9:00`.")
    if point.comes_again_after:
        return _next(point, now, zone, first_moment)[1]
    return first_moment(_shown_on(point, wall(now, zone).date()), zone)


def _read(words: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime, int]:
    """(start, end, where the words after them begin)."""
    after_for = _FOR.match(words)
    lasting = _amounts(words, after_for.end() if after_for else 0)
    if lasting is not None:
        return now, _later(now, lasting[0], zone), lasting[1]
    until = _UNTIL.match(words)
    if until is not None:
        point, at = _point(words, until.end())
        return now, _next(point, now, zone, last_moment)[1], at
    begins = _FROM.match(words)
    point, at = _point(words, begins.end() if begins else 0)
    shown, start = _start(point, now, zone)
    lasts = _LASTS.match(words, at)
    lasting = _amounts(words, lasts.end()) if lasts else None
    if lasting is not None:
        return start, _later(start, lasting[0], zone), lasting[1]
    to = _TO.match(words, at)
    if to is None:
        raise ValueError(f"When does it end? Please say `{point.said} to …`, or `until {point.said}` to begin now.")
    point, at = _point(words, to.end())
    return start, last_moment(_end(point, shown, wall(now, zone).date()), zone), at


def _amounts(words: str, at: int) -> tuple[dict[str, int], int] | None:
    """(how many of each unit, where they end) of "1h30m", the larger units first; None when no amount stands there."""
    found, units = dict[str, int](), list(_UNITS)
    while each := _AMOUNT.match(words, at):
        unit = each["unit"][0].lower()
        if unit not in units:
            break
        found[unit], at = int(each["count"]), each.end()
        units = units[units.index(unit) + 1 :]
    if not found or words[at : at + 1].isalnum():
        return None
    if not any(found.values()):
        raise ValueError(f"That is no time at all. Please {EXAMPLES}.")
    return found, at


def _later(start: datetime, amounts: dict[str, int], zone: ZoneInfo) -> datetime:
    """Days and weeks later by the clock of `zone`, and minutes and hours later as time passes."""
    days = sum((_UNITS[unit] * amounts.get(unit, 0) for unit in "wd"), timedelta())
    passing = sum((_UNITS[unit] * amounts.get(unit, 0) for unit in "hm"), timedelta())
    if days > HORIZON:
        raise ValueError(f"That is more than two years. Please {EXAMPLES}.")
    return (last_moment(wall(start, zone) + days, zone) if days else start) + passing


def _point(words: str, at: int) -> tuple[_Point, int]:
    """The point that stands at `at`, and where it ends."""
    found = _POINT.match(words, at)
    if found is None:
        day = _ONLY_DAY.match(words, at)
        if day is not None:
            raise ValueError(f"“{_shown(day[0])}” needs a time too, such as `{day[0].lower()} 9:00`.")
        raise ValueError(f"I don't understand “{_shown(words[at:] or words)}” as a time. Please {EXAMPLES}.")
    named = found["day"] or found["date"] or ""
    if named and found["later"]:
        return _Point(named.lower(), _clock(found), _shown(found[0])), found.start("later")
    return _Point((named or found["later"] or "").lower(), _clock(found), _shown(found[0])), found.end()


def _clock(found: re.Match[str]) -> time:
    hour, minute = int(found["hour"]), int(found["minute"] or found["minutes"] or 0)
    half = (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        hour = 24
    elif half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"“{_shown(found[0])}” is no time of day. Please {EXAMPLES}.")
    return time(hour, minute)


def _start(point: _Point, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """(wall time, moment) at which a span begins; what has begun already on a day that was named begins now."""
    if point.comes_again_after:
        return _next(point, now, zone, first_moment)
    shown = _shown_on(point, wall(now, zone).date())
    return shown, max(now, first_moment(shown, zone))


def _next(
    point: _Point, now: datetime, zone: ZoneInfo, read: Callable[[datetime, ZoneInfo], datetime]
) -> tuple[datetime, datetime]:
    """(wall time, moment) of a point; of the first one that is still ahead where its day comes again."""
    shown = _shown_on(point, wall(now, zone).date())
    if point.comes_again_after and read(shown, zone) <= now:
        shown += point.comes_again_after
    return shown, read(shown, zone)


def _end(point: _Point, start: datetime, today: date) -> datetime:
    """The wall time of an end: after the wall time `start`, as far as its words leave that open."""
    if point.comes_again_after is None:
        return _shown_on(point, today)
    shown = _shown_on(point, start.date())
    return shown if shown > start else shown + point.comes_again_after


def _shown_on(point: _Point, today: date) -> datetime:
    """The wall time of a point, on `today` or the first day from it on that fits."""
    day = today
    if point.day == "tomorrow":
        day = today + DAY
    elif point.weekday is not None:
        day = today + DAY * ((point.weekday - today.weekday()) % 7)
    elif point.day not in ("", "today"):
        day = _date(point.day)
        if not -BEHIND <= day - today <= HORIZON + DAY:
            raise ValueError(f"“{_shown(point.said)}” is too far away. Please {EXAMPLES}.")
    return datetime.combine(day, point.clock)


def _date(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"There is no day {text}. Please write it such as `2026-12-24 9:00`.") from None


def _shown(words: str) -> str:
    """What was typed, in one short line."""
    line = " ".join(words.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "…"
