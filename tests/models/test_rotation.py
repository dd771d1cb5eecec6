"""One layer through the two nights of the year, by tables: one English sentence a case, all moments in UTC.

| zone | forward | back |
|---|---|---|
| Europe/Berlin | 2027-03-28 02:00 -> 03:00, 01:00 UTC | 2027-10-31 03:00 -> 02:00, 01:00 UTC |
| America/New_York | 2027-03-14 02:00 -> 03:00, 07:00 UTC | 2027-11-07 02:00 -> 01:00, 06:00 UTC |
| Australia/Lord_Howe | 2027-10-03 02:00 -> 02:30, 15:30 UTC of 10-02 | 2027-04-04 02:00 -> 01:30, 15:00 UTC of 04-03 |
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from models.hours import parse_hours, zone_of
from models.oncall import layer_shifts
from models.rotation import Rotation, Slot, Unit, slot_at
from models.wall_clock import Weekday, first_moment, last_moment, moment

BERLIN, NEW_YORK, LORD_HOWE, KOLKATA = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"
ALICE, BOB, CHARLIE = 1, 2, 3
DAILY = Rotation("Any", (ALICE, BOB, CHARLIE), 1, Unit.DAYS, BERLIN, datetime(2027, 1, 1, tzinfo=UTC), time(9))


def utc(text: str) -> datetime:
    """The moment of "03-28 01:00" in 2027, UTC."""
    return datetime.strptime(f"2027-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def clock(text: str) -> time:
    return time.fromisoformat(text)


def changes(layer: Rotation, start: str, end: str) -> list[datetime]:
    """When one shift of the layer ends and another begins in a span."""
    return [each.start for each in layer_shifts(layer, utc(start), utc(end))[1:]]


@pytest.mark.parametrize(
    ("sentence", "zone", "handoff", "start", "end", "expected"),
    [
        ("the skipped time stands for the skip", BERLIN, "02:30", "03-27 12:00", "03-28 12:00", "03-28 01:00"),
        ("the skip's own first time is the skip", BERLIN, "02:00", "03-27 12:00", "03-28 12:00", "03-28 01:00"),
        ("the first time after the skip is the skip", BERLIN, "03:00", "03-27 12:00", "03-28 12:00", "03-28 01:00"),
        ("before the skip it is winter", BERLIN, "01:59", "03-27 12:00", "03-28 12:00", "03-28 00:59"),
        ("of a repeated time the first one counts", BERLIN, "02:30", "10-30 12:00", "10-31 12:00", "10-31 00:30"),
        ("so also of the first repeated time", BERLIN, "02:00", "10-30 12:00", "10-31 12:00", "10-31 00:00"),
        ("the time of setting back is not repeated", BERLIN, "03:00", "10-30 12:00", "10-31 12:00", "10-31 02:00"),
        ("the skipped time stands for the skip", NEW_YORK, "02:30", "03-13 12:00", "03-14 12:00", "03-14 07:00"),
        ("of a repeated time the first one counts", NEW_YORK, "01:30", "11-06 12:00", "11-07 12:00", "11-07 05:30"),
        ("the time of setting back is not repeated", NEW_YORK, "02:00", "11-06 12:00", "11-07 12:00", "11-07 07:00"),
        ("half an hour is skipped", LORD_HOWE, "02:15", "10-02 06:00", "10-03 06:00", "10-02 15:30"),
        ("and half an hour repeated", LORD_HOWE, "01:45", "04-03 06:00", "04-04 06:00", "04-03 14:45"),
        ("the time of setting back is not repeated", LORD_HOWE, "02:00", "04-03 06:00", "04-04 06:00", "04-03 15:30"),
        ("the clock never changes", KOLKATA, "02:30", "03-27 12:00", "03-28 12:00", "03-27 21:00"),
        ("the clock never changes", KOLKATA, "02:30", "10-30 12:00", "10-31 12:00", "10-30 21:00"),
    ],
)  # fmt: skip
def test_a_daily_hand_off(sentence: str, zone: str, handoff: str, start: str, end: str, expected: str) -> None:
    layer = replace(DAILY, zone=zone, handoff=clock(handoff))
    assert changes(layer, start, end) == [utc(expected)], sentence


@pytest.mark.parametrize(
    ("zone", "first", "minutes"),
    [
        (BERLIN, "03-27 23:00", [60, 60, 60, 60]),
        (BERLIN, "10-30 22:00", [60, 60, 120, 60]),
        (NEW_YORK, "03-14 05:00", [60, 60, 60, 60]),
        (NEW_YORK, "11-07 04:00", [60, 120, 60, 60]),
        (LORD_HOWE, "10-02 13:30", [60, 60, 30, 60]),
        (LORD_HOWE, "04-03 13:00", [60, 90, 60, 60]),
        (KOLKATA, "03-27 22:30", [60, 60, 60, 60]),
    ],
)
def test_an_hourly_rotation_hands_off_on_the_hour_of_the_wall_clock(zone: str, first: str, minutes: list[int]) -> None:
    layer = replace(DAILY, zone=zone, unit=Unit.HOURS)
    found = layer_shifts(layer, utc(first), utc(first) + timedelta(minutes=sum(minutes)))
    assert [(each.end - each.start) / timedelta(minutes=1) for each in found] == minutes
    assert {each.start.astimezone(zone_of(zone)).minute for each in found if each.start != utc("10-02 15:30")} == {0}


def test_the_turn_of_the_skipped_hour_does_not_happen_and_the_order_goes_on_after_it() -> None:
    layer = replace(DAILY, unit=Unit.HOURS, start=utc("03-28 00:00"))
    found = layer_shifts(layer, utc("03-28 00:00"), utc("03-28 04:00"))
    assert [each.person for each in found] == [ALICE, CHARLIE, ALICE, BOB]


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        (BERLIN, "03-27 19:00", 11),
        (BERLIN, "10-30 18:00", 13),
        (NEW_YORK, "03-14 01:00", 11),
        (NEW_YORK, "11-07 00:00", 13),
        (LORD_HOWE, "10-02 09:30", 11.5),
        (LORD_HOWE, "04-03 09:00", 12.5),
        (KOLKATA, "03-27 14:30", 12),
    ],
)
def test_day_and_night_of_twelve_hours_keep_to_eight_o_clock(zone: str, evening: str, hours: float) -> None:
    morning = first_moment(datetime(2027, 1, 1, 8), zone_of(zone))
    layer = Rotation("Any", (ALICE, BOB), 12, Unit.HOURS, zone, morning, time(8))
    night = utc(evening)
    day, changed, after = layer_shifts(layer, night - timedelta(hours=2), night + timedelta(hours=14))
    assert (changed.start, changed.end - changed.start) == (night, timedelta(hours=hours))
    assert day.person == after.person == ALICE
    assert changed.person == BOB


@pytest.mark.parametrize(
    ("sentence", "zone", "hours", "span", "expected"),
    [
        ("a window ends at the last of its repeated times", BERLIN, "sat, sun 22:00-02:30",
         ("10-30 12:00", "10-31 12:00"), [("10-30 20:00", "10-31 01:30")]),
        ("and begins at the first", BERLIN, "sat, sun 02:30-09:00", ("10-30 12:00", "10-31 12:00"),
         [("10-31 00:30", "10-31 08:00")]),
        ("a window within the repeated hour is an hour longer", BERLIN, "sat, sun 02:15-02:45", 
         ("10-30 12:00", "10-31 12:00"), [("10-31 00:15", "10-31 01:45")]),
        ("a window within the skipped hour does not open", BERLIN, "sat, sun 02:15-02:45", 
         ("03-27 12:00", "03-28 12:00"), []),
        ("a window that begins in the skipped hour begins at the skip", NEW_YORK, "sat, sun 02:30-09:00", 
         ("03-13 18:00", "03-14 18:00"), [("03-14 07:00", "03-14 13:00")]),
        ("and one that ends in it ends at the skip", NEW_YORK, "sat, sun 22:00-02:30", 
         ("03-13 18:00", "03-14 18:00"), [("03-14 03:00", "03-14 07:00")]),
        ("half an hour is no exception", LORD_HOWE, "sat, sun 22:00-01:45", ("04-03 06:00", "04-04 06:00"),
         [("04-03 11:00", "04-03 15:15")]),
        ("nor is no change at all", KOLKATA, "sat, sun 22:00-02:30", ("03-27 12:00", "03-28 12:00"),
         [("03-27 16:30", "03-27 21:00")]),
    ],
)  # fmt: skip
def test_a_window_in_such_a_night(
    sentence: str, zone: str, hours: str, span: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    layer = replace(DAILY, zone=zone, people=(ALICE,), hours=parse_hours(hours))
    found = [(each.start, each.end) for each in layer_shifts(layer, utc(span[0]), utc(span[1]))]
    assert found == [(utc(start), utc(end)) for start, end in expected], sentence


def test_between_the_two_times_at_which_a_window_ends_it_is_open() -> None:
    layer = replace(DAILY, people=(ALICE,), hours=parse_hours("sat, sun 22:00-02:30"))
    assert slot_at(layer, utc("10-31 00:45")) == Slot(ALICE, utc("10-31 01:30"))
    assert slot_at(layer, utc("10-31 01:30")).person is None


def test_a_weekly_rotation_begins_with_the_first_person_and_changes_on_its_weekday() -> None:
    layer = replace(DAILY, unit=Unit.WEEKS, weekday=Weekday.MONDAY, start=utc("01-06 12:00"))
    found = layer_shifts(layer, utc("01-01 00:00"), utc("01-20 00:00"))
    assert [(each.person, each.start) for each in found] == [
        (ALICE, utc("01-06 12:00")),
        (BOB, utc("01-11 08:00")),
        (CHARLIE, utc("01-18 08:00")),
    ]


@pytest.mark.parametrize(("every", "unit", "hours"), [(5, Unit.HOURS, 5), (3, Unit.DAYS, 72), (2, Unit.WEEKS, 336)])
@pytest.mark.parametrize("start", ["01-01 03:30", "01-01 04:30"])
def test_a_turn_of_several_units_counts_from_the_hand_off_at_or_before_the_start(
    start: str, every: int, unit: Unit, hours: int
) -> None:
    weekday = Weekday.FRIDAY if unit is Unit.WEEKS else None
    layer = replace(DAILY, zone=KOLKATA, every=every, unit=unit, weekday=weekday, start=utc(start))
    found = layer_shifts(layer, utc(start), utc("01-01 03:30") + timedelta(hours=3 * hours))
    assert [each.person for each in found] == [ALICE, BOB, CHARLIE]
    assert found[0].end == utc("01-01 03:30") + timedelta(hours=hours)


def test_somebody_who_stands_twice_in_a_rotation_has_two_turns_of_three() -> None:
    layer = replace(DAILY, zone=KOLKATA, people=(ALICE, ALICE, BOB), start=utc("01-01 03:30"))
    found = layer_shifts(layer, utc("01-01 03:30"), utc("01-04 03:30"))
    assert [(each.person, each.end - each.start) for each in found] == [
        (ALICE, timedelta(days=2)),
        (BOB, timedelta(days=1)),
    ]


def test_nobody_before_the_start_nor_from_the_end_on() -> None:
    layer = replace(DAILY, people=(ALICE,), end=utc("02-01 00:00"))
    assert slot_at(layer, utc("01-01 00:00") - timedelta(seconds=1)) == Slot(None, utc("01-01 00:00"))
    assert slot_at(layer, utc("01-01 00:00")) == Slot(ALICE, utc("02-01 00:00"))
    assert slot_at(layer, utc("02-01 00:00")) == Slot(None, None)


def test_office_hours_leave_the_nights_and_the_weekend() -> None:
    layer = replace(DAILY, people=(ALICE,), hours=parse_hours("mon-fri 09:00-17:00"))
    assert slot_at(layer, utc("01-08 15:59")) == Slot(ALICE, utc("01-08 16:00"))
    assert slot_at(layer, utc("01-08 16:00")) == Slot(None, utc("01-11 08:00"))


def test_a_window_over_the_end_of_the_week_is_open_on_both_sides_of_it() -> None:
    layer = replace(DAILY, people=(ALICE,), hours=parse_hours("fri 18:00-mon 08:00"))
    for moment_inside in ("01-08 17:00", "01-10 22:59", "01-10 23:00", "01-11 06:59"):
        assert slot_at(layer, utc(moment_inside)) == Slot(ALICE, utc("01-11 07:00"))
    assert slot_at(layer, utc("01-11 07:00")) == Slot(None, utc("01-15 17:00"))


@pytest.mark.parametrize("end", ["01-02 00:00", "01-03 08:00"])
def test_a_window_that_opens_only_at_the_end_or_after_it_never_opens(end: str) -> None:
    layer = replace(DAILY, hours=parse_hours("sun 09:00-17:00"), end=utc(end))
    assert slot_at(layer, utc("01-01 12:00")) == Slot(None, None)


def test_a_look_up_two_centuries_ahead_takes_no_step_for_each_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[datetime]()

    def counting(shown: datetime, zone: object) -> datetime:
        read.append(shown)
        return first_moment(shown, zone_of(BERLIN))

    monkeypatch.setattr("models.rotation.first_moment", counting)
    layer = replace(DAILY, unit=Unit.HOURS)
    assert slot_at(layer, datetime(2227, 1, 1, 12, 30, tzinfo=UTC)).until == datetime(2227, 1, 1, 13, tzinfo=UTC)
    assert len(read) <= 4


def test_a_day_that_a_zone_left_out_stands_for_the_skip() -> None:
    apia = zone_of("Pacific/Apia")
    skip = datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert first_moment(datetime(2011, 12, 30, 15), apia) == last_moment(datetime(2011, 12, 30, 15), apia) == skip


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        moment(datetime(2027, 1, 1))
