"""Beats: a worker that runs this has taken a job from Redis and reached the database, so it works."""

from jobs.context import current
from models.actions import workspaces

PAGE_BEAT, RATE_BEAT, CLOCK_BEAT = "worker page", "worker rate", "clock"


def page() -> None:
    _beat(PAGE_BEAT)


def rate() -> None:
    _beat(RATE_BEAT)


def _beat(name: str) -> None:
    with current().db.begin() as session:
        workspaces.beat(session, name)
