"""Schedules to JSON and back: everything survives, what people write is understood, what is wrong is named."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.hours import parse_hours
from models.oncall import Schedule
from models.schedule_check import InvalidSchedule, problems
from models.schedule_json import schedule_from_json, schedule_to_json
from models.wall_clock import Weekday
from tests.models.test_oncall_properties import schedules

PEOPLE = {"alice": 1, "bob": 2, "charlie": 3}
FILE = """
name: Payments
layers:
  - name: Office
    people: [alice, bob]
    every: 1
    unit: weeks
    weekday: monday
    handoff: 17:00
    zone: Europe/Berlin
    start: 2027-01-04
    end: 2027-06-01 09:00
    hours: Mon-Fri 09:00-17:30, Fri 18:00 - Mon 08:00
overrides:
  - person: charlie
    start: 2027-01-05T09:00+01:00
    end: 2027-01-05T17:00+01:00
    replaces: alice
"""


def named(value: object) -> int:
    if value not in PEOPLE:
        raise ValueError(f"there is nobody called {value!r}")
    return PEOPLE[str(value)]


def written(**changes: Any) -> dict[str, Any]:
    """A schedule's JSON whose only layer has these fields changed."""
    layer = {"name": "Week", "people": [1, 2], "every": 1, "unit": "days", "handoff": "09:00", "zone": "Europe/Berlin"}
    return {"name": "Payments", "layers": [{**layer, "start": "2027-01-04", **changes}]}


def wrong(data: object) -> list[str]:
    with pytest.raises(InvalidSchedule) as caught:
        schedule_from_json(data)
    return [each.field for each in caught.value.problems]


@given(schedules())
@settings(max_examples=30)
def test_every_valid_schedule_survives_json(given: tuple[Schedule, datetime]) -> None:
    layers = tuple(replace(each, name=f"{each.name}{number}") for number, each in enumerate(given[0].layers))
    layers = tuple(replace(each, end=None) if each.end and each.end <= each.start else each for each in layers)
    schedule = replace(given[0], layers=layers)
    assert problems(schedule) == ()
    assert schedule_from_json(json.loads(json.dumps(schedule_to_json(schedule)))) == schedule


def test_what_a_person_writes_in_yaml_is_understood() -> None:
    schedule = schedule_from_json(yaml.safe_load(FILE), person=named)
    (layer,), (override,) = schedule.layers, schedule.overrides
    assert (layer.people, layer.handoff, layer.weekday) == ((1, 2), time(17), Weekday.MONDAY)
    assert layer.start == datetime(2027, 1, 4, 16, tzinfo=UTC)
    assert layer.end == datetime(2027, 6, 1, 7, tzinfo=UTC)
    assert layer.hours == parse_hours("mon-fri 09:00-17:30, fri 18:00-mon 08:00")
    assert (override.person, override.replaces, override.start) == (3, 1, datetime(2027, 1, 5, 8, tzinfo=UTC))


def test_what_is_written_reads_as_a_person_would_write_it() -> None:
    names = {number: name for name, number in PEOPLE.items()}
    found = schedule_to_json(schedule_from_json(yaml.safe_load(FILE), person=named), person=names.__getitem__)
    assert found == {
        "name": "Payments",
        "layers": [
            {
                "name": "Office",
                "people": ["alice", "bob"],
                "every": 1,
                "unit": "weeks",
                "weekday": "monday",
                "handoff": "17:00",
                "zone": "Europe/Berlin",
                "start": "2027-01-04T16:00:00+00:00",
                "end": "2027-06-01T07:00:00+00:00",
                "hours": "mon-fri 09:00-17:30, fri 18:00-mon 08:00",
            }
        ],
        "overrides": [
            {
                "person": "charlie",
                "start": "2027-01-05T08:00:00+00:00",
                "end": "2027-01-05T16:00:00+00:00",
                "replaces": "alice",
            }
        ],
    }


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2027-01-04", datetime(2027, 1, 4, 8, tzinfo=UTC)),
        (date(2027, 1, 4), datetime(2027, 1, 4, 8, tzinfo=UTC)),
        ("2027-01-04T12:00", datetime(2027, 1, 4, 11, tzinfo=UTC)),
        (datetime(2027, 1, 4, 12), datetime(2027, 1, 4, 11, tzinfo=UTC)),
        ("2027-01-04T12:00+05:30", datetime(2027, 1, 4, 6, 30, tzinfo=UTC)),
        ("2027-01-04T12:00Z", datetime(2027, 1, 4, 12, tzinfo=UTC)),
        ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_start_may_be_a_date_a_wall_time_or_a_moment(start: object, expected: datetime) -> None:
    assert schedule_from_json(written(start=start)).layers[0].start == expected


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ([], [""]),
        ({}, ["name", "layers"]),
        ({"name": "A", "layers": {}}, ["layers"]),
        ({"name": "A", "layers": []}, ["layers"]),
        ({"name": "A", "layers": [7]}, ["layers[0]"]),
        ({**written(), "layer": []}, ["layer"]),
        (written(people=[1, "bob", True]), ["layers[0].people[1]", "layers[0].people[2]"]),
        (written(every="1", unit="years"), ["layers[0].every", "layers[0].unit"]),
        (written(unit=7, hand_off="09:00"), ["layers[0].hand_off", "layers[0].unit"]),
        (written(every=0, unit="weeks"), ["layers[0].every", "layers[0].weekday"]),
        (written(weekday="mo"), ["layers[0].weekday"]),
        (written(handoff=9, zone="Mars"), ["layers[0].handoff", "layers[0].zone"]),
        (written(handoff=1440), ["layers[0].handoff"]),
        (written(handoff=True), ["layers[0].handoff"]),
        (written(start="tomorrow", end=5), ["layers[0].start", "layers[0].end"]),
        (written(start="0001-01-01"), ["layers[0].start"]),
        (written(end="2027-01-04"), ["layers[0].end"]),
        (written(hours="mon-fri"), ["layers[0].hours"]),
        (written(hours=["mon 09:00-17:00"]), ["layers[0].hours"]),
        (written(hours=""), ["layers[0].hours"]),
        ({**written(), "overrides": [{"person": 1, "start": "2027-01-01", "end": "2027-01-01T09:00"}]},
         ["overrides[0].start", "overrides[0].end"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_field(data: object, fields: list[str]) -> None:
    assert wrong(data) == fields


def test_the_text_of_an_error_tells_what_to_write() -> None:
    with pytest.raises(InvalidSchedule, match=r"^layers\[0\]\.weekday: must be one of monday, .*, not 'mo'$"):
        schedule_from_json(written(weekday="mo"))
    with pytest.raises(InvalidSchedule, match=r"^layers\[0\]\.people\[0\]: there is nobody called 'dora'$"):
        schedule_from_json(written(people=["dora"]), person=named)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted([*written()["layers"][0], "hours", "weekday", "end"])), JUNK)
def test_whatever_stands_in_a_field_is_read_or_refused_by_name(field: str, junk: object) -> None:
    found = list[str]()
    try:
        schedule_from_json(written(**{field: junk}))
    except InvalidSchedule as error:
        found = [each.field for each in error.problems]
    assert all(each.startswith((f"layers[0].{field}", "layers[0].weekday")) for each in found)
