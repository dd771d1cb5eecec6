"""Requests that come in at the same moment: one alert a key, and no deadlock."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from bot.context import Context
from models.actions.receiving import Received
from models.signal import Signal
from models.words import Severity, Status
from tests.models.actions.house import House, alerts, build_house, decisions, firing, resolved, send

THREADS = 8


@pytest.fixture
def house(context: Context) -> House:
    with context.db.begin() as session:
        return build_house(session)


def race(works: list[Callable[[], Received]]) -> list[Received]:
    """Run each in a thread of its own, all beginning at the same moment; an exception of any is raised."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Received]) -> Received:
        start.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        running: list[Future[Received]] = [pool.submit(run, work) for work in works]
        return [each.result(30) for each in running]


def request(context: Context, house: House, *signals: Signal) -> Callable[[], Received]:
    def work() -> Received:
        with context.db.begin() as session:
            return send(session, house, *signals)

    return work


@pytest.mark.parametrize("turn", range(5))
def test_the_same_problem_in_eight_requests_at_once_is_one_alert(context: Context, house: House, turn: int) -> None:
    results = race([request(context, house, firing(f"disk-{turn}"))] * THREADS)
    assert sorted(len(each.opened) for each in results) == [0] * (THREADS - 1) + [1]
    assert sum(len(each.repeated) for each in results) == THREADS - 1
    with context.db.begin() as session:
        (found,) = alerts(session)
        assert (found.count, found.revision) == (THREADS, THREADS)
        assert len(decisions(session)) == THREADS


def test_requests_with_their_keys_in_opposite_orders_never_deadlock(context: Context, house: House) -> None:
    forth = [firing(f"pod-{number:02}") for number in range(40)]
    back = forth[::-1]
    for _ in range(6):
        race([request(context, house, *batch) for batch in (forth, back) * (THREADS // 2)])
    with context.db.begin() as session:
        assert {found.count for found in alerts(session)} == {6 * THREADS}


def test_firing_and_resolved_that_cross_leave_one_state_and_never_two_live_alerts(
    context: Context, house: House
) -> None:
    keys = [f"pod-{number:02}" for number in range(20)]
    for _ in range(4):
        works = [request(context, house, *(firing(key) for key in keys))] * 4
        works += [request(context, house, *(resolved(key) for key in reversed(keys)))] * 4
        race(works)
    with context.db.begin() as session:
        live = [found.key for found in alerts(session) if found.status.is_live]
        assert len(live) == len(set(live))
        for found in alerts(session):
            assert (found.next_step_at is None) == (found.status is Status.RESOLVED)


def test_of_raises_at_the_same_moment_one_raises_and_the_others_repeat(context: Context, house: House) -> None:
    request(context, house, firing(severity=Severity.LOW))()
    results = race([request(context, house, firing(severity=Severity.CRITICAL))] * THREADS)
    assert sum(len(each.raised) for each in results) == 1
    assert sum(len(each.repeated) for each in results) == THREADS - 1
    with context.db.begin() as session:
        (found,) = alerts(session)
        assert (found.severity, found.epoch, found.count) == (Severity.CRITICAL, 2, THREADS + 1)


def test_a_worse_signal_that_loses_the_race_to_open_raises_all_the_same(context: Context, house: House) -> None:
    """The second request has looked before the first one committed, so it opens what is there by then."""
    with context.db.begin() as first:
        send(first, house, firing(severity=Severity.LOW))
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(request(context, house, firing(severity=Severity.CRITICAL)))
            wait_until_blocked(context)
            first.commit()
            second.result(10)
    with context.db.begin() as session:
        (found,) = alerts(session)
        assert found.severity == Severity.CRITICAL


def wait_until_blocked(context: Context, count: int = 1) -> None:
    """Return when so many connections wait for a lock."""
    for _ in range(500):
        with context.db.begin() as session:
            waiting = session.connection().exec_driver_sql(
                "SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            )
            if waiting.scalar_one() >= count:
                return
    raise AssertionError("nobody waits for a lock")
