"""Rules for clients' conversations: when to rate, and which verdict opens, raises or joins an alert."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.words import Severity, Status

QUIET = timedelta(seconds=25)
RATE_AT_LATEST = timedelta(minutes=2)
COOLDOWN = timedelta(hours=4)
SCAN_WINDOW = timedelta(hours=4)


def rate_at(now: datetime, first_unrated_at: datetime | None, hard_cue: bool) -> datetime:
    """When a conversation is to be rated after a message at `now`.

    At once on a hard cue, else after a spell of quiet, two minutes after the first unrated message at the latest.
    """
    if hard_cue:
        return now
    return min(now + QUIET, (first_unrated_at or now) + RATE_AT_LATEST)


@dataclass(frozen=True)
class ClientAlert:
    """The newest alert of a client's channel. `covered_ts` is the newest message that it already knows of."""

    status: Status
    severity: Severity
    paged_at: datetime
    covered_ts: str


def waits_for_digest(severity: Severity, is_routed: bool) -> bool:
    """Whether an alert that a verdict opens pages nobody and waits for the daily digest.

    `is_routed`: a route names a policy or a channel for it.
    """
    return severity >= Severity.MEDIUM and not is_routed


class Verdict(StrEnum):
    NOTHING = "no alert for this risk"
    KNOWN = "this message has already opened an alert"
    OPEN = "a client's message needs an answer"
    JOIN = "an alert is already open here"
    RAISE = "worse than the alert that is open here"
    REOPEN = "critical again, after the cooldown, and nobody is being paged"


def judge(severity: Severity | None, message_ts: str, known: ClientAlert | None, now: datetime) -> Verdict:
    """What a rated message does (docs/origins.md B.1 and rule 9).

    `severity` is the one that the risk calls for (None: none). At most one alert a channel in four hours; closing it
    ends the four hours early; a worse one breaks through; the same message never opens another.
    """
    if severity is None:
        return Verdict.NOTHING
    if known is None:
        return Verdict.OPEN
    if message_ts <= known.covered_ts and (not known.status.is_live or severity >= known.severity):
        return Verdict.KNOWN
    if not known.status.is_live:
        return Verdict.OPEN
    if severity < known.severity:
        return Verdict.RAISE
    cooled = now - known.paged_at >= COOLDOWN
    if severity is Severity.CRITICAL and known.status is Status.ACKNOWLEDGED and cooled:
        return Verdict.REOPEN
    return Verdict.JOIN
