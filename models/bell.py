"""The alarm clock: tells the workers to look now, or at a later second. The only place that enqueues.

Rule 1: PostgreSQL holds what is due, Redis only rings. Losing every ring costs seconds. Rule 2 gives the protocol.
"""

import logging
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import RedisError, WatchError
from redis.retry import Retry
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq_scheduler import Scheduler

log = logging.getLogger(__name__)

FLAG_SECONDS = 10
TIMEOUT_SECONDS = 0.5


class JsonJob(Job):
    """A job that is JSON in Redis wherever it is made or read; rq-scheduler takes no serializer of its own."""

    def __init__(self, id: str | None = None, connection: Redis | None = None, serializer: Any = None) -> None:
        super().__init__(id=id, connection=connection, serializer=JSONSerializer)


@dataclass(frozen=True)
class Ring:
    """What a job's name stands for: its queue, and the function by its dotted name."""

    queue: str
    function: str


PAGE, RATE = "page", "rate"
RINGS = {
    "escalate": Ring(PAGE, "jobs.escalate.run"),
    "deliver": Ring(PAGE, "jobs.deliver.run"),
    "redraw": Ring(PAGE, "jobs.redraw.run"),
    "contact": Ring(PAGE, "jobs.contact.run"),
    "sweep": Ring(PAGE, "jobs.sweep.run"),
    "beat_page": Ring(PAGE, "jobs.beat.page"),
    "analyze": Ring(RATE, "jobs.analyze.run"),
    "scan": Ring(RATE, "jobs.scan.run"),
    "sync": Ring(RATE, "jobs.sync.run"),
    "promises": Ring(PAGE, "jobs.promises.run"),
    "heartbeats": Ring(PAGE, "jobs.heartbeats.run"),
    "duty": Ring(RATE, "jobs.duty.run"),
    "check": Ring(RATE, "jobs.duty.check_all"),
    "digest": Ring(RATE, "jobs.digest.run"),
    "notify": Ring(RATE, "jobs.notify.run"),
    "ways": Ring(RATE, "jobs.way_codes.run"),
    "picture": Ring(RATE, "jobs.picture.run"),
    "forget": Ring(RATE, "jobs.forget.run"),
    "beat_rate": Ring(RATE, "jobs.beat.rate"),
}
PERIODIC = {
    "scan": "*/15 * * * *",
    "sync": "7 * * * *",
    "check": "40 2 * * *",
    "digest": "0 8 * * *",
    "forget": "23 * * * *",
}
"""Cron lines, in UTC, of the jobs that run whether or not anything rings for them."""


class Bell:
    """Rings for jobs over one Redis; every call is short, and none raises: a lost ring is found by the clock."""

    def __init__(self, url: str) -> None:
        self.redis = connect(url, timeout=TIMEOUT_SECONDS)
        self._queues = {name: Queue(name, connection=self.redis, job_class=JsonJob) for name in (PAGE, RATE)}
        self.scheduler = Scheduler(queue_name=PAGE, connection=self.redis, job_class=JsonJob)

    def wake(self, job: str, at: datetime | None = None) -> None:
        """Ring for `job` now, or in the second that follows `at`.

        Ringing now does nothing when it has been rung and no worker has begun to look. One id stands for one second,
        so that any number of rows due in the same second are one ring.
        """
        try:
            if at is None:
                self._ring(job)
            else:
                self._arm(job, at)
        except RedisError as error:
            log.warning("could not ring for %s: %s", job, type(error).__name__)

    def ring_regardless(self, job: str) -> bool:
        """Ring even if the flag is set: for the clock, which has seen that something is overdue. True when it rang."""
        try:
            self._enqueue(job, self.redis.pipeline()).execute()
        except RedisError as error:
            log.warning("could not ring for %s: %s", job, type(error).__name__)
            return False
        return True

    def hush(self, job: str) -> None:
        """Clear the flag of `job`: its worker is about to look, so later rings must count again."""
        try:
            self.redis.delete(flag_of(job))
        except RedisError as error:
            log.warning("could not clear the flag of %s: %s", job, type(error).__name__)

    def is_up(self) -> bool:
        try:
            return bool(self.redis.ping())
        except RedisError:
            return False

    def depths(self) -> dict[tuple[str, str], int] | None:
        """How many rings stand in each queue, by (queue, waiting, timed or failed); None while Redis is away."""
        try:
            with self.redis.pipeline(transaction=False) as pipe:
                for queue in self._queues.values():
                    pipe.llen(queue.key)
                    pipe.zcard(queue.failed_job_registry.key)
                pipe.zcard(self.scheduler.scheduled_jobs_key)
                *found, timed = pipe.execute()
        except RedisError:
            return None
        names = [(name, state) for name in self._queues for state in ("waiting", "failed")]
        return {**dict(zip(names, found, strict=True)), ("all", "timed"): timed}

    def ring_scheduled(self) -> None:
        """Move what rq-scheduler holds for this second into the queues; raises RedisError."""
        self.scheduler.enqueue_jobs()

    def assert_periodic(self) -> None:
        """Arm each periodic job that is not armed (Redis may have been emptied); raises RedisError."""
        for job, line in PERIODIC.items():
            if f"cron-{job}" not in self.scheduler:
                ring = RINGS[job]
                self.scheduler.cron(line, ring.function, id=f"cron-{job}", queue_name=ring.queue)

    def _ring(self, job: str) -> None:
        flag = flag_of(job)
        with self.redis.pipeline() as pipe:
            try:
                pipe.watch(flag)  # type: ignore[no-untyped-call]
                if pipe.exists(flag):
                    return
                pipe.multi()
                pipe.set(flag, 1, ex=FLAG_SECONDS)
                self._enqueue(job, pipe).execute()
            except WatchError:
                return

    def _enqueue(self, job: str, pipe: "Pipeline") -> "Pipeline":
        queue = self._queues[RINGS[job].queue]
        made = queue.create_job(RINGS[job].function, result_ttl=0, failure_ttl=3600, ttl=600, timeout=120)
        queue.enqueue_job(made, pipeline=pipe)
        return pipe

    def _arm(self, job: str, at: datetime) -> None:
        second = whole_second_after(at)
        job_id = f"{job}-{int(second.timestamp())}"
        if job_id in self.scheduler:
            return
        ring = RINGS[job]
        self.scheduler.enqueue_at(
            second, ring.function, job_id=job_id, job_result_ttl=0, queue_name=ring.queue, timeout=120
        )


def flag_of(job: str) -> str:
    return f"heed:rung:{job}"


def wake_id(job: str, at: datetime) -> str:
    """The id under which a ring for `at` is armed; Steps record it."""
    return f"{job}-{int(whole_second_after(at).timestamp())}"


def whole_second_after(at: datetime) -> datetime:
    """`at` rounded up to a whole second, at least one second ahead of the present.

    rq-scheduler truncates, and would ring early; arming the id of a second that is being rung would lose it.
    """
    up = datetime.fromtimestamp(math.ceil(at.timestamp()), UTC)
    earliest = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    return max(up, earliest)


def connect(url: str, timeout: float | None) -> Redis:
    """A client that gives up after `timeout` seconds (None: waits, as workers' blocking reads do) and never retries."""
    return Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=TIMEOUT_SECONDS, retry=Retry(NoBackoff(), 0)
    )
