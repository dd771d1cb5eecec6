"""Pictures by their pixels: size, colours in their places, gaps in red; and nothing hostile breaks or warns."""

import struct
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.pictures import (
    FINAL_BAR,
    GAP,
    HEAD,
    INK,
    LEFT,
    LEGEND_MOST,
    PAPER,
    QUIET,
    RIGHT,
    ROW,
    WIDTH,
    Timeline,
    timeline,
    timeline_of,
)
from bot.sheet import colour_of
from bot.timelines import NamedShift, Row
from models.hours import parse_hours
from models.oncall import Gap, Override, Schedule
from models.rotation import Rotation, Unit
from models.wall_clock import Weekday

ALICE, BOB, CHARLIE = 1, 2, 3
NAMES = {ALICE: "alice", BOB: "bob", CHARLIE: "charlie"}


def january(day: int, hour: int = 0) -> datetime:
    return datetime(2027, 1, day, hour, tzinfo=UTC)


WEEKLY = Rotation("Week", (ALICE, BOB), 1, Unit.WEEKS, "UTC", january(4), time(0), Weekday.MONDAY)
OFFICE = Rotation(
    "Office", (CHARLIE,), 1, Unit.DAYS, "UTC", january(4), time(9), hours=parse_hours("mon-fri 09:00-17:00")
)


class Picture:
    """A timeline, drawn and decoded."""

    def __init__(self, drawing: Timeline) -> None:
        self.drawing, self.png = drawing, timeline(drawing)
        self.pixels = imread(BytesIO(self.png), format="png")[:, :, :3]

    def count(self, colour: str, start: datetime, end: datetime, row: int) -> int:
        """How many pixels of the bars of a row (0 is the uppermost) have a colour between two moments."""
        top = HEAD + ROW * row + 42
        left, right = (round(self._x(at)) for at in (start, end))
        return near(self.pixels[top + 4 : top + 50, left:right], colour)

    def _x(self, at: datetime) -> float:
        span = self.drawing.end - self.drawing.start
        return LEFT + (at - self.drawing.start) / span * (RIGHT - LEFT)


def near(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]", colour: str) -> int:
    return int(np.all(np.abs(pixels - np.array(to_rgb(colour))) < 0.02, axis=2).sum())


def drawn(schedule: Schedule, start: datetime, end: datetime, now: datetime | None = None) -> Picture:
    return Picture(timeline_of(schedule, start, end, "UTC", NAMES, now or january(1)))


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_picture_is_a_png_of_a_phone_s_width_that_grows_with_its_rows() -> None:
    one = drawn(Schedule("Payments", (WEEKLY,)), january(4), january(18))
    two = drawn(Schedule("Payments", (WEEKLY, replace(WEEKLY, name="Second"))), january(4), january(18))
    (width, height), (other_width, other_height) = size(one.png), size(two.png)
    assert width == other_width == WIDTH == 1200
    assert 400 < height < 800
    assert other_height == height + ROW


def test_the_same_timeline_gives_the_same_picture() -> None:
    drawing = timeline_of(Schedule("Payments", (WEEKLY,)), january(4), january(18), "UTC", NAMES, january(5))
    assert timeline(drawing) == timeline(drawing)


def test_everybody_has_their_colour_in_every_row_in_their_time() -> None:
    picture = drawn(Schedule("Payments", (WEEKLY,)), january(4), january(18))
    alice, bob = colour_of(0), colour_of(1)
    for row in (0, 1):
        assert picture.count(alice, january(4), january(11), row) > 20000
        assert picture.count(alice, january(11), january(18), row) == 0
        assert picture.count(bob, january(11), january(18), row) > 20000
        assert picture.count(bob, january(4), january(11), row) == 0


def test_colours_stay_when_the_span_moves() -> None:
    later = drawn(Schedule("Payments", (WEEKLY,)), january(11), january(18))
    assert later.count(colour_of(1), january(11), january(18), row=1) > 20000


def test_names_stand_in_bars_that_have_room_for_them() -> None:
    wide = drawn(Schedule("Payments", (WEEKLY,)), january(4), january(18))
    assert wide.count(PAPER, january(4, 12), january(10, 12), row=0) > 50, "white letters on blue"
    narrow = drawn(Schedule("Payments", (OFFICE,)), january(4), january(18))
    assert narrow.count(INK, january(4), january(18), row=0) == 0


def test_gaps_are_hatched_red_where_nobody_is_on_call_and_nowhere_else() -> None:
    picture = drawn(Schedule("Office", (OFFICE,)), january(11), january(13))
    for start, end in (
        (january(11), january(11, 9)),
        (january(11, 17), january(12, 9)),
        (january(12, 17), january(13)),
    ):
        red = picture.count(GAP, start, end, row=1)
        width = (end - start) / timedelta(days=2) * (RIGHT - LEFT)
        assert 0.08 < red / (width * 46) < 0.6, "hatched, not filled"
    for start, end in ((january(11, 10), january(11, 16)), (january(12, 10), january(12, 16))):
        assert picture.count(GAP, start, end, row=1) == 0
    assert picture.count(GAP, january(11), january(13), row=0) == 0


