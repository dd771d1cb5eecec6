"""Forgets what is older than it is kept, once an hour: a thousand rows a transaction, with a pause after each."""

import time
from collections.abc import Iterator
from datetime import timedelta

import structlog

from bot.context import Context
from jobs.context import current
from models.actions import forgetting
from models.actions.forgetting import TABLES, Kept

log = structlog.get_logger()

PAUSE_SECONDS = 0.05
AT_MOST_SECONDS = 60.0
"""A run ends after so long; what is left over is the next one's."""


def run() -> None:
    forget(current())


def forget(context: Context, pause: float = PAUSE_SECONDS, at_most: float = AT_MOST_SECONDS) -> dict[str, int]:
    """Delete what is older than the settings say, table by table; returns how many rows of each."""
    settings = context.settings
    kept = Kept(timedelta(days=settings.keep_alerts_days), timedelta(days=settings.keep_signals_days))
    end = time.monotonic() + at_most
    with context.db.begin() as session:
        forgetting.forget_beats(session)
    found: dict[str, int] = {}
    for table in TABLES:
        for deleted in _walk(context, table, kept, end):
            found[table] = found.get(table, 0) + deleted
            time.sleep(pause)
    gone = {table: count for table, count in found.items() if count}
    if gone:
        log.info("forgotten", **gone)
    return gone


def _walk(context: Context, table: str, kept: Kept, end: float) -> Iterator[int]:
    """How many rows each step through the table deleted, until only younger ones follow or the time is over."""
    after: int | None = 0
    while after is not None and time.monotonic() < end:
        with context.db.begin() as session:
            walked = forgetting.forget(session, table, kept, after)
        after = walked.after
        yield walked.deleted
