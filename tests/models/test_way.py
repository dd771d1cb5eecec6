"""Waits as people write them, codes, and by which way a page goes when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.way import (
    CODE_LIFE,
    CODE_TRIES,
    BadWait,
    Verdict,
    WayLine,
    WayState,
    code_in,
    is_important,
    judge,
    plan,
    read_wait,
    spelled_wait,
)
from models.words import Severity

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WAITS = {
    "": None, "never": None, " - ": None, "Only if Slack fails": None, "at once": 0, "0": 0, "now": 0, "5": 300,
    "5m": 300, "5 min": 300, "5 minutes": 300, "1 minute": 60, "90s": 90, "90 sec": 90, "1h": 3600, "1 hour": 3600,
    "1h30m": 5400, "1 h 30 min": 5400, "1 hour and 30 minutes": 5400, "2 HOURS": 7200, "24h": 86400, "1 day": 86400,
}  # fmt: skip


def way(number: int, important: int | None, default: int | None) -> WayLine:
    return WayLine(number, "ntfy", "ntfy", WayState.WORKS, important, default)


@pytest.mark.parametrize(("text", "seconds"), WAITS.items())
def test_waits_are_read_as_people_write_them(text: str, seconds: int | None) -> None:
    assert read_wait(text) == seconds


@pytest.mark.parametrize("text", ["soon", "5 years", "-5m", "2d", "m", "5m!", "25h", "999999h", "5 ; 6", "1.5h"])
def test_other_waits_are_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadWait, match=r"write a wait such as|24 hours at most"):
        read_wait(text)


@given(st.one_of(st.none(), st.integers(0, 86400)))
def test_a_wait_is_read_as_it_is_spelled(seconds: int | None) -> None:
    assert read_wait(spelled_wait(seconds, "never")) == seconds


def test_important_pages_go_by_every_way_the_shortest_wait_first() -> None:
    ways = [way(1, None, 60), way(2, 300, None), way(3, 0, 0), way(4, 300, 60), way(5, None, None)]
    assert plan(ways, Severity.HIGH) == [(3, 0), (2, 300), (4, 300), (1, None), (5, None)]
    assert plan(ways, Severity.CRITICAL) == plan(ways, Severity.HIGH)


def test_default_pages_go_only_by_ways_that_have_a_wait_for_them() -> None:
    ways = [way(1, None, 60), way(2, 300, None), way(3, 0, 0), way(4, 300, 60)]
    assert plan(ways, Severity.LOW) == [(3, 0), (1, 60), (4, 60)]
    assert plan(ways, Severity.MEDIUM) == plan(ways, Severity.LOW)
    assert [each for each in Severity if is_important(each)] == [Severity.CRITICAL, Severity.HIGH]


def test_a_code_counts_for_a_time_and_a_number_of_tries() -> None:
    sent = NOW - CODE_LIFE
    assert judge(sent, 0, True, NOW) is Verdict.RIGHT
    assert judge(sent, 0, False, NOW) is Verdict.WRONG
    assert judge(sent, 0, True, NOW + timedelta(seconds=1)) is Verdict.TOO_LATE
    assert judge(None, 0, True, NOW) is Verdict.TOO_LATE
    assert judge(sent, CODE_TRIES - 1, True, NOW) is Verdict.RIGHT
    assert judge(sent, CODE_TRIES, True, NOW) is Verdict.TOO_OFTEN
    assert code_in(" 123 - 456 ") == "123456"
