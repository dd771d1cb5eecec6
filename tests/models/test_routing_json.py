"""Routes, silences and conditions as JSON: what is written is read as the same, and an error names its field."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.hours import parse_hours
from models.matching import Matcher, Op, parse_matchers
from models.routing import LevelCondition, Route, Silence
from models.routing_json import (
    FieldError,
    condition_from_json,
    condition_to_json,
    route_from_json,
    route_to_json,
    silence_from_json,
    silence_to_json,
)
from models.words import Severity
from tests.models.routing_strategies import CONDITIONS, ROUTES, SILENCES

ROUTE: dict[str, object] = {
    "name": "office",
    "matchers": ['team="search"', 'tier=~"g.*"'],
    "hours": "mon-fri 09:00-17:00",
    "zone": "Europe/Berlin",
    "policy": "Search",
    "severity": "high",
    "channel": "C1",
    "continue": True,
}
SILENCE: dict[str, object] = {
    "id": "7",
    "matchers": ['team="search"'],
    "starts_at": "2026-12-24T08:00:00+00:00",
    "ends_at": "2026-12-24T10:00:00+00:00",
    "by": "alice",
    "why": "deploy",
}


@given(ROUTES)
def test_a_route_that_is_written_is_read_as_the_same(route: Route) -> None:
    assert route_from_json(json.loads(json.dumps(route_to_json(route)))) == route


@given(SILENCES)
def test_a_silence_that_is_written_is_read_as_the_same(silence: Silence) -> None:
    assert silence_from_json(json.loads(json.dumps(silence_to_json(silence)))) == silence


@given(CONDITIONS)
def test_a_condition_that_is_written_is_read_as_the_same(condition: LevelCondition) -> None:
    assert condition_from_json(json.loads(json.dumps(condition_to_json(condition)))) == condition


@given(st.text(min_size=1), st.text())
def test_any_label_and_value_survives(name: str, value: str) -> None:
    route = Route("any", (Matcher(f"label.{name}", Op.EQUAL, value),))
    assert route_from_json(json.loads(json.dumps(route_to_json(route)))) == route


def test_how_they_look() -> None:
    route = route_from_json(ROUTE)
    assert route == Route(
        "office",
        parse_matchers('team="search", tier=~"g.*"'),
        parse_hours("mon-fri 09:00-17:00"),
        "Europe/Berlin",
        "Search",
        Severity.HIGH,
        "C1",
        True,
    )
    assert route_to_json(route) == ROUTE
    assert silence_to_json(silence_from_json(SILENCE)) == SILENCE
    condition = {"severities": ["critical", "high"], "windows": "sat-sun 00:00-24:00", "zone": "UTC"}
    assert condition_to_json(condition_from_json(condition)) == condition


def test_what_is_unset_is_left_out() -> None:
    assert route_to_json(Route("rest")) == {"name": "rest", "matchers": []}
    assert route_from_json({"name": "rest", "policy": None}) == Route("rest")
    assert condition_to_json(LevelCondition()) == {}


def test_matchers_may_be_one_text() -> None:
    assert route_from_json({"name": "x", "matchers": '{a="b", c="d"}'}).matchers == parse_matchers("a=b, c=d")


def test_a_time_may_be_one_that_a_yaml_reader_has_read() -> None:
    starts_at = datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert silence_from_json({**SILENCE, "starts_at": starts_at}).starts_at == starts_at


ROUTE_FIELDS = "name, matchers, hours, zone, policy, severity, channel, group_by, group_window, continue"


@pytest.mark.parametrize(
    ("read", "data", "message"),
    [
        (route_from_json, [], "routes[2]: expected fields such as name, found []"),
        (route_from_json, {}, "routes[2].name: is missing"),
        (route_from_json, {"name": 5}, "routes[2].name: expected a text, found 5"),
        (route_from_json, {"name": ""}, "routes[2].name: expected a text, found ''"),
        (route_from_json, {"name": "x", "match": {}}, f"routes[2].match: no such field; there are {ROUTE_FIELDS}"),
        (
            route_from_json,
            {"name": "x", "matchers": ["team=search", "team"]},
            'routes[2].matchers: at character 5: expected =, !=, =~ or !~ after "team", found the end',
        ),
        (route_from_json, {"name": "x", "matchers": 5}, "routes[2].matchers: expected a list, found 5"),
        (route_from_json, {**ROUTE, "zone": None}, "routes[2].zone: is missing"),
        (
            route_from_json,
            {**ROUTE, "zone": "Berlin"},
            'routes[2].zone: "Berlin" is no time zone; write an IANA name such as Europe/Berlin',
        ),
        (
            route_from_json,
            {**ROUTE, "hours": "mo 09:00-17:00"},
            'routes[2].hours: "mo" is no day; write mon, tue, wed, thu, fri, sat, sun',
        ),
        (
            route_from_json,
            {**ROUTE, "severity": "warning"},
            "routes[2].severity: severity must be one of critical, high, medium, low, not 'warning'",
        ),
        (route_from_json, {**ROUTE, "continue": "yes"}, "routes[2].continue: expected true or false, found 'yes'"),
        (silence_from_json, {**SILENCE, "by": None}, "routes[2].by: is missing"),
        (
            silence_from_json,
            {**SILENCE, "ends_at": "2026-12-24T08:00:00Z"},
            "routes[2]: a silence ends after it starts",
        ),
        (
            silence_from_json,
            {**SILENCE, "ends_at": "soon"},
            "routes[2].ends_at: expected a time such as 2026-12-24T09:00+01:00, found 'soon'",
        ),
        (
            silence_from_json,
            {**SILENCE, "ends_at": "2026-12-24T10:00:00"},
            "routes[2].ends_at: 2026-12-24T10:00:00 needs its zone, such as 2026-12-24T10:00:00+01:00",
        ),
        (
            silence_from_json,
            {**SILENCE, "matchers": []},
            'routes[2]: a silence needs a matcher that names something, such as team="search"',
        ),
        (condition_from_json, {"severities": "high"}, "routes[2].severities: expected a list, found 'high'"),
        (condition_from_json, {"windows": "09:00-17:00"}, "routes[2].zone: is missing"),
    ],
)
def test_an_error_names_its_field(read: Callable[[object, str], object], data: object, message: str) -> None:
    with pytest.raises(FieldError) as refused:
        read(data, "routes[2]")
    assert str(refused.value) == message
