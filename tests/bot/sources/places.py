"""Payloads taken apart: every place of one, what lies there, and the payload with something else in its stead.

A text that holds a JSON object is gone into as well: SNS sends an alarm that way.
"""

import json
from collections.abc import Iterator
from typing import Any

INNER = "JSON within"
Place = tuple[Any, ...]


def places(part: Any, at: Place = ()) -> Iterator[Place]:
    """Where every value of a payload is, the whole payload first."""
    yield at
    if isinstance(part, dict | list):
        for key, each in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(each, (*at, key))
    elif within(part) is not None:
        yield from list(places(within(part), (*at, INNER)))[1:]


def within(part: Any) -> Any:
    """The object or list that a text holds; None when it holds none."""
    if not isinstance(part, str) or not part.startswith(("{", "[")):
        return None
    try:
        return json.loads(part)
    except ValueError:
        return None


def value_at(part: Any, place: Place) -> Any:
    for key in place:
        part = json.loads(part) if key == INNER else part[key]
    return part


def with_value(whole: Any, place: Place, value: Any) -> Any:
    """The payload with another value at this place."""
    if not place:
        return value
    key, rest = place[0], place[1:]
    if key == INNER:
        return json.dumps(with_value(json.loads(whole), rest, value))
    changed = whole.copy()
    changed[key] = with_value(whole[key], rest, value)
    return changed


def without(whole: Any, place: Place) -> Any:
    """The payload without what is at this place."""
    around = value_at(whole, place[:-1])
    left = around.copy()
    del left[place[-1]]
    return with_value(whole, place[:-1], left)


def texts(whole: Any) -> list[str]:
    """Everything that somebody wrote, as text: values, not names."""
    values = (value_at(whole, place) for place in places(whole))
    return [str(each) for each in values if isinstance(each, str | int | float)]
