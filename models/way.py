"""Ways to reach somebody besides Slack: which waits people may set, codes, and which way a page goes when."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from models.durations import spelled_duration
from models.words import Severity

WAYS_A_PERSON = 10
ADDED_AN_HOUR = 10
CODE_DIGITS = 6
CODE_TRIES = 10
"""For all codes of a way together: sending a new one gives no further tries."""
CODE_LIFE = timedelta(minutes=15)
AGAIN_AFTER = timedelta(minutes=1)
"""Between two codes, and between two tests, of a way."""
LONGEST_WAIT = timedelta(hours=24)

_AT_ONCE = ("at once", "now", "immediately", "0")
_NEVER = ("", "never", "no", "none", "-", "only if slack fails")
_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
}
_PART = re.compile(r"(\d{1,6})\s*([a-z]*)")


@dataclass(frozen=True)
class WayRef:
    """A confirmed way of somebody (row ids); `address` is sealed, waits are in seconds, see `plan` for None."""

    id: int
    person_id: int
    workspace_id: int
    kind: str
    label: str
    address: bytes
    important_after_s: int | None
    default_after_s: int | None


class WayState(StrEnum):
    """How a way stands, as its person sees it."""

    CODE_WANTED = "a code is on its way"
    UNCONFIRMED = "not confirmed yet"
    WORKS = "works"
    TESTING = "a test is on its way"
    FAILED = "last failed"


@dataclass(frozen=True)
class WayLine:
    """A way as it is listed; waits as in `WayRef`."""

    id: int
    kind: str
    label: str
    state: WayState
    important_after_s: int | None
    default_after_s: int | None


class HasWaits(Protocol):
    """What `plan` needs of a way."""

    @property
    def id(self) -> int: ...
    @property
    def important_after_s(self) -> int | None: ...
    @property
    def default_after_s(self) -> int | None: ...


class BadWait(ValueError):
    """A wait that nobody could mean; the message says how to write one."""


class Verdict(StrEnum):
    """What comes of a code that somebody enters."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_LATE = "too late"
    TOO_OFTEN = "too often"


def is_important(severity: Severity) -> bool:
    return severity in (Severity.CRITICAL, Severity.HIGH)


def plan(ways: Iterable[HasWaits], severity: Severity) -> list[tuple[int, int | None]]:
    """The ways that a page of this severity goes by besides Slack, in their order: (row id, seconds after it was due).

    None: only if Slack fails. A way without a wait for default pages has none of them.
    """
    if is_important(severity):
        found = [(way.id, way.important_after_s) for way in ways]
    else:
        found = [(way.id, way.default_after_s) for way in ways if way.default_after_s is not None]
    return sorted(found, key=_order)


def _order(planned: tuple[int, int | None]) -> tuple[bool, int, int]:
    """By wait, then id; those that wait for Slack to fail come last."""
    way_id, wait = planned
    return (wait is None, wait or 0, way_id)


def judge(sent_at: datetime | None, tries: int, matches: bool, now: datetime) -> Verdict:
    """What comes of a code, when `tries` were made before it."""
    if tries >= CODE_TRIES:
        return Verdict.TOO_OFTEN
    if sent_at is None or now - sent_at > CODE_LIFE:
        return Verdict.TOO_LATE
    return Verdict.RIGHT if matches else Verdict.WRONG


def code_in(text: str) -> str:
    """The code in what somebody typed: its digits, however they are grouped."""
    return re.sub(r"[\s-]", "", text)


def read_wait(text: str) -> int | None:
    """Seconds of a wait as people write it: "at once", "5" (minutes), "90s", "5 min", "1h30m"; None for never.

    Raises BadWait.
    """
    words = " ".join(text.lower().split())
    if words in _NEVER:
        return None
    if words in _AT_ONCE:
        return 0
    parts = _PART.findall(words)
    if not parts or _PART.sub("", words).replace("and", "").strip(" ,"):
        raise BadWait("write a wait such as at once, 5 min, 90s or 1h; nothing for never")
    seconds = sum(int(number) * _unit(unit) for number, unit in parts)
    if seconds > LONGEST_WAIT.total_seconds():
        raise BadWait("a wait is 24 hours at most")
    return seconds


def _unit(word: str) -> int:
    """A number alone is minutes."""
    found = _UNITS.get(word or "m") or _UNITS.get(word.removesuffix("s"))
    if found is None:
        raise BadWait("write a wait such as at once, 5 min, 90s or 1h; nothing for never")
    return found


def spelled_wait(seconds: int | None, without: str) -> str:
    """A wait as `read_wait` reads it; `without` stands for None."""
    if seconds is None:
        return without
    return "at once" if seconds == 0 else spelled_duration(timedelta(seconds=seconds))
