"""The posts about a storm: what they take in, what rings by itself, and what they say."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, delivering, escalating, receipts, storms, workspaces
from models.actions.answering import Wish
from models.actions.delivering import Envelope, Lease
from models.actions.plans import save_policy
from models.answer import Answer
from models.db import now_of
from models.storm import POST_LASTS, REDRAWN_EVERY
from models.tables import Page, Post
from models.words import PageKind, PageState, Severity, Status
from tests.models.actions.house import (
    House,
    build_house,
    claim,
    firing,
    forward,
    lease,
    pages,
    posts,
    resolved,
    send,
)
from tests.models.actions.storm_house import MANY, TS, burst, only_storm, tell

SOON = timedelta(seconds=5)


def test_pages_join_the_post_that_tells_of_it_and_it_is_drawn_soon(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["alice"])
        burst(session, house)
        (first,) = tell(session)
        assert first.storm is not None
        assert first.storm.total == MANY
    forward(seconds=60)
    with context.db.begin() as session:
        session.execute(update(Post).values(redraw_at=None))
        burst(session, house, 7, name="more")
        assert tell(session) == []
        (post,) = posts(session)
        assert post.redraw_at == now_of(session) + REDRAWN_EVERY
        joined = [page for page in pages(session) if page.result == "in the storm"]
        assert [(each.state, each.post_id, each.sent_at) for each in joined] == [
            (PageState.SENT, post.id, now_of(session))
        ] * 7
        assert storms.card(session, first.storm.id, house.people["alice"]).total == MANY + 7


def test_a_receipt_is_followed_by_another_drawing_of_what_changed_while_it_was_under_way(session: Session) -> None:
    house = build_house(session, plan=["alice"])
    burst(session, house)
    held = lease(session)
    envelope = claim(session, held)
    send(session, house, resolved("gust-003"))
    receipts.sent(session, held, envelope, "D0ALICE", TS)
    (post,) = posts(session)
    assert post.redraw_at == now_of(session) + REDRAWN_EVERY


def test_while_its_post_is_on_its_way_the_others_wait_a_little_and_then_join(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["alice"])
        burst(session, house)
        held = lease(session)
        envelope = claim(session, held)
        late = burst(session, house, 3, name="late")
    with context.db.begin() as session:
        assert delivering.claim(session, held) is None
        waiting = [each for each in pages(session) if each.alert_id in late]
        assert {(each.state, each.post_id) for each in waiting} == {(PageState.DUE, None)}
        assert {each.try_at for each in waiting} == {now_of(session) + REDRAWN_EVERY}
        receipts.sent(session, held, envelope, "D0ALICE", TS)
    forward(seconds=6)
    with context.db.begin() as session:
        assert delivering.claim(session, held) is None
        assert {each.state for each in pages(session)} == {PageState.SENT}
        assert len(posts(session)) == 1


def unclear_post(session: Session) -> tuple[House, Lease, Envelope]:
    """Alice's post about a storm, of which nobody knows whether Slack has it."""
    house = build_house(session, plan=["alice"])
    burst(session, house)
    held = lease(session)
    first = claim(session, held)
    receipts.unclear(session, first, "no answer", SOON)
    return house, held, first


def test_a_post_without_a_clear_answer_is_looked_for_and_the_others_wait_for_it(context: Context) -> None:
    with context.db.begin() as session:
        house, held, first = unclear_post(session)
        burst(session, house, 3, name="late")
    forward(seconds=6)
    with context.db.begin() as session:
        again = claim(session, held)
        assert (again.must_look, again.mark, again.pages.keys()) == (True, first.mark, first.pages.keys())
        assert delivering.claim(session, held) is None
        receipts.sent(session, held, again, "D0ALICE", TS)
    forward(seconds=6)
    with context.db.begin() as session:
        assert delivering.claim(session, held) is None
        assert {each.state for each in pages(session)} == {PageState.SENT}


def test_a_post_that_nothing_waits_for_any_more_holds_nobody_back(context: Context) -> None:
    with context.db.begin() as session:
        house, held, first = unclear_post(session)
        send(session, house, *(resolved(f"gust-{number:03}") for number in range(MANY)))
        burst(session, house, 3, name="late")
    forward(seconds=6)
    with context.db.begin() as session:
        again = claim(session, held)
        assert (again.must_look, again.mark != first.mark, len(again.pages)) == (False, True, 3)


def test_a_post_that_cannot_reach_the_person_leaves_nothing_that_others_could_join(session: Session) -> None:
    house = build_house(session, plan=["alice", "bob"])
    burst(session, house)
    held = lease(session)
    assert receipts.failed(session, held, claim(session, held), "account_inactive")
    assert posts(session) == []
    assert {each.state for each in pages(session)} == {PageState.FAILED}
    late = burst(session, house, 1, name="late")
    due = [each for each in pages(session, PageState.DUE) if each.person_id == house.people["alice"]]
    assert [each.alert_id for each in due] == late
    began = only_storm(session)
    assert storms.settle_into(session, house.id, house.people["alice"], began.id, due, now_of(session)) == set()


def test_a_post_that_was_certainly_not_sent_is_made_anew(context: Context) -> None:
    with context.db.begin() as session:
        burst(session, build_house(session, plan=["alice"]))
        held = lease(session)
        receipts.later(session, claim(session, held), now_of(session) + SOON, "ratelimited")
        assert posts(session) == []
    forward(seconds=6)
    with context.db.begin() as session:
        delivering.release(session, held)
        (again,) = tell(session)
        assert len(again.pages) == MANY


