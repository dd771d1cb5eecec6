"""Schedules by examples: layers, overrides, gaps, hand-offs, what may be wrong, and how long an answer takes."""

import time as stopwatch
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from models.hours import parse_hours
from models.oncall import (
    HORIZON,
    ByLayer,
    ByOverride,
    Gap,
    Handoff,
    OnCall,
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
from models.rotation import Rotation, Unit
from models.schedule_check import InvalidSchedule, Problem, problems
from models.wall_clock import Weekday

ALICE, BOB, CHARLIE, DORA = 1, 2, 3, 4


def january(day: int, hour: int = 0) -> datetime:
    """A moment of January 2027, which begins with a Friday; all layers here live in UTC."""
    return datetime(2027, 1, day, hour, tzinfo=UTC)


WEEKLY = Rotation("Week", (ALICE, BOB), 1, Unit.WEEKS, "UTC", january(4, 9), time(9), Weekday.MONDAY)
OFFICE = Rotation(
    "Office", (CHARLIE,), 1, Unit.DAYS, "UTC", january(4), time(9), hours=parse_hours("mon-fri 09:00-17:00")
)
BOTH = Schedule("Payments", (WEEKLY, OFFICE))
HOLIDAY = Override(DORA, january(12, 12), january(12, 20))


def people(found: tuple[Shift, ...]) -> list[tuple[int, datetime, datetime]]:
    return [(each.person, each.start, each.end) for each in found]


def test_a_later_layer_covers_an_earlier_one_where_it_has_somebody() -> None:
    assert on_call(BOTH, january(12, 8)) == OnCall(BOB, ByLayer("Week"), january(12, 9))
    assert on_call(BOTH, january(12, 9)) == OnCall(CHARLIE, ByLayer("Office"), january(12, 17))
    assert on_call(BOTH, january(12, 17)) == OnCall(BOB, ByLayer("Week"), january(13, 9))


def test_the_final_timeline_is_cut_off_at_the_span_s_ends() -> None:
    assert people(shifts(BOTH, january(12, 12), january(13, 12))) == [
        (CHARLIE, january(12, 12), january(12, 17)),
        (BOB, january(12, 17), january(13, 9)),
        (CHARLIE, january(13, 9), january(13, 12)),
    ]


def test_a_layer_s_own_shifts_ignore_what_covers_them() -> None:
    assert layer_shifts(WEEKLY, january(12), january(19)) == (
        Shift(BOB, january(12), january(18, 9), ByLayer("Week")),
        Shift(ALICE, january(18, 9), january(19), ByLayer("Week")),
    )


def test_layers_of_one_person_that_touch_give_one_shift() -> None:
    same = Schedule("Solo", (replace(WEEKLY, people=(CHARLIE,)), OFFICE))
    assert people(shifts(same, january(12), january(15))) == [(CHARLIE, january(12), january(15))]
    assert on_call(same, january(12)) == OnCall(CHARLIE, ByLayer("Week"), None)
    assert next_handoff(same, january(12)) is None


def test_an_override_puts_somebody_in_place_of_whoever_is_on_call() -> None:
    schedule = replace(BOTH, overrides=(HOLIDAY,))
    assert people(shifts(schedule, january(12, 8), january(13))) == [
        (BOB, january(12, 8), january(12, 9)),
        (CHARLIE, january(12, 9), january(12, 12)),
        (DORA, january(12, 12), january(12, 20)),
        (BOB, january(12, 20), january(13)),
    ]
    assert on_call(schedule, january(12, 13)) == OnCall(DORA, ByOverride(HOLIDAY, CHARLIE), january(12, 20))
    assert on_call(schedule, january(12, 18)).cause == ByOverride(HOLIDAY, BOB)


def test_an_override_fills_a_gap() -> None:
    schedule = Schedule("Office", (OFFICE,), (HOLIDAY,))
    assert on_call(schedule, january(12, 18)) == OnCall(DORA, ByOverride(HOLIDAY, None), january(12, 20))
    assert people(shifts(schedule, january(12, 10), january(13))) == [
        (CHARLIE, january(12, 10), january(12, 12)),
        (DORA, january(12, 12), january(12, 20)),
    ]


def test_the_newest_override_wins() -> None:
    newer = Override(ALICE, january(12, 14), january(12, 16))
    found = shifts(replace(BOTH, overrides=(HOLIDAY, newer)), january(12, 12), january(12, 20))
    assert [each.person for each in found] == [DORA, ALICE, DORA]
    older = shifts(replace(BOTH, overrides=(newer, HOLIDAY)), january(12, 12), january(12, 20))
    assert [each.person for each in older] == [DORA]


def test_an_override_of_a_given_person_leaves_the_others() -> None:
    instead = Override(DORA, january(12), january(14), replaces=CHARLIE)
    found = shifts(replace(BOTH, overrides=(instead,)), january(12), january(14))
    assert [each.person for each in found] == [BOB, DORA, BOB, DORA, BOB]
    assert found[1] == Shift(DORA, january(12, 9), january(12, 17), ByOverride(instead, CHARLIE))


def test_an_override_may_replace_somebody_whom_an_older_one_put_there() -> None:
    swap = Override(ALICE, january(12), january(13), replaces=DORA)
    found = on_call(replace(BOTH, overrides=(HOLIDAY, swap)), january(12, 13))
    assert found == OnCall(ALICE, ByOverride(swap, DORA), january(12, 20))
    assert on_call(replace(BOTH, overrides=(swap, HOLIDAY)), january(12, 13)).person == DORA


def test_gaps_of_the_next_days_are_the_times_without_anybody() -> None:
    office = Schedule("Office", (OFFICE,))
    assert gaps(office, january(8, 12), days=4) == (
        Gap(january(8, 17), january(11, 9)),
        Gap(january(11, 17), january(12, 9)),
    )
    assert gaps(BOTH, january(4, 9), days=90) == ()
    assert gaps(Schedule("Empty", ()), january(4), days=1) == (Gap(january(4), january(5)),)


def test_nobody_is_on_call_before_the_start_and_it_is_told_when_somebody_is() -> None:
    assert on_call(BOTH, january(1)) == OnCall(None, None, january(4, 9))
    assert on_call(Schedule("Empty", ()), january(1)) == OnCall(None, None, None)


def test_what_begins_beyond_the_horizon_counts_as_never() -> None:
    start = january(4) + HORIZON
    assert on_call(Schedule("Later", (replace(WEEKLY, start=start),)), january(4)).until == start
    assert on_call(Schedule("Later", (replace(WEEKLY, start=start),)), january(3)).until is None


def test_hand_offs_of_a_span_name_who_leaves_and_who_arrives() -> None:
    office = replace(OFFICE, end=january(12, 12))
    schedule = Schedule("Payments", (WEEKLY, office))
    assert handoffs(schedule, january(11, 9), january(12, 12)) == (
        Handoff(january(11, 17), CHARLIE, BOB, ByLayer("Week")),
        Handoff(january(12, 9), BOB, CHARLIE, ByLayer("Office")),
        Handoff(january(12, 12), CHARLIE, BOB, ByLayer("Week")),
    )
    assert handoffs(Schedule("Office", (office,)), january(12, 9), january(13)) == (
        Handoff(january(12, 12), CHARLIE, None, None),
    )


def test_a_hand_off_at_the_end_of_one_span_is_not_in_the_next() -> None:
    assert len(handoffs(BOTH, january(12, 8), january(12, 9))) == 1
    assert handoffs(BOTH, january(12, 9), january(12, 10)) == ()
    assert handoffs(BOTH, january(12, 9), january(12, 8)) == ()
    schedule = replace(BOTH, overrides=(HOLIDAY,))
    assert [each.arriving for each in handoffs(schedule, january(12, 11), january(12, 12))] == [DORA]
    assert handoffs(schedule, january(12, 12), january(12, 13)) == ()


def test_the_next_hand_off_is_later_than_the_moment() -> None:
    assert next_handoff(BOTH, january(12, 9)) == Handoff(january(12, 17), CHARLIE, BOB, ByLayer("Week"))
    assert next_handoff(BOTH, january(9)) == Handoff(january(11, 9), ALICE, CHARLIE, ByLayer("Office"))


def test_an_empty_span_has_no_shifts() -> None:
    assert shifts(BOTH, january(12), january(12)) == shifts(BOTH, january(12), january(11)) == ()


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        on_call(BOTH, datetime(2027, 1, 12))


def test_a_valid_schedule_has_no_problems() -> None:
    assert problems(replace(BOTH, overrides=(HOLIDAY,))) == ()


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        (replace(BOTH, name=" "), "name"),
        (replace(BOTH, layers=()), "layers"),
        (Schedule("S", (replace(WEEKLY, name=""),)), "layers[0].name"),
        (Schedule("S", (replace(WEEKLY, people=()),)), "layers[0].people"),
        (Schedule("S", (OFFICE, replace(WEEKLY, every=0))), "layers[1].every"),
        (Schedule("S", (replace(WEEKLY, every=10**30),)), "layers[0].every"),
        (Schedule("S", (replace(WEEKLY, weekday=None),)), "layers[0].weekday"),
        (Schedule("S", (replace(OFFICE, weekday=Weekday.MONDAY),)), "layers[0].weekday"),
        (Schedule("S", (replace(WEEKLY, zone="Europe/Nowhere"),)), "layers[0].zone"),
        (Schedule("S", (replace(WEEKLY, handoff=time(9, 0, 1)),)), "layers[0].handoff"),
        (Schedule("S", (replace(WEEKLY, handoff=time(9, tzinfo=UTC)),)), "layers[0].handoff"),
        (Schedule("S", (replace(WEEKLY, start=datetime(2027, 1, 1)),)), "layers[0].start"),
        (Schedule("S", (replace(WEEKLY, start=datetime(1, 1, 1, tzinfo=UTC)),)), "layers[0].start"),
        (Schedule("S", (replace(WEEKLY, end=january(4)),)), "layers[0].end"),
        (replace(BOTH, overrides=(replace(HOLIDAY, end=HOLIDAY.start),)), "overrides[0].end"),
        (replace(BOTH, overrides=(HOLIDAY, replace(HOLIDAY, replaces=DORA))), "overrides[1].replaces"),
    ],
)
def test_a_problem_names_its_field(schedule: Schedule, field: str) -> None:
    assert [each.field for each in problems(schedule)] == [field]


