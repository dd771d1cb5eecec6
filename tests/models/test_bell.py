"""The bell on a real Redis: rung once, heard once, never lost to an exception, and never a pickle."""

import importlib
import json
import logging
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import RedisError
from rq import Queue

from models import bell as bell_module
from models.bell import (
    FLAG_SECONDS,
    PAGE,
    PERIODIC,
    RATE,
    RINGS,
    Bell,
    JsonJob,
    flag_of,
    wake_id,
    whole_second_after,
)
from models.embedded import EmbeddedRedis, free_port
from tests.conftest import Servers

PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


@pytest.fixture
def bell(clean: Servers) -> Iterator[Bell]:
    made = Bell(clean.redis.url)
    yield made
    made.redis.close()


def queued(bell: Bell, queue: str) -> list[str]:
    """The functions that wait in a queue, in order."""
    found = Queue(queue, connection=bell.redis, job_class=JsonJob)
    return [str(job.func_name) for job in found.jobs]


def armed(bell: Bell) -> dict[str, datetime]:
    """The rings that rq-scheduler holds, with their second."""
    return {job.id: when.replace(tzinfo=UTC) for job, when in bell.scheduler.get_jobs(with_times=True)}


def test_waking_sets_the_flag_and_enqueues_one_job(bell: Bell) -> None:
    bell.wake("escalate")
    assert queued(bell, PAGE) == [RINGS["escalate"].function]
    assert 0 < bell.redis.ttl(flag_of("escalate")) <= FLAG_SECONDS


def test_waking_again_before_anybody_looked_enqueues_nothing(bell: Bell) -> None:
    for _ in range(5):
        bell.wake("escalate")
    assert queued(bell, PAGE) == [RINGS["escalate"].function]


def test_each_job_has_its_own_flag_and_its_own_queue(bell: Bell) -> None:
    bell.wake("deliver")
    bell.wake("escalate")
    bell.wake("analyze")
    assert queued(bell, PAGE) == [RINGS["deliver"].function, RINGS["escalate"].function]
    assert queued(bell, RATE) == [RINGS["analyze"].function]


def test_a_worker_that_hushes_before_it_looks_hears_what_is_rung_from_then_on(bell: Bell) -> None:
    bell.wake("escalate")
    bell.hush("escalate")
    assert not bell.redis.exists(flag_of("escalate"))
    bell.wake("escalate")
    assert len(queued(bell, PAGE)) == 2


def test_many_that_ring_at_once_make_one_job(bell: Bell, clean: Servers) -> None:
    others = [Bell(clean.redis.url) for _ in range(4)]
    for _ in range(25):
        for other in others:
            other.wake("deliver")
    assert len(queued(bell, PAGE)) == 1
    for other in others:
        other.redis.close()


def test_ringing_regardless_enqueues_although_the_flag_is_set(bell: Bell) -> None:
    bell.wake("escalate")
    assert bell.ring_regardless("escalate")
    assert len(queued(bell, PAGE)) == 2


def test_any_number_of_rings_for_the_same_second_are_one(bell: Bell) -> None:
    at = datetime.now(UTC).replace(microsecond=100) + timedelta(seconds=60)
    for microseconds in (0, 1, 500_000, 999_000):
        bell.wake("escalate", at=at + timedelta(microseconds=microseconds))
    second = at.replace(microsecond=0) + timedelta(seconds=1)
    assert armed(bell) == {f"escalate-{int(second.timestamp())}": second}
    bell.wake("escalate", at=second + timedelta(microseconds=1))
    bell.wake("deliver", at=second)
    assert len(armed(bell)) == 3
    assert queued(bell, PAGE) == []


def test_the_id_that_steps_record_is_the_one_under_which_the_ring_is_armed(bell: Bell) -> None:
    at = datetime.now(UTC) + timedelta(minutes=5)
    bell.wake("escalate", at=at)
    assert list(armed(bell)) == [wake_id("escalate", at)]


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(milliseconds=1), timedelta(hours=5)])
def test_a_ring_for_the_past_is_armed_for_a_second_that_is_still_to_come(bell: Bell, ago: timedelta) -> None:
    before = datetime.now(UTC)
    bell.wake("escalate", at=before - ago)
    (second,) = armed(bell).values()
    assert before < second <= before + timedelta(seconds=2)


