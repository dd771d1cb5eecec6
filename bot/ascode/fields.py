"""Reading the fields of an item; what is wrong is collected, so that one run tells all of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any, TypeVar

from bot.ascode.faults import did_you_mean
from bot.ascode.tree import under
from models.routing_json import FieldError
from models.schedule_check import Problem

Item = dict[str, Any]
Wrong = list[Problem]
T = TypeVar("T")


class Fields:
    """The fields of one object at `path`. Readers raise ValueError for a value that they cannot take."""

    def __init__(self, data: object, path: str, wrong: Wrong, known: Sequence[str]) -> None:
        self._data = data if isinstance(data, Mapping) else {}
        self._path, self._wrong = path, wrong
        self.is_object = isinstance(data, Mapping)
        if not self.is_object:
            wrong.append(Problem(path, f"must be an object with {', '.join(known)}"))
        for key in self._data:
            if key not in known:
                hint = did_you_mean(str(key), known) or f"; there are {', '.join(known)}"
                wrong.append(Problem(under(path, key), f"is not a field here{hint}"))

    def required(self, name: str, read: Callable[[object], T]) -> T | None:
        """The field's value; None if it is missing or wrong, which is noted."""
        if self._data.get(name) is not None:
            return self.optional(name, read)
        if self.is_object:
            self._wrong.append(Problem(under(self._path, name), "is missing"))
        return None

    def optional(self, name: str, read: Callable[[object], T]) -> T | None:
        """The field's value; None if it is missing, or wrong, which is noted."""
        value = self._data.get(name)
        if value is None:
            return None
        try:
            return read(value)
        except ValueError as error:
            self._wrong.append(Problem(under(self._path, name), str(error)))
            return None

    def items(self, name: str, least: int = 0, most: int | None = None) -> list[tuple[str, object]]:
        """The path and value of each item of the list in a field, which must have `least` to `most` items."""
        if least and self._data.get(name) is None:
            self.required(name, lambda value: value)
            return []
        return items(self._data.get(name), under(self._path, name), self._wrong, least, most)


def items(
    data: object, path: str, wrong: Wrong, least: int = 0, most: int | None = None
) -> list[tuple[str, object]]:  # fmt: skip
    """The path and value of each item of the list `data`; what is no list, too short or too long is noted."""
    if not isinstance(data, list):
        wrong.append(Problem(path, "must be a list" if least else "must be a list; [] stands for none"))
        return []
    if len(data) < least:
        wrong.append(Problem(path, f"needs at least {least}"))
    if most is not None and len(data) > most:
        wrong.append(Problem(path, f"may have {most} at most, not {len(data)}"))
    return [(f"{path}[{number}]", each) for number, each in enumerate(data)]


def again_and_again(
    parse: Callable[[object], T], data: Mapping[str, object], path: str, wrong: Wrong, instead: Mapping[str, object]
) -> T | None:
    """What `parse`, which tells one FieldError at a time, makes of an object at `path`; None when something is wrong.

    A field that it complains about is put aside, or has a value from `instead`, and `parse` is asked again. What does
    not fit together is told only where every field is right by itself.
    """
    left, found = dict(data), list[Problem]()
    while True:
        try:
            made = parse(left)
            break
        except FieldError as error:
            place, _, text = str(error).partition(": ")
            name = place.removeprefix(f"{path}.")
            if place == path and found:
                break
            found.append(Problem(place, text))
            is_new = name in data or name in instead
            if place == path or not is_new or len(found) > len(data) + len(instead):
                break
            left.pop(name, None)
            left |= {name: instead[name]} if name in instead else {}
    wrong += found
    return None if found else made


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text, not {_shown(value)}")
    return value


def yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_shown(value)}")
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    """Reads a whole number from `low` to `high`."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}, not {_shown(value)}")
        return value

    return read


def day(value: object) -> date:
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise ValueError(f"must be a date such as 2027-03-31, not {_shown(value)}") from None


def spelled_moment(at: datetime, zone: tzinfo = UTC) -> str:
    """The moment by the clock of `zone`, with its offset, in no more detail than it has."""
    shown = at.astimezone(zone)
    return shown.isoformat(timespec="auto" if shown.second or shown.microsecond else "minutes")


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value[:60]}"'
    if isinstance(value, bool):
        return str(value).lower()
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else str(value)
