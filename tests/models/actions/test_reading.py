"""Cards as they are read: what waits and until when, the newest words; in as many statements for one as for many."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from bot.context import Context
from bot.views.alert import page_list
from models.actions import answering, escalating, reading, silencing
from models.actions.answering import Wish
from models.actions.plans import save_policy
from models.answer import Answer
from models.card import Card, PageCard
from models.db import now_of
from models.matching import parse_matchers
from models.plan import Plan
from models.tables import Alert
from models.words import PageKind
from tests.models.actions.house import House, alert, build_house, claim, forward, lease, open_alerts, page_first_level

HOUR = timedelta(hours=1)


def card(session: Session, house: House, number: int = 1) -> Card:
    found = reading.card(session, house.id, number)
    assert found is not None
    return found


def give(session: Session, house: House, kind: Answer, who: str = "alice", number: int = 1, **wish: object) -> None:
    made = Wish(**wish)  # type: ignore[arg-type]
    answered = answering.give(session, kind, house.id, number, house.people[who], wish=made)
    assert answered.refusal is None


def timed(session: Session, house: House) -> None:
    """The default policy gives an acknowledge 100 minutes."""
    plan = house.plan("alice", "bob")
    made = Plan(plan.policy, plan.levels, plan.laps, acknowledge_timeout=timedelta(minutes=100))
    save_policy(session, house.id, made, is_default=True)


def test_a_snoozed_alert_waits_until_its_snooze_is_over(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house)
    until = now_of(session) + HOUR
    give(session, house, Answer.SNOOZE, until=until, notes="The vendor wakes up then")
    found = card(session, house)
    assert (found.snoozed_until, found.silenced_until, found.opens_again_at) == (until, None, None)
    assert (found.newest_note, found.notes_by) == ("The vendor wakes up then", "U0ALICE")


def test_an_alert_that_a_silence_holds_waits_until_it_ends(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house)
    now = now_of(session)
    silencing.make(session, house.id, parse_matchers("severity=high"), now, now + HOUR, "U0ALICE")
    found = card(session, house)
    assert (found.silenced_until, found.snoozed_until) == (now + HOUR, None)


def test_an_acknowledge_with_a_timeout_tells_when_it_is_open_again_before_and_after_the_reminder(
    context: Context,
) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        timed(session, house)
        page_first_level(session, house)
        assert card(session, house).opens_again_at is None
        give(session, house, Answer.ACKNOWLEDGE)
        now = now_of(session)
        assert card(session, house).opens_again_at == now + timedelta(minutes=100)
    forward(minutes=83)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert card(session, house).opens_again_at == now_of(session) + timedelta(minutes=20)
    forward(minutes=21)
    with context.db.begin() as session:
        escalating.advance_due(session)
        found = card(session, house)
        assert (found.opens_again_at, found.opened_again) == (None, "acknowledged, but not resolved in time")


def test_without_a_timeout_an_acknowledge_never_ends_by_itself(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house)
    give(session, house, Answer.ACKNOWLEDGE)
    assert card(session, house).opens_again_at is None


def test_the_newest_words_are_shown_whatever_they_came_with(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house, count=2)
    assert (card(session, house).newest_note, card(session, house).notes_by) == ("", None)
    answering.add_note(session, house.id, 1, house.people["bob"], "The disk is full")
    assert (card(session, house).newest_note, card(session, house).notes_by) == ("The disk is full", "U0BOB")
    give(session, house, Answer.REASSIGN, to=house.people["charlie"], notes="You know this disk")
    assert (card(session, house).newest_note, card(session, house).notes_by) == ("You know this disk", "U0ALICE")
    give(session, house, Answer.ACKNOWLEDGE, "bob")
    assert card(session, house).newest_note == "You know this disk", "an answer without words hides none"
    assert card(session, house, 2).newest_note == ""


def test_words_of_another_workspace_are_never_shown(session: Session) -> None:
    house, other = build_house(session), build_house(session, "Globex")
    page_first_level(session, house)
    (number,) = open_alerts(session, other)
    answering.add_note(session, other.id, number, other.people["alice"], "Secret")
    assert reading.card(session, house.id, number) is None
    assert card(session, house).newest_note == ""
    assert alert(session, number).workspace_id == other.id


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Collects what is sent to the database."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        found.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield found
    event.remove(session.get_bind(), "before_cursor_execute", note)


@pytest.mark.parametrize("count", [1, 40])
def test_cards_cost_four_statements_however_many_they_are(session: Session, count: int) -> None:
    house = build_house(session)
    numbers = page_first_level(session, house, count=count)
    for number in numbers:
        answering.add_note(session, house.id, number, house.people["bob"], "Looking")
    give(session, house, Answer.ACKNOWLEDGE)
    session.flush()
    with statements(session) as sent:
        assert len(reading.cards(session, house.id, numbers)) == count
    assert len(sent) == 4


def test_an_alert_that_cannot_be_read_whole_keeps_back_none_of_the_others_and_is_paged_all_the_same(
    context: Context,
) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        broken, sound = page_first_level(session, house, count=2)
        session.execute(update(Alert).where(Alert.id == broken).values(plan={"broken": True}))
        first, second = reading.cards(session, house.id, [broken, sound])
        assert (first.title, second.title) == (alert(session, broken).title, alert(session, sound).title)
        assert "cannot be read whole" in first.details
        assert second.policy == "Nights"
        held = lease(session)
        assert {each.card.id for _ in range(2) for each in claim(session, held).contents} == {broken, sound}


def test_a_list_shows_what_it_would_show_if_all_of_it_were_read(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        numbers = open_alerts(session, house, 30)
        for number in (*numbers[:8], numbers[20]):
            give(session, house, Answer.ACKNOWLEDGE, number=number)
    with context.db.begin() as session:
        read = [reader(session, house.id, [*numbers, 999]) for reader in (reading.listed, reading.cards)]
        short, whole = (page_list([PageCard(each, PageKind.NEW) for each in cards]) for cards in read)
    assert short == whole
    assert "21 alerts need an answer" in short.text
    assert [(each.revision, each.trace) for each in read[0]] == [(each.revision, each.trace) for each in read[1]]
