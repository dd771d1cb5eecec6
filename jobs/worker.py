"""The workers: one process for each queue, so that a hanging LLM never delays a page (rule 4)."""

import os
import secrets
import signal
import socket
import time
from types import FrameType

import click
import structlog
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job

from bot.context import Context, build
from jobs import pump
from jobs.context import use
from jobs.supervisor import Supervisor, follow_parent
from models import logs, trace_id
from models.bell import PAGE, RATE, RINGS, JsonJob, connect
from models.config import Settings
from models.db import DatabaseAway

log = structlog.get_logger()

FIRST = (
    "sync", "sweep", "escalate", "deliver", "redraw", "contact", "promises", "heartbeats", "analyze", "duty", "notify",
    "ways",
)  # fmt: skip


class PatientWorker(SimpleWorker):
    """Runs jobs in its own process, and is back within a second of Redis being back."""

    max_connection_wait_time = 1.0
    queue_class = Queue
    job_class = JsonJob
    is_asked_to_stop = False

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Each job has an id of its own; what it opens by itself has it too."""
        trace_id.begin()
        try:
            return super().perform_job(job, queue, execution)
        finally:
            trace_id.end()

    def handle_warm_shutdown_request(self) -> None:
        self.is_asked_to_stop = True

    def set_shutdown_requested_date(self) -> None:
        """Only for onlookers: without Redis, what is in hand is finished all the same."""
        try:
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]
        except RedisError:
            log.warning("Redis is away; stopping without a word to it")


def work(queue: str) -> None:
    """Run the jobs of one queue until SIGTERM; what is in hand is finished, and nothing stays claimed.

    A job's module is loaded with the first job of its name, so that no process holds what only the other one needs.
    """
    logs.set_up()
    context = build(Settings().require("database_url", "redis_url", "heed_secret_key"))
    use(context)
    follow_parent()
    try:
        _wait_for_redis(context)
        _warm(context)
        while _serve(context, queue):
            log.warning("the worker lost Redis in the middle of a job; it begins again", queue=queue)
            _wait_for_redis(context)
    finally:
        pump.close_all()
        context.db.dispose()
        log.info("worker stopped", queue=queue)


def _serve(context: Context, queue: str) -> bool:
    """Work until told to stop: False. True when the worker gave up, as rq's do when Redis goes while a job runs."""
    connection = connect(context.settings.redis_url, timeout=None)
    worker = PatientWorker(
        [Queue(queue, connection=connection, job_class=JsonJob)],
        name=f"{queue}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}",
        connection=connection,
        worker_ttl=60,
    )
    _ring_first(context, queue)
    log.info("worker started", queue=queue)
    try:
        worker.work(logging_level="WARNING", with_scheduler=False)
    except RedisError:
        log.warning("the worker could not sign off", queue=queue)
    return not worker.is_asked_to_stop


def _wait_for_redis(context: Context) -> None:
    """Without Redis there are no jobs to take; the clock does the page work meanwhile."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    if not context.bell.is_up():
        log.warning("Redis is away; waiting for it")
    while not context.bell.is_up():
        time.sleep(0.5)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _warm(context: Context) -> None:
    """Connect before the first job; a database that is away is met by that job, and by the supervisor."""
    try:
        context.db.warm()
    except DatabaseAway:
        log.warning("the database is away")


def _ring_first(context: Context, queue: str) -> None:
    """Workers run every job once at start: whatever fell due meanwhile is looked at."""
    for job in FIRST:
        if RINGS[job].queue == queue:
            context.bell.ring_regardless(job)


def stop_both(supervisor: Supervisor) -> None:
    """Pass SIGTERM and SIGINT on to the workers."""

    def stop(number: int, frame: FrameType | None) -> None:
        supervisor.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


@click.command()
@click.argument("queue", required=False, type=click.Choice([PAGE, RATE]))
def worker(queue: str | None) -> None:
    """Run the jobs: a process for pages and one for ratings, or only QUEUE."""
    if queue is not None:
        work(queue)
        return
    settings = Settings().require("database_url", "redis_url", "heed_secret_key")
    logs.set_up()
    _warn_of_others(settings)
    supervisor = Supervisor({name: ["worker", name] for name in (PAGE, RATE)})
    stop_both(supervisor)
    raise SystemExit(supervisor.run())


def _warn_of_others(settings: Settings) -> None:
    """Several workers are fine, every job may run twice; somebody who started one by mistake should know."""
    connection = connect(settings.redis_url, timeout=1)
    try:
        others = PatientWorker.all(connection=connection, job_class=JsonJob)
    except RedisError:
        return
    here = [each for each in others if each.hostname == socket.gethostname() and _is_alive(each.pid)]
    if here:
        log.warning("workers are running on this machine already", count=len(here))


def _is_alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except OSError:
        return False
    return bool(pid)
