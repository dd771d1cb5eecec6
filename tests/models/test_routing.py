"""Routes, silences and a level's condition: by tables, and what holds for all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.hours import parse_hours, within, zone_of
from models.matching import Subject, mismatch, parse_matchers
from models.routing import (
    Considered,
    LevelCondition,
    Route,
    Routed,
    Silence,
    applies,
    resumes_at,
    route,
    silenced,
)
from models.words import Severity
from tests.models.routing_strategies import CONDITIONS, MOMENTS, ROUTES, SILENCES, START, SUBJECTS

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SEARCH = Subject(labels={"team": "search"}, severity=Severity.HIGH, tier="gold", days_to_renewal=20)
OFFICE = parse_hours("mon-fri 09:00-17:00")

BY_TEAM = Route("team", parse_matchers('team="search"'), policy="Search", channel="C1")
PAYMENTS = Route("payments", parse_matchers('team=~"pay.*"'), policy="Payments")
RENEWAL = Route("renewal", parse_matchers("days_to_renewal<=30"), severity=Severity.CRITICAL, channel="C2")
GOLD = Route("gold", parse_matchers('tier="gold"'), policy="Gold", severity=Severity.MEDIUM, channel="C1")
NIGHTS = Route("nights", hours=parse_hours("22:00-06:00"), zone="Europe/Berlin", policy="Night")
REST = Route("rest", policy="Everybody")


def going_on(each: Route) -> Route:
    return replace(each, continue_=True)


@pytest.mark.parametrize(
    ("sentence", "routes", "policy", "severity", "channels", "taken"),
    [
        ("without routes the default policy is taken", [], None, Severity.HIGH, (), ()),
        ("a route that matches is taken", [BY_TEAM], "Search", Severity.HIGH, ("C1",), ("team",)),
        ("without a route that matches the default policy is taken", [PAYMENTS], None, Severity.HIGH, (), ()),
        ("the first route that matches wins", [PAYMENTS, BY_TEAM, REST], "Search", Severity.HIGH, ("C1",), ("team",)),
        ("a route without matchers takes all", [REST, BY_TEAM], "Everybody", Severity.HIGH, (), ("rest",)),
        (
            "a route that continues is taken together with the next",
            [going_on(RENEWAL), BY_TEAM],
            "Search",
            Severity.CRITICAL,
            ("C2", "C1"),
            ("renewal", "team"),
        ),
        (
            "the first route that names a policy or a severity decides it",
            [going_on(RENEWAL), going_on(BY_TEAM), GOLD],
            "Search",
            Severity.CRITICAL,
            ("C2", "C1"),
            ("renewal", "team", "gold"),
        ),
        (
            "a route without a policy that stops leaves the default policy",
            [RENEWAL, BY_TEAM],
            None,
            Severity.CRITICAL,
            ("C2",),
            ("renewal",),
        ),
        (
            "a changed severity does not decide about later routes",
            [going_on(RENEWAL), Route("critical", parse_matchers('severity="critical"'), policy="Critical")],
            None,
            Severity.CRITICAL,
            ("C2",),
            ("renewal",),
        ),
        ("a route outside its hours is not taken", [NIGHTS, BY_TEAM], "Search", Severity.HIGH, ("C1",), ("team",)),
        (
            "a route within its hours is",
            [replace(NIGHTS, hours=OFFICE), BY_TEAM],
            "Night",
            Severity.HIGH,
            (),
            ("nights",),
        ),
    ],
)
def test_which_route_is_taken(
    sentence: str,
    routes: list[Route],
    policy: str | None,
    severity: Severity,
    channels: tuple[str, ...],
    taken: tuple[str, ...],
) -> None:
    routed = route(routes, SEARCH, NOW)
    assert (routed.policy, routed.severity, routed.channels, routed.taken) == (policy, severity, channels, taken), (
        sentence
    )


def test_every_route_that_was_looked_at_says_why() -> None:
    office = Route("office", BY_TEAM.matchers, hours=OFFICE, zone="Europe/Berlin", continue_=True)
    assert route([PAYMENTS, NIGHTS, office, BY_TEAM, REST], SEARCH, NOW).considered == (
        Considered("payments", False, 'team=~"pay.*" does not hold: team is "search"'),
        Considered("nights", False, "Mon 11:00 in Europe/Berlin is outside mon-sun 22:00-06:00"),
        Considered("office", True, 'team="search" holds, Mon 11:00 in Europe/Berlin is within mon-fri 09:00-17:00'),
        Considered("team", True, 'team="search" holds'),
    )
    assert route([REST], SEARCH, NOW).considered == (Considered("rest", True, "it takes every alert"),)


def matches(each: Route, subject: Subject, now: datetime) -> bool:
    return mismatch(each.matchers, subject) is None and (each.hours is None or within(each.hours, each.zone, now))


@given(st.lists(ROUTES, max_size=5), SUBJECTS, MOMENTS)
def test_the_first_match_wins_unless_it_says_continue(routes: list[Route], subject: Subject, now: datetime) -> None:
    matching = [each for each in routes if matches(each, subject, now)]
    stop = next((number for number, each in enumerate(matching) if not each.continue_), len(matching))
    expected = matching[: stop + 1]
    routed = route(routes, subject, now)
    assert routed.taken == tuple(each.name for each in expected)
    assert routed.policy == next((each.policy for each in expected if each.policy), None)
    assert routed.severity == next((each.severity for each in expected if each.severity), subject.severity)
    assert routed.channels == tuple(dict.fromkeys(each.channel for each in expected if each.channel))


@given(st.lists(ROUTES, max_size=5), SUBJECTS, MOMENTS)
def test_routes_behind_the_one_that_stops_change_nothing(routes: list[Route], subject: Subject, now: datetime) -> None:
    def without_reasons(routed: Routed) -> Routed:
        return replace(routed, considered=())

    looked_at = len(route(routes, subject, now).considered)
    assert route(routes[:looked_at], subject, now) == route(routes, subject, now)
    dropped = [each for each in routes[:looked_at] if matches(each, subject, now)]
    assert without_reasons(route(dropped, subject, now)) == without_reasons(route(routes, subject, now))


MINUTE = timedelta(minutes=1)


def silence(id: str, begins: int, ends: int, matchers: str = 'team="search"') -> Silence:
    return Silence(id, parse_matchers(matchers), NOW + begins * MINUTE, NOW + ends * MINUTE, by="alice", why="deploy")


@pytest.mark.parametrize(
    ("sentence", "silences", "held_by", "resumes"),
    [
        ("without a silence nothing is held", [], None, None),
        ("a silence holds what it matches", [silence("a", -5, 10)], "a", 10),
        ("it holds from its first moment on", [silence("a", 0, 10)], "a", 10),
        ("it does not hold before", [silence("a", 1, 10)], None, None),
        ("nor at its end", [silence("a", -5, 0)], None, None),
        ("it does not hold what it does not match", [silence("a", -5, 10, 'team="payments"')], None, None),
        ("of two the one that ends later holds", [silence("a", -5, 10), silence("b", -5, 20)], "b", 20),
        ("of two that end together the smaller id", [silence("b", -5, 10), silence("a", -9, 10)], "a", 10),
        ("one that begins at the end of another holds on", [silence("a", -5, 10), silence("b", 10, 20)], "a", 20),
        ("one that begins before it ends too", [silence("a", -5, 10), silence("b", 9, 20)], "a", 20),
        ("one that begins later does not", [silence("a", -5, 10), silence("b", 11, 20)], "a", 10),
        (
            "nor one for other alerts",
            [silence("a", -5, 10), silence("b", 10, 20, 'team="payments"')],
            "a",
            10,
        ),
    ],
)
def test_what_is_held_and_until_when(
    sentence: str, silences: list[Silence], held_by: str | None, resumes: int | None
) -> None:
    found = silenced(silences, SEARCH, NOW)
    assert (found and found.id) == held_by, sentence
    assert resumes_at(silences, SEARCH, NOW) == (None if resumes is None else NOW + resumes * MINUTE), sentence


@given(st.lists(SILENCES, max_size=5), SUBJECTS, st.integers(0, 45))
def test_an_alert_resumes_when_its_silences_end_and_not_before(
    silences: list[Silence], subject: Subject, minute: int
) -> None:
    now = START + minute * MINUTE
    resumes = resumes_at(silences, subject, now)
    assert (resumes is None) == (silenced(silences, subject, now) is None)
    if resumes is not None:
        assert silenced(silences, subject, resumes) is None
        passed = now
        while passed < resumes:
            held = silenced(silences, subject, passed)
            assert held is not None
            assert held.ends_at > passed
            passed += MINUTE


@given(
    st.lists(SILENCES, max_size=4).flatmap(lambda all_of: st.tuples(st.just(all_of), st.permutations(all_of))),
    SUBJECTS,
    st.integers(0, 45),
)
def test_the_order_of_silences_does_not_matter(
    pair: tuple[list[Silence], list[Silence]], subject: Subject, minute: int
) -> None:
    now = START + minute * MINUTE
    first, second = silenced(pair[0], subject, now), silenced(pair[1], subject, now)
    assert (first and (first.id, first.ends_at)) == (second and (second.id, second.ends_at))


@pytest.mark.parametrize(
    ("matchers", "begins", "ends", "by", "message"),
    [
        ("", 0, 1, "alice", 'a silence needs a matcher that names something, such as team="search"'),
        ('team!="x"', 0, 1, "alice", 'a silence needs a matcher that names something, such as team="search"'),
        ('team=~".*"', 0, 1, "alice", 'a silence needs a matcher that names something, such as team="search"'),
        ('team="x"', 1, 1, "alice", "a silence ends after it starts"),
        ('team="x"', 0, 1, "", "a silence needs the person who made it"),
    ],
)
def test_a_silence_that_cannot_be_meant_is_refused(
    matchers: str, begins: int, ends: int, by: str, message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Silence("a", parse_matchers(matchers), NOW + begins * MINUTE, NOW + ends * MINUTE, by)
    assert str(refused.value) == message


def test_a_silence_needs_times_with_a_zone() -> None:
    with pytest.raises(ValueError, match="a silence starts and ends at times with a zone"):
        Silence("a", parse_matchers("a=b"), datetime(2026, 11, 23), datetime(2026, 11, 24), "alice")


def test_a_silence_over_the_repeated_hour_lasts_as_long_as_it_does() -> None:
    berlin = zone_of("Europe/Berlin")
    begins = datetime(2027, 10, 31, 2, 30, tzinfo=berlin)
    ends = datetime(2027, 10, 31, 2, 10, fold=1, tzinfo=berlin)
    night = Silence("a", BY_TEAM.matchers, begins, ends, "alice")
    assert night.ends_at - night.starts_at == 40 * MINUTE
    assert night.holds(SEARCH, datetime(2027, 10, 31, 2, 5, fold=1, tzinfo=berlin))


@pytest.mark.parametrize(
    ("sentence", "condition", "expected", "reason"),
    [
        ("no condition always applies", LevelCondition(), True, "the level is for high alerts at any time"),
        (
            "a severity that is named applies",
            LevelCondition(frozenset({Severity.CRITICAL, Severity.HIGH})),
            True,
            "the level is for high alerts at any time",
        ),
        (
            "another severity does not",
            LevelCondition(frozenset({Severity.MEDIUM, Severity.CRITICAL})),
            False,
            "the level is for critical, medium only, the alert is high",
        ),
        (
            "within its windows it applies",
            LevelCondition(windows=OFFICE),
            True,
            "Mon 10:00 in UTC is within mon-fri 09:00-17:00",
        ),
        (
            "in another zone it is another time",
            LevelCondition(windows=OFFICE, zone="America/New_York"),
            False,
            "Mon 05:00 in America/New_York is outside mon-fri 09:00-17:00",
        ),
    ],
)
def test_when_a_level_applies(sentence: str, condition: LevelCondition, expected: bool, reason: str) -> None:
    assert applies(condition, Severity.HIGH, NOW) == (expected, reason), sentence


@given(CONDITIONS, st.sampled_from(Severity), MOMENTS)
def test_a_level_applies_when_both_its_severity_and_its_time_do(
    condition: LevelCondition, severity: Severity, now: datetime
) -> None:
    by_severity, _ = applies(replace(condition, windows=None), severity, now)
    by_time, _ = applies(replace(condition, severities=frozenset()), severity, now)
    assert applies(condition, severity, now)[0] == (by_severity and by_time)


@pytest.mark.parametrize("build", [lambda: Route("x", zone="Berlin"), lambda: LevelCondition(zone="Berlin")])
def test_a_zone_that_is_none_is_refused(build: type) -> None:
    with pytest.raises(ValueError, match='"Berlin" is no time zone'):
        build()


def test_a_route_needs_a_name() -> None:
    with pytest.raises(ValueError, match="a route needs a name"):
        Route(" ")
