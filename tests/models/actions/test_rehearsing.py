"""The dry run on the real PostgreSQL: it shows what the engine then does, and tells it with names and local times."""

import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions.client_alerts import consider
from models.actions.plans import save_policy
from models.actions.rehearsing import NoSuchClient, who
from models.actions.rulebook import rules_changed
from models.dry_run import DryRun
from models.matching import Subject, parse_matchers
from models.oncall import Schedule
from models.plan import Level, Plan, Target, TargetKind
from models.rehearsal import Ending
from models.rotation import Rotation, Unit
from models.routing import Considered, LevelCondition, Route
from models.routing_json import route_to_json
from models.signal import Signal
from models.tables import (
    Alert,
    AssessmentRow,
    Client,
    Conversation,
    Entry,
    Group,
    Message,
    Person,
    RouteRow,
    SilenceRow,
    Step,
    Turn,
)
from models.wall_clock import Weekday
from models.words import Origin, Severity
from tests.models.actions.house import House, build_house, send
from tests.models.actions.rehearsal_house import (
    KINDS,
    MOST,
    ending_of,
    engine_lines,
    play,
    rehearsed_lines,
    schedule_row,
    set_clock,
    settle_in,
    stories,
)

NIGHT = datetime.fromisoformat("2027-03-28T02:30+01:00")
FIVE = timedelta(minutes=5)


class Undone(Exception):
    """Rolls an example back."""


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_the_dry_run_shows_what_the_engine_then_does(context: Context, kind: str, data: st.DataObject) -> None:
    """Two alerts one after the other, so that round robins turn; time stands still but for being moved."""
    story = data.draw(stories(kind))
    with contextlib.suppress(Undone), context.db.begin() as session:
        house = build_house(session)
        settle_in(session, house, story)
        for number in range(2):
            _compare(session, house, replace(story.signal, key=f"key:{number}"), story.start)
        raise Undone


def _compare(session: Session, house: House, signal: Signal, start: datetime) -> None:
    set_clock(session, start)
    subject = Subject(signal.labels, signal.severity, source="prod", source_kind="generic")
    run = who(session, house.id, subject, start)
    (number,) = send(session, house, signal).opened
    play(session, number)
    found = session.get_one(Alert, number)
    assert (run.policy, run.severity) == (found.plan["policy"], found.severity)
    expected, shown = engine_lines(session, number), rehearsed_lines(run.rehearsal)
    assert shown[: len(expected)] == expected
    event(f"{run.rehearsal.ending}, {'reaches everywhere' if run.rehearsal.reaches_everywhere else 'not everywhere'}")
    if ending_of(found) == "under way":
        assert len(expected) >= MOST
    else:
        assert (len(shown), run.rehearsal.ending) == (len(expected), ending_of(found))
    if run.rehearsal.ending is Ending.EXHAUSTED and found.exhausted_at:
        assert found.exhausted_at == run.rehearsal.ends_at


@pytest.fixture
def house(session: Session) -> House:
    """alice is in Berlin, does not want to be disturbed from 22:00 to 08:00; bob is in New York."""
    found = build_house(session)
    quiet = datetime(2027, 1, 10, 21, tzinfo=UTC)
    values: dict[str, dict[str, Any]] = {
        "alice": {"time_zone": "Europe/Berlin", "quiet_from": quiet, "quiet_until": quiet + timedelta(hours=10)},
        "bob": {"time_zone": "America/New_York"},
    }
    for name, more in values.items():
        session.execute(update(Person).where(Person.id == found.people[name]).values(**more))
    return found


def policy(session: Session, house: House, *levels: Level, laps: int = 1, name: str = "Payments") -> None:
    save_policy(session, house.id, Plan(name, levels, laps), is_default=False)


def route(session: Session, house: House, found: Route, position: int = 0) -> None:
    session.add(RouteRow(workspace_id=house.id, position=position, spec=route_to_json(found)))
    session.flush()


def person(house: House, name: str) -> Target:
    return Target(TargetKind.PERSON, house.people[name])


