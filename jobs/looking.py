"""How every look at what is due goes: hush the bell, work in batches, then arm the next second (rule 2)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import ScalarSelect

from bot.context import Context
from models.db import earliest, now_of

AT_MOST_SECONDS = 1.0
"""Then others in the queue have their turn: what the first batches wrote is sent while the rest is worked through."""


def look(
    context: Context,
    job: str,
    batch: Callable[[], bool],
    due: ScalarSelect[datetime | None],
    beside: Callable[[], bool] | None = None,
) -> None:
    """Run `batch` until it says that nothing full was left, for at most a second, then see to the next ring.

    Once a batch was full, `beside` runs in the same way in a thread of its own: one reckons while PostgreSQL writes for
    the other. The flag is deleted before looking, so that a ring from then on counts. The last look takes no locks:
    what another transaction holds is due already, and is rung for again in a second.
    """
    context.bell.hush(job)
    until = time.monotonic() + AT_MOST_SECONDS
    if batch():
        with ThreadPoolExecutor(1, thread_name_prefix=job) as pool:
            other = pool.submit(_work_through, beside, until) if beside else None
            done = _work_through(batch, until)
            done = (other is None or other.result()) and done
        if not done:
            context.bell.wake(job)
            return
    with context.db.begin() as session:
        at, now = earliest(session, due), now_of(session)
    if at is not None:
        context.bell.wake(job, at=max(at, now))


def _work_through(batch: Callable[[], bool], until: float) -> bool:
    """Batch after batch; False when the time (monotonic) was over before nothing full was left."""
    while time.monotonic() <= until:
        if not batch():
            return True
    return False
