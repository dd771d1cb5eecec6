"""Timelines by exact expectations: the rows of a schedule, and their words for those who cannot see them."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.timelines import DESCRIPTION_LENGTH, NamedShift, Row, Timeline, clock, description, line, timeline_of
from models.hours import parse_hours
from models.oncall import Gap, Override, Schedule
from models.rotation import Rotation, Unit
from models.wall_clock import Weekday

ALICE, BOB, CHARLIE, DORA = 1, 2, 3, 4
NAMES = {ALICE: "alice", BOB: "bob", CHARLIE: "charlie", DORA: "dora"}


def january(day: int, hour: int = 0) -> datetime:
    """A moment of January 2027, which begins with a Friday; most layers here live in UTC."""
    return datetime(2027, 1, day, hour, tzinfo=UTC)


WEEKLY = Rotation("Week", (ALICE, BOB), 1, Unit.WEEKS, "UTC", january(4, 9), time(9), Weekday.MONDAY)
OFFICE = Rotation(
    "Office", (CHARLIE,), 1, Unit.DAYS, "UTC", january(4), time(9), hours=parse_hours("mon-fri 09:00-17:00")
)
BOTH = Schedule("Payments", (WEEKLY, OFFICE))
HOLIDAY = Override(DORA, january(12, 12), january(12, 20))


def drawn(schedule: Schedule, start: datetime, end: datetime, now: datetime | None = None) -> Timeline:
    return timeline_of(schedule, start, end, "UTC", NAMES, now or start)


def test_a_schedule_has_a_row_for_each_layer_from_the_lowest_on_one_for_overrides_and_the_final_one() -> None:
    schedule = replace(BOTH, overrides=(HOLIDAY,))
    assert drawn(schedule, january(12, 8), january(13)) == Timeline(
        title="Payments",
        zone="UTC",
        start=january(12, 8),
        end=january(13),
        rows=(
            Row("Week", (NamedShift("bob", january(12, 8), january(13)),)),
            Row("Office", (NamedShift("charlie", january(12, 9), january(12, 17)),)),
            Row("Overrides", (NamedShift("dora", january(12, 12), january(12, 20), is_override=True),)),
            Row(
                "Final",
                (
                    NamedShift("bob", january(12, 8), january(12, 9)),
                    NamedShift("charlie", january(12, 9), january(12, 12)),
                    NamedShift("dora", january(12, 12), january(12, 20), is_override=True),
                    NamedShift("bob", january(12, 20), january(13)),
                ),
            ),
        ),
        now=january(12, 8),
        people=("alice", "bob", "charlie", "dora"),
    )


def test_a_schedule_without_overrides_in_the_span_has_no_row_for_them() -> None:
    rows = drawn(replace(BOTH, overrides=(HOLIDAY,)), january(13), january(14)).rows
    assert [row.label for row in rows] == ["Week", "Office", "Final"]


def test_gaps_are_marked_in_the_final_row_alone() -> None:
    office, final = drawn(Schedule("Office", (OFFICE,)), january(8, 12), january(12)).rows
    assert office.gaps == ()
    assert final.gaps == (Gap(january(8, 17), january(11, 9)), Gap(january(11, 17), january(12)))


def test_a_span_without_anybody_is_one_gap() -> None:
    (final,) = drawn(Schedule("Empty", ()), january(4), january(5)).rows
    assert final == Row("Final", (), (Gap(january(4), january(5)),))


@pytest.mark.parametrize("end", [january(4), january(3)])
def test_an_empty_span_has_empty_rows(end: datetime) -> None:
    drawing = drawn(replace(BOTH, overrides=(Override(DORA, january(3), january(5)),)), january(4), end)
    assert drawing.rows == (Row("Week", ()), Row("Office", ()), Row("Final", ()))
    assert drawing.end == january(4)
    assert description(drawing) == "Payments: an empty span of time, nothing to show."


def test_an_override_ends_where_it_ends_though_the_same_person_goes_on() -> None:
    override = Override(BOB, january(12, 12), january(12, 20))
    _, _, overrides, final = drawn(replace(BOTH, overrides=(override,)), january(12, 12), january(13)).rows
    assert overrides.shifts == (NamedShift("bob", january(12, 12), january(12, 20), is_override=True),)
    assert final.shifts == (NamedShift("bob", january(12, 12), january(13), is_override=True),)


def test_an_override_is_seen_where_it_decides_and_no_newer_one_does() -> None:
    newer = Override(ALICE, january(12, 14), january(12, 16))
    instead = Override(DORA, january(13), january(14), replaces=CHARLIE)
    schedule = replace(BOTH, overrides=(HOLIDAY, newer, instead))
    *_, overrides, _ = drawn(schedule, january(12), january(15)).rows
    assert [(each.person, each.start, each.end) for each in overrides.shifts] == [
        ("dora", january(12, 12), january(12, 14)),
        ("alice", january(12, 14), january(12, 16)),
        ("dora", january(12, 16), january(12, 20)),
        ("dora", january(13, 9), january(13, 17)),
    ]


def test_everybody_keeps_their_place_and_overriding_people_come_after_those_of_the_layers() -> None:
    schedule = Schedule("Payments", (replace(WEEKLY, people=(DORA, BOB)),), (Override(ALICE, january(1), january(2)),))
    assert drawn(schedule, january(12), january(13)).people == ("bob", "dora", "alice")


def test_people_who_are_called_the_same_are_told_apart() -> None:
    schedule = Schedule("Payments", (replace(WEEKLY, people=(1, 2, 3, 4, 5)),))
    names = {1: "Alex", 2: "Alex\u200b", 4: " \n", 5: "Alex (2)"}
    assert timeline_of(schedule, january(4), january(5), "UTC", names, january(4)).people == (
        "Alex", "Alex (2)", "somebody", "somebody (2)", "Alex (2) (2)",
    )  # fmt: skip


def test_the_night_in_which_the_clock_is_set_forward_is_an_hour_shorter() -> None:
    nights = replace(
        WEEKLY, zone="Europe/Berlin", weekday=None, unit=Unit.DAYS, hours=parse_hours("22:00-06:00"), start=january(1)
    )
    start, end = datetime(2027, 3, 27, 21, tzinfo=UTC), datetime(2027, 3, 28, 20, tzinfo=UTC)
    drawing = timeline_of(Schedule("Nights", (nights,)), start, end, "Europe/Berlin", NAMES, start)
    shown = drawing.final.shifts[0]
    assert (shown.start, shown.end) == (start, datetime(2027, 3, 28, 4, tzinfo=UTC))
    assert drawing.final.gaps == (Gap(datetime(2027, 3, 28, 4, tzinfo=UTC), end),)
    assert description(drawing) == (
        "Nights: who is on call from Sat 27 Mar 2027 22:00 to Sun 28 Mar 2027 22:00, times in Europe/Berlin."
        " Now (Sat 27 Mar 22:00): alice, until Sun 28 Mar 06:00."
        " Next: nobody, at least until Sun 28 Mar 22:00."
        " Nobody is on call: Sun 28 Mar 06:00 to Sun 28 Mar 22:00."
    )


def test_an_hour_that_the_clock_shows_twice_is_told_apart() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert clock(first, "Europe/Berlin") == "Sun 31 Oct 02:30 CEST"
    assert clock(first + timedelta(hours=1), "Europe/Berlin") == "Sun 31 Oct 02:30 CET"
    assert clock(first + timedelta(hours=2), "Europe/Berlin") == "Sun 31 Oct 03:30"
    assert clock(first, "Asia/Kolkata", year=True) == "Sun 31 Oct 2027 06:00"


def test_the_words_say_who_is_on_call_until_when_who_is_next_and_what_is_overridden() -> None:
    drawing = drawn(replace(BOTH, overrides=(HOLIDAY,)), january(12, 8), january(14), now=january(12, 13))
    assert description(drawing) == (
        "Payments: who is on call from Tue 12 Jan 2027 08:00 to Thu 14 Jan 2027 00:00, times in UTC."
        " Now (Tue 12 Jan 13:00): dora, until Tue 12 Jan 20:00."
        " Next: bob, until Wed 13 Jan 09:00; then charlie, until Wed 13 Jan 17:00;"
        " then bob, at least until Thu 14 Jan 00:00."
        " Somebody is on call all the time."
        " Overrides: dora, Tue 12 Jan 12:00 to Tue 12 Jan 20:00."
    )


def test_the_words_tell_of_the_coming_gaps_and_count_the_others() -> None:
    drawing = drawn(Schedule("Office", (OFFICE,)), january(4), january(15), now=january(7, 20))
    assert description(drawing) == (
        "Office: who is on call from Mon 4 Jan 2027 00:00 to Fri 15 Jan 2027 00:00, times in UTC."
        " Now (Thu 7 Jan 20:00): nobody, until Fri 8 Jan 09:00."
        " Next: charlie, until Fri 8 Jan 17:00; then nobody, until Mon 11 Jan 09:00;"
        " then charlie, until Mon 11 Jan 17:00; then 7 more changes."
        " Nobody is on call: Thu 7 Jan 17:00 to Fri 8 Jan 09:00; Fri 8 Jan 17:00 to Mon 11 Jan 09:00;"
        " Mon 11 Jan 17:00 to Tue 12 Jan 09:00; Tue 12 Jan 17:00 to Wed 13 Jan 09:00; 6 more gaps."
    )


@pytest.mark.parametrize("now", [january(11, 23), january(14)])
def test_the_words_for_a_span_that_is_not_now_begin_with_its_first_shift(now: datetime) -> None:
    drawing = drawn(Schedule("Week", (WEEKLY,)), january(12), january(14), now=now)
    assert description(drawing) == (
        "Week: who is on call from Tue 12 Jan 2027 00:00 to Thu 14 Jan 2027 00:00, times in UTC."
        f" Now ({clock(now, 'UTC')}) is not part of it. First: bob, at least until Thu 14 Jan 00:00."
        " Somebody is on call all the time."
    )


def test_the_words_are_short_enough_for_slack_and_whole_however_much_there_is_to_tell() -> None:
    hourly = replace(WEEKLY, people=(1, 2, 3, 4), unit=Unit.HOURS, weekday=None, hours=parse_hours("00:30-23:30"))
    names = dict.fromkeys(range(1, 5), "x" * 200)
    overrides = tuple(Override(4, january(day, 6), january(day, 8)) for day in range(5, 25))
    schedule = Schedule("y" * 200, (hourly,), overrides)
    zone = "America/Argentina/Buenos_Aires"
    told = description(timeline_of(schedule, january(4), january(25), zone, names, january(5)))
    assert 700 < len(told) <= DESCRIPTION_LENGTH
    assert told.endswith("more overrides.")


def test_a_timeline_needs_a_zone_a_row_and_moments() -> None:
    with pytest.raises(ValueError, match="Mars/Base"):
        timeline_of(BOTH, january(4), january(5), "Mars/Base", NAMES, january(4))
    with pytest.raises(ValueError, match="final row"):
        replace(drawn(BOTH, january(4), january(5)), rows=())
    with pytest.raises(ValueError, match="needs a zone"):
        timeline_of(BOTH, datetime(2027, 1, 4), january(5), "UTC", NAMES, january(4))


@given(st.text())
def test_a_line_is_one_line_that_can_be_seen(text: str) -> None:
    shown = line(text)
    assert 0 < len(shown) <= 40
    assert shown.isprintable()
    assert shown == line(shown)
