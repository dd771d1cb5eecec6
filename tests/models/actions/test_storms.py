"""Storms on the real PostgreSQL: what joins, how one ends, and one answer for all of it."""

from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import drawing, escalating, receipts, storms
from models.actions.plans import save_policy
from models.db import now_of
from models.plan import Plan
from models.storm import OF_SOURCE, OF_WORKSPACE, OVER_AFTER
from models.tables import Person, Storm
from models.words import PageState, Role, Severity, Status
from tests.models.actions.house import (
    House,
    alert,
    alerts,
    build_house,
    claim,
    entries,
    firing,
    forward,
    lease,
    pages,
    posts,
    send,
)
from tests.models.actions.storm_house import MANY, TS, another_source, burst, only_storm, storm_ids, tell
from tests.models.actions.test_receiving_races import wait_until_blocked


def test_as_many_as_are_allowed_are_no_storm_and_one_more_is(session: Session) -> None:
    house = build_house(session)
    burst(session, house, OF_SOURCE)
    assert set(storm_ids(session)) == {None}
    burst(session, house, 1, name="straw")
    assert storm_ids(session)[OF_SOURCE:] == [only_storm(session).id]
    assert entries(session).count("storm_began") == 1


def test_what_came_more_than_a_minute_ago_does_not_count(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        burst(session, house, OF_SOURCE)
    forward(seconds=61)
    with context.db.begin() as session:
        burst(session, house, OF_SOURCE, name="later")
        assert set(storm_ids(session)) == {None}


def test_what_comes_while_it_is_on_joins_whatever_its_number(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        burst(session, house)
        began = only_storm(session)
    forward(minutes=2)
    with context.db.begin() as session:
        burst(session, house, 1, name="straggler")
        assert storm_ids(session)[-1] == began.id
        assert only_storm(session).last_at == now_of(session)


def test_critical_ones_join_only_where_they_are_many_by_themselves(session: Session) -> None:
    house = build_house(session)
    burst(session, house)
    (vault,) = burst(session, house, 1, Severity.CRITICAL, "vault")
    assert alert(session, vault).storm_id is None
    flood = burst(session, house, OF_SOURCE, Severity.CRITICAL, "flood")
    assert {alert(session, each).storm_id for each in flood} == {only_storm(session).id}


def test_critical_ones_of_another_policy_are_no_part_of_it(session: Session) -> None:
    house = build_house(session)
    burst(session, house, MANY, Severity.CRITICAL)
    save_policy(session, house.id, Plan("Vaults", house.plan("bob").levels, 1), is_default=True)
    (vault,) = burst(session, house, 1, Severity.CRITICAL, "vault")
    assert alert(session, vault).plan["policy"] == "Vaults"
    assert alert(session, vault).storm_id is None


def test_a_source_with_a_storm_of_its_own_makes_none_for_the_workspace(session: Session) -> None:
    house = build_house(session)
    burst(session, house, OF_WORKSPACE + 10)
    other = another_source(session, house, "backups")
    (calm,) = burst(session, other, 1, Severity.LOW, "backup")
    assert alert(session, calm).storm_id is None
    assert only_storm(session).source_id == house.source.id


def test_both_in_one_batch_are_told_apart_whichever_comes_first(session: Session) -> None:
    house = build_house(session)
    other = another_source(session, house, "backups")
    worst = send(session, other, firing("backup", Severity.HIGH)).opened
    send(session, house, *(firing(f"gust-{number}", Severity.LOW) for number in range(OF_WORKSPACE + 10)))
    escalating.advance_due(session)
    assert alert(session, worst[0]).storm_id is None
    assert only_storm(session).source_id == house.source.id


def test_a_little_from_each_of_many_sources_is_a_storm_of_the_workspace(session: Session) -> None:
    house = build_house(session)
    for number in range(4):
        burst(session, another_source(session, house, f"tool {number}"), 25, name=f"of {number}")
    began = only_storm(session)
    assert began.source_id is None
    assert storms.card(session, began.id, house.people["alice"]).source == ""
    assert storm_ids(session)[-25:] == [began.id] * 25


def test_two_workspaces_whose_sources_and_alerts_have_the_same_names_have_nothing_in_common(session: Session) -> None:
    here, there = build_house(session, plan=["alice"]), build_house(session, "Southwind", plan=["alice"])
    burst(session, here)
    (calm,) = burst(session, there, 1, name="gust")
    began = only_storm(session)
    assert began.workspace_id == here.id
    assert alert(session, calm).storm_id is None
    burst(session, there, MANY + 1)
    both = session.scalars(select(Storm).order_by(Storm.id)).all()
    assert [each.workspace_id for each in both] == [here.id, there.id]
    told = {each.storm.id: each.storm.total for _ in range(2) for each in tell(session) if each.storm}
    assert told == {both[0].id: MANY, both[1].id: MANY}
    assert storms.acknowledge_some(session, there.id, both[0].id, there.people["alice"]) == 0
    assert storms.acknowledge_some(session, here.id, both[0].id, there.people["alice"]) == 0
    assert not storms.may_answer_some(session, there.id, both[0].id, there.people["alice"])
    assert {each.status for each in alerts(session)} == {Status.OPEN}
    joined = storms.live_storms(session, there.id, [each.id for each in alerts(session)])
    assert set(joined.values()) == {both[1].id}


def test_when_nothing_has_joined_for_a_while_it_is_over_and_its_posts_are_drawn_at_once(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["alice"])
        burst(session, house)
        tell(session)
    forward(seconds=OVER_AFTER.total_seconds() - 1)
    with context.db.begin() as session:
        assert storms.end_quiet(session) == []
    forward(seconds=1)
    with context.db.begin() as session:
        began = only_storm(session).id
        assert storms.end_quiet(session) == [began]
        assert storms.end_quiet(session) == []
        assert posts(session)[0].redraw_at is not None
        drawn = drawing.claim(session)
        assert drawn is not None
        assert drawn.storm is not None
        assert drawn.storm.ended_at == now_of(session)
        assert entries(session).count("storm_over") == 1
        burst(session, house, 1, name="after")
        assert storm_ids(session)[-1] is None


def test_two_that_end_storms_at_the_same_moment_end_each_once(context: Context) -> None:
    with context.db.begin() as session:
        burst(session, build_house(session))
        burst(session, build_house(session, "Southwind"))
    forward(seconds=OVER_AFTER.total_seconds())
    with context.db.begin() as one, context.db.begin() as other:
        assert len(storms.end_quiet(one)) == 2
        assert storms.end_quiet(other) == []


def test_what_joins_while_it_ends_waits_and_then_belongs_to_none(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        burst(session, house)
    forward(seconds=OVER_AFTER.total_seconds())
    with context.db.begin() as session:
        send(session, house, firing("late"))

    def escalate() -> int:
        with context.db.begin() as session:
            return escalating.advance_due(session)

    with ThreadPoolExecutor(1) as pool:
        with context.db.begin() as session:
            storms.end_quiet(session)
            joining = pool.submit(escalate)
            wait_until_blocked(context)
        assert joining.result(10) == 1
    with context.db.begin() as session:
        assert storm_ids(session)[-1] is None


def acknowledge_all(session: Session, house: House, who: str) -> list[int]:
    counts = list[int]()
    while not counts or counts[-1]:
        began = only_storm(session).id
        counts.append(storms.acknowledge_some(session, house.id, began, house.people[who]))
    return counts


def test_two_hundred_are_acknowledged_at_a_time_until_none_is_left(session: Session) -> None:
    house = build_house(session)
    burst(session, house, storms.AT_ONCE + 7)
    assert acknowledge_all(session, house, "bob") == [storms.AT_ONCE, 7, 0]
    assert {(each.status, each.acknowledged_by) for each in alerts(session)} == {
        (Status.ACKNOWLEDGED, house.people["bob"])
    }
    assert {each.state for each in pages(session)} == {PageState.CANCELLED}
    assert entries(session).count("acknowledged") == storms.AT_ONCE + 7


def test_a_member_acknowledges_only_what_paged_them(session: Session) -> None:
    house = build_house(session, plan=["bob"])
    burst(session, house)
    began = only_storm(session).id
    assert not storms.may_answer_some(session, house.id, began, house.people["charlie"])
    assert acknowledge_all(session, house, "charlie") == [0]
    save_policy(session, house.id, Plan("Charlie's", house.plan("charlie").levels, 1), is_default=True)
    theirs = burst(session, house, 4, name="charlie's")
    assert storms.may_answer_some(session, house.id, began, house.people["charlie"])
    assert acknowledge_all(session, house, "charlie") == [4, 0]
    assert [each.id for each in alerts(session) if each.status is Status.ACKNOWLEDGED] == theirs


@pytest.mark.parametrize(("role", "active"), [(Role.GUEST, True), (Role.MEMBER, False), (Role.ADMIN, False)])
def test_guests_and_who_has_left_acknowledge_nothing(session: Session, role: Role, active: bool) -> None:
    house = build_house(session, plan=["charlie"])
    burst(session, house)
    session.execute(update(Person).where(Person.name == "charlie").values(role=role, active=active))
    assert not storms.may_answer_some(session, house.id, only_storm(session).id, house.people["charlie"])
    assert acknowledge_all(session, house, "charlie") == [0]


def test_who_waits_for_rows_that_another_answers_goes_on_with_the_next(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        burst(session, house, storms.AT_ONCE + 7)
        began = only_storm(session).id

    def acknowledge(who: str) -> int:
        with context.db.begin() as session:
            return storms.acknowledge_some(session, house.id, began, house.people[who])

    with ThreadPoolExecutor(1) as pool:
        with context.db.begin() as session:
            assert storms.acknowledge_some(session, house.id, began, house.people["alice"]) == storms.AT_ONCE
            second = pool.submit(acknowledge, "bob")
            wait_until_blocked(context)
        assert second.result(10) == 7
    assert acknowledge("bob") == 0


def test_all_of_it_is_answered_while_receipts_for_it_are_written(context: Context) -> None:
    """Their pages are in the other order than their alerts: both go by the pages' numbers."""
    with context.db.begin() as session:
        house = build_house(session, plan=["alice"])
        send(session, house, *(firing(f"a-{number}", Severity.LOW) for number in range(20)))
        send(session, house, *(firing(f"b-{number}", Severity.HIGH) for number in range(20)))
        escalating.advance_due(session)
        held = lease(session)
        envelope = claim(session, held)
        began = only_storm(session).id
        numbers = [page.alert_id for page in pages(session)]
        assert numbers != sorted(numbers)

    def receipt() -> None:
        with context.db.begin() as session:
            receipts.sent(session, held, envelope, "D0ALICE", TS)

    def acknowledge() -> int:
        with context.db.begin() as session:
            return storms.acknowledge_some(session, house.id, began, house.people["bob"])

    with ThreadPoolExecutor(2) as pool:
        with context.db.begin() as bystander:
            bystander.execute(text(f"SELECT FROM pages WHERE id = {max(envelope.pages)} FOR UPDATE"))
            one, other = pool.submit(receipt), pool.submit(acknowledge)
            wait_until_blocked(context, 2)
        one.result(10)
        assert other.result(10) == 40


def test_an_alert_of_another_workspace_is_not_put_into_a_storm(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    burst(session, here)
    (calm,) = burst(session, there, 1)
    mistaken = namedtuple("mistaken", "id workspace_id source_id severity policy")
    storms.join(session, [mistaken(calm, here.id, here.source.id, Severity.HIGH, "Nights")], now_of(session))
    assert alert(session, calm).storm_id is None