@given(st.integers(-10_000_000, 10_000_000))
def test_a_moment_is_rounded_up_and_never_to_a_second_that_has_begun(microseconds: int) -> None:
    now = datetime.now(UTC)
    at = now + timedelta(microseconds=microseconds)
    second = whole_second_after(at)
    assert second.microsecond == 0
    assert second >= at
    assert second > now
    assert second - max(at, now) <= timedelta(seconds=1, milliseconds=500)


def test_what_is_armed_for_a_second_is_moved_into_its_queue_when_it_comes(bell: Bell) -> None:
    bell.wake("analyze", at=datetime.now(UTC) + timedelta(minutes=5))
    (job_id,) = armed(bell)
    bell.redis.zadd(bell.scheduler.scheduled_jobs_key, {job_id: int(time.time()) - 1})
    bell.ring_scheduled()
    assert queued(bell, RATE) == [RINGS["analyze"].function]
    assert armed(bell) == {}


def test_a_ring_leaves_no_result_behind(bell: Bell) -> None:
    bell.wake("escalate")
    bell.wake("deliver", at=datetime.now(UTC) + timedelta(minutes=5))
    (rung,) = Queue(PAGE, connection=bell.redis, job_class=JsonJob).jobs
    (timed,) = bell.scheduler.get_jobs()
    assert (rung.result_ttl, timed.result_ttl) == (0, 0)


def test_jobs_are_json_in_redis_and_hold_no_pickle(bell: Bell) -> None:
    bell.wake("escalate")
    bell.ring_regardless("deliver")
    bell.wake("redraw", at=datetime.now(UTC) + timedelta(minutes=5))
    bell.assert_periodic()
    keys = bell.redis.keys("rq:job:*")
    assert len(keys) == 3 + len(PERIODIC)
    for key in keys:
        stored: dict[bytes, bytes] = cast(Any, bell.redis.hgetall(key))
        data = zlib.decompress(stored[b"data"])
        assert json.loads(data)[0] in {ring.function for ring in RINGS.values()}
        assert not any(value.startswith(PICKLE) for value in stored.values())


@pytest.mark.parametrize("job", RINGS)
def test_every_ring_stands_for_a_function_that_can_be_called_without_arguments(job: str) -> None:
    module, _, name = RINGS[job].function.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
    assert RINGS[job].queue in (PAGE, RATE)


def test_a_job_that_nobody_knows_cannot_be_rung(bell: Bell) -> None:
    with pytest.raises(KeyError):
        bell.wake("no_such_job")
    with pytest.raises(KeyError):
        bell.wake("no_such_job", at=datetime.now(UTC))


def test_the_periodic_jobs_are_armed_once_and_come_back_after_redis_was_emptied(bell: Bell) -> None:
    for _ in range(3):
        bell.assert_periodic()
        assert set(armed(bell)) == {f"cron-{job}" for job in PERIODIC}
    bell.redis.flushall()
    assert armed(bell) == {}
    bell.assert_periodic()
    assert set(armed(bell)) == {f"cron-{job}" for job in PERIODIC}
    for job in bell.scheduler.get_jobs():
        assert job.meta["cron_string"] == PERIODIC[job.id.removeprefix("cron-")]


def every_call(bell: Bell) -> None:
    bell.wake("escalate")
    bell.wake("escalate", at=datetime.now(UTC) + timedelta(minutes=5))
    bell.hush("escalate")
    assert not bell.ring_regardless("escalate")
    assert not bell.is_up()


def test_while_redis_is_stopped_every_call_is_short_and_logged_and_raises_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with EmbeddedRedis(tmp_path) as redis:
        bell = Bell(redis.url)
        bell.wake("escalate")
        assert bell.is_up()
        redis.stop()
        with caplog.at_level(logging.WARNING, bell_module.__name__):
            started = time.monotonic()
            every_call(bell)
        assert time.monotonic() - started < 1
        assert len([record for record in caplog.records if "escalate" in record.getMessage()]) == 4
        redis.start()
        bell.wake("escalate")
        assert queued(bell, PAGE) == [RINGS["escalate"].function]
        bell.redis.close()


def test_a_redis_that_accepts_and_never_answers_delays_a_ring_by_less_than_a_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bell = Bell(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        for at in (None, datetime.now(UTC) + timedelta(minutes=5)):
            started = time.monotonic()
            bell.wake("escalate", at=at)
            assert 0.3 < time.monotonic() - started < 1
        bell.redis.close()


def test_the_clock_is_told_when_redis_is_away() -> None:
    bell = Bell(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(RedisError):
        bell.ring_scheduled()
    with pytest.raises(RedisError):
        bell.assert_periodic()
