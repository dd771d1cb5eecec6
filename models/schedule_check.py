"""What is wrong with a schedule, named by field, before anybody relies on it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.hours import zone_of
from models.oncall import Override, Schedule
from models.rotation import Rotation, Unit
from models.wall_clock import moment

LONGEST_TURN = timedelta(days=366)
YEARS = range(2000, 2200)


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the field's path, such as `layers[0].people`, and a text that goes on from it."""

    field: str
    text: str

    def under(self, path: str) -> "Problem":
        """The same problem as seen from outside, where the field stands under `path`."""
        return Problem(path + ("" if self.field.startswith("[") or not self.field else ".") + self.field, self.text)

    def __str__(self) -> str:
        return f"{self.field or 'the schedule'}: {self.text}"


class InvalidSchedule(ValueError):
    """Raised for a schedule with problems; its text names them all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def problems(schedule: Schedule) -> tuple[Problem, ...]:
    """Everything that is wrong with `schedule`; empty when it may be used."""
    return tuple(_schedule(schedule))


def _schedule(schedule: Schedule) -> Iterator[Problem]:
    if not schedule.name.strip():
        yield Problem("name", "must not be empty")
    if not schedule.layers:
        yield Problem("layers", "needs at least one")
    names = Counter(layer.name for layer in schedule.layers)
    for number, layer in enumerate(schedule.layers):
        path = f"layers[{number}]"
        if names[layer.name] > 1:
            yield Problem(f"{path}.name", f"{layer.name!r} is the name of another layer too")
        yield from (each.under(path) for each in _rotation(layer))
    for number, override in enumerate(schedule.overrides):
        yield from (each.under(f"overrides[{number}]") for each in _override(override))


def _rotation(rotation: Rotation) -> Iterator[Problem]:
    if not rotation.name.strip():
        yield Problem("name", "must not be empty")
    if not rotation.people:
        yield Problem("people", "needs at least one person")
    yield from _turns(rotation)
    if rotation.handoff.tzinfo is not None or rotation.handoff.second or rotation.handoff.microsecond:
        yield Problem("handoff", "must be a time of day in whole minutes, such as 09:00")
    try:
        zone_of(rotation.zone)
    except ValueError as error:
        yield Problem("zone", str(error))
    yield from _span(rotation.start, rotation.end)


def _turns(rotation: Rotation) -> Iterator[Problem]:
    longest = LONGEST_TURN // timedelta(**{rotation.unit: 1})
    if not 1 <= rotation.every <= longest:
        yield Problem("every", f"must be from 1 to {longest} {rotation.unit}, not {rotation.every}")
    if rotation.unit is Unit.WEEKS and rotation.weekday is None:
        yield Problem("weekday", "is needed in a rotation of weeks")
    if rotation.unit is not Unit.WEEKS and rotation.weekday is not None:
        yield Problem("weekday", f"means nothing in a rotation of {rotation.unit}")


def _override(override: Override) -> Iterator[Problem]:
    yield from _span(override.start, override.end)
    if override.replaces == override.person:
        yield Problem("replaces", "must be somebody else")


def _span(start: datetime, end: datetime | None) -> Iterator[Problem]:
    wrong = [*_moment("start", start), *(_moment("end", end) if end is not None else ())]
    yield from wrong
    if end is not None and not wrong and moment(end) <= moment(start):
        yield Problem("end", "must be later than start")


def _moment(field: str, at: datetime) -> Iterator[Problem]:
    if at.utcoffset() is None:
        yield Problem(field, "needs a zone or an offset, such as +01:00")
    if at.year not in YEARS:
        yield Problem(field, f"must be in the years {YEARS.start} to {YEARS.stop - 1}")
