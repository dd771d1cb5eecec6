"""What levels page beside people, and when they are not for an alert: on the real PostgreSQL, through the real step."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, escalating, schedules
from models.actions.answering import Wish
from models.actions.plans import save_policy
from models.answer import Answer
from models.db import now_of
from models.escalation import A_MINUTE, STEPS_A_MINUTE
from models.hours import parse_hours
from models.oncall import Override
from models.plan import Level, Plan, Target, TargetKind
from models.routing import LevelCondition
from models.schedule_json import schedule_from_json
from models.tables import Group, Person, Schedule, Turn
from models.words import PageKind, Role, Severity, Status
from tests.models.actions.house import (
    House,
    alert,
    build_house,
    entries,
    firing,
    forward,
    open_alerts,
    pages,
    send,
    steps,
)

FIVE = timedelta(minutes=5)
ADMINS = Target(TargetKind.ADMINS)


def person(house: House, name: str) -> Target:
    return Target(TargetKind.PERSON, house.people[name])


def lay_down(session: Session, house: House, *levels: Level, **fields: Any) -> None:
    save_policy(session, house.id, Plan("Nights", levels, **{"laps": 1, **fields}), is_default=True)


def level(*targets: Target, when: LevelCondition | None = None, seconds: float = 300) -> Level:
    return Level(targets, timedelta(seconds=seconds), when)


def put_schedule(session: Session, house: House, context: Context, *people: str, **fields: Any) -> Target:
    now = now_of(session)
    layer = {
        "name": "Layer",
        "people": [house.people[each] for each in people],
        "every": 1,
        "unit": "hours",
        "handoff": f"{now:%H:%M}",
        "zone": "UTC",
        "start": now.replace(second=0, microsecond=0).isoformat(),
        **fields,
    }
    made = schedule_from_json({"name": "Payments", "layers": [layer]})
    return Target(TargetKind.SCHEDULE, schedules.put(session, context.seal, house.id, made))


def names_paged(session: Session, house: House) -> list[str]:
    by_id = {number: name for name, number in house.people.items()}
    in_order = sorted(pages(session), key=lambda page: (page.due_at, page.alert_id, page.id))
    return [by_id.get(page.person_id, "?") for page in in_order]


def test_a_schedule_pages_whoever_is_on_call_when_the_level_is_reached(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        target = put_schedule(session, house, context, "bob", "charlie")
        lay_down(session, house, level(target, seconds=3600), level(target))
        open_alerts(session, house)
        escalating.advance_due(session)
        assert names_paged(session, house) == ["bob"]
    forward(minutes=61)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert names_paged(session, house) == ["bob", "charlie"]


def test_an_override_made_after_the_alert_opened_decides_who_is_paged_next(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        target = put_schedule(session, house, context, "bob", every=7, unit="days")
        lay_down(session, house, level(person(house, "alice")), level(target))
        open_alerts(session, house)
        escalating.advance_due(session)
    with context.db.begin() as session:
        row, now = session.get_one(Schedule, target.id), now_of(session)
        schedules.override(
            session, row, Override(house.people["charlie"], now, now + timedelta(hours=2)), house.people["alice"]
        )
    forward(minutes=6)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert names_paged(session, house) == ["alice", "charlie"]


def test_an_empty_schedule_is_passed_over_at_once_and_says_so(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        tomorrow = now_of(session) + timedelta(days=1)
        target = put_schedule(session, house, context, "bob", start=tomorrow.isoformat())
        lay_down(session, house, level(target), level(person(house, "charlie")))
        open_alerts(session, house)
        escalating.advance_due(session)
        assert names_paged(session, house) == ["charlie"]
        assert steps(session, 1)[0].outcome == "passed over: nobody to page"


def test_a_group_pages_its_members_who_are_active(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        group = Group(
            workspace_id=house.id,
            slack_id="S01",
            handle="sre",
            members=[house.people["charlie"], house.people["bob"], 999],
        )
        session.add(group)
        session.flush()
        lay_down(session, house, level(Target(TargetKind.GROUP, group.id)))
        open_alerts(session, house)
        escalating.advance_due(session)
        assert sorted(names_paged(session, house)) == ["bob", "charlie"]


def test_a_channel_counts_as_reached_and_may_do_nothing_itself(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        channel = Person(workspace_id=house.id, slack_id="C01", name="ops", role=Role.GUEST, is_channel=True)
        session.add(channel)
        session.flush()
        lay_down(session, house, level(Target(TargetKind.CHANNEL, channel.id)))
        open_alerts(session, house)
        escalating.advance_due(session)
        assert [page.person_id for page in pages(session)] == [channel.id]
        assert answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, channel.id).refusal is not None


def test_a_round_robin_gives_each_alert_to_the_next_and_keeps_it_there_in_later_laps(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        robin = Target(
            TargetKind.ROUND_ROBIN, members=tuple(person(house, name) for name in house.people), key="Nights/1"
        )
        lay_down(session, house, level(robin), laps=2)
        open_alerts(session, house, 4)
        escalating.advance_due(session)
        assert names_paged(session, house) == ["alice", "bob", "charlie", "alice"]
        assert session.get_one(Turn, (house.id, "Nights/1")).taken == 4
    forward(minutes=6)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert names_paged(session, house)[4:] == ["alice", "bob", "charlie", "alice"]
        assert session.get_one(Turn, (house.id, "Nights/1")).taken == 4


def test_a_round_robin_leaves_out_whoever_cannot_be_reached(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        session.get_one(Person, house.people["bob"]).active = False
        robin = Target(
            TargetKind.ROUND_ROBIN, members=tuple(person(house, name) for name in house.people), key="Nights/1"
        )
        lay_down(session, house, level(robin))
        open_alerts(session, house, 3)
        escalating.advance_due(session)
        assert names_paged(session, house) == ["alice", "charlie", "alice"]


def test_a_level_for_critical_alerts_is_passed_over_by_others_with_its_reason(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        critical = LevelCondition(frozenset({Severity.CRITICAL}))
        lay_down(session, house, level(person(house, "alice"), when=critical), level(person(house, "bob")))
        open_alerts(session, house, severity=Severity.HIGH)
        escalating.advance_due(session)
        assert names_paged(session, house) == ["bob"]
        assert steps(session, 1)[0].outcome == "passed over: the level is for critical only, the alert is high"


def test_a_level_with_hours_is_passed_over_outside_of_them(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        now = now_of(session)
        other_day = (now + timedelta(days=3)).strftime("%a").lower()
        hours = LevelCondition(windows=parse_hours(f"{other_day} 00:00-24:00"), zone="UTC")
        lay_down(session, house, level(person(house, "alice"), when=hours), level(person(house, "bob")))
        open_alerts(session, house)
        escalating.advance_due(session)
        assert names_paged(session, house) == ["bob"]
        assert "outside" in (steps(session, 1)[0].outcome or "")


def test_more_than_ten_levels_in_a_minute_are_braked_and_the_admins_told_once(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        lay_down(session, house, level(person(house, "charlie"), seconds=1), laps=100)
        open_alerts(session, house)
    braked_at: datetime | None = None
    for _ in range(30):
        with context.db.begin() as session:
            escalating.advance_due(session)
            found = alert(session, 1)
            if braked_at is None and "runaway" in entries(session):
                braked_at = now_of(session)
                assert found.next_step_at == braked_at + A_MINUTE
                assert found.lap == STEPS_A_MINUTE
        forward(seconds=2)
    with context.db.begin() as session:
        assert braked_at is not None
        assert entries(session).count("runaway") == 1
        told = [page for page in pages(session) if page.kind is PageKind.RUNAWAY]
        assert {page.person_id for page in told} == {house.people["alice"], house.people["bob"]}


def test_an_acknowledged_alert_is_reminded_and_then_open_again(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        lay_down(session, house, level(person(house, "charlie")), acknowledge_timeout=timedelta(minutes=30))
        open_alerts(session, house)
        escalating.advance_due(session)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["charlie"])
        assert alert(session, 1).next_step_at == now_of(session) + timedelta(minutes=24)
    forward(minutes=24)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        assert pages(session)[-1].kind is PageKind.REMINDER
        assert pages(session)[-1].person_id == house.people["charlie"]
        assert alert(session, 1).status is Status.ACKNOWLEDGED
    forward(minutes=6)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        found = alert(session, 1)
        assert (found.status, found.epoch, found.acknowledged_by, found.lap, found.level) == (
            Status.OPEN,
            2,
            None,
            1,
            1,
        )
        assert (pages(session)[-1].kind, pages(session)[-1].epoch) == (PageKind.OPEN_AGAIN, 2)
        assert entries(session)[-3:] == ["reminded", "open_again", "escalated"]


def test_a_snoozed_alert_is_open_again_when_the_snooze_is_over(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        until = now_of(session) + timedelta(hours=2)
        answering.give(session, Answer.SNOOZE, house.id, 1, house.people["alice"], wish=Wish(until=until))
        found = alert(session, 1)
        assert (found.status, found.snoozed_until, found.next_step_at) == (Status.ACKNOWLEDGED, until, until)
    forward(minutes=119)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 0
    forward(minutes=2)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        found = alert(session, 1)
        assert (found.status, found.epoch, found.snoozed_until) == (Status.OPEN, 2, None)
        assert names_paged(session, house)[-1] == "alice"


def test_an_alert_given_to_somebody_pages_them_at_once_and_then_the_policy(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["alice"])
        open_alerts(session, house)
        escalating.advance_due(session)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
        for _ in range(2):
            wish = Wish(to=house.people["charlie"])
            answering.give(session, Answer.REASSIGN, house.id, 1, house.people["alice"], wish=wish)
        escalating.advance_due(session)
        assert names_paged(session, house) == ["alice", "charlie"]
    forward(minutes=6)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert names_paged(session, house) == ["alice", "charlie", "alice"]
        assert len(alert(session, 1).plan["levels"]) == 2


def test_what_is_given_back_pages_the_next_level(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
        answering.give(session, Answer.GIVE_BACK, house.id, 1, house.people["alice"])
        escalating.advance_due(session)
        assert names_paged(session, house) == ["alice", "bob"]
        assert alert(session, 1).status is Status.OPEN


def test_a_raise_beyond_the_plans_levels_is_routed_again(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        low = LevelCondition(frozenset({Severity.LOW}))
        lay_down(session, house, level(person(house, "charlie"), when=low))
        send(session, house, firing("disk", Severity.LOW))
        escalating.advance_due(session)
        lay_down(session, house, level(person(house, "bob")))
        send(session, house, firing("disk", Severity.CRITICAL))
        escalating.advance_due(session)
        assert sorted(names_paged(session, house)) == ["bob", "charlie"]