def told(run: DryRun) -> list[str]:
    """Every line in short, with names."""
    return [
        f"{each.line.minutes:g}: {each.line.level} " + (each.why or " ".join(person.name for person in each.people))
        for each in run.happenings
    ]


def test_the_lines_have_each_person_s_clock_and_quiet_hours(session: Session, house: House) -> None:
    run = who(session, house.id, Subject(), NIGHT)
    alice, bob, charlie = (person for each in run.happenings for person in each.people)
    assert (alice.local, alice.quiet) == (datetime.fromisoformat("2027-03-28T03:30+02:00"), True)
    assert (bob.local, bob.quiet) == (datetime.fromisoformat("2027-03-27T21:35-04:00"), False)
    assert [str(each.local) for each in (alice, bob, charlie)] == [
        "2027-03-28 03:30:00+02:00",
        "2027-03-27 21:35:00-04:00",
        "2027-03-28 01:40:00+00:00",
    ]
    assert [(each.slack_id, each.way, each.zone) for each in (alice, charlie)] == [
        ("U0ALICE", "slack", "Europe/Berlin"),
        ("U0CHARLIE", "slack", "UTC"),
    ]
    assert run.admins == ("U0ALICE", "U0BOB")


def test_a_zone_that_nobody_knows_counts_as_utc(session: Session, house: House) -> None:
    session.execute(update(Person).values(time_zone="Mars/Olympus"))
    (alice,) = who(session, house.id, Subject(), NIGHT).happenings[0].people
    assert (str(alice.local), alice.zone) == ("2027-03-28 01:30:00+00:00", "UTC")


def test_the_routes_are_told_with_their_reasons(session: Session, house: House) -> None:
    policy(session, house, Level((person(house, "charlie"),), FIVE), laps=2)
    route(session, house, Route("search", matchers=parse_matchers('team="search"')))
    taken = Route("pay", parse_matchers('team="payments"'), policy="Payments", severity=Severity.CRITICAL)
    route(session, house, taken, 1)
    run = who(session, house.id, Subject({"team": "payments"}, Severity.LOW), NIGHT)
    assert (run.policy, run.severity, run.laps) == ("Payments", Severity.CRITICAL, 2)
    assert run.considered == (
        Considered("search", False, 'team="search" does not hold: team is "payments"'),
        Considered("pay", True, 'team="payments" holds'),
    )
    assert told(run) == ["0: 1 charlie", "5: 1 charlie"]


def test_a_policy_that_is_gone_is_named_and_the_default_one_taken(session: Session, house: House) -> None:
    route(session, house, Route("all", policy="Old"))
    run = who(session, house.id, Subject(), NIGHT)
    assert (run.policy, run.missing_policy) == ("Nights", "Old")


def test_the_severity_that_a_route_gives_decides_about_levels(session: Session, house: House) -> None:
    critical = LevelCondition(frozenset({Severity.CRITICAL}))
    levels = Level((person(house, "charlie"),), FIVE, critical), Level((person(house, "bob"),), FIVE)
    policy(session, house, *levels)
    route(session, house, Route("all", policy="Payments", severity=Severity.CRITICAL))
    run = who(session, house.id, Subject(severity=Severity.LOW), NIGHT)
    assert told(run) == ["0: 1 charlie", "5: 2 bob"]


def test_what_is_empty_is_named(session: Session, house: House) -> None:
    start = datetime(2028, 1, 1, tzinfo=UTC)
    later = Rotation("Week", (house.people["bob"],), 1, Unit.WEEKS, "UTC", start, start.time(), Weekday.SATURDAY)
    schedule = schedule_row(house.id, Schedule("Nights", (later,)))
    group = Group(workspace_id=house.id, slack_id="S1", handle="search", members=[])
    session.execute(update(Person).where(Person.name == "charlie").values(active=False))
    session.add_all([schedule, group])
    session.flush()
    charlie = person(house, "charlie")
    targets = [
        (Target(TargetKind.SCHEDULE, schedule.id), "schedule Nights"),
        (Target(TargetKind.SCHEDULE, 99), "a schedule that is gone"),
        (Target(TargetKind.GROUP, group.id), "@search"),
        (Target(TargetKind.GROUP, 99), "a group that is gone"),
        (Target(TargetKind.OWNER), "the client's owner"),
        (charlie, "charlie"),
        (Target(TargetKind.PERSON, 99), "somebody who is gone"),
        (Target(TargetKind.ROUND_ROBIN, None, (charlie,), "r"), "a round robin of charlie"),
    ]
    policy(session, house, *(Level((target,), FIVE) for target, _ in targets), Level((), FIVE))
    route(session, house, Route("all", policy="Payments"))
    run = who(session, house.id, Subject(), NIGHT)
    words = [*(f"nobody to page: {name}" for _, name in targets), "nobody to page: the level names nobody"]
    assert [each.why for each in run.happenings] == words
    assert run.rehearsal.ending is Ending.NOBODY


