"""Routes, silences and level conditions as JSON, for the database and for configuration files alike.

Reading raises FieldError in one line that names the field, below `where`: `routes[2].matchers: at character 5: ...`.
Matchers are written as a list of texts; a single text (`{a="b", c="d"}`) is read too. Writing leaves out what is unset.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from models.durations import duration, spelled_duration
from models.hours import Hours, parse_hours, zone_of
from models.matching import Matcher, parse_matchers
from models.routing import GROUP_WINDOW, LevelCondition, Route, Silence
from models.words import Severity

Json = dict[str, object]
ROUTE_FIELDS = (
    "name",
    "matchers",
    "hours",
    "zone",
    "policy",
    "severity",
    "channel",
    "group_by",
    "group_window",
    "continue",
)
T = TypeVar("T")


def route_to_json(route: Route) -> Json:
    return _set(
        name=route.name,
        matchers=[str(matcher) for matcher in route.matchers],
        hours=str(route.hours) if route.hours else None,
        zone=route.zone if route.hours or route.zone != "UTC" else None,
        policy=route.policy,
        severity=route.severity.label if route.severity else None,
        channel=route.channel,
        group_by=list(route.group_by) if route.group_by is not None else None,
        group_window=spelled_duration(route.group_window) if route.group_by is not None else None,
        **{"continue": route.continue_ or None},
    )


def route_from_json(data: object, where: str = "route") -> Route:
    fields = _Fields(data, where, *ROUTE_FIELDS)
    hours = fields.optional("hours", _hours)
    return fields.make(
        lambda: Route(
            name=fields.required("name", _text),
            matchers=fields.optional("matchers", _matchers) or (),
            hours=hours,
            zone=fields.zone(needed=hours is not None),
            policy=fields.optional("policy", _text),
            severity=fields.optional("severity", _severity),
            channel=fields.optional("channel", _text),
            continue_=fields.optional("continue", _boolean) or False,
            group_by=fields.optional("group_by", _names),
            group_window=fields.optional("group_window", duration) or GROUP_WINDOW,
        )
    )


def silence_to_json(silence: Silence) -> Json:
    return _set(
        id=silence.id,
        matchers=[str(matcher) for matcher in silence.matchers],
        starts_at=silence.starts_at.isoformat(),
        ends_at=silence.ends_at.isoformat(),
        by=silence.by,
        why=silence.why or None,
    )


def silence_from_json(data: object, where: str = "silence") -> Silence:
    fields = _Fields(data, where, "id", "matchers", "starts_at", "ends_at", "by", "why")
    return fields.make(
        lambda: Silence(
            id=fields.required("id", _text),
            matchers=fields.required("matchers", _matchers),
            starts_at=fields.required("starts_at", _moment),
            ends_at=fields.required("ends_at", _moment),
            by=fields.required("by", _text),
            why=fields.optional("why", _text) or "",
        )
    )


def condition_to_json(condition: LevelCondition) -> Json:
    return _set(
        severities=[severity.label for severity in sorted(condition.severities)] or None,
        windows=str(condition.windows) if condition.windows else None,
        zone=condition.zone if condition.windows or condition.zone != "UTC" else None,
    )


def condition_from_json(data: object, where: str = "condition") -> LevelCondition:
    fields = _Fields(data, where, "severities", "windows", "zone")
    windows = fields.optional("windows", _hours)
    return fields.make(
        lambda: LevelCondition(
            severities=fields.optional("severities", _severities) or frozenset(),
            windows=windows,
            zone=fields.zone(needed=windows is not None),
        )
    )


def _set(**fields: object) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


class FieldError(ValueError):
    """A field that cannot be read; its message names it."""


class _Fields:
    """One object of the file; a field that is null counts as missing."""

    def __init__(self, data: object, where: str, *known: str) -> None:
        if not isinstance(data, Mapping):
            raise FieldError(f"{where}: expected fields such as {known[0]}, found {_shown(data)}")
        unknown = [str(name) for name in data if name not in known]
        if unknown:
            raise FieldError(f"{where}.{unknown[0]}: no such field; there are {', '.join(known)}")
        self.data, self.where = data, where

    def required(self, name: str, read: Callable[[object], T]) -> T:
        if self.data.get(name) is None:
            raise FieldError(f"{self.where}.{name}: is missing")
        return self._read(name, read)

    def optional(self, name: str, read: Callable[[object], T]) -> T | None:
        return None if self.data.get(name) is None else self._read(name, read)

    def zone(self, needed: bool) -> str:
        """The field `zone`, which hours must not leave to chance."""
        if needed:
            return self.required("zone", _zone)
        return self.optional("zone", _zone) or "UTC"

    def make(self, build: Callable[[], T]) -> T:
        """What `build` makes of the fields; what does not fit together is told for the whole object."""
        try:
            return build()
        except FieldError:
            raise
        except ValueError as error:
            raise FieldError(f"{self.where}: {error}") from None

    def _read(self, name: str, read: Callable[[object], T]) -> T:
        try:
            return read(self.data[name])
        except ValueError as error:
            raise FieldError(f"{self.where}.{name}: {error}") from None


def _shown(value: object) -> str:
    return repr(value if not isinstance(value, str) else value[:60])[:80]


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a text, found {_shown(value)}")
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, found {_shown(value)}")
    return value


def _names(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(each) for each in _list(value)))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, found {_shown(value)}")
    return value


def _matchers(value: object) -> tuple[Matcher, ...]:
    texts = [value] if isinstance(value, str) else _list(value)
    return tuple(matcher for text in texts for matcher in parse_matchers(_text(text)))


def _severity(value: object) -> Severity:
    return Severity.parse(_text(value))


def _severities(value: object) -> frozenset[Severity]:
    return frozenset(_severity(each) for each in _list(value))


def _hours(value: object) -> Hours:
    return parse_hours(_text(value))


def _zone(value: object) -> str:
    return zone_of(_text(value)).key


def _moment(value: object) -> datetime:
    """A time as ISO text, or as the datetime that a YAML reader has made of it."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(f"expected a time such as 2026-12-24T09:00+01:00, found {_shown(value)}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} needs its zone, such as {moment.isoformat()}+01:00")
    return moment
