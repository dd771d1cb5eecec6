"""What holds for every schedule, around the nights in which clocks change more than anywhere else.

The oracles watch the zone's clock minute by minute: a turn begins when the clock shows its hand-off for the first time,
so the turns so far are those up to the latest time that the clock has shown yet.
"""

import os
import time as system_time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from itertools import accumulate, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.hours import Hours, Window, zone_of
from models.oncall import (
    Override,
    Schedule,
    Shift,
    gaps,
    handoffs,
    layer_shifts,
    next_handoff,
    on_call,
    shifts,
)
from models.rotation import Rotation, Unit, slot_at
from models.wall_clock import MINUTE, WEEK, Weekday, wall

SOME = settings(max_examples=30)
NIGHTS = {
    "Europe/Berlin": ("2027-03-28", "2027-10-31"),
    "America/New_York": ("2027-03-14", "2027-11-07"),
    "Australia/Lord_Howe": ("2027-10-02", "2027-04-03"),
    "Asia/Kolkata": ("2027-03-28", "2027-10-31"),
}
PLACES = [(zone, datetime.fromisoformat(night).replace(tzinfo=UTC)) for zone in NIGHTS for night in NIGHTS[zone]]
CLOCKS = st.sampled_from([time(1, 30), time(1, 45), time(2), time(2, 15), time(2, 30), time(3), time(9), time(0)]) | (
    st.integers(0, 24 * 60 - 1).map(lambda minutes: time(*divmod(minutes, 60)))
)
WINDOWS = st.tuples(st.integers(0, 6), CLOCKS, st.integers(1, WEEK // MINUTE) | st.sampled_from([15, 30, 60, 480])).map(
    lambda drawn: Window(begin := drawn[0] * 1440 + drawn[1].hour * 60 + drawn[1].minute, begin + drawn[2])
)
HOURS = st.lists(WINDOWS, min_size=1, max_size=4).map(lambda windows: Hours(tuple(windows)))
TURNS = st.one_of(
    st.tuples(st.integers(1, 30), st.just(Unit.HOURS), st.none()),
    st.tuples(st.integers(1, 5), st.just(Unit.DAYS), st.none()),
    st.tuples(st.integers(1, 2), st.just(Unit.WEEKS), st.sampled_from(Weekday)),
)


@st.composite
def rotations(draw: st.DrawFn, place: tuple[str, datetime], full: bool = False) -> Rotation:
    """A rotation in the place's zone that began some days before its night; `full` has no hours and no end."""
    every, unit, weekday = draw(TURNS)
    return Rotation(
        name=draw(st.sampled_from("abc")),
        people=tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))),
        every=every,
        unit=unit,
        zone=place[0],
        start=place[1] - draw(st.integers(0, 20 * 24 * 60)) * MINUTE,
        handoff=draw(CLOCKS),
        weekday=weekday,
        end=None if full or draw(st.booleans()) else place[1] + draw(st.integers(1, 6 * 24 * 60)) * MINUTE,
        hours=None if full else draw(st.none() | HOURS),
    )


@st.composite
def overrides(draw: st.DrawFn, night: datetime) -> Override:
    start = night + draw(st.integers(-3000, 3000)) * MINUTE
    end = start + draw(st.integers(1, 3000)) * MINUTE
    return Override(draw(st.integers(1, 4)), start, end, draw(st.none() | st.integers(5, 6)))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """A schedule of layers in several zones, and a moment to look from near one of its nights."""
    place = draw(st.sampled_from(PLACES))
    near = [each for each in PLACES if abs(each[1] - place[1]) < timedelta(days=8)]
    layers = draw(st.lists(st.sampled_from(near).flatmap(rotations), min_size=1, max_size=3))
    found = Schedule("Any", tuple(layers), tuple(draw(st.lists(overrides(place[1]), max_size=3))))
    return found, place[1] + draw(st.integers(-3 * 24 * 60, 2 * 24 * 60)) * MINUTE


FULL = st.sampled_from(PLACES).flatmap(lambda place: st.tuples(rotations(place, full=True), st.just(place[1])))
ANY = st.sampled_from(PLACES).flatmap(lambda place: st.tuples(rotations(place), st.just(place[1])))
SPANS = st.integers(1, 8 * 24 * 60).map(lambda minutes: minutes * MINUTE)


