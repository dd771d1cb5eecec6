"""Who is served next and what goes into one post: leases and claims on the real PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.context import Context
from models import storm
from models.actions import answering, delivering, escalating, workspaces
from models.actions.delivering import LEASE
from models.answer import Answer
from models.db import earliest, now_of
from models.tables import Page, Workspace
from models.words import PageState, Severity
from tests.models.actions.house import (
    build_house,
    claim,
    firing,
    forward,
    lease,
    page_first_level,
    pages,
    posts,
    resolved,
    send,
)


def test_one_sender_at_a_time_serves_a_person(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        page_first_level(session, house)
    with context.db.begin() as session:
        held = lease(session)
        assert (held.person_id, held.workspace_id) == (house.people["alice"], house.id)
        assert (held.slack_id, held.dm_channel, held.token) == ("U0ALICE", None, b"sealed")
    with context.db.begin() as session:
        assert delivering.lease_person(session) is None
        assert delivering.count_due(session) == 0


def test_two_that_lease_at_the_same_moment_get_two_people(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session, plan=["admins"]))
    with context.db.begin() as one, context.db.begin() as other:
        assert delivering.count_due(one) == 2
        assert lease(one).person_id != lease(other).person_id
        assert delivering.lease_person(one) is None


def test_whoever_waits_for_the_worst_page_is_served_first_then_whoever_waits_longest(context: Context) -> None:
    with context.db.begin() as session:
        here, there = build_house(session, plan=["alice"]), build_house(session, "Southwind", plan=["bob"])
        third = build_house(session, "Eastwind", plan=["charlie"])
        page_first_level(session, here, severity=Severity.MEDIUM)
    forward(seconds=5)
    with context.db.begin() as session:
        page_first_level(session, there, severity=Severity.MEDIUM)
        page_first_level(session, third, severity=Severity.CRITICAL)
    with context.db.begin() as session:
        served = [lease(session).person_id for _ in range(3)]
        assert served == [third.people["charlie"], here.people["alice"], there.people["bob"]]


def test_workspaces_that_are_busy_held_back_or_gone_are_left_out(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    page_first_level(session, here, severity=Severity.CRITICAL)
    page_first_level(session, there, severity=Severity.LOW)
    assert delivering.lease_person(session, busy=[here.id, there.id]) is None
    held = delivering.lease_person(session, busy=[here.id])
    assert held is not None
    assert held.workspace_id == there.id
    workspaces.hold_back(session, here.id, now_of(session) + timedelta(seconds=30))
    assert delivering.lease_person(session) is None
    workspaces.reached(session, here.id)
    session.execute(update(Workspace).values(uninstalled_at=now_of(session)))
    assert delivering.lease_person(session) is None


def test_a_lease_runs_out_and_then_its_holder_can_claim_nothing(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session))
        held = lease(session)
    forward(seconds=LEASE.total_seconds())
    with context.db.begin() as session:
        assert delivering.claim(session, held) is None
        heir = lease(session)
        assert heir.lease != held.lease
        assert delivering.claim(session, held) is None
        assert len(claim(session, heir).pages) == 1


def test_each_claim_renews_the_lease(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session), count=3)
        held = lease(session)
    for _ in range(3):
        with context.db.begin() as session:
            claim(session, held)
        forward(seconds=LEASE.total_seconds() * 0.7)
    with context.db.begin() as session:
        assert delivering.lease_person(session) is None


def test_only_the_holder_releases_and_a_released_person_can_be_leased_again(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session))
        first = lease(session)
    forward(seconds=LEASE.total_seconds())
    with context.db.begin() as session:
        second = lease(session)
        delivering.release(session, first)
        assert delivering.lease_person(session) is None
        delivering.release(session, second)
        assert lease(session).person_id == second.person_id


def test_up_to_five_waiting_pages_are_a_post_each_the_worst_first(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house, count=4, severity=Severity.LOW)
    send(session, house, firing("worst", Severity.CRITICAL))
    escalating.advance_due(session)
    held = lease(session)
    envelopes = [claim(session, held) for _ in range(5)]
    assert delivering.claim(session, held) is None
    assert [len(each.contents) for each in envelopes] == [1] * 5
    assert envelopes[0].contents[0].card.severity is Severity.CRITICAL
    assert len({each.mark for each in envelopes}) == 5
    assert not any(post.is_list for post in posts(session))
    assert not any(each.must_look for each in envelopes)


def test_more_than_five_waiting_pages_are_one_list_the_worst_first(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house, count=5, severity=Severity.LOW)
    send(session, house, firing("worst", Severity.CRITICAL))
    escalating.advance_due(session)
    held = lease(session)
    envelope = claim(session, held)
    assert len(envelope.pages) == len(envelope.contents) == 6
    assert envelope.contents[0].card.severity is Severity.CRITICAL
    assert [post.is_list for post in posts(session)] == [True]
    assert delivering.claim(session, held) is None


@pytest.mark.parametrize(("waited", "new_alerts", "is_list"), [(5, 6, True), (4, 6, False), (5, 5, False)])
def test_who_is_paged_once_a_second_in_a_rush_gets_what_has_waited_as_one_list(
    context: Context, waited: int, new_alerts: int, is_list: bool
) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        page_first_level(session, house, severity=Severity.LOW)
    forward(seconds=waited)
    with context.db.begin() as session:
        send(session, house, firing("worse", Severity.CRITICAL))
        escalating.advance_due(session)
        send(session, house, *(firing(f"more-{number}") for number in range(new_alerts - 1)))
        held = lease(session)
        assert len(claim(session, held).contents) == (2 if is_list else 1)
        assert [post.is_list for post in posts(session)] == [is_list]


def test_a_list_holds_two_hundred_at_most_and_the_rest_follows(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("OF_SOURCE", "OF_WORKSPACE"):
        monkeypatch.setattr(storm, limit, 1000)
    house = build_house(session)
    page_first_level(session, house, count=200)
    send(session, house, *(firing(f"more-{number}", Severity.LOW) for number in range(7)))
    escalating.advance_due(session)
    held = lease(session)
    assert [len(claim(session, held).pages) for _ in range(2)] == [200, 7]
    assert delivering.claim(session, held) is None


@pytest.mark.parametrize("how", ["acknowledged", "resolved by its source", "raised"])
def test_a_page_whose_alert_changed_meanwhile_is_cancelled_and_not_sent(context: Context, how: str) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        page_first_level(session, house, count=2)
        held = lease(session)
        if how == "acknowledged":
            answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
        elif how == "raised":
            send(session, house, firing("thing-0000", Severity.CRITICAL))
        else:
            send(session, house, resolved("thing-0000"))
        session.execute(update(Page).where(Page.alert_id == 1).values(state=PageState.DUE))
    with context.db.begin() as session:
        envelope = claim(session, held)
        assert [content.card.id for content in envelope.contents] == [2]
        assert [page.state for page in pages(session) if page.alert_id == 1] == [PageState.CANCELLED]


def test_a_claim_moves_the_next_try_ahead_so_that_nobody_takes_it_before_it_runs_out(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session))
        held = lease(session)
        first = claim(session, held)
        (page,) = pages(session)
        assert (page.attempt, page.try_at - now_of(session)) == (1, delivering.CLAIM)
        assert first.pages == {page.id: 1}
        delivering.release(session, held)
    forward(seconds=9)
    with context.db.begin() as session:
        assert delivering.lease_person(session) is None
    forward(seconds=2)
    with context.db.begin() as session:
        second = claim(session, lease(session))
        assert second.pages == {page.id: 2}
        assert (second.mark, second.must_look, second.looked) == (first.mark, True, 0)


def test_a_claim_that_has_grown_old_or_was_answered_is_not_sent_any_more(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        page_first_level(session, house, count=2)
        held = lease(session)
        old, answered = claim(session, held), claim(session, held)
        assert delivering.may_send(session, held, old)
        assert delivering.may_send(session, held, answered)
        number = answered.contents[0].card.id
        answering.give(session, Answer.ACKNOWLEDGE, house.id, number, house.people["bob"])
        assert not delivering.may_send(session, held, answered)
    forward(seconds=16)
    with context.db.begin() as session:
        assert not delivering.may_send(session, held, old)


def test_the_next_try_is_when_the_page_its_person_and_its_workspace_are_ready(context: Context) -> None:
    with context.db.begin() as session:
        assert earliest(session, delivering.DUE) is None
        house = build_house(session)
        page_first_level(session, house)
        now = now_of(session)
        assert earliest(session, delivering.DUE) == now
        lease(session)
        assert earliest(session, delivering.DUE) == now + LEASE
        workspaces.hold_back(session, house.id, now + timedelta(seconds=40))
        assert earliest(session, delivering.DUE) == now + timedelta(seconds=40)
    forward(seconds=40)
    with context.db.begin() as session:
        assert delivering.count_due(session) == 1


def test_the_direct_message_channel_is_remembered(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session))
        held = lease(session)
        delivering.remember_dm(session, held, "D0ALICE")
        delivering.release(session, held)
        assert lease(session).dm_channel == "D0ALICE"
