"""How every look at what is due goes: hush the bell, work in batches, then arm the next second (rule 2)."""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.context import Context
from models.db import now_of

AT_MOST_SECONDS = 5.0


def look(context: Context, job: str, batch: Callable[[], bool], next_due: Callable[[Session], datetime | None]) -> None:
    """Run `batch` until it says that nothing full was left, for at most five seconds, then see to the next ring.

    The flag is deleted before looking, so that a ring from then on counts. The last look takes no locks: what another
    transaction holds is due already, and is rung for again in a second.
    """
    context.bell.hush(job)
    started = time.monotonic()
    while batch():
        if time.monotonic() - started > AT_MOST_SECONDS:
            context.bell.wake(job)
            return
    with context.db.begin() as session:
        due, now = next_due(session), now_of(session)
    if due is not None:
        context.bell.wake(job, at=max(due, now))
