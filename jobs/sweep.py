"""Finds what fell through: alerts without a live step, texts whose time is over."""

import structlog

from bot.context import Context
from jobs.context import current
from models.actions import escalating, learning, listening

log = structlog.get_logger()


def run() -> None:
    sweep(current())


def sweep(context: Context) -> None:
    """Make stranded alerts due at once, and say how many (docs/origins.md A.6); empty old texts."""
    with context.db.begin() as session:
        rescued = escalating.rescue_stranded(session)
    if rescued:
        log.warning("alerts without a live step taken up again", count=rescued)
        context.bell.wake("escalate")
    with context.db.begin() as session:
        listening.forget_old(session)
        learning.forget_old(session)
