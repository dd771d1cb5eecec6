"""What new, worse and resolved parts do to the grouped alert that they belong to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.words import Severity, Status


@dataclass(frozen=True)
class Group:
    """A live grouped alert: how many parts are not resolved, how bad it is, and until when new parts page nobody."""

    status: Status
    severity: Severity
    parts_open: int
    quiet_until: datetime | None


@dataclass(frozen=True)
class News:
    """What a request brings: parts that began to fire, parts that were resolved, and the worst severity that is new."""

    begun: int = 0
    resolved: int = 0
    worst: Severity | None = None


class Effect(StrEnum):
    """The value tells people why, where there is something to tell."""

    RAISE = "a worse part joined"
    REOPEN = "a new part joined after the window"
    RESOLVE = "its last part was resolved"
    CHANGE = "its parts changed"


def effect(group: Group, news: News, now: datetime) -> Effect:
    """A new part pages again only when it is worse, or when people acknowledged and the window is over."""
    if group.parts_open + news.begun - news.resolved <= 0:
        return Effect.RESOLVE
    if news.worst is not None and news.worst < group.severity:
        return Effect.RAISE
    is_late = group.quiet_until is None or now >= group.quiet_until
    if news.begun and group.status is Status.ACKNOWLEDGED and is_late:
        return Effect.REOPEN
    return Effect.CHANGE
