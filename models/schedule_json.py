"""A schedule as plain lists, dicts, texts and whole numbers, for a column in the database and for a file of people.

    {"name": "Payments",
     "layers": [{"name": "Office", "people": [1, 2], "every": 1, "unit": "weeks", "weekday": "monday",
                 "handoff": "09:00", "zone": "Europe/Berlin", "start": "2026-11-23",
                 "hours": "mon-fri 09:00-17:00, fri 18:00-mon 08:00"}],
     "overrides": [{"person": 3, "start": "2026-12-24T09:00+01:00", "end": "2026-12-27T09:00+01:00", "replaces": 1}]}

Layers stand from the lowest to the highest, overrides from the oldest to the newest. A layer's start and end may be
wall-clock times of its zone, and a date alone is that day's hand-off; they are written as moments. People may stand as
something else than row ids, such as names: the caller passes how to read and write them.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from models.hours import Hours, parse_hours, zone_of
from models.oncall import Override, Schedule
from models.rotation import Rotation, Unit
from models.schedule_check import YEARS, InvalidSchedule, Problem, problems
from models.wall_clock import Weekday, first_moment, moment

T = TypeVar("T")
Parser = Callable[[object], Any]
"""Reads one value; raises ValueError, or InvalidSchedule with paths from the value on."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def person_id(value: object) -> int:
    """A person as a row id; raises ValueError for anything but a whole number."""
    return _whole(value)


def schedule_to_json(schedule: Schedule, person: Callable[[int], int | str] = int) -> dict[str, Any]:
    """`schedule` as JSON that `schedule_from_json` reads back; `person` writes a person's row id."""
    return {
        "name": schedule.name,
        "layers": [_layer_json(layer, person) for layer in schedule.layers],
        "overrides": [_override_json(override, person) for override in schedule.overrides],
    }


def schedule_from_json(data: object, person: Callable[[object], int] = person_id) -> Schedule:
    """The schedule that `data` describes; raises InvalidSchedule that names every wrong field.

    `person` reads a person; it raises ValueError for one that is not known. Data that a YAML parser has turned into
    dates, or "17:00" into minutes since midnight, is understood too.
    """
    fields = {"name": _text, "layers": _list_of(_layer(person)), "overrides": _list_of(_override(person))}
    schedule = Schedule(**_read(data, fields, optional={"overrides"}))
    if found := problems(schedule):
        raise InvalidSchedule(found)
    return schedule


def _layer_json(layer: Rotation, person: Callable[[int], int | str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": layer.name,
        "people": [person(each) for each in layer.people],
        "every": layer.every,
        "unit": layer.unit.value,
        "weekday": layer.weekday.label if layer.weekday is not None else None,
        "handoff": f"{layer.handoff:%H:%M}",
        "zone": layer.zone,
        "start": moment(layer.start).isoformat(),
        "end": moment(layer.end).isoformat() if layer.end else None,
        "hours": str(layer.hours) if layer.hours else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _override_json(override: Override, person: Callable[[int], int | str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "person": person(override.person),
        "start": moment(override.start).isoformat(),
        "end": moment(override.end).isoformat(),
    }
    return found if override.replaces is None else {**found, "replaces": person(override.replaces)}


def _layer(person: Parser) -> Parser:
    fields = {
        "name": _text, "people": _list_of(person), "every": _whole, "unit": _unit, "weekday": _weekday,
        "handoff": _clock, "zone": _zone, "start": _time, "end": _time, "hours": _hours,
    }  # fmt: skip

    def parse(data: object) -> Rotation:
        values = _read(data, fields, optional={"weekday", "end", "hours"})
        for key in values.keys() & {"start", "end"}:
            values[key] = _in_zone(values[key], values["handoff"], values["zone"])
        return Rotation(**values)

    return parse


def _override(person: Parser) -> Parser:
    fields = {"person": person, "start": _moment, "end": _moment, "replaces": person}
    return lambda data: Override(**_read(data, fields, optional={"replaces"}))


def _read(data: object, fields: Mapping[str, Parser], optional: set[str]) -> dict[str, Any]:
    """The parsed fields of an object; optional ones that are missing or null are left out."""
    if not isinstance(data, Mapping):
        raise InvalidSchedule([Problem("", f"must be an object with {', '.join(fields)}")])
    found, wrong = dict[str, Any](), [Problem(str(key), "is not a field here") for key in data if key not in fields]
    for key, parse in fields.items():
        if data.get(key) is None:
            wrong += [] if key in optional else [Problem(key, "is missing")]
            continue
        try:
            found[key] = parse(data[key])
        except ValueError as error:
            wrong += _problems_at(key, error)
    if wrong:
        raise InvalidSchedule(wrong)
    return found


def _list_of(parse: Parser) -> Parser:
    def parse_all(data: object) -> tuple[Any, ...]:
        if not isinstance(data, list | tuple):
            raise ValueError("must be a list")
        found, wrong = list[Any](), list[Problem]()
        for number, each in enumerate(data):
            try:
                found.append(parse(each))
            except ValueError as error:
                wrong += _problems_at(f"[{number}]", error)
        if wrong:
            raise InvalidSchedule(wrong)
        return tuple(found)

    return parse_all


def _problems_at(path: str, error: ValueError) -> list[Problem]:
    if isinstance(error, InvalidSchedule):
        return [each.under(path) for each in error.problems]
    return [Problem(path, str(error))]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {value!r}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"must be a whole number, not {value!r}")
    return value


def _unit(value: object) -> Unit:
    try:
        return Unit(_text(value))
    except ValueError:
        raise ValueError(f"must be one of {', '.join(Unit)}, not {value!r}") from None


def _weekday(value: object) -> Weekday:
    return Weekday.parse(_text(value))


def _zone(value: object) -> str:
    return zone_of(_text(value)).key


def _clock(value: object) -> time:
    """A time of day; a whole number from 60 on is minutes since midnight, which is how YAML 1.1 reads 17:00."""
    try:
        if isinstance(value, int) and value >= 60:
            return time(*divmod(value, 60))
        return time.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(f"must be a time of day such as 09:00, not {value!r}") from None


def _hours(value: object) -> Hours:
    return parse_hours(_text(value))


def _time(value: object) -> datetime | date:
    """A moment in UTC; a wall time if the text tells no offset; a date if it tells no time."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        value = _parsed(date.fromisoformat, value)
    found = value if isinstance(value, date) else _parsed(datetime.fromisoformat, value)
    if found.year not in YEARS:
        raise ValueError(f"must be in the years {YEARS.start} to {YEARS.stop - 1}, not {value!s}")
    return found


def _moment(value: object) -> datetime:
    found = _time(value)
    if not isinstance(found, datetime) or found.utcoffset() is None:
        raise ValueError(f"needs a time with an offset, such as 2026-12-24T09:00+01:00, not {value!s}")
    return moment(found)


def _parsed(parse: Callable[[str], T], value: object) -> T:
    try:
        return parse(_text(value))
    except ValueError:
        raise ValueError(f"must be a date or a time such as 2026-11-23T09:00, not {value!r}") from None


def _in_zone(at: datetime | date, handoff: time, zone: str) -> datetime:
    if not isinstance(at, datetime):
        at = datetime.combine(at, handoff)
    return moment(at) if at.utcoffset() is not None else first_moment(at, zone_of(zone))
