"""Windows of the week: how they are read and written, over midnight, over the week's end, and on the two odd nights."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.hours import DAY, WEEK, Hours, Window, on_the_wall, parse_hours, within, zone_of
from tests.models.routing_strategies import HOURS, MOMENTS, ZONES

BERLIN = "Europe/Berlin"
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
at = datetime.fromisoformat


def edges(*hours: Hours) -> set[int]:
    """Every minute of the week at which something begins or ends, and those beside it."""
    found = {minute for each in hours for window in each.windows for minute in (window.start, window.end)}
    return {(minute + beside) % WEEK for minute in found | {0} for beside in (-1, 0, 1)}


@pytest.mark.parametrize(
    ("sentence", "text", "canonical"),
    [
        ("days and a window", "mon-fri 09:00-17:00", "mon-fri 09:00-17:00"),
        ("two windows", "mon-fri 09:00-17:00, sat 10:00-14:00", "mon-fri 09:00-17:00, sat 10:00-14:00"),
        ("no day is every day", "09:00-17:00", "mon-sun 09:00-17:00"),
        ("days that stand before a comma share the window", "sat, sun 10:00-14:00", "sat-sun 10:00-14:00"),
        ("days in a row, with blanks", "mon wed fri 9:00-10:00", "mon 09:00-10:00, wed 09:00-10:00, fri 09:00-10:00"),
        ("long names, capitals and dashes", "Monday – Friday 09:00–17:00", "mon-fri 09:00-17:00"),
        ("over midnight", "fri 22:00-06:00", "fri 22:00-06:00"),
        ("until midnight, either way of writing it", "fri 22:00-00:00", "fri 22:00-24:00"),
        ("over the week's end", "fri 18:00-mon 08:00", "fri 18:00-mon 08:00"),
        ("Sunday night over the week's end", "sun 22:00-06:00", "sun 22:00-06:00"),
        ("days over the week's end", "sat-mon 09:00-10:00", "mon 09:00-10:00, sat-sun 09:00-10:00"),
        ("whole days", "sat-sun 00:00-24:00", "sat-sun 00:00-24:00"),
        ("always", "00:00-24:00", "mon-sun 00:00-24:00"),
        ("windows that touch are one", "mon 09:00-12:00, mon 12:00-17:00", "mon 09:00-17:00"),
        ("windows that overlap are one", "mon 09:00-13:00, mon 12:00-17:00", "mon 09:00-17:00"),
        ("also over the week's end", "sun 22:00-24:00, mon 00:00-07:00", "sun 22:00-07:00"),
        ("more than a day", "mon 08:00-wed 09:30", "mon 08:00-wed 09:30"),
        ("a comma at the end", "mon 09:00-17:00,", "mon 09:00-17:00"),
    ],
)
def test_what_is_written_is_read(sentence: str, text: str, canonical: str) -> None:
    assert str(parse_hours(text)) == canonical, sentence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "hours need at least one window, such as mon-fri 09:00-17:00"),
        ("mon", 'expected a day and times such as "mon-fri 09:00-17:00", found "mon"'),
        ("9 to 5", 'expected a day and times such as "mon-fri 09:00-17:00", found "9 to 5"'),
        ("mon 09:00-10:00 tue 09:00-10:00", 'expected a comma between windows, found "tue 09:00-10:00"'),
        ("mon 09:00-10:00, sun", 'expected a day and times such as "mon-fri 09:00-17:00", found "sun"'),
        ("mo 09:00-10:00", '"mo" is no day; write mon, tue, wed, thu, fri, sat, sun'),
        ("moon 09:00-10:00", '"moon" is no day; write mon, tue, wed, thu, fri, sat, sun'),
        ("mon 09:00-25:00", '"25:00" is no time at which a window ends; write 00:00 to 24:00'),
        ("mon 24:00-10:00", '"24:00" is no time at which a window begins; write 00:00 to 23:59'),
        ("mon 09:60-10:00", '"09:60" is no time at which a window begins; write 00:00 to 23:59'),
        ("mon 09:00-09:00", '"09:00-09:00" ends as it begins; write 00:00-24:00 for the whole day'),
        ("mon 09:00-mon 09:00", '"mon 09:00-mon 09:00" ends as it begins; write mon-sun 00:00-24:00 for always'),
    ],
)
def test_what_is_not_understood_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_hours(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("sentence", "hours", "zone", "moment", "inside"),
    [
        ("the first minute counts", "mon 09:00-17:00", "UTC", MONDAY.replace(hour=9), True),
        ("the last second counts", "mon 09:00-17:00", "UTC", MONDAY.replace(hour=16, minute=59, second=59), True),
        ("the end does not", "mon 09:00-17:00", "UTC", MONDAY.replace(hour=17), False),
        ("another day does not", "tue 09:00-17:00", "UTC", MONDAY.replace(hour=9), False),
        ("the zone's clock counts", "mon 09:00-17:00", BERLIN, MONDAY.replace(hour=8), True),
        ("the zone's weekday counts", "sun 18:00-24:00", "America/New_York", MONDAY.replace(hour=2), True),
        ("after midnight it is still Friday's window", "fri 22:00-06:00", "UTC", at("2026-11-28T05:59Z"), True),
        ("but Friday's early morning is not", "fri 22:00-06:00", "UTC", at("2026-11-27T05:59Z"), False),
        ("Sunday's night runs into Monday", "sun 22:00-06:00", "UTC", MONDAY.replace(hour=5), True),
        ("a weekend runs into Monday", "fri 18:00-mon 08:00", "UTC", MONDAY.replace(hour=7, minute=59), True),
        ("and is over then", "fri 18:00-mon 08:00", "UTC", MONDAY.replace(hour=8), False),
        ("the hour that is skipped does not happen", "sun 02:00-03:00", BERLIN, at("2027-03-28T01:00Z"), False),
        ("the minute before it is before", "sun 02:00-03:00", BERLIN, at("2027-03-28T00:59Z"), False),
        ("the hour that is repeated counts", "sun 02:30-03:00", BERLIN, at("2027-10-31T00:30Z"), True),
        ("and the second time too", "sun 02:30-03:00", BERLIN, at("2027-10-31T01:30Z"), True),
        ("with what lies between left out", "sun 02:30-03:00", BERLIN, at("2027-10-31T01:00Z"), False),
        (
            "half an hour is repeated on Lord Howe",
            "sun 01:30-02:00",
            "Australia/Lord_Howe",
            at("2027-04-03T15:00Z"),
            True,
        ),
    ],
)
def test_what_lies_within(sentence: str, hours: str, zone: str, moment: datetime, inside: bool) -> None:
    assert within(parse_hours(hours), zone, moment) is inside, sentence


@given(HOURS)
def test_hours_that_are_written_are_read_as_the_same(hours: Hours) -> None:
    assert parse_hours(str(hours)) == hours


@given(HOURS, HOURS)
def test_two_hours_together_have_what_either_has(one: Hours, other: Hours) -> None:
    both = Hours(one.windows + other.windows)
    for minute in edges(one, other):
        assert both.has(minute) == (one.has(minute) or other.has(minute))


@given(HOURS, HOURS)
def test_hours_cover_others_when_they_have_every_minute_of_them(one: Hours, other: Hours) -> None:
    assert one.covers(other) == all(one.has(minute) for minute in edges(one, other) if other.has(minute))


@given(HOURS)
def test_hours_that_have_every_minute_are_always(hours: Hours) -> None:
    assert hours.is_always == all(hours.has(minute) for minute in edges(hours))


@given(HOURS, ZONES, MOMENTS, st.integers(-14, 14))
def test_the_same_moment_is_within_however_it_is_written(
    hours: Hours, zone: str, moment: datetime, offset: int
) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(hours=offset)))
    assert within(hours, zone, moment) == within(hours, zone, elsewhere)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="the moment has no time zone"):
        within(parse_hours("09:00-17:00"), "UTC", datetime(2026, 11, 23, 9))


@pytest.mark.parametrize("name", ["Europe/Berln", "", "../etc/passwd", "Europe", "+01:00"])
def test_a_zone_that_is_none_is_named(name: str) -> None:
    with pytest.raises(ValueError) as refused:
        zone_of(name)
    assert str(refused.value) == f'"{name}" is no time zone; write an IANA name such as Europe/Berlin'


@pytest.mark.parametrize("window", [(-1, 5), (WEEK, WEEK + 5), (5, 5), (5, 4), (0, WEEK + 1)])
def test_a_window_lies_in_the_week(window: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="a window starts within the week"):
        Window(*window)


def test_the_clock_on_the_wall() -> None:
    assert on_the_wall(BERLIN, MONDAY + timedelta(minutes=DAY - 30)) == "Tue 00:30"
