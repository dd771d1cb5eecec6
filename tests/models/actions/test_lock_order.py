"""Transactions that need the same rows never wait for each other in a ring: alerts, then pages, then posts, by number.

A bystander holds the one row on which both have to queue, so that each case comes out the same at every run.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, delivering, escalating, receipts, remote, silencing, workspaces
from models.actions.delivering import Envelope, Lease
from models.answer import Answer
from models.db import now_of
from models.matching import parse_matchers
from models.tables import Page
from models.words import Severity
from tests.models.actions.house import House, alert, build_house, claim, firing, forward, lease, resolved, send
from tests.models.actions.test_receiving_races import wait_until_blocked

Work = Callable[[Session], Any]
SOON = timedelta(seconds=5)


@pytest.fixture
def house(context: Context) -> House:
    """Alert 1 of key b, then alert 2 of key a, which is worse; alice's pages for both are due, numbers 1 and 2."""
    with context.db.begin() as session:
        made = build_house(session, plan=["alice", "bob"])
        send(session, made, firing("b", Severity.HIGH))
        escalating.advance_due(session)
        send(session, made, firing("a", Severity.CRITICAL))
        escalating.advance_due(session)
        return made


def meet(context: Context, row: str, first: Work, second: Work) -> None:
    """Both begin, one after the other, while somebody holds `row`; whoever waits comes to an end once it is let go."""

    def run(work: Work) -> None:
        with context.db.begin() as session:
            work(session)

    with ThreadPoolExecutor(2) as pool:
        with context.db.begin() as bystander:
            bystander.execute(text(f"SELECT FROM {row} FOR UPDATE"))
            one = pool.submit(run, first)
            wait_until_blocked(context)
            other = pool.submit(run, second)
            wait_until_blocked_or_done(context, other)
        one.result(10)
        other.result(10)


def wait_until_blocked_or_done(context: Context, other: Future[None], waiting: int = 2) -> None:
    """Return when so many wait for a lock, or when `other` need not."""
    while not other.done():
        with context.db.begin() as session:
            count = session.scalar(
                text("SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01) WHERE wait_event_type = 'Lock'")
            )
            if count == waiting:
                return


def silence(house: House) -> Work:
    def work(session: Session) -> None:
        now = now_of(session)
        held = parse_matchers('severity=~"critical|high"')
        silencing.make(session, house.id, held, now, now + timedelta(hours=1), "U0ALICE")

    return work


def resolve_both(house: House) -> Work:
    return lambda session: send(session, house, resolved("a"), resolved("b"))


def acknowledge(house: House, number: int) -> Work:
    return lambda session: answering.give(session, Answer.ACKNOWLEDGE, house.id, number, house.people["alice"])


def one_list(context: Context) -> tuple[Lease, Envelope]:
    """alice's two pages in one post, claimed; the list holds the worse one first."""
    with context.db.begin() as session:
        held = lease(session)
        envelope = claim(session, held)
    with context.db.begin() as session:
        session.execute(update(Page).values(post_id=envelope.post_id))
    forward(seconds=61)
    with context.db.begin() as session:
        held = lease(session)
        return held, claim(session, held)


def sent_list(context: Context) -> None:
    """alice's two pages in one post that stands in Slack."""
    held, envelope = one_list(context)
    with context.db.begin() as session:
        receipts.sent(session, held, envelope, "D0ALICE", "1.1")


def test_a_claim_and_signals_that_resolve_what_is_claimed(context: Context, house: House) -> None:
    with context.db.begin() as session:
        held = lease(session)
    meet(context, "pages WHERE id = 1", resolve_both(house), lambda session: delivering.claim(session, held))


def test_a_claim_and_a_silence_over_what_is_claimed(context: Context, house: House) -> None:
    with context.db.begin() as session:
        held = lease(session)
    meet(context, "pages WHERE id = 1", silence(house), lambda session: delivering.claim(session, held))


