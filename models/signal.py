"""One thing that came in from a machine, parsed; and what it does to the alert of its key.

The rule is number 9 of the design: a typed deduplication key, and what opened an alert that was closed never opens
another one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from models.words import Severity, Status

QUIET_AFTER_CLOSING = timedelta(minutes=5)
"""How long a sender that tells no times is not believed after its alert was closed by a person."""
DISORDER = timedelta(seconds=20)
"""How late what was sent before a resolved may come after it. Later, the same start firing again is the problem come
back: Prometheus says resolved when it could not repeat itself, and goes on with the old start."""
REPLICAS = timedelta(minutes=5)
"""How far apart the replicas of one sender may see the same problem begin: each evaluates its rules at moments of its
own. Alertmanager passes on whichever start it heard first, and later on the earliest of them."""


@dataclass(frozen=True)
class Signal:
    """A parsed signal.

    `key` is typed by the source, such as `fingerprint:e147ac8f`. `started_at` is the sender's time at which the
    problem began (None when it tells none), `ended_at` that at which what is resolved was over. `link` is http(s) or
    empty. `labels` holds the sender's labels as text.
    """

    key: str
    firing: bool
    title: str
    severity: Severity = Severity.HIGH
    details: str = ""
    link: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """The newest alert of a signal's key, as far as the rule needs it."""

    status: Status
    severity: Severity
    started_at: datetime | None
    closed_at: datetime | None
    source_resolved_at: datetime | None


class Decision(StrEnum):
    OPEN = "a new problem"
    REPEAT = "the same problem again"
    RAISE = "the same problem, and worse"
    RESOLVE = "the sender says that it is over"
    NOTE_RESOLVED = "already closed; that the sender says so too lets its next trigger open a new one"
    IGNORE_CLOSED = "what was closed does not open again"
    IGNORE_UNKNOWN = "resolved, but nothing was open"
    IGNORE_LATE = "a message about an earlier problem came late"


def decide(signal: Signal, known: Known | None, now: datetime) -> Decision:
    """What `signal` does, given the newest alert of its key."""
    if known is None:
        return Decision.OPEN if signal.firing else Decision.IGNORE_UNKNOWN
    if _is_late(signal, known):
        return Decision.IGNORE_LATE
    if known.status.is_live:
        return _on_live(signal, known)
    return _on_closed(signal, known, now)


def _is_late(signal: Signal, known: Known) -> bool:
    """Whether this is about a problem before the known one, and not the same as another replica saw it begin."""
    if signal.started_at is None or known.started_at is None or signal.started_at >= known.started_at:
        return False
    if signal.firing:
        return signal.started_at < known.started_at - REPLICAS
    return signal.ended_at is None or signal.ended_at < known.started_at


def _on_live(signal: Signal, known: Known) -> Decision:
    if not signal.firing:
        return Decision.RESOLVE
    return Decision.RAISE if signal.severity < known.severity else Decision.REPEAT


def _on_closed(signal: Signal, known: Known, now: datetime) -> Decision:
    if not signal.firing:
        return Decision.NOTE_RESOLVED
    if signal.started_at is not None and known.started_at is not None:
        is_again = known.source_resolved_at is not None and now - known.source_resolved_at >= DISORDER
        return Decision.OPEN if signal.started_at > known.started_at or is_again else Decision.IGNORE_CLOSED
    if known.source_resolved_at is not None:
        return Decision.OPEN
    waited = known.closed_at is None or now - known.closed_at >= QUIET_AFTER_CLOSING
    return Decision.OPEN if waited else Decision.IGNORE_CLOSED


def fold(signals: Iterable[Signal]) -> list[Signal]:
    """One signal a key, sorted by key so that concurrent requests lock in the same order.

    The newest problem by the sender's time counts, and its resolved ends it; without times the last one counts.
    """
    kept: dict[str, Signal] = {}
    for signal in signals:
        before = kept.get(signal.key)
        if before is None or not _is_overtaken(signal, before):
            kept[signal.key] = signal
    return [kept[key] for key in sorted(kept)]


def _is_overtaken(signal: Signal, before: Signal) -> bool:
    if signal.started_at is None or before.started_at is None:
        return False
    return (signal.started_at, not signal.firing) < (before.started_at, not before.firing)