def test_silences_that_hold_it_are_listed_and_no_others(session: Session, house: House) -> None:
    hours = [(-1, 1, 'team="a"'), (1, 2, 'team="a"'), (0, 9, 'team="b"'), (3, 4, 'team="a"'), (-1, 1, 'team="a"')]
    for begins, ends, matchers in hours:
        start, end = NIGHT + timedelta(hours=begins), NIGHT + timedelta(hours=ends)
        row = SilenceRow(workspace_id=house.id, matchers=matchers, starts_at=start, ends_at=end, by="alice")
        session.add(row)
        session.flush()
    run = who(session, house.id, Subject({"team": "a"}), NIGHT)
    assert [each.id for each in run.silences] == ["1", "5", "2"]
    assert [(each.line.minutes, each.line.silence) for each in run.happenings[:2]] == [(0, "1"), (120, "")]


def test_channels_are_told_and_have_no_clock(session: Session, house: House) -> None:
    channel = Person(workspace_id=house.id, slack_id="C0OPS", name="ops", is_channel=True)
    session.add(channel)
    session.flush()
    policy(session, house, Level((Target(TargetKind.CHANNEL, channel.id),), FIVE))
    route(session, house, Route("all", policy="Payments", channel=str(channel.id)))
    run = who(session, house.id, Subject(), NIGHT)
    (reached,) = run.happenings[0].people
    assert (run.channels, reached.slack_id, reached.local, reached.is_channel) == (("C0OPS",), "C0OPS", None, True)


def test_turns_are_read_and_not_taken(session: Session, house: House) -> None:
    robin = Target(TargetKind.ROUND_ROBIN, None, (person(house, "alice"), person(house, "bob")), "r")
    policy(session, house, Level((robin,), FIVE))
    route(session, house, Route("all", policy="Payments"))
    assert told(who(session, house.id, Subject(), NIGHT)) == ["0: 1 alice"]
    session.add(Turn(workspace_id=house.id, key="r", taken=3))
    session.flush()
    for _ in range(2):
        assert told(who(session, house.id, Subject(), NIGHT)) == ["0: 1 bob"]
    assert session.scalars(select(Turn.taken)).all() == [3]
    assert not session.new
    assert not session.dirty
    assert [session.query(table).count() for table in (Alert, Step, Entry)] == [0, 0, 0]


