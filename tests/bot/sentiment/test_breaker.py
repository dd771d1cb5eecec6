"""A server that fails again and again is left alone, and tried again with one call."""

import threading

import pytest

from bot.sentiment.breaker import FAILURES, LONGEST_PAUSE, Breaker, Leave


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def fail(breaker: Breaker, times: int = FAILURES) -> None:
    for _ in range(times):
        breaker.failed(breaker.leave())


def test_four_failures_in_a_row_change_nothing_and_the_fifth_stops_all_calls(breaker: Breaker) -> None:
    fail(breaker, 4)
    assert breaker.leave() is Leave.YES
    fail(breaker, 1)
    assert breaker.leave() is Leave.NO


def test_a_success_in_between_counts_anew(breaker: Breaker) -> None:
    fail(breaker, 4)
    breaker.succeeded()
    fail(breaker, 4)
    assert breaker.leave() is Leave.YES


def test_after_half_a_minute_one_call_is_tried_and_its_success_frees_all(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 29.9
    assert breaker.leave() is Leave.NO
    clock.now += 0.1
    assert [breaker.leave() for _ in range(3)] == [Leave.TRIAL, Leave.NO, Leave.NO]
    breaker.succeeded()
    assert [breaker.leave() for _ in range(3)] == [Leave.YES] * 3


def test_the_pause_doubles_up_to_five_minutes_and_is_short_again_after_a_success(
    breaker: Breaker, clock: Clock
) -> None:
    fail(breaker)
    pauses = []
    for _ in range(6):
        start = clock.now
        while (leave := breaker.leave()) is Leave.NO:
            clock.now += 1
        pauses.append(clock.now - start)
        breaker.failed(leave)
    assert pauses == [30, 60, 120, 240, LONGEST_PAUSE, LONGEST_PAUSE]
    clock.now += LONGEST_PAUSE
    assert breaker.leave() is Leave.TRIAL
    breaker.succeeded()
    fail(breaker)
    clock.now += 30
    assert breaker.leave() is Leave.TRIAL


def test_calls_that_were_under_way_when_it_opened_do_not_make_the_pause_longer(breaker: Breaker, clock: Clock) -> None:
    under_way = [breaker.leave() for _ in range(32)]
    clock.now += 20
    for leave in under_way:
        breaker.failed(leave)
    clock.now += 30
    assert breaker.leave() is Leave.TRIAL


def test_a_trial_that_is_never_heard_of_again_does_not_close_the_server_for_good(
    breaker: Breaker, clock: Clock
) -> None:
    fail(breaker)
    clock.now += 30
    assert breaker.leave() is Leave.TRIAL
    clock.now += 30
    assert breaker.leave() is Leave.TRIAL


@pytest.mark.parametrize(("asked", "given"), [(40, 40), (0.5, 0.5), (10**9, 3600)])
def test_a_server_that_asks_for_time_gets_it_an_hour_at_most(
    breaker: Breaker, clock: Clock, asked: float, given: float
) -> None:
    breaker.rest(asked)
    clock.now += given - 0.1
    assert breaker.leave() is Leave.NO
    clock.now += 0.1
    assert breaker.leave() is Leave.YES


def test_of_many_threads_one_gets_the_trial(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 30
    found: list[Leave] = []
    threads = [threading.Thread(target=lambda: found.append(breaker.leave())) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(Leave.TRIAL) == 1
    assert found.count(Leave.NO) == 31
