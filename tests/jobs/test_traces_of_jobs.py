"""What goes on without a request has an id too: a job, a second of the clock, a listener's thread, a socket."""

from typing import Any

import pytest
from rq import SimpleWorker
from sqlalchemy import select

from bot.context import Context
from bot.listeners.threads import FollowingThreads
from jobs.clock import Clock
from jobs.worker import PatientWorker
from models import trace_id
from models.tables import Alert
from tests.world import World


def test_each_job_of_a_worker_has_an_id_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[str]()

    def remember(*arguments: Any) -> bool:
        seen.append(trace_id.current())
        return True

    monkeypatch.setattr(SimpleWorker, "perform_job", remember)
    worker = PatientWorker.__new__(PatientWorker)
    arguments: Any = (None, None, None)
    assert worker.perform_job(*arguments) is True
    assert worker.perform_job(*arguments) is True
    assert trace_id.current() == ""
    assert len(set(seen)) == 2
    assert all(len(each) == 32 for each in seen)


def test_each_second_of_the_clock_has_an_id_of_its_own(context: Context) -> None:
    ticking = Clock(context, ticks=1)
    seen = set[str]()
    for _ in range(2):
        ticking.tick()
        seen.add(trace_id.current())
    trace_id.end()
    assert len(seen) == 2


def test_a_listeners_thread_has_the_id_of_the_request_that_began_it() -> None:
    with FollowingThreads(1) as threads:
        found = []
        for name in ("the-first-one", "the-second-one"):
            trace_id.begin(name)
            found.append(threads.submit(trace_id.current))
        trace_id.end()
        assert [each.result() for each in found] == ["the-first-one", "the-second-one"]
        assert threads.submit(trace_id.current).result() == ""


def test_what_somebody_raises_over_a_socket_has_an_id(world: World) -> None:
    world.use_sockets()
    for title in ("Payments are down", "Search is down"):
        world.heed("bob", f"page {title}")
    with world.context.db.begin() as session:
        traces = list(session.scalars(select(Alert.trace)))
    assert len(set(traces)) == 2
    assert all(len(each) == 32 for each in traces)
