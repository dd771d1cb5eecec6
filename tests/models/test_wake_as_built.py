"""The code does what the model of the wake-up protocol does: the same atomic actions, in the same order.

What Redis has been told is read by tests/models/wake_heard.py. What happens in PostgreSQL stands in the same list: the
stand-ins for `take_due` and `earliest` let Redis echo the name of the model's action.
"""

import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from redis.client import Pipeline
from rq import Queue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.context import Context
from jobs import clock, looking
from jobs.beat import PAGE_BEAT
from jobs.clock import DUE, Clock
from jobs.context import use
from jobs.worker import FIRST, PatientWorker, _ring_first
from models import bell as bell_module
from models.actions import escalating, workspaces
from models.actions.escalating import Taken
from models.bell import PAGE, RINGS, Bell, JsonJob, connect
from models.db import now_of
from models.tables import Alert
from tests.models.wake_actions import ACTIONS, check_armed, exec_ring, last_look, ring_first
from tests.models.wake_explorer import LONG_AGO, can_act
from tests.models.wake_heard import ARMED, FLAG, JOB, QUEUE, heard
from tests.models.wake_state import (
    LOOKED,
    NOW,
    OVERDUE,
    SECOND,
    SILENT,
    WAITING,
    Process,
    Protocol,
    Redis,
    Row,
    State,
    Turn,
)
from tests.world import World

WRITER, WORKER = Process("writer", "watch", row=0), Process("worker", "take")
CLOCK = Process("clock", "find_armed", minute=LONG_AGO)
EMPTY, DONE, LATER = Redis(), Row(0, LOOKED), Row(40, WAITING)
SOON = timedelta(seconds=20)


def by_the_model(state: State, branch: int = 0) -> list[str]:
    """The actions of the first process if nobody interferes; where it may go on in two ways it takes the `branch`."""
    done = []
    while can_act(state, state.processes[0]):
        done.append(state.processes[0].at)
        state = ACTIONS[done[-1]](Turn(state, 0, Protocol()))[-branch]
    return done


BESIDE = "claim beside"
"""What the thread beside a worker does in a backlog: to the protocol it is a worker whose last look is that one's."""


def quiet(process: Process, *rows: Row, redis: Redis = EMPTY, beat: int = 0) -> State:
    """A state in which there is only this process."""
    return State(0, rows or (DONE,), redis, (process,), beat=beat)


