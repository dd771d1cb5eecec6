"""Deadlines for replies: business time over weekends, holidays and the nights of the clock; who waits since when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.deadlines import BusinessTime, Kind, Promise, Said, after, between, waiting
from models.hours import parse_hours

HOUR = timedelta(hours=1)
OFFICE = BusinessTime(parse_hours("mon-fri 09:00-17:00"), "Europe/Berlin", frozenset({date(2026, 12, 25)}))
ALWAYS = BusinessTime()
PROMISE = Promise(first=HOUR, next=4 * HOUR)


def berlin(text: str) -> datetime:
    """A wall time of Berlin in winter, such as "2026-11-23 09:00"."""
    return datetime.fromisoformat(text + "+01:00")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23 09:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 16:30", 1, "2026-11-24 09:30"),
        ("2026-11-20 16:30", 1, "2026-11-23 09:30"),
        ("2026-11-21 12:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 08:00", 1, "2026-11-23 10:00"),
        ("2026-12-24 16:30", 1, "2026-12-28 09:30"),
        ("2026-11-23 09:00", 8, "2026-11-23 17:00"),
        ("2026-11-23 09:00", 40, "2026-11-27 17:00"),
        ("2026-11-23 09:00", 41, "2026-11-30 10:00"),
    ],
    ids=["within a day", "over night", "over a weekend", "begun on a weekend", "before opening",
         "over Christmas and a weekend", "to the last minute", "a whole week", "a week and an hour"],
)  # fmt: skip
def test_business_time(start: str, hours: float, due: str) -> None:
    assert after(OFFICE, berlin(start), hours * HOUR) == berlin(due)
    assert between(OFFICE, berlin(start), berlin(due)) == hours * HOUR


def test_a_window_over_midnight_ends_with_a_holiday_and_begins_after_it() -> None:
    nights = BusinessTime(parse_hours("22:00-06:00"), "Europe/Berlin", frozenset({date(2026, 12, 25)}))
    assert after(nights, berlin("2026-12-24 23:00"), 2 * HOUR) == berlin("2026-12-26 01:00")


def test_the_night_of_the_clock_counts_its_real_hours() -> None:
    all_day = BusinessTime(parse_hours("00:00-24:00"), "Europe/Berlin", frozenset({date(2000, 1, 1)}))
    sunday = datetime(2027, 3, 27, 23, 0, tzinfo=UTC)
    assert between(all_day, sunday, datetime(2027, 3, 28, 22, 0, tzinfo=UTC)) == 23 * HOUR


def test_a_promise_that_no_business_time_would_end_ends_after_400_days() -> None:
    holidays = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(900))
    begin = berlin("2026-11-23 09:00")
    assert after(BusinessTime(parse_hours("09:00-17:00"), "UTC", holidays), begin, HOUR) == begin + timedelta(days=400)


def at(minute: int, client: bool = True, **how: bool) -> Said:
    return Said(berlin("2026-11-23 09:00") + timedelta(minutes=minute), client, **how)


def ours(minute: int, holds: bool = False) -> Said:
    return at(minute, client=False, holds=holds)


@pytest.mark.parametrize(
    ("said", "kind", "since", "due"),
    [
        ([at(0)], Kind.FIRST, 0, 60),
        ([at(0), at(10)], Kind.FIRST, 0, 60),
        ([at(0), ours(5)], None, 0, 0),
        ([at(0), ours(5), at(20)], Kind.NEXT, 20, 260),
        ([at(0), ours(5), at(20, asks=False)], None, 0, 0),
        ([at(0), ours(5), at(20, asks=False), at(30)], Kind.NEXT, 30, 270),
        ([at(0, asks=False)], None, 0, 0),
        ([at(0), ours(50, holds=True)], Kind.FIRST, 0, 80),
        ([at(0), ours(10, holds=True)], Kind.FIRST, 0, 60),
        ([at(0), ours(50, holds=True), ours(75, holds=True)], Kind.FIRST, 0, 80),
        ([at(0), ours(50, holds=True), at(60)], Kind.FIRST, 0, 80),
        ([at(0), ours(50, holds=True), ours(60)], None, 0, 0),
        ([ours(0), at(10)], Kind.NEXT, 10, 250),
        ([ours(0, holds=True), at(10)], Kind.FIRST, 10, 70),
    ],
    ids=["a first message", "a second message does not start anew", "answered", "the next question",
         "thanks starts nothing", "after the thanks a question", "a hello that asks nothing",
         "a holding reply buys time", "an early one buys nothing", "only the first one counts",
         "a client who goes on waits since the beginning", "held, then answered", "we began the conversation",
         "holding before anybody waits counts for nothing"],
)  # fmt: skip
def test_who_waits(said: list[Said], kind: Kind | None, since: int, due: int) -> None:
    found = waiting(said, PROMISE, OFFICE)
    if kind is None:
        assert found is None
    else:
        assert found is not None
        assert (found.kind, found.since, found.due_at) == (kind, at(since).at, at(due).at)


def test_people_are_warned_at_three_quarters() -> None:
    found = waiting([at(0)], PROMISE, OFFICE)
    assert found is not None
    assert found.warn_at == at(45).at


def test_without_a_promise_nobody_is_late() -> None:
    assert waiting([at(0)], Promise(), OFFICE) is None


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
LENGTHS = st.integers(1, 60 * 24 * 20).map(lambda minutes: timedelta(minutes=minutes))
TIMES = st.sampled_from([OFFICE, ALWAYS, BusinessTime(parse_hours("fri 18:00-mon 08:00"), "America/New_York"),
                         BusinessTime(parse_hours("22:00-06:00"), "Australia/Lord_Howe")])  # fmt: skip


@given(TIMES, MOMENTS, LENGTHS)
def test_after_and_between_agree(when: BusinessTime, start: datetime, length: timedelta) -> None:
    end = after(when, start, length)
    assert end > start
    assert between(when, start, end) == length


@given(TIMES, MOMENTS, LENGTHS, LENGTHS)
def test_more_time_never_ends_earlier(when: BusinessTime, start: datetime, one: timedelta, more: timedelta) -> None:
    assert after(when, start, one + more) >= after(when, start, one)
    assert after(when, start, one + more) == after(when, after(when, start, one), more)


@given(TIMES, MOMENTS, LENGTHS, LENGTHS)
def test_the_parts_of_a_span_add_up(when: BusinessTime, start: datetime, one: timedelta, two: timedelta) -> None:
    middle, end = start + one, start + one + two
    assert between(when, start, middle) + between(when, middle, end) == between(when, start, end)
