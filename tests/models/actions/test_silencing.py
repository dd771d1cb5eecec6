"""Silences: what they hold, until when, and that everything goes on when they end."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, escalating, silencing
from models.actions.silencing import Ended
from models.answer import Answer
from models.db import now_of
from models.matching import parse_matchers
from models.words import PageState, Severity, Status
from tests.models.actions.house import (
    House,
    alert,
    all_arrive,
    build_house,
    entries,
    firing,
    forward,
    open_alerts,
    pages,
    resolved,
    send,
    steps,
)

HOUR = timedelta(hours=1)


def silence(session: Session, house: House, matchers: str = 'severity="high"', hours: float = 1) -> silencing.Made:
    now = now_of(session)
    return silencing.make(session, house.id, parse_matchers(matchers), now, now + hours * HOUR, "U0ALICE", "deploy")


def test_an_alert_under_a_silence_is_stored_and_pages_nobody_until_it_ends(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        made = silence(session, house)
        ends_at = now_of(session) + HOUR
    with context.db.begin() as session:
        open_alerts(session, house)
        escalating.advance_due(session)
        found = alert(session, 1)
        assert (found.status, found.silence_id, found.next_step_at) == (Status.OPEN, made.id, ends_at)
        assert pages(session) == []
        assert entries(session, 1) == ["opened", "silenced"]
    forward(minutes=61)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        found = alert(session, 1)
        assert (found.silence_id, found.level) == (None, 1)
        assert len(pages(session)) == 1


def test_what_was_resolved_under_a_silence_pages_nobody_afterwards(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        silence(session, house)
        send(session, house, firing("disk"))
        escalating.advance_due(session)
        send(session, house, resolved("disk"))
    forward(minutes=61)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 0
        assert pages(session) == []


def test_a_silence_takes_hold_of_what_is_being_escalated_and_it_goes_on_where_it_was(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        all_arrive(session)
        made = silence(session, house)
        assert made.held == (1,)
    forward(minutes=10)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 0
    forward(minutes=51)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        assert (alert(session, 1).level, pages(session)[-1].person_id) == (2, house.people["bob"])


def test_a_level_whose_page_never_left_is_paged_when_the_silence_ends(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        silence(session, house)
        assert [page.state for page in pages(session)] == [PageState.CANCELLED]
    forward(minutes=61)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert (alert(session, 1).level, pages(session)[-1].person_id) == (1, house.people["alice"])
        assert pages(session)[-1].state is PageState.DUE


@pytest.mark.parametrize("hours", [0.5, 3], ids=["ends earlier", "ends later"])
def test_editing_a_silence_moves_what_it_holds(context: Context, hours: float) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        made = silence(session, house)
        open_alerts(session, house)
        escalating.advance_due(session)
        now = now_of(session)
        ends_at = now + hours * HOUR
        silencing.change(session, house.id, made.id, parse_matchers('severity="high"'), now, ends_at, "longer")
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert (alert(session, 1).next_step_at, pages(session)) == (ends_at, [])


def test_ending_a_silence_lets_everything_go_on_at_once(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        made = silence(session, house)
        open_alerts(session, house, 3)
        escalating.advance_due(session)
        assert silencing.held_by(session, house.id, made.id) == 3
    with context.db.begin() as session:
        assert silencing.end(session, house.id, made.id) == Ended(3)
        assert silencing.end(session, house.id, made.id) is None
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 3
        assert len(pages(session)) == 3


def test_a_silence_that_has_not_begun_is_taken_back(session: Session) -> None:
    house = build_house(session)
    starts_at = now_of(session) + HOUR
    held = parse_matchers('severity="high"')
    made = silencing.make(session, house.id, held, starts_at, starts_at + HOUR, "heed.yml", applied=True)
    assert silencing.end(session, house.id, made.id) == Ended(0, had_begun=False, file="heed.yml")
    assert silencing.current(session, house.id) == []


def test_a_second_silence_holds_on_when_the_first_ends(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        silence(session, house, hours=1)
        open_alerts(session, house)
        escalating.advance_due(session)
    forward(minutes=30)
    with context.db.begin() as session:
        second = silence(session, house, 'severity=~"high|low"', hours=2)
        ends_at = now_of(session) + 2 * HOUR
    forward(minutes=31)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert (alert(session, 1).next_step_at, alert(session, 1).silence_id) == (ends_at, second.id)


def test_an_alert_that_turns_worse_than_its_silence_pages_at_once(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        silence(session, house)
        send(session, house, firing("disk", Severity.HIGH))
        escalating.advance_due(session)
        send(session, house, firing("disk", Severity.CRITICAL))
        escalating.advance_due(session)
        assert (alert(session, 1).silence_id, len(pages(session))) == (None, 1)


def test_an_answered_alert_is_not_held(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
        assert silence(session, house).held == ()
        assert alert(session, 1).next_step_at is None


def test_a_silence_of_one_workspace_holds_nothing_in_another(context: Context) -> None:
    with context.db.begin() as session:
        here, there = build_house(session), build_house(session, "Southwind")
        open_alerts(session, there)
        made = silence(session, here)
        assert made.held == ()
        assert silencing.end(session, there.id, made.id) is None
        escalating.advance_due(session)
        assert len(pages(session)) == 1


def test_a_silence_that_would_hold_everything_is_refused(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        with pytest.raises(ValueError, match="names something"):
            silence(session, house, 'team!="x"')


def test_the_step_that_waits_for_the_end_is_recorded_with_its_new_time(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        silence(session, house)
        open_alerts(session, house)
        escalating.advance_due(session)
        (coming,) = steps(session, 1)
        assert (coming.lap, coming.level, coming.due_at) == (1, 1, now_of(session) + HOUR)
        assert coming.executed_at is None