@pytest.fixture
def acting(context: Context, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets escalate find so many rows in its batches, and then one that is due later; the other jobs find nothing."""
    echo = context.bell.redis.echo

    def find(*batches: int, due_in: timedelta | None = SOON) -> None:
        left = list(batches)

        def take_due(session: Session, only: int | None = None, aside: Collection[int] = ()) -> list[Taken]:
            if threading.current_thread() is not threading.main_thread():
                echo(BESIDE)
                return []
            echo("claim")
            taken = left.pop(0) if left else 0
            if taken:
                echo("settle")
            return [Taken(workspace=each, alert=each, trace="", lap=1, level=1, late_s=0) for each in range(taken)]

        def earliest(session: Session, due: Any) -> datetime | None:
            if due is not escalating.DUE:
                return None
            echo("last_look")
            return None if due_in is None else now_of(session) + due_in

        monkeypatch.setattr(escalating, "take_due", take_due)
        monkeypatch.setattr(looking, "earliest", earliest)

    return find


@pytest.fixture
def probing(context: Context, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta | None], None]:
    """Lets the clock's probe find one row of escalate that falls due in so long."""

    def find(due_in: timedelta | None) -> None:
        def probe(session: Session) -> dict[str, datetime | None]:
            context.bell.redis.echo("probe")
            found = None if due_in is None else now_of(session) + due_in
            return {**dict.fromkeys(DUE), JOB: found}

        monkeypatch.setattr(clock, "due_of_all", probe)

    return find


def test_a_writer_rings_as_the_model_does(context: Context) -> None:
    with heard(context) as done:
        context.bell.wake(JOB)
    assert done == by_the_model(quiet(WRITER, LATER)) == ["watch", "exists", "exec_ring"]
    with heard(context) as done:
        context.bell.wake(JOB)
    assert done == by_the_model(quiet(WRITER, LATER, redis=Redis(flag=9))) == ["watch", "exists"]


@pytest.mark.parametrize("meanwhile", ["watched, then hushed before exists", "absent, then rung before exec"])
def test_a_flag_that_is_touched_while_it_is_watched_stops_the_ring(
    context: Context, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """That loses nothing: whoever touched it looks, or has rung, after our commit."""
    redis, bell = context.bell.redis, Bell(context.settings.redis_url)
    if meanwhile.startswith("watched"):
        redis.set(FLAG, 1)
        exists = Pipeline.exists
        monkeypatch.setattr(Pipeline, "exists", lambda pipe, name: (redis.delete(FLAG), exists(pipe, name))[1])
    else:
        enqueue = bell._enqueue
        monkeypatch.setattr(bell, "_enqueue", lambda job, pipe: (redis.set(FLAG, 1), enqueue(job, pipe))[1])
    bell.wake(JOB)
    bell.redis.close()
    assert redis.llen(QUEUE) == 0
    (state,) = exec_ring(Turn(quiet(WRITER._replace(at="exec_ring", is_touched=True), LATER), 0, Protocol()))
    assert state.redis.queue == ()


def test_a_row_is_committed_before_its_writer_rings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    ring = Bell.wake

    def wake(bell: Bell, job: str, at: datetime | None = None) -> None:
        with world.context.db.begin() as session:
            seen.append(session.scalar(select(func.count(Alert.id))) or 0)
        ring(bell, job, at)

    monkeypatch.setattr(Bell, "wake", wake)
    url = world.source("generic").removeprefix(world.url)
    assert world.app.test_client().post(url, json={"title": "Disk full"}).status_code == 202
    assert seen == [1]


def work(context: Context, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A worker takes what is in the queue, and ends when it finds nothing to take; what it did until then."""
    monkeypatch.setattr(PatientWorker, "_install_signal_handlers", lambda self: None)
    use(context)
    connection = connect(context.settings.redis_url, timeout=None)
    queues = [Queue(PAGE, connection=connection, job_class=JsonJob)]
    with heard(context) as done:
        PatientWorker(queues, connection=connection).work(burst=True, logging_level="WARNING")
    connection.close()
    while done[-1] == "take":
        done.pop()
    return done


def test_a_worker_looks_as_the_model_does(
    context: Context, acting: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    acting(escalating.BATCH)
    context.bell.ring_regardless(JOB)
    done = work(context, monkeypatch)
    assert done.index(BESIDE) < done.index("last_look")
    done.remove(BESIDE)
    assert done == by_the_model(quiet(WORKER, Row(0, WAITING), LATER, redis=Redis(queue=(NOW,))))
    assert done[:3] == ["take", "hush", "claim"]
    assert done[-4:] == ["last_look", "check_armed", "save_job", "arm"]


def test_a_worker_that_has_looked_for_too_long_wakes_as_the_model_does(
    context: Context, acting: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    acting(escalating.BATCH, escalating.BATCH)
    monkeypatch.setattr(looking, "AT_MOST_SECONDS", -1.0)
    with heard(context) as done:
        looking.look(context, JOB, lambda: bool(escalating.take_due(None)), escalating.DUE)  # type: ignore[arg-type]
    tired = by_the_model(quiet(WORKER, Row(0, WAITING), LATER, redis=Redis(queue=(NOW,))), branch=1)
    assert ["take", *done] == tired[: len(done) + 1]
    assert done[-3:] == ["watch", "exists", "exec_ring"]


def test_a_timed_ring_is_moved_taken_and_forgotten_as_in_the_model(
    context: Context, acting: Callable[..., None], probing: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    acting(due_in=None)
    probing(None)
    redis, scheduler = context.bell.redis, context.bell.scheduler
    context.bell.wake(JOB, at=datetime.now(UTC) + SOON)
    redis.zadd(ARMED, {job.id: 1 for job in scheduler.get_jobs()})
    with heard(context) as done:
        context.bell.ring_scheduled()
    assert [*done, "probe"] == by_the_model(quiet(CLOCK, LATER, redis=Redis(armed=(0,), jobs=(0,))))[:4]
    done = work(context, monkeypatch)
    assert done == by_the_model(quiet(WORKER, redis=Redis(queue=(1,), jobs=(1,))))
    assert done[-1] == "forget_job"


@pytest.mark.parametrize(
    ("due_in", "ticks", "state"),
    [
        (None, 1, quiet(CLOCK)),
        (timedelta(seconds=-3), 1, quiet(CLOCK, Row(-OVERDUE - 1, WAITING), redis=Redis(flag=9))),
        (timedelta(seconds=-1), 1, quiet(CLOCK, Row(-OVERDUE + 1, WAITING))),
        (SOON, 60, quiet(CLOCK._replace(minute=0), LATER)),
    ],
    ids=["nothing is due", "a row is overdue and the flag is set", "a row is due", "the minute's work"],
)
def test_the_clock_does_in_a_tick_what_the_model_does(
    context: Context, probing: Callable[..., None], due_in: timedelta | None, ticks: int, state: State
) -> None:
    probing(due_in)
    with context.db.begin() as session:
        workspaces.beat(session, PAGE_BEAT)
    context.bell.redis.set(FLAG, 1)
    with heard(context) as done:
        Clock(context, ticks=ticks).tick()
    assert done == by_the_model(state)


def test_the_clock_looks_by_itself_as_the_model_does_when_no_worker_beats(
    context: Context, acting: Callable[..., None], probing: Callable[..., None]
) -> None:
    acting()
    probing(SOON)
    with heard(context) as done:
        Clock(context, ticks=1).tick()
    assert done == by_the_model(quiet(CLOCK, LATER, beat=-SILENT - 1))


def test_a_worker_that_starts_rings_regardless_of_the_flag(context: Context) -> None:
    context.bell.redis.set(FLAG, 1)
    with heard(context) as done:
        _ring_first(context, PAGE)
    assert done == ["ring_regardless"]
    (state,) = ring_first(Turn(quiet(WORKER, redis=Redis(flag=9)), 0, Protocol()))
    assert state.redis == Redis(flag=9, queue=(NOW,))
    assert {job for job, ring in RINGS.items() if ring.queue == PAGE} - set(FIRST) == {"beat_page"}


@pytest.mark.parametrize("now", range(2 * SECOND))
def test_the_second_that_a_look_arms_is_the_models(context: Context, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    start, scheduler = datetime(2026, 11, 22, tzinfo=UTC), context.bell.scheduler

    class Held(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return start + timedelta(seconds=now / SECOND)

    monkeypatch.setattr(bell_module, "datetime", Held)
    monkeypatch.setattr(looking, "now_of", lambda _: Held.now())
    for due in range(-2 * SECOND, 5 * SECOND):
        at = start + timedelta(seconds=due / SECOND)
        monkeypatch.setattr(looking, "earliest", lambda *_, at=at: at)
        looking.look(context, JOB, lambda: False, escalating.DUE)
        ((job, second),) = scheduler.get_jobs(with_times=True)
        assert second.replace(tzinfo=UTC) == start + timedelta(seconds=second_by_the_model(now, due))
        scheduler.cancel(job)


def second_by_the_model(now: int, due: int) -> int:
    state = State(now, (Row(due, WAITING),), EMPTY, (WORKER._replace(at="last_look"),))
    for action in (last_look, check_armed):
        (state,) = action(Turn(state, 0, Protocol()))
    return state.processes[0].second