def test_layers_of_one_name_are_a_problem_of_each() -> None:
    found = problems(Schedule("S", (WEEKLY, OFFICE, replace(OFFICE, name="Week"))))
    assert [each.field for each in found] == ["layers[0].name", "layers[2].name"]
    assert "layers[0].name: 'Week' is the name of another layer too; layers[2].name" in str(InvalidSchedule(found))


def test_a_problem_of_the_whole_is_named_so() -> None:
    assert str(Problem("", "must be an object")) == "the schedule: must be an object"
    assert Problem("", "is odd").under("layers[1]") == Problem("layers[1]", "is odd")


@pytest.mark.parametrize("year", [2027, 2187])
def test_two_hundred_schedules_are_answered_within_milliseconds_each(year: int) -> None:
    hourly = replace(WEEKLY, unit=Unit.HOURS, weekday=None, zone="Europe/Berlin", start=january(4))
    schedules = [Schedule(f"S{number}", (WEEKLY, hourly, OFFICE), (HOLIDAY,)) for number in range(200)]
    at, began = datetime(year, 1, 12, 13, tzinfo=UTC), stopwatch.process_time()
    assert {on_call(each, at).person for each in schedules} <= {CHARLIE, DORA, ALICE, BOB}
    assert {next_handoff(each, at) is None for each in schedules} == {False}
    assert (stopwatch.process_time() - began) / 200 < timedelta(milliseconds=5).total_seconds()
