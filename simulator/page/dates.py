"""Slack's date tokens (`<!date^…>` and rich_text dates) and the clock texts of the page, in the reader's time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

TOKEN = re.compile(r"\{(\w+)\}")

UNITS = ((86_400 * 365, "year"), (86_400 * 30, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


def ordinal(day: int) -> str:
    suffix = "th" if 11 <= day % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def clock_time(moment: datetime) -> str:
    """`6:39 AM`: Slack's default is the 12-hour clock everywhere."""
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


def clock_time_seconds(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"


def long_date(moment: datetime) -> str:
    return f"{moment:%B} {ordinal(moment.day)}, {moment.year}"


def short_date(moment: datetime) -> str:
    return f"{moment:%b} {moment.day}, {moment.year}"


def weekday_date(moment: datetime) -> str:
    return f"{moment:%A}, {long_date(moment)}"


def relative_day(moment: datetime, now: datetime) -> str | None:
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((moment.date() - now.date()).days)


def ago(moment: datetime, now: datetime) -> str:
    """`3 minutes ago`, `in 2 days`, `now` under a minute."""
    seconds = int((now - moment).total_seconds())
    for size, unit in UNITS:
        count = abs(seconds) // size
        if count:
            amount = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{amount} ago" if seconds > 0 else f"in {amount}"
    return "now"


def divider(moment: datetime, now: datetime) -> str:
    """The text between two days of a conversation: `Today`, `Yesterday`, `Thursday, November 19th`."""
    day = relative_day(moment, now)
    if day in ("today", "yesterday"):
        return day.capitalize()
    text = f"{moment:%A}, {moment:%B} {ordinal(moment.day)}"
    return text if moment.year == now.year else f"{text}, {moment.year}"


def pretty(style: Callable[[datetime], str]) -> Callable[[datetime, datetime], str]:
    return lambda moment, now: relative_day(moment, now) or style(moment)


def plain(style: Callable[[datetime], str]) -> Callable[[datetime, datetime], str]:
    return lambda moment, now: style(moment)


TOKENS: dict[str, Callable[[datetime, datetime], str]] = {
    "date_num": plain(lambda moment: f"{moment:%Y-%m-%d}"),
    "date_slash": plain(lambda moment: f"{moment:%m/%d/%Y}"),
    "date": plain(long_date),
    "date_short": plain(short_date),
    "date_long": plain(weekday_date),
    "date_long_full": plain(weekday_date),
    "date_pretty": pretty(long_date),
    "date_short_pretty": pretty(short_date),
    "date_long_pretty": pretty(weekday_date),
    "date_long_full_pretty": pretty(weekday_date),
    "day_divider_pretty": divider,
    "time": plain(clock_time),
    "time_secs": plain(clock_time_seconds),
    "ago": ago,
}


def format_date(template: str, moment: datetime, now: datetime) -> str:
    """Replaces every known `{token}`; unknown ones stay. A text that begins with `today` gets a capital."""

    def replace(match: re.Match[str]) -> str:
        style = TOKENS.get(match[1])
        if style is None:
            return match[0]
        text = style(moment, now)
        return text[:1].upper() + text[1:] if match.start() == 0 else text

    return TOKEN.sub(replace, template)
