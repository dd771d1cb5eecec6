"""Heartbeats: whoever should come every so often and does not is missed, unless nobody was there to hear.

Time counts only while Heed hears. The web process leaves a mark every two seconds; the marks say since when it has
heard without a gap, and until when. A silence counts only when the marks reach beyond its deadline, so that nothing is
missed while the web process or the database is away, whoever else is running. What came back later than the beat may
have been sent has perhaps lost it: the sender then gets a whole new period from that moment on. A gap that was over
well before the beat was due has cost nothing and changes nothing; else frequent restarts would hide a real silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.words import Severity

KIND = "heartbeat"
MARK, SINCE = "web", "web since"
"""The names of the marks among the beats: the newest one, and the first one without a gap after it."""
MARK_EVERY = timedelta(seconds=2)
GAP = timedelta(seconds=5)
"""What no mark comes in for so long has not been heard."""

MIN_EVERY, MAX_EVERY = timedelta(seconds=10), timedelta(days=366)
MAX_GRACE = timedelta(days=31)
DEFAULT_EVERY, DEFAULT_GRACE = timedelta(minutes=5), timedelta(minutes=1)
EARLY_AT_MOST = timedelta(minutes=15)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PIECE = re.compile(
    r"([0-9]{1,8})\s?([smhdw]|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?)(?![a-z])\s*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Rhythm:
    """How often a beat is expected, how late it may be, and how bad it is when none comes."""

    every: timedelta = DEFAULT_EVERY
    grace: timedelta = DEFAULT_GRACE
    severity: Severity = Severity.HIGH

    @property
    def whole(self) -> timedelta:
        """From a beat to the moment at which the next one is missed."""
        return self.every + self.grace

    @property
    def early(self) -> timedelta:
        """How long before it is due a beat may well come."""
        return max(self.grace, min(self.every / 4, EARLY_AT_MOST))

    def as_settings(self) -> dict[str, Any]:
        """As `models.tables.Source.settings` holds it."""
        return {
            "every_s": self.every.total_seconds(),
            "grace_s": self.grace.total_seconds(),
            "severity": self.severity.label,
        }


@dataclass(frozen=True)
class Hearing:
    """The time through which beats could be taken, without a gap."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class HeartbeatLine:
    """One heartbeat as it is listed. `last_at` is None before the first beat, `expected_at` also while it is silent.
    `rhythm` is None where the stored one cannot be read.
    """

    name: str
    rhythm: Rhythm | None
    last_at: datetime | None
    expected_at: datetime | None
    alert_id: int | None = None

    @property
    def is_silent(self) -> bool:
        return self.last_at is not None and self.expected_at is None


def rhythm_of(settings: Mapping[str, Any]) -> Rhythm:
    """The rhythm that a source's settings name; what they leave out is usual."""
    return Rhythm(
        timedelta(seconds=float(settings.get("every_s", DEFAULT_EVERY.total_seconds()))),
        timedelta(seconds=float(settings.get("grace_s", DEFAULT_GRACE.total_seconds()))),
        Severity.parse(str(settings.get("severity", Severity.HIGH.label))),
    )


def make_rhythm(every: str, grace: str = "", severity: str = "") -> Rhythm:
    """A rhythm as people type it ("5m", "1h30m"); raises ValueError with one line that says what is wrong."""
    made = Rhythm(
        _length(every, "every"),
        _length(grace, "grace") if grace else DEFAULT_GRACE,
        Severity.parse(severity) if severity else Severity.HIGH,
    )
    if not MIN_EVERY <= made.every <= MAX_EVERY:
        raise ValueError("every: must be from 10 seconds to 366 days")
    if made.grace > MAX_GRACE:
        raise ValueError("grace: must be 31 days or less")
    return made


def _length(typed: str, name: str) -> timedelta:
    at, seconds = 0, 0
    typed = typed.strip()
    while at < len(typed):
        piece = _PIECE.match(typed, at)
        if piece is None:
            break
        seconds, at = seconds + int(piece[1]) * _UNITS[piece[2][0].lower()], piece.end()
    if not typed or at < len(typed):
        raise ValueError(f"{name}: must be a length of time such as 5m, 1h30m or 1d")
    return timedelta(seconds=min(seconds, 10**9))


def deadline(rhythm: Rhythm, expected_at: datetime, hearing: Hearing) -> datetime:
    """When a beat that is expected by `expected_at` is really missed: later if nobody heard while it may have come."""
    may_have_come_from = expected_at - rhythm.grace - rhythm.early
    if hearing.since <= may_have_come_from:
        return expected_at
    return max(expected_at, hearing.since + rhythm.whole)


def is_missed(missed_at: datetime, hearing: Hearing) -> bool:
    """Whether Heed has heard beyond the deadline, and so knows that nothing came."""
    return hearing.until >= missed_at


def in_words(length: timedelta) -> str:
    """ "5 minutes", "1 hour 30 minutes", "36 seconds" """
    left, parts = int(length.total_seconds()), []
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {word}{'' if count == 1 else 's'}")
    return " ".join(parts) or "no time"