@pytest.mark.parametrize("receipt", ["sent", "unclear", "later", "failed"])
@pytest.mark.parametrize("other", [resolve_both, silence])
def test_the_receipt_of_a_list_and_whatever_stops_what_it_holds(
    context: Context, house: House, receipt: str, other: Callable[[House], Work]
) -> None:
    held, envelope = one_list(context)
    assert list(envelope.pages) == [2, 1]

    def write(session: Session) -> None:
        match receipt:
            case "sent":
                receipts.sent(session, held, envelope, "D0ALICE", "1.1")
            case "unclear":
                receipts.unclear(session, envelope, "TimeoutError", SOON)
            case "later":
                receipts.later(session, envelope, now_of(session) + SOON, "rate limited")
            case "failed":
                receipts.failed(session, held, envelope, "user_disabled")

    meet(context, "pages WHERE id = 1", other(house), write)


def test_a_silence_and_signals_that_resolve_what_it_holds(context: Context, house: House) -> None:
    meet(context, "alerts WHERE id = 2", resolve_both(house), silence(house))


def test_a_silence_and_an_answer_to_an_alert_of_the_same_list(context: Context, house: House) -> None:
    sent_list(context)
    meet(context, "posts", silence(house), acknowledge(house, 2))


def test_a_silence_and_an_acknowledge_of_a_machine_to_an_alert_of_the_same_list(context: Context, house: House) -> None:
    sent_list(context)
    meet(context, "posts", silence(house), lambda session: remote.acknowledge(session, house.source, 2))


@pytest.mark.parametrize("row", ["alerts WHERE id = 2", "posts"])
def test_a_silence_and_a_machine_that_closes_with_a_note(context: Context, house: House, row: str) -> None:
    sent_list(context)

    def close(session: Session) -> None:
        remote.close(session, house.source, 2)
        remote.add_note(session, house.source, 2, "over")

    meet(context, row, silence(house), close)


def test_a_silence_and_the_next_steps_of_alerts_of_the_same_list(context: Context, house: House) -> None:
    sent_list(context)
    forward(minutes=6)
    meet(context, "posts", silence(house), lambda session: escalating.advance_due(session, only=2))


def test_a_silence_and_a_post_that_the_workspace_was_not_ready_for(context: Context, house: House) -> None:
    _, envelope = one_list(context)

    def hold_back(session: Session) -> None:
        at = now_of(session) + SOON
        receipts.later(session, envelope, at, "rate limited")
        workspaces.hold_back(session, house.id, at)

    meet(context, "pages WHERE id = 1", hold_back, silence(house))


def test_failures_of_a_list_and_signals_that_resolve_what_it_holds(context: Context, house: House) -> None:
    held, envelope = one_list(context)
    meet(
        context,
        "alerts WHERE id = 2",
        resolve_both(house),
        lambda session: receipts.failed(session, held, envelope, "user_disabled"),
    )


@pytest.mark.parametrize("how", ["ended", "changed"])
def test_a_silence_that_is_over_while_alerts_are_put_under_it_lets_them_go(context: Context, how: str) -> None:
    with context.db.begin() as session:
        house, now = build_house(session), now_of(session)
        matchers = parse_matchers('severity="high"')
        made = silencing.make(session, house.id, matchers, now, now + timedelta(hours=1), "U0ALICE")
        send(session, house, firing("b", Severity.HIGH))

    def is_over(session: Session) -> None:
        now = now_of(session)
        if how == "ended":
            silencing.end(session, house.id, made.id)
        else:
            silencing.change(session, house.id, made.id, matchers, now, now + SOON, "")

    def run() -> None:
        with context.db.begin() as session:
            is_over(session)

    with ThreadPoolExecutor(1) as pool:
        with context.db.begin() as session:
            escalating.advance_due(session)
            ending = pool.submit(run)
            wait_until_blocked_or_done(context, ending, waiting=1)
        ending.result(10)
    with context.db.begin() as session:
        escalating.advance_due(session)
        next_step_at = alert(session, 1).next_step_at
        assert next_step_at is not None
        assert next_step_at <= now_of(session) + timedelta(minutes=5)


def test_somebody_is_leased_while_further_pages_for_them_are_being_written(context: Context, house: House) -> None:
    with context.db.begin() as session:
        send(session, house, firing("c", Severity.LOW))
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        with context.db.begin() as sender:
            assert lease(sender).person_id == house.people["alice"]