def test_without_a_gap_nothing_is_red() -> None:
    assert near(drawn(Schedule("Payments", (WEEKLY,)), january(4), january(18)).pixels, GAP) == 0


def test_a_gap_of_minutes_can_be_seen_in_two_weeks() -> None:
    whole = timeline_of(Schedule("Payments", (WEEKLY,)), january(4), january(18), "UTC", NAMES, january(1))
    gap = Gap(january(6), january(6) + timedelta(minutes=5))
    late = Gap(january(18) - timedelta(minutes=5), january(18))
    shifts = (NamedShift("alice", january(4), gap.start), NamedShift("alice", gap.end, late.start))
    picture = Picture(replace(whole, rows=(Row("Final", shifts, (gap, late)),)))
    assert picture.count(GAP, january(6) - timedelta(hours=3), january(6, 3), row=0) > 80
    assert picture.count(GAP, january(17, 12), january(18), row=0) > 80


def test_overrides_are_underlined_in_the_final_row_for_as_long_as_they_hold() -> None:
    override = Override(ALICE, january(6), january(8))
    picture = drawn(Schedule("Payments", (WEEKLY,), (override,)), january(4), january(18))
    bottom = HEAD + 2 * ROW + 42 + FINAL_BAR - 4
    underlined = [near(picture.pixels[bottom : bottom + 1, x : x + 1], INK) for x in range(LEFT, RIGHT)]
    assert underlined.index(1) == pytest.approx(160, abs=2)
    assert sum(underlined) == pytest.approx(160, abs=3)


@pytest.mark.parametrize(("now", "expected"), [(january(7), True), (january(3), False), (january(18), False)])
def test_a_thin_line_stands_at_now_if_now_is_in_the_picture(now: datetime, expected: bool) -> None:
    alone = replace(WEEKLY, people=(ALICE,))
    picture = drawn(Schedule("Payments", (alone,)), january(4), january(18), now=now)
    dark = picture.count(INK, january(7) - timedelta(hours=1), january(7) + timedelta(hours=1), row=1)
    assert (dark > 0) == expected
    assert dark < 46 * 5
    assert (picture.count(INK, january(4), january(18), row=0) > 0) == expected


def test_turns_too_short_to_be_seen_become_one_quiet_bar() -> None:
    hourly = replace(WEEKLY, unit=Unit.HOURS, weekday=None, people=(ALICE, BOB, CHARLIE))
    picture = drawn(Schedule("Hourly", (hourly,)), january(4), january(18))
    assert picture.count(QUIET, january(4), january(18), row=0) > 30000
    assert (
        drawn(Schedule("Daily", (WEEKLY,)), january(4), january(18)).count(QUIET, january(4), january(18), row=0) == 0
    )


def test_a_legend_of_very_many_people_ends() -> None:
    def height(people: int) -> int:
        schedule = Schedule("Many", (replace(WEEKLY, unit=Unit.DAYS, weekday=None, people=tuple(range(people))),))
        return size(
            timeline(timeline_of(schedule, january(4), january(4) + people * timedelta(days=1), "UTC", {}, january(1)))
        )[1]

    assert height(30) < height(LEGEND_MOST + 1) == height(LEGEND_MOST + 30)


DAILY = replace(WEEKLY, unit=Unit.DAYS, weekday=None)
HOSTILE = [
    "$x^2$", "$\\frac{", "\\", "%s {} {0}", "<@U1>", "", " \n\t ", "\x00\x07", "x" * 500, "word " * 100,
    "田中 太郎", "محمد علي", "שרה לוי", "प्रिया शर्मा", "Мария Иванова", "김철수", "สมชาย", "🚀🚀", "Ada 🏳️‍🌈",
    "\u202eevil", "\U00012000\U00012001", "Z\u0335\u0321\u0334a\u0338l\u0337g\u0336o", "\ud800", "ﷺ",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_no_name_breaks_a_picture_or_makes_it_warn(name: str) -> None:
    schedule = Schedule(name, (replace(DAILY, name=name),), (Override(BOB, january(5), january(6)),))
    drawing = timeline_of(schedule, january(4), january(8), "UTC", {ALICE: name}, january(5))
    assert size(timeline(drawing))[0] == WIDTH


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Cairo"])
@pytest.mark.parametrize(
    ("start", "length"),
    [
        (january(4), timedelta()),
        (january(4), timedelta(minutes=-5)),
        (january(4), timedelta(seconds=1)),
        (january(4, 13), timedelta(hours=2)),
        (datetime(2027, 3, 27, 23, tzinfo=UTC), timedelta(hours=23)),
        (datetime(2027, 10, 30, 22, tzinfo=UTC), timedelta(hours=49)),
        (datetime(2027, 4, 29, tzinfo=UTC), timedelta(days=3)),
        (january(4), timedelta(days=31)),
        (january(4), timedelta(days=150)),
    ],
)
def test_spans_of_any_length_are_drawn_in_any_zone(start: datetime, length: timedelta, zone: str) -> None:
    schedule = Schedule("Payments", (DAILY, OFFICE))
    drawing = timeline_of(schedule, start, start + length, zone, NAMES, start + length / 2)
    assert size(timeline(drawing))[0] == WIDTH
