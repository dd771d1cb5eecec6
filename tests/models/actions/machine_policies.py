"""Policies of every kind, for the state machine of the escalation to lay down."""

from datetime import timedelta

from sqlalchemy.orm import Session

from models.actions import schedules
from models.db import now_of
from models.hours import parse_hours
from models.plan import Level, Plan, Target, TargetKind
from models.routing import LevelCondition
from models.schedule_json import schedule_from_json
from models.seal import Seal
from models.tables import Group, Person
from models.words import Role, Severity
from tests.models.actions.house import House

ADMINS = Target(TargetKind.ADMINS)


def lay_out(session: Session, seal: Seal, house: House) -> dict[str, Plan]:
    """The policies by name; what they need besides people (a schedule, a group, a channel) is made here."""
    alice, bob, charlie = (Target(TargetKind.PERSON, house.people[name]) for name in ("alice", "bob", "charlie"))
    turns = Target(TargetKind.ROUND_ROBIN, members=(alice, bob, charlie), key="Turns/1")
    half_an_hour = timedelta(minutes=30)
    on_call, group, channel = _schedule(session, seal, house), _group(session, house), _channel(session, house)
    plans = (
        Plan("One person", (_level(alice, seconds=60),), laps=1),
        Plan("Three people", (_level(alice), _level(bob), _level(charlie)), laps=2, acknowledge_timeout=half_an_hour),
        Plan("The admins", (_level(ADMINS, seconds=60),), laps=3),
        Plan("Turns", (_level(turns, seconds=60), _level(ADMINS)), laps=2, acknowledge_timeout=half_an_hour),
        Plan("Conditions", (_level(alice, when=_for(Severity.CRITICAL)), _level(bob, charlie)), laps=2),
        Plan("Never now", (_level(alice, when=_in_three_days(session)),), laps=1),
        Plan("On call", (_level(on_call, seconds=1800), _level(alice, seconds=60)), laps=2),
        Plan("Group", (_level(group, seconds=60), _level(channel), _level(turns)), laps=1),
        Plan("Answered in time", (_level(alice), _level(bob)), laps=1, acknowledge_timeout=half_an_hour),
        Plan("Hasty", (_level(alice, seconds=1),), laps=40),
        Plan("Empty", (), laps=1),
    )
    return {plan.policy: plan for plan in plans}


def _level(*targets: Target, seconds: float = 300, when: LevelCondition | None = None) -> Level:
    return Level(targets, timedelta(seconds=seconds), when)


def _for(severity: Severity) -> LevelCondition:
    return LevelCondition(frozenset({severity}))


def _in_three_days(session: Session) -> LevelCondition:
    other_day = (now_of(session) + timedelta(days=3)).strftime("%a").lower()
    return LevelCondition(windows=parse_hours(f"{other_day} 00:00-24:00"), zone="UTC")


def _schedule(session: Session, seal: Seal, house: House) -> Target:
    """bob and charlie are on call by turns, an hour each."""
    now = now_of(session)
    layer = {
        "name": "Layer",
        "people": [house.people["bob"], house.people["charlie"]],
        "every": 1,
        "unit": "hours",
        "handoff": f"{now:%H:%M}",
        "zone": "UTC",
        "start": now.replace(second=0, microsecond=0).isoformat(),
    }
    made = schedule_from_json({"name": "Payments", "layers": [layer]})
    return Target(TargetKind.SCHEDULE, schedules.put(session, seal, house.id, made))


def _group(session: Session, house: House) -> Target:
    """charlie and bob; somebody whom Slack lists and Heed does not know stands among them."""
    members = [house.people["charlie"], 999_999, house.people["bob"]]
    group = Group(workspace_id=house.id, slack_id="S01", handle="sre", members=members)
    session.add(group)
    session.flush()
    return Target(TargetKind.GROUP, group.id)


def _channel(session: Session, house: House) -> Target:
    channel = Person(workspace_id=house.id, slack_id="C01", name="ops", role=Role.GUEST, is_channel=True)
    session.add(channel)
    session.flush()
    return Target(TargetKind.CHANNEL, channel.id)