@pytest.mark.parametrize("minutes", [2, POST_LASTS / timedelta(minutes=1) + 2])
def test_another_lap_rings_again_however_young_the_post_is(context: Context, minutes: float) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        save_policy(session, house.id, house.plan("alice", laps=2, minutes=minutes), is_default=True)
        burst(session, house)
        assert len(tell(session)) == 1
    forward(minutes=minutes, seconds=1)
    with context.db.begin() as session:
        while escalating.advance_due(session):
            pass
        (second,) = tell(session)
        assert second.storm is not None
        assert (len(second.pages), second.storm.total) == (MANY, MANY)
        burst(session, house, 2, name="more")
        assert tell(session) == []
        assert {each.post_id for each in pages(session)[-2:]} == {posts(session)[-1].id}


def test_a_post_takes_nothing_in_any_more_after_its_time(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["alice"])
        burst(session, house)
        tell(session)
    forward(minutes=2)
    with context.db.begin() as session:
        burst(session, house, 1, name="keeps it on")
        assert tell(session) == []
    forward(minutes=2.5)
    with context.db.begin() as session:
        burst(session, house, 1, name="rings")
        (envelope,) = tell(session)
        assert envelope.storm is not None
        assert (len(envelope.pages), envelope.storm.total) == (1, MANY + 2)


def test_what_became_critical_in_it_is_paged_by_itself(session: Session) -> None:
    house = build_house(session, plan=["alice"])
    burst(session, house)
    tell(session)
    (raised,) = send(session, house, firing("gust-005", Severity.CRITICAL)).raised
    escalating.advance_due(session)
    (envelope,) = tell(session)
    assert envelope.storm is None
    assert [(each.card.id, each.card.severity) for each in envelope.contents] == [(raised, Severity.CRITICAL)]


def test_what_somebody_is_given_out_of_it_is_paged_by_itself(session: Session) -> None:
    house = build_house(session, plan=["alice", "bob"])
    number = burst(session, house)[0]
    tell(session)
    given = answering.give(
        session, Answer.REASSIGN, house.id, number, house.people["alice"], wish=Wish(to=house.people["alice"])
    )
    assert given.refusal is None
    escalating.advance_due(session)
    (envelope,) = tell(session)
    assert (envelope.storm, [each.card.id for each in envelope.contents]) == (None, [number])


def test_a_reminder_of_one_in_it_is_news_by_itself(session: Session) -> None:
    house = build_house(session, plan=["alice"])
    number = burst(session, house)[0]
    tell(session)
    answering.give(session, Answer.ACKNOWLEDGE, house.id, number, house.people["alice"])
    (page,) = session.scalars(select(Page).where(Page.alert_id == number))
    page.kind, page.state, page.post_id, page.epoch = PageKind.REMINDER, PageState.DUE, None, 1
    session.flush()
    (envelope,) = tell(session)
    assert envelope.storm is None
    assert [each.kind for each in envelope.contents] == [PageKind.REMINDER]


def test_what_was_answered_meanwhile_does_not_join(session: Session) -> None:
    house = build_house(session, plan=["alice"])
    burst(session, house)
    tell(session)
    (late,) = burst(session, house, 1, name="late")
    answering.give(session, Answer.ACKNOWLEDGE, house.id, late, house.people["bob"])
    session.execute(update(Page).where(Page.alert_id == late).values(state=PageState.DUE))
    assert tell(session) == []
    assert [(each.state, each.post_id) for each in pages(session) if each.alert_id == late] == [
        (PageState.CANCELLED, None)
    ]


def test_a_card_tells_of_the_worst_services_and_of_what_is_open(session: Session) -> None:
    house = build_house(session, plan=["alice"])
    numbers = burst(session, house)
    _label(session, numbers[:1], '{"service": "search"}', Severity.CRITICAL)
    _label(session, numbers[1:3], '{"host": "db1", "team": "data"}', Severity.LOW)
    for place in range(8):
        _label(session, numbers[3 + place : 4 + place], f'{{"job": "job {place}"}}', Severity.LOW)
    tell(session)
    for number in numbers[:2]:
        answering.give(session, Answer.ACKNOWLEDGE, house.id, number, house.people["alice"])
    card = storms.card(session, only_storm(session).id, house.people["alice"])
    assert (card.source, card.ended_at) == ("generic prod", None)
    assert card.counts == {Status.OPEN: MANY - 2, Status.ACKNOWLEDGED: 2}
    assert [(each.service, each.counts) for each in card.lines[:3]] == [
        ("search", {Severity.CRITICAL: 1}),
        ("", {Severity.HIGH: MANY - 11}),
        ("data", {Severity.LOW: 2}),
    ]
    assert (len(card.lines), card.more) == (storms.LINES_SHOWN, 3)
    assert len(card.open_ids) == storms.NAMED
    assert not set(card.open_ids) & set(numbers[:2])
    assert storms.card(session, card.id, house.people["bob"]).counts == {}


def _label(session: Session, numbers: Sequence[int], labels: str, severity: Severity) -> None:
    session.execute(
        text("UPDATE alerts SET labels = CAST(:labels AS jsonb), severity = :severity WHERE id = ANY (:numbers)"),
        {"labels": labels, "severity": int(severity), "numbers": list(numbers)},
    )


@pytest.mark.parametrize(("count", "rushed"), [(5, False), (6, True)])
def test_more_new_alerts_than_single_posts_are_a_rush(context: Context, count: int, rushed: bool) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        burst(session, house, count, name="rush")
        burst(session, build_house(session, "Southwind"), 9)
        workspaces.hold_back(session, house.id + 1, now_of(session) + timedelta(hours=1))
        held = lease(session)
        assert delivering.is_rushed(session, held) is rushed
    forward(seconds=5)
    with context.db.begin() as session:
        assert not delivering.is_rushed(session, held)
