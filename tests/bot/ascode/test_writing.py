"""Whatever a workspace has laid down: its export is valid, changes nothing, and is read as it was written."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ascode.changes import changes
from bot.ascode.writing import write
from models.actions.configuring import (
    Configured,
    KnownChannel,
    KnownClient,
    KnownPolicy,
    KnownTier,
    Place,
    Somebody,
)
from models.actions.sources import SourceRef
from models.actions.watching import Rules
from models.heartbeat import Rhythm
from models.hours import parse_hours
from models.oncall import Schedule
from models.plan import Level, Plan, Target, TargetKind
from models.routing import Route, Silence
from models.schedule_check import problems
from models.words import Severity
from tests.bot.ascode.known import NOW, known, wanted
from tests.bot.ascode.test_schema import is_valid
from tests.models.routing_strategies import CONDITIONS, MATCHERS, NAMING, ROUTES
from tests.models.test_oncall_properties import schedules

WORDS = st.sampled_from(
    ["on", "null", "~", "17:00", "2026-11-23", "12", "true", "#1", "@all", "a: b", "- x", "&y", "*z", "!t", "ü\u202eé",
     "two\nlines", "tab\there", " blanks ", "{x}", "'", '"', "%", "`", "|", "<<", "=", "\\", "x\x85y", "\ufeff", "😀"]
)  # fmt: skip
NAMES = WORDS | st.text(min_size=1, max_size=12).filter(
    lambda name: bool(name.strip()) and "\0" not in name and not any(0xD800 <= ord(char) < 0xE000 for char in name)
)
PEOPLE = st.lists(
    st.sampled_from(["alice", "Alice", "@bob", "bob", "U0ID0003", "admins"]) | NAMES, min_size=6, max_size=6
).flatmap(
    lambda names: st.tuples(
        *(
            st.builds(
                Somebody, st.just(number), st.just(f"U0ID000{number}"), st.just(name), st.booleans(), st.booleans()
            )
            for number, name in enumerate(names, 1)
        )
    )
)
CHANNELS = st.lists(st.sampled_from(["ops", "Ops", "C0ID0001", "x y"]) | NAMES, min_size=2, max_size=2).map(
    lambda names: tuple(Place(f"C0ID000{number}", name, number + 20) for number, name in enumerate(names, 1))
)
GROUPS = st.tuples(NAMES, NAMES, st.booleans()).map(
    lambda drawn: (Place("S0ID0001", drawn[0], 31), Place("S0ID0002", drawn[1], 32, active=drawn[2]))
)
SINGLE = st.one_of(
    st.builds(Target, st.just(TargetKind.PERSON), st.integers(1, 6)), st.just(Target(TargetKind.SCHEDULE, 1))
)  # fmt: skip
TARGETS = st.one_of(
    SINGLE,
    st.sampled_from([Target(TargetKind.ADMINS), Target(TargetKind.OWNER)]),
    st.builds(Target, st.just(TargetKind.CHANNEL), st.integers(21, 22)),
    st.builds(Target, st.just(TargetKind.GROUP), st.integers(31, 32)),
    st.lists(SINGLE, min_size=1, max_size=3).map(
        lambda members: Target(TargetKind.ROUND_ROBIN, members=tuple(members), key="k")
    ),
)
LENGTHS = st.integers(5, 30 * 86400).map(lambda seconds: timedelta(seconds=seconds))
LEVELS = st.builds(
    Level, st.lists(TARGETS, min_size=1, max_size=3).map(tuple), LENGTHS, st.none() | CONDITIONS
)  # fmt: skip
PLANS = st.builds(
    Plan, NAMES, st.lists(LEVELS, min_size=1, max_size=3).map(tuple), st.integers(1, 20), st.none() | LENGTHS
)  # fmt: skip
VALID = schedules().map(lambda drawn: drawn[0]).filter(lambda schedule: not problems(schedule))


RULES = st.builds(Rules, st.booleans(), st.none() | st.sampled_from([31, 32]), st.booleans())
TIERS = st.builds(
    KnownTier, NAMES, st.none() | st.integers(5, 30 * 86400), st.none() | st.integers(5, 86400), st.integers(5, 86400)
)


WHOLE_SECONDS = st.integers(10, 31 * 86400).map(lambda seconds: timedelta(seconds=seconds))
SOURCES = st.one_of(
    st.builds(SourceRef, st.just(1), st.just(1), st.sampled_from(["alertmanager", "opsgenie"]), NAMES),
    st.builds(
        SourceRef,
        st.just(1),
        st.just(1),
        st.just("generic"),
        NAMES,
        st.sampled_from([{}, {"expressions": {"title": "a.b", "key": "id"}}]),
        allowed_from=st.sampled_from([(), ("192.0.2.0/24",), ("2001:db8::/32", "192.0.2.1/32")]),
    ),
    st.builds(
        SourceRef,
        st.just(1),
        st.just(1),
        st.just("grafana"),
        NAMES,
        st.builds(lambda seconds: {"stale_after_s": seconds}, st.just(0) | st.integers(5, 30 * 86400)),
    ),
    st.builds(
        SourceRef,
        st.just(1),
        st.just(1),
        st.just("heartbeat"),
        NAMES,
        st.builds(Rhythm, WHOLE_SECONDS, WHOLE_SECONDS, st.sampled_from(Severity)).map(Rhythm.as_settings),
    ),
)


@st.composite
def workspaces(draw: st.DrawFn) -> Configured:
    """A workspace with a bit of everything; the default policy is the first."""
    plans = draw(st.lists(PLANS, min_size=1, max_size=3, unique_by=lambda plan: plan.policy))
    return known(
        people=draw(PEOPLE),
        channels=draw(CHANNELS),
        groups=draw(GROUPS),
        policies=tuple(KnownPolicy(plan, plan is plans[0]) for plan in plans),
        schedules={1: draw(_schedules())},
        routes=tuple(draw(st.lists(_routes([plan.policy for plan in plans]), max_size=3, unique_by=lambda r: r.name))),
        silences={name: (1, draw(_silences())) for name in draw(st.sets(NAMES, max_size=2))},
        clients=draw(_clients()),
        sources=tuple(draw(st.lists(SOURCES, max_size=3, unique_by=lambda source: (source.kind, source.name)))),
        tiers=tuple(draw(st.lists(TIERS, max_size=2, unique_by=lambda tier: tier.name))),
    )


@st.composite
def _schedules(draw: st.DrawFn) -> Schedule:
    return replace(draw(VALID), name=draw(NAMES))


@st.composite
def _routes(draw: st.DrawFn, policies: list[str]) -> Route:
    return replace(
        draw(ROUTES),
        name=draw(NAMES),
        matchers=tuple(draw(st.lists(MATCHERS, max_size=2))),
        policy=draw(st.none() | st.sampled_from(policies)),
        channel=draw(st.none() | st.sampled_from(["21", "22"])),
    )


@st.composite
def _silences(draw: st.DrawFn) -> Silence:
    begins = NOW + draw(st.timedeltas(timedelta(days=-9), timedelta(days=9)))
    ends = max(begins, NOW) + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=9)))
    matchers = tuple(draw(st.lists(NAMING, min_size=1, max_size=2)))
    return Silence("1", matchers, begins, ends, "heed.yml", draw(st.just("") | NAMES))


@st.composite
def _clients(draw: st.DrawFn) -> tuple[KnownClient, ...]:
    names = draw(st.lists(NAMES, max_size=3, unique_by=lambda name: name.casefold()))
    return tuple(
        KnownClient(
            number,
            name,
            draw(st.none() | st.just(f"T0ID{number}")),
            draw(st.just("") | NAMES),
            draw(st.none() | st.integers(1, 6)),
            draw(st.none() | st.dates(date(2020, 1, 1), date(2100, 1, 1))),
            draw(
                st.sampled_from(["", "Monday-Friday 09:00-17:00"]).map(lambda hours: hours and str(parse_hours(hours)))
            ),
            draw(st.sampled_from(["UTC", "Europe/Berlin"])),
            tuple(draw(st.lists(st.dates(date(2020, 1, 1), date(2100, 1, 1)), max_size=2, unique=True))),
            draw(st.none() | st.just(NOW + timedelta(days=3, microseconds=5)) | st.just(NOW - timedelta(days=3))),
            (KnownChannel(f"C0ID000{number}", draw(RULES)),) if number <= 2 and draw(st.booleans()) else (),
        )
        for number, name in enumerate(names, 1)
    ) + ((KnownClient(9, "", "T0NAMELESS"),) if draw(st.booleans()) else ())


@settings(max_examples=40)
@given(workspaces())
def test_an_export_changes_nothing(workspace: Configured) -> None:
    text = write(workspace)
    assert changes(wanted(text, workspace)) == []
    assert is_valid(yaml.safe_load(text))


def test_an_export_reads_well() -> None:
    layer = known().schedules[1].layers[0]
    later = replace(layer, name="Later", start=datetime.fromisoformat("2026-12-01T12:00+00:00"))
    plan = Plan("Everybody", (Level((Target(TargetKind.CHANNEL, 20), Target(TargetKind.SCHEDULE, 9)), LENGTH),), 2)
    workspace = known(
        policies=(KnownPolicy(plan, is_default=True),), schedules={1: Schedule("Payments", (layer, later))}
    )  # fmt: skip
    assert write(workspace) == WRITTEN


LENGTH = timedelta(minutes=90)
WRITTEN = """\
# The configuration of Northwind (T0NORTHWIND).
# To change it, edit this file and apply it: python app.py apply FILE --dry-run, then without --dry-run.
# Silences and overrides that were made in Slack are not in it, nor are the secrets of sources.

version: 1

policies:
  - name: Everybody
    default: true
    laps: 2
    levels:
      - targets:
          - channel: '#ops'
        timeout: 90m

schedules:
  - name: Payments
    layers:
      - name: Week
        people: [alice, Bob]
        every: 1
        unit: weeks
        weekday: monday
        handoff: 09:00
        zone: Europe/Berlin
        start: 2026-11-23T09:00+01:00
      - name: Later
        people: [alice, Bob]
        every: 1
        unit: weeks
        weekday: monday
        handoff: 09:00
        zone: Europe/Berlin
        start: 2026-12-01T13:00+01:00

routes: []

silences: []

tiers: []

clients: []

sources: []
"""
