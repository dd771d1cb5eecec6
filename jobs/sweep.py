"""Finds what fell through: alerts without a live step, texts whose time is over."""

from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from bot.context import Context
from jobs.context import current
from models.actions import escalating, incoming, learning, leaving, listening, purging, refreshing, storms

log = structlog.get_logger()
STEPS = 40
"""Of how many small transactions a sweep consists at most, for each thing that is forgotten."""


def run() -> None:
    sweep(current())


def sweep(context: Context) -> None:
    """Make stranded alerts due at once, and say how many (docs/origins.md A.6); empty old texts.

    Ask about alerts whose source went silent.
    """
    with context.db.begin() as session:
        rescued = escalating.rescue_stranded(session)
    if rescued:
        log.warning("alerts without a live step taken up again", count=rescued)
        context.bell.wake("escalate")
    with context.db.begin() as session:
        over = storms.end_quiet(session)
    if over:
        context.bell.wake("redraw")
        context.bell.wake("deliver")
    with context.db.begin() as session:
        listening.forget_old(session)
        learning.forget_old(session)
    with context.db.begin() as session:
        asked = refreshing.ask(session)
    if asked:
        context.bell.wake("notify")
    for forget, at_once in (
        (incoming.forget_bodies, incoming.AT_ONCE),
        (incoming.forget_requests, incoming.AT_ONCE),
        (leaving.end, leaving.AT_ONCE),
        (purging.purge, purging.AT_ONCE),
    ):
        _in_steps(context, forget, at_once)


def _in_steps(context: Context, forget: Callable[[Session], int], at_once: int) -> None:
    """Forget what is old, a little in each transaction; what is left over waits for the next sweep."""
    for _ in range(STEPS):
        with context.db.begin() as session:
            if forget(session) < at_once:
                return
