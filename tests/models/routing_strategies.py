"""Any matcher, subject, route and hours, for the properties; few names and values, so that they meet."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from models.hours import DAY, WEEK, Hours, Window
from models.matching import NUMBER, Matcher, Op, Subject
from models.routing import LevelCondition, Route, Silence
from models.words import Origin, Severity

START = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = st.sampled_from(["team", "region", "label.severity", "client", "tier"])
VALUES = st.sampled_from(["", "a", "b", "gold"])
EXPRESSIONS = st.sampled_from([".*", ".+", "a|b", "a|b|gold", "[ab]", "", "(?i)A", "g.*"])
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
DAYS = st.integers(-2, 3)
MATCHERS = st.one_of(
    st.builds(Matcher, NAMES, st.sampled_from([Op.EQUAL, Op.NOT_EQUAL]), VALUES),
    st.builds(Matcher, NAMES, st.sampled_from([Op.MATCHES, Op.MATCHES_NOT]), EXPRESSIONS),
    st.builds(
        Matcher,
        st.just("severity"),
        st.sampled_from([Op.EQUAL, Op.NOT_EQUAL]),
        st.sampled_from(Severity).map(lambda severity: severity.label),
    ),
    st.builds(Matcher, st.just("severity"), st.just(Op.MATCHES), st.sampled_from(["critical|high", "low", "warning"])),
    st.builds(Matcher, st.just(NUMBER), st.sampled_from([op for op in Op if "~" not in op]), DAYS.map(str)),
    st.builds(Matcher, st.just(NUMBER), st.sampled_from([Op.EQUAL, Op.NOT_EQUAL]), st.just("")),
)
SUBJECTS = st.builds(
    Subject,
    labels=st.dictionaries(st.sampled_from(["team", "region", "severity", "client"]), VALUES),
    severity=st.sampled_from(Severity),
    origin=st.sampled_from(Origin),
    client=VALUES,
    tier=VALUES,
    days_to_renewal=st.none() | DAYS | st.floats(-3, 4),
)
WINDOWS = st.builds(
    lambda start, length: Window(start, start + length),
    st.integers(0, WEEK - 1) | st.integers(0, 6).map(lambda day: day * DAY),
    st.integers(1, WEEK) | st.sampled_from([60, DAY, 2 * DAY]),
)
HOURS = st.lists(WINDOWS, min_size=1, max_size=5).map(lambda windows: Hours(tuple(windows)))
MOMENTS = st.integers(0, 60 * 24 * 365 * 2).map(lambda minutes: START + timedelta(minutes=minutes))
ROUTES = st.builds(
    Route,
    name=st.sampled_from(["one", "two", "three"]),
    matchers=st.lists(MATCHERS, max_size=3).map(tuple),
    hours=st.none() | HOURS,
    zone=ZONES,
    policy=st.none() | st.sampled_from(["Payments", "Search"]),
    severity=st.none() | st.sampled_from(Severity),
    channel=st.none() | st.sampled_from(["C1", "C2"]),
    continue_=st.booleans(),
    group_by=st.none() | st.lists(st.sampled_from(["alertname", "cluster"]), max_size=2, unique=True).map(tuple),
)
NAMING = MATCHERS.filter(lambda matcher: not matcher.accepts(""))
SILENCES = st.builds(
    lambda id, matchers, begins, lasts, why: Silence(
        id, tuple(matchers), START + timedelta(minutes=begins), START + timedelta(minutes=begins + lasts), "alice", why
    ),
    st.sampled_from("123"),
    st.lists(NAMING, min_size=1, max_size=2),
    st.integers(0, 20),
    st.integers(1, 20),
    st.sampled_from(["", "deploy"]),
)
CONDITIONS = st.builds(LevelCondition, st.frozensets(st.sampled_from(Severity)), st.none() | HOURS, ZONES)