def assert_ordered(found: tuple[Shift, ...]) -> None:
    """No shift is empty, and none begins before the one in front of it ends."""
    assert all(each.start < each.end for each in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@SOME
@given(ANY, SPANS)
def test_no_instant_has_two_shifts_of_a_layer(given: tuple[Rotation, datetime], span: timedelta) -> None:
    layer, night = given
    assert_ordered(layer_shifts(layer, night - timedelta(days=2), night + span))


@SOME
@given(FULL, SPANS)
def test_a_full_rotation_has_no_gap_from_its_start_on(given: tuple[Rotation, datetime], span: timedelta) -> None:
    layer, _ = given
    found = layer_shifts(layer, layer.start - timedelta(days=1), layer.start + span)
    assert found[0].start == layer.start
    assert found[-1].end == layer.start + span
    assert all(before.end == after.start for before, after in pairwise(found))
    assert all(before.person != after.person for before, after in pairwise(found))


@SOME
@given(FULL)
def test_turns_begin_when_the_clock_shows_their_hand_off_for_the_first_time(given: tuple[Rotation, datetime]) -> None:
    layer, night = given
    layer = replace(layer, start=max(layer.start, night - timedelta(days=1)))
    zone, origin = zone_of(layer.zone), layer.first_turn[0]
    moments = [layer.start + minutes * MINUTE for minutes in range(-60, 2 * 24 * 60)]
    latest = list(accumulate((wall(each, zone) for each in moments), max))
    turns = [(shown - origin) // layer.period for shown in latest]
    for at, turn in list(zip(moments, turns, strict=True))[60::7]:
        assert slot_at(layer, at).person == layer.people[(turn - turns[60]) % len(layer.people)]


@SOME
@given(ANY, HOURS)
def test_a_window_is_open_from_the_first_time_of_its_start_to_the_last_of_its_end(
    given: tuple[Rotation, datetime], hours: Hours
) -> None:
    layer, night = given
    start = night - timedelta(days=1)
    layer = replace(layer, people=(1,), start=start - WEEK, end=None, hours=hours)
    moments = [start + minutes * MINUTE for minutes in range(-120, 2 * 24 * 60 + 120)]
    shown = [wall(each, zone_of(layer.zone)) for each in moments]
    latest = list(accumulate(shown, max))
    still_to_come = list(accumulate(reversed(shown), min))[::-1]
    spans = [each for window in hours.windows for each in occurrences(window, shown[0])]
    for index in range(120, len(moments) - 120, 7):
        is_open = any(
            opens <= latest[index] and (shown[index] < closes or still_to_come[index + 1] <= closes)
            for opens, closes in spans
        )
        assert (slot_at(layer, moments[index]).person == 1) == is_open, moments[index]


def occurrences(window: Window, around: datetime) -> list[tuple[datetime, datetime]]:
    """The window's wall times in the weeks around a wall time, found by walking from day to day."""
    days = [datetime.combine(around.date(), time()) + timedelta(days=number) for number in range(-15, 16)]
    mondays = [day for day in days if day.weekday() == Weekday.MONDAY]
    return [(monday + window.start * MINUTE, monday + window.end * MINUTE) for monday in mondays]


@SOME
@given(schedules(), SPANS, st.integers(0, 8 * 24 * 60))
def test_who_is_on_call_agrees_with_the_shifts(given: tuple[Schedule, datetime], span: timedelta, minutes: int) -> None:
    schedule, start = given
    at = start + minutes * MINUTE % span
    found = shifts(schedule, start, start + span)
    assert_ordered(found)
    now = on_call(schedule, at)
    covering = [each for each in found if each.start <= at < each.end]
    assert [each.person for each in covering] == ([] if now.person is None else [now.person])
    assert (now.cause is None) == (now.person is None)
    for each in covering:
        assert each.end == min(now.until or start + span, start + span)


@SOME
@given(schedules(), st.integers(1, 8))
def test_shifts_and_gaps_together_fill_the_time(given: tuple[Schedule, datetime], days: int) -> None:
    schedule, start = given
    end = start + timedelta(days=days)
    spans = [*((each.start, each.end) for each in shifts(schedule, start, end))]
    spans = sorted([*spans, *((each.start, each.end) for each in gaps(schedule, start, days))])
    assert (spans[0][0], spans[-1][1]) == (start, end)
    assert all(before[1] == after[0] for before, after in pairwise(spans))


@SOME
@given(schedules(), SPANS)
def test_hand_offs_are_the_changes_one_by_one(given: tuple[Schedule, datetime], span: timedelta) -> None:
    schedule, start = given
    at, walked = start, []
    while (change := next_handoff(schedule, at)) and change.at <= start + span:
        walked.append(change)
        at = change.at
    assert handoffs(schedule, start, start + span) == tuple(walked)
    for each in walked:
        assert on_call(schedule, each.at - timedelta(seconds=1)).person == each.leaving
        assert on_call(schedule, each.at).person == each.arriving != each.leaving


@SOME
@given(schedules(), st.integers(1, 8 * 24 * 60), SPANS)
def test_two_spans_have_the_hand_offs_of_the_whole(
    given: tuple[Schedule, datetime], first: int, span: timedelta
) -> None:
    schedule, start = given
    middle = start + first * MINUTE
    parts = handoffs(schedule, start, middle) + handoffs(schedule, middle, middle + span)
    assert parts == handoffs(schedule, start, middle + span)


@SOME
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), TURNS, CLOCKS, st.integers(1, 6))
def test_full_cycles_are_fair(
    people: list[int], turn: tuple[int, Unit, Weekday | None], handoff: time, cycles: int
) -> None:
    every, unit, weekday = turn
    far = datetime(2000, 1, 3, tzinfo=UTC)
    layer = Rotation("Fair", tuple(people), every, unit, "Asia/Kolkata", far, handoff, weekday)
    start = slot_at(replace(layer, people=(1, 2)), datetime(2150, 6, 1, tzinfo=UTC)).until
    assert start is not None
    served = Counter[int]()
    for each in layer_shifts(layer, start, start + cycles * len(people) * layer.period):
        served[each.person] += (each.end - each.start) // MINUTE
    assert served == {person: count * cycles * layer.period // MINUTE for person, count in Counter(people).items()}


@SOME
@given(schedules(), overrides(datetime(2027, 3, 28, tzinfo=UTC)), SPANS, st.integers(-2000, 2000))
def test_an_override_changes_only_its_own_time(
    given: tuple[Schedule, datetime], override: Override, span: timedelta, offset: int
) -> None:
    schedule, night = given
    start = night + offset * MINUTE
    override = replace(override, start=start, end=start + span)
    changed = replace(schedule, overrides=(*schedule.overrides, override))
    for at in (start - MINUTE, start - span, start + span, start + 2 * span):
        before, after = on_call(schedule, at), on_call(changed, at)
        assert (before.person, before.cause) == (after.person, after.cause)
    for at in (start, start + span / 2, start + span - timedelta(seconds=1)):
        before, after = on_call(schedule, at), on_call(changed, at)
        hit = override.replaces is None or override.replaces == before.person
        assert after.person == (override.person if hit else before.person)


@SOME
@given(schedules(), SPANS, st.integers(-14, 14))
def test_answers_do_not_depend_on_who_asks(given: tuple[Schedule, datetime], span: timedelta, hours: int) -> None:
    schedule, start = given
    theirs = timezone(timedelta(hours=hours))
    for zone in (theirs, zone_of("America/New_York"), zone_of("Europe/Berlin")):
        asked, end = start.astimezone(zone), (start + span).astimezone(zone)
        assert on_call(schedule, asked) == on_call(schedule, start)
        assert repr(shifts(schedule, asked, end)) == repr(shifts(schedule, start, start + span))
        assert repr(handoffs(schedule, asked, end)) == repr(handoffs(schedule, start, start + span))
        moved = replace(schedule, layers=tuple(in_zone(each, zone) for each in schedule.layers))
        assert repr(shifts(moved, start, start + span)) == repr(shifts(schedule, start, start + span))


def in_zone(layer: Rotation, zone: tzinfo) -> Rotation:
    return replace(layer, start=layer.start.astimezone(zone), end=layer.end.astimezone(zone) if layer.end else None)


@SOME
@given(schedules(), SPANS)
def test_answers_do_not_depend_on_the_machine_s_zone(given: tuple[Schedule, datetime], span: timedelta) -> None:
    schedule, start = given
    before, found = os.environ.get("TZ"), []
    try:
        for name in ("UTC", "America/New_York", "Pacific/Apia"):
            os.environ["TZ"] = name
            system_time.tzset()
            found.append(repr(shifts(replace(schedule), start, start + span)))
    finally:
        os.environ.pop("TZ", None)
        if before is not None:
            os.environ["TZ"] = before
        system_time.tzset()
    assert len(set(found)) == 1
