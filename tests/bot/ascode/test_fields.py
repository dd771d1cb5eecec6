"""Small values: durations, moments, names that are nearly right."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ascode.faults import did_you_mean, printable
from bot.ascode.fields import spelled_moment
from models.durations import LONGEST, SHORTEST, duration, spelled_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5s", 5),
        ("30s", 30),
        ("5m", 300),
        ("2h", 7200),
        ("1d", 86400),
        ("30d", 2592000),
        ("1h30m", 5400),
        ("90m", 5400),
    ],
)
def test_durations_are_read(written: str, seconds: int) -> None:
    assert duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written", ["", "5", 5, "5 m", "m", "-5m", "1.5h", "5M", "4s", "31d", "720h1s", "9999999d", None, True]
)
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"a duration such as|must be from 5s to 30d"):
        duration(written)


@given(st.timedeltas(SHORTEST, LONGEST).map(lambda length: timedelta(seconds=int(length.total_seconds()))))
def test_a_duration_is_read_as_it_was_spelled(length: timedelta) -> None:
    assert duration(spelled_duration(length)) == length


@pytest.mark.parametrize(
    ("seconds", "spelled"), [(90, "90s"), (300, "5m"), (5400, "90m"), (7200, "2h"), (172800, "2d")]
)
def test_a_duration_is_spelled_in_the_largest_whole_unit(seconds: int, spelled: str) -> None:
    assert spelled_duration(timedelta(seconds=seconds)) == spelled


@given(st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC)))
def test_a_moment_is_read_as_it_was_spelled(at: datetime) -> None:
    for zone in (UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")):
        assert datetime.fromisoformat(spelled_moment(at, zone)) == at


def test_what_is_similar_is_offered() -> None:
    assert did_you_mean("alcie", ["alice", "bob"]) == "; did you mean alice?"
    assert did_you_mean("PAYMENTS", ["Payments"]) == "; did you mean Payments?"
    assert did_you_mean("zebra", ["alice", "bob"]) == ""


def test_what_a_terminal_would_obey_is_shown_instead() -> None:
    assert printable("a\x1b[31m\nb\u202e ü") == "a\\x1b[31m\\nb\\u202e ü"
