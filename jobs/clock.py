"""The clock: rings for what rq-scheduler holds, finds what is overdue, and pages by itself when no worker does.

Rule 3. Any number of clocks may run; everything they do is harmless twice.
"""

import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

import click
import structlog
from redis.exceptions import RedisError
from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from bot.context import Context, build
from jobs import contact, deliver, redraw
from jobs.beat import CLOCK_BEAT, PAGE_BEAT
from jobs.context import use
from jobs.escalate import escalate
from jobs.heartbeats import miss
from jobs.outward import Outward
from jobs.supervisor import follow_parent
from jobs.sweep import sweep
from models import logs, trace_id
from models.actions import (
    assessing,
    contacting,
    delivering,
    drawing,
    escalating,
    handing_over,
    heartbeats,
    noticing,
    promises,
    way_errands,
    workspaces,
)
from models.config import Settings
from models.db import DatabaseAway, now_of

log = structlog.get_logger()

TICK_SECONDS = 1.0
JUST_AFTER = 0.01
OVERDUE = timedelta(seconds=2)
WORKER_SILENT = timedelta(seconds=6)
BEAT_EVERY, MINUTE = 2, 60
AHEAD = timedelta(seconds=90)
OUTWARD_AT = 20
"""The second of each minute at which the heartbeat goes out; the first one once all may have started."""
STARTING = 10
"""Ticks within which a worker may still be starting, so that its silence is no news."""

DUE: dict[str, ScalarSelect[datetime | None]] = {
    "escalate": escalating.DUE,
    "deliver": delivering.DUE,
    "redraw": drawing.DUE,
    "contact": contacting.DUE,
    "analyze": assessing.DUE,
    "promises": promises.DUE,
    "heartbeats": heartbeats.DUE,
    "duty": handing_over.DUE,
    "notify": noticing.DUE,
    "picture": noticing.PICTURE_DUE,
    "ways": way_errands.DUE,
}
_DUE_OF_ALL = select(*(due.label(job) for job, due in DUE.items()))


def due_of_all(session: Session) -> dict[str, datetime | None]:
    """When each job is due next, by one statement."""
    return dict(session.execute(_DUE_OF_ALL).one()._mapping)


@dataclass
class Clock:
    """One clock; `tick` is called once a second."""

    context: Context
    ticks: int = 0
    standing_in: bool = False
    outward: Outward = field(init=False)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.outward = Outward(self.context.settings.heartbeat_url.get_secret_value(), self.context.db)

    def tick(self) -> None:
        """One second's work: ring what is scheduled, ring for what is overdue, and page if no worker does."""
        trace_id.begin()
        rings = self._ring_scheduled()
        with self.context.db.begin() as session:
            now = now_of(session)
            due = due_of_all(session)
            beats = workspaces.beats(session)
            rescued = escalating.rescue_stranded(session)
            if self.ticks % BEAT_EVERY == 0:
                workspaces.beat(session, CLOCK_BEAT)
        if rescued:
            log.warning("alerts without a live step taken up again", count=rescued)
            self.context.bell.ring_regardless("escalate")
        self._ring_overdue(due, now)
        self._stand_in(rings, beats.get(PAGE_BEAT), now)
        if self.ticks % MINUTE == 0:
            self._each_minute(due, now)
        if self.ticks % MINUTE == OUTWARD_AT:
            self.outward.beat(beats, due, now)
        self.ticks += 1

    def _ring_scheduled(self) -> bool:
        """False when Redis is away."""
        try:
            self.context.bell.ring_scheduled()
        except RedisError:
            return False
        if self.ticks % BEAT_EVERY == 0:
            return self.context.bell.ring_regardless("beat_page") and self.context.bell.ring_regardless("beat_rate")
        return True

    def _ring_overdue(self, due: dict[str, datetime | None], now: datetime) -> None:
        """Something due for two seconds that nobody looks at: its ring was lost, whatever the flag says."""
        for job, moment in due.items():
            if moment is not None and now - moment > OVERDUE:
                self.context.bell.ring_regardless(job)

    def _each_minute(self, due: dict[str, datetime | None], now: datetime) -> None:
        """Redis may have been emptied: arm what is due soon and the periodic jobs again, and sweep."""
        try:
            self.context.bell.assert_periodic()
        except RedisError:
            log.warning("Redis is away")
        for job, moment in due.items():
            if moment is not None and now < moment < now + AHEAD:
                self.context.bell.wake(job, at=moment)
        sweep(self.context)

    def _stand_in(self, rings: bool, last_beat: datetime | None, now: datetime) -> None:
        """While Redis is away, and until a worker has beaten again, the clock does the page work itself."""
        silent = last_beat is None or now - last_beat > WORKER_SILENT
        needed = (not rings) or silent
        if needed != self.standing_in:
            say = log.warning if self.ticks > STARTING else log.info
            say("no worker beats: the clock pages by itself" if needed else "a worker beats: the clock only rings")
            self.standing_in = needed
        if needed:
            miss(self.context)
            escalate(self.context)
            deliver.deliver(self.context, deliver.pump())
            redraw.redraw(self.context, redraw.pump())
            contact.contact(self.context, contact.pump(), contact.contacts_of(self.context))

    def run(self) -> None:
        """Tick at the beginning of each second until `stop`; a database that is away is waited for.

        What is armed for a second is rung in its first moments, whenever the clock was started.
        """
        while not self._stopping.is_set():
            try:
                self.tick()
            except DatabaseAway:
                log.warning("the database is away")
            self._stopping.wait(TICK_SECONDS - time.time() % TICK_SECONDS + JUST_AFTER)

    def stop(self) -> None:
        self._stopping.set()


@click.command()
def clock() -> None:
    """Run the clock: rings for what is due, and pages by itself while no worker does."""
    logs.set_up()
    context = build(Settings().require("database_url", "redis_url", "heed_secret_key"))
    use(context)
    ticking = Clock(context)

    def stop(number: int, frame: FrameType | None) -> None:
        ticking.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    follow_parent()
    log.info("clock started")
    ticking.run()
    deliver.pump().close()
    redraw.pump().close()
    contact.pump().close()
    context.db.dispose()
    log.info("clock stopped")
