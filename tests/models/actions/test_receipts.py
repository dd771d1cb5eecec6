"""What is written after an attempt to send: receipts, fenced by the attempt, and what a failure sets off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import alerts as alert_actions
from models.actions import answering, delivering, escalating, receipts
from models.actions.delivering import Envelope, Lease
from models.answer import Answer
from models.db import earliest, now_of
from models.tables import Alert, Page
from models.words import PageState, Severity
from tests.models.actions.house import (
    House,
    alert,
    build_house,
    claim,
    entries,
    firing,
    forward,
    lease,
    page_first_level,
    pages,
    posts,
    send,
)
from tests.models.actions.test_receiving_races import wait_until_blocked

FIVE = timedelta(minutes=5)
SOON = timedelta(seconds=5)
TS = "1763780000.000100"


def claimed(context: Context, plan: tuple[str | tuple[str, ...], ...] = ("alice", "bob")) -> tuple[Lease, Envelope]:
    """One page, claimed."""
    with context.db.begin() as session:
        page_first_level(session, build_house(session, plan=plan))
    with context.db.begin() as session:
        held = lease(session)
        return held, claim(session, held)


def taken_over(context: Context) -> Envelope:
    """Somebody else claims the same page a minute later."""
    forward(seconds=61)
    with context.db.begin() as session:
        return claim(session, lease(session))


def test_sent_is_the_receipt_with_the_posts_place(context: Context) -> None:
    held, envelope = claimed(context)
    with context.db.begin() as session:
        receipts.sent(session, held, envelope, "D0ALICE", TS)
        (page,), (post,) = pages(session), posts(session)
        assert (page.state, page.sent_at, page.post_id) == (PageState.SENT, now_of(session), post.id)
        assert (post.channel_id, post.ts, post.redraw_at) == ("D0ALICE", TS, None)
        assert earliest(session, delivering.DUE) is None


def test_a_change_after_the_post_was_drawn_makes_it_outdated_at_once(context: Context) -> None:
    held, envelope = claimed(context)
    with context.db.begin() as session:
        session.execute(update(Alert).values(revision=Alert.revision + 1))
        receipts.sent(session, held, envelope, "D0ALICE", TS)
        assert posts(session)[0].redraw_at == now_of(session)


def test_an_unclear_attempt_is_looked_for_before_it_is_sent_again(context: Context) -> None:
    _, envelope = claimed(context)
    with context.db.begin() as session:
        receipts.unclear(session, envelope, "TimeoutError", SOON)
        (page,) = pages(session)
        assert (page.state, page.try_at, page.result) == (
            PageState.DUE,
            now_of(session) + SOON,
            "unclear: TimeoutError",
        )
    forward(seconds=13)
    with context.db.begin() as session:
        held = lease(session)
        again = claim(session, held)
        assert (again.mark, again.must_look, again.looked) == (envelope.mark, True, 0)
        receipts.not_found(session, again, SOON)
    forward(seconds=5)
    with context.db.begin() as session:
        assert (claim(session, held).must_look, posts(session)[0].lookups) == (True, 1)


def test_what_was_certainly_not_sent_is_tried_later_as_a_new_post(context: Context) -> None:
    held, envelope = claimed(context)
    with context.db.begin() as session:
        receipts.later(session, envelope, now_of(session) + SOON, "rate limited by Slack")
        (page,) = pages(session)
        assert (page.state, page.try_at, page.post_id) == (PageState.DUE, now_of(session) + SOON, None)
        assert posts(session) == []
        assert delivering.claim(session, held) is None
    forward(seconds=5)
    with context.db.begin() as session:
        again = claim(session, held)
        assert again.mark != envelope.mark
        assert not again.must_look
        assert list(again.pages.values()) == [2]


def test_when_all_of_a_steps_people_failed_the_next_step_is_due_at_once(context: Context) -> None:
    held, envelope = claimed(context)
    with context.db.begin() as session:
        assert receipts.failed(session, held, envelope, "user_disabled")
        (page,) = pages(session)
        assert (page.state, page.result) == (PageState.FAILED, "user_disabled")
        assert alert(session, 1).next_step_at == now_of(session)
        assert entries(session)[-1] == "page_failed"
        assert escalating.advance_due(session) == 1
        assert alert(session, 1).level == 2


def test_while_one_of_a_steps_people_can_still_be_reached_the_level_keeps_its_time(context: Context) -> None:
    first, envelope = claimed(context, plan=(("alice", "bob"), "charlie"))
    with context.db.begin() as session:
        due = alert(session, 1).next_step_at
        assert not receipts.failed(session, first, envelope, "user_disabled")
        assert alert(session, 1).next_step_at == due
    with context.db.begin() as session:
        second = lease(session)
        assert receipts.failed(session, second, claim(session, second), "user_disabled")
        assert alert(session, 1).next_step_at == now_of(session)


def test_when_every_page_of_a_lap_failed_it_ends_as_nobody_reachable(context: Context) -> None:
    with context.db.begin() as session:
        page_first_level(session, build_house(session, plan=["alice", "bob"]))
    for _ in range(2):
        with context.db.begin() as session:
            held = lease(session)
            assert receipts.failed(session, held, claim(session, held), "user_disabled")
            delivering.release(session, held)
        with context.db.begin() as session:
            escalating.advance_due(session)
    with context.db.begin() as session:
        assert "nobody_reachable" in entries(session)
        assert "escalation_exhausted" not in entries(session)
        retry_at = alert(session, 1).next_step_at
        assert retry_at is not None
        assert timedelta(minutes=4) < retry_at - now_of(session) <= FIVE


def test_an_answered_alert_takes_no_step_when_its_page_fails(context: Context) -> None:
    held, envelope = claimed(context)
    with context.db.begin() as session:
        house_id = alert(session, 1).workspace_id
        answering.give(session, Answer.ACKNOWLEDGE, house_id, 1, held.person_id)
        assert not receipts.failed(session, held, envelope, "user_disabled")
        assert alert(session, 1).next_step_at is None


@pytest.mark.parametrize("receipt", ["sent", "unclear", "not found", "later", "failed"])
def test_a_sender_that_was_overtaken_writes_no_receipt(context: Context, receipt: str) -> None:
    held, stale = claimed(context)
    taken_over(context)
    with context.db.begin() as session:
        before = [(page.state, page.try_at, page.result, page.attempt) for page in pages(session)]
        write(session, receipt, held, stale)
        assert [(page.state, page.try_at, page.result, page.attempt) for page in pages(session)] == before
        assert "page_failed" not in entries(session)


def write(session: Session, receipt: str, held: Lease, envelope: Envelope) -> None:
    now = now_of(session)
    match receipt:
        case "sent":
            receipts.sent(session, held, envelope, "D0ALICE", TS)
        case "unclear":
            receipts.unclear(session, envelope, "TimeoutError", SOON)
        case "not found":
            receipts.not_found(session, envelope, SOON)
        case "later":
            receipts.later(session, envelope, now + SOON, "ratelimited")
        case "failed":
            assert not receipts.failed(session, held, envelope, "user_disabled")


@pytest.mark.parametrize("receipt", ["later", "failed"])
def test_a_sender_that_was_overtaken_leaves_the_post_to_its_heir(context: Context, receipt: str) -> None:
    held, stale = claimed(context)
    heir = taken_over(context)
    with context.db.begin() as session:
        write(session, receipt, held, stale)
        assert [post.mark for post in posts(session)] == [heir.mark]
        assert pages(session)[0].post_id == heir.post_id


def test_a_late_failure_of_an_earlier_level_does_not_cut_the_present_one_short(context: Context) -> None:
    held, envelope = claimed(context, plan=("alice", "bob", "charlie"))
    forward(minutes=5)
    with context.db.begin() as session:
        escalating.advance_due(session)
        due = alert(session, 1).next_step_at
        receipts.failed(session, held, envelope, "user_disabled")
        assert alert(session, 1).next_step_at == due


def test_an_acknowledge_while_a_failure_is_written_never_deadlocks(context: Context) -> None:
    held, envelope = claimed(context)

    def fail() -> bool:
        with context.db.begin() as session:
            return receipts.failed(session, held, envelope, "user_disabled")

    with ThreadPoolExecutor(1) as pool:
        with context.db.begin() as session:
            found = session.scalars(select(Alert.workspace_id)).one()
            alert_actions.lock(session, found, 1)
            failing = pool.submit(fail)
            wait_until_blocked(context)
            answering.give(session, Answer.ACKNOWLEDGE, found, 1, held.person_id)
        failing.result(10)


def test_a_list_is_one_receipt_for_each_of_its_pages(context: Context) -> None:
    with context.db.begin() as session:
        house: House = build_house(session)
        page_first_level(session, house, count=9)
        send(session, house, firing("worst", Severity.CRITICAL))
        escalating.advance_due(session)
    with context.db.begin() as session:
        held = lease(session)
        envelope = claim(session, held)
    with context.db.begin() as session:
        receipts.sent(session, held, envelope, "D0ALICE", TS)
        assert {page.state for page in pages(session)} == {PageState.SENT}
        count = session.scalar(select(func.count()).where(Page.post_id == envelope.post_id))
        assert count == 10