def client(session: Session, house: House, name: str = "Acme", team: str | None = "T0ACME") -> Client:
    row = Client(
        workspace_id=house.id, team_id=team, name=name, created_at=NIGHT, tier="gold", owner_id=house.people["charlie"],
        renews_on=date(2027, 4, 7),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_a_client_s_alert_has_their_tier_owner_and_renewal(session: Session, house: House) -> None:
    client(session, house)
    policy(session, house, Level((Target(TargetKind.OWNER),), FIVE))
    matchers = parse_matchers('client="Acme", tier="gold", owner="charlie", origin="client", days_to_renewal=10')
    route(session, house, Route("gold", matchers, policy="Payments"))
    for name in ("Acme", "acme ", "T0ACME"):
        run = who(session, house.id, Subject(origin=Origin.CLIENT), NIGHT, name)
        assert told(run) == ["0: 1 charlie"]
    other = Subject(origin=Origin.CLIENT, tier="iron", owner="bob", days_to_renewal=3)
    (gold,) = who(session, house.id, other, NIGHT, "Acme").considered
    assert gold.reason == 'tier="gold" does not hold: tier is "iron"'


def test_a_client_s_alert_does_what_the_dry_run_shows(session: Session, house: House) -> None:
    found = client(session, house)
    policy(session, house, Level((Target(TargetKind.OWNER),), FIVE), Level((person(house, "bob"),), FIVE), laps=2)
    route(session, house, Route("gold", parse_matchers('tier="gold", days_to_renewal<=10'), policy="Payments"))
    set_clock(session, NIGHT)
    run = who(session, house.id, Subject(severity=Severity.CRITICAL, origin=Origin.CLIENT), NIGHT, "Acme")
    number = consider(session, _verdict(session, house, found))
    assert number is not None
    play(session, number)
    assert rehearsed_lines(run.rehearsal) == engine_lines(session, number)
    assert told(run) == ["0: 1 charlie", "5: 2 bob", "10: 1 charlie", "15: 2 bob"]


def test_a_client_s_medium_alert_that_no_route_takes_waits_for_the_digest_as_the_dry_run_says(
    session: Session, house: House
) -> None:
    found = client(session, house)
    set_clock(session, NIGHT)
    run = who(session, house.id, Subject(severity=Severity.MEDIUM, origin=Origin.CLIENT), NIGHT, "Acme")
    assert (run.rehearsal.ending, run.happenings) == (Ending.DIGEST, ())
    verdict = _verdict(session, house, found)
    verdict.risk = "medium"
    assert consider(session, verdict) is None
    route(session, house, Route("all", policy="Nights"))
    rules_changed(session, house.id)
    routed = who(session, house.id, Subject(severity=Severity.MEDIUM, origin=Origin.CLIENT), NIGHT, "Acme")
    assert routed.rehearsal.ending is Ending.EXHAUSTED


def _verdict(session: Session, house: House, found: Client) -> AssessmentRow:
    talk = Conversation(workspace_id=house.id, client_id=found.id, channel_id="C0ACME")
    session.add(talk)
    session.flush()
    here = {"workspace_id": house.id, "conversation_id": talk.id}
    said = Message(
        **here, channel_id="C0ACME", ts="1.0", author="U0DORA", from_client=True, text="We cancel.", received_at=NIGHT
    )
    verdict = AssessmentRow(
        **here, at=NIGHT, covered_ts="1.0", risk="critical", probability=0.9, indicators=[], hard_cues=[], evidence=[],
        summary="Acme cancels", suggested_action="Call them", engine="test", provisional=False,
    )  # fmt: skip
    session.add_all([said, verdict])
    session.flush()
    return verdict


def test_a_client_that_does_not_exist_is_told_with_those_that_do(session: Session, house: House) -> None:
    with pytest.raises(NoSuchClient, match='there is no client "Acme"; there are none yet'):
        who(session, house.id, Subject(), NIGHT, "Acme")
    client(session, house)
    client(session, house, "Zeta", None)
    known = r'there is no client "Beta"; there are Acme \(T0ACME\), Zeta \(not heard of yet\)'
    with pytest.raises(NoSuchClient, match=known):
        who(session, house.id, Subject(), NIGHT, "Beta")
    client(session, house, "ACME", "T0OTHER")
    with pytest.raises(NoSuchClient, match='2 clients are called "acme"'):
        who(session, house.id, Subject(), NIGHT, "acme")
    there = build_house(session, "Southwind")
    with pytest.raises(NoSuchClient, match="none yet"):
        who(session, there.id, Subject(), NIGHT, "Acme")


def test_a_client_nobody_owns_leaves_the_owner_s_level_empty(session: Session, house: House) -> None:
    client(session, house).owner_id = None
    policy(session, house, Level((Target(TargetKind.OWNER),), FIVE), Level((person(house, "bob"),), FIVE))
    route(session, house, Route("all", policy="Payments"))
    run = who(session, house.id, Subject(origin=Origin.CLIENT), NIGHT, "Acme")
    assert told(run) == ["0: 1 nobody to page: the client's owner", "0: 2 bob"]
    assert run.rehearsal.empty_levels == (1,)
