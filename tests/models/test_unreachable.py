"""Routes that can never be taken: found where it is certain, and never said of one that can be."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.hours import parse_hours
from models.matching import Matcher, Subject, mismatch, parse_matchers
from models.routing import Route, route
from models.unreachable import Unreachable, contradiction, implies, unreachable
from tests.models.routing_strategies import MATCHERS, MOMENTS, ROUTES, SUBJECTS


@pytest.mark.parametrize(
    ("sentence", "text", "expected"),
    [
        ("one value and another", 'a="x", a="y"', 'no alert can have a="x" and a="y"'),
        ("one value and not that value", 'a="x", a!="x"', 'no alert can have a="x" and a!="x"'),
        ("a value that the expression does not match", 'a="x", a=~"y.*"', 'no alert can have a="x" and a=~"y.*"'),
        ("an expression and its opposite", 'a=~"y.*", a!~"y.*"', 'no alert can have a=~"y.*" and a!~"y.*"'),
        (
            "words that are all excluded",
            'a=~"x|y", a!~"x.*", a!="y"',
            'no alert can have a=~"x|y" and a!~"x.*" and a!="y"',
        ),
        ("a severity that there is not", 'severity=~"warning"', 'no alert can have severity=~"warning"'),
        (
            "every severity excluded",
            'severity!~"critical|high", severity!="low", severity!="medium"',
            'no alert can have severity!~"critical|high" and severity!="low" and severity!="medium"',
        ),
        (
            "a number below and above",
            "days_to_renewal<10, days_to_renewal>20",
            "no alert can have days_to_renewal<10 and days_to_renewal>20",
        ),
        (
            "a number that is missing and small",
            'days_to_renewal="", days_to_renewal<9',
            'no alert can have days_to_renewal="" and days_to_renewal<9',
        ),
        ("two labels have nothing to do with each other", 'a="x", b="y"', None),
        ("a value that the expression matches", 'a="x", a=~"x.*"', None),
        ("two expressions that cannot be compared", 'a=~"x.*", a=~"y.*"', None),
        ("numbers that touch", "days_to_renewal>=10, days_to_renewal<=10", None),
        ("numbers between", "days_to_renewal>10, days_to_renewal<11", None),
        ("an attribute and the label that it hides", 'severity="high", label.severity="warning"', None),
        ("nothing", "", None),
    ],
)
def test_contradictions(sentence: str, text: str, expected: str | None) -> None:
    assert contradiction(parse_matchers(text)) == expected, sentence


@pytest.mark.parametrize(
    ("sentence", "narrow", "wide", "expected"),
    [
        ("nothing is wider than anything", 'a="x"', "", True),
        ("the same", 'a=~"x.*"', 'a=~"x.*"', True),
        ("one condition less", 'a="x", b="y"', 'b="y"', True),
        ("one condition more", 'b="y"', 'a="x", b="y"', False),
        ("a value that the expression matches", 'a="x"', 'a=~"x|y"', True),
        ("fewer words", 'a=~"x|y"', 'a=~"x|y|z"', True),
        ("more words", 'a=~"x|y|z"', 'a=~"x|y"', False),
        ("words that are not empty", 'a=~"x|y"', 'a!=""', True),
        ("a value that is not the other", 'a="x"', 'a!="y"', True),
        ("anything at all", "", 'a=~".*"', True),
        ("anything that is there", "", 'a=~".+"', False),
        ("fewer days", "days_to_renewal<10", "days_to_renewal<=30", True),
        ("more days", "days_to_renewal<30", "days_to_renewal<=10", False),
        ("a near renewal is a known one", "days_to_renewal<30", 'days_to_renewal!=""', True),
        ("another number may be none at all", "days_to_renewal!=5", 'days_to_renewal!=""', False),
        ("every severity", "", 'severity=~"critical|high|medium|low"', True),
        ("not low", 'severity!="low", severity!="medium"', 'severity=~"critical|high"', True),
        ("what cannot be told is not claimed", 'a=~"x1.*"', 'a=~"x.*"', False),
    ],
)
def test_which_matchers_are_wider(sentence: str, narrow: str, wide: str, expected: bool) -> None:
    assert implies(parse_matchers(narrow), parse_matchers(wide)) is expected, sentence


SEARCH = Route("search", parse_matchers("team=search"))
URGENT = Route("urgent", parse_matchers("team=search, severity=critical"))
REST = Route("rest")
OFFICE = replace(SEARCH, name="office", hours=parse_hours("mon-fri 09:00-17:00"), zone="Europe/Berlin")
MONDAY = replace(URGENT, name="monday", hours=parse_hours("mon 10:00-11:00"), zone="Europe/Berlin")


def shadowed(late: str, early: str) -> list[Unreachable]:
    return [Unreachable(late, f'the earlier route "{early}" takes all that it matches')]


@pytest.mark.parametrize(
    ("sentence", "routes", "expected"),
    [
        ("the narrow one first is right", [URGENT, SEARCH, REST], []),
        ("the wide one first hides the narrow one", [SEARCH, URGENT], shadowed("urgent", "search")),
        ("unless it continues", [replace(SEARCH, continue_=True), URGENT], []),
        ("the same again is hidden", [SEARCH, replace(SEARCH, name="again")], shadowed("again", "search")),
        ("nothing comes behind a route for everything", [REST, SEARCH], shadowed("search", "rest")),
        ("a route for some hours does not hide one for all", [OFFICE, URGENT], []),
        ("but hides one within them", [OFFICE, MONDAY], shadowed("monday", "office")),
        ("in the same zone only", [OFFICE, replace(MONDAY, zone="UTC")], []),
        (
            "always is always in any zone",
            [replace(OFFICE, hours=parse_hours("00:00-24:00")), replace(MONDAY, zone="UTC")],
            shadowed("monday", "office"),
        ),
        (
            "a contradiction is never taken",
            [Route("both", parse_matchers('team="a", team="b"'))],
            [Unreachable("both", 'no alert can have team="a" and team="b"')],
        ),
        ("no routes, no fault", [], []),
    ],
)
def test_which_routes_are_never_taken(sentence: str, routes: list[Route], expected: list[Unreachable]) -> None:
    assert unreachable(routes) == tuple(expected), sentence


@given(st.lists(ROUTES, max_size=5), SUBJECTS, MOMENTS)
def test_a_route_that_is_called_unreachable_is_never_taken(
    routes: list[Route], subject: Subject, now: datetime
) -> None:
    numbered = [replace(each, name=str(number)) for number, each in enumerate(routes)]
    never = {each.route for each in unreachable(numbered)}
    assert never.isdisjoint(route(numbered, subject, now).taken)


@given(st.lists(MATCHERS, max_size=3), SUBJECTS)
def test_contradictory_matchers_match_nothing(matchers: list[Matcher], subject: Subject) -> None:
    assert contradiction(matchers) is None or mismatch(matchers, subject) is not None


@given(st.lists(MATCHERS, max_size=3), st.lists(MATCHERS, max_size=2), SUBJECTS)
def test_what_the_narrow_matchers_match_the_wider_do(
    narrow: list[Matcher], wide: list[Matcher], subject: Subject
) -> None:
    if implies(narrow, wide) and mismatch(narrow, subject) is None:
        assert mismatch(wide, subject) is None
