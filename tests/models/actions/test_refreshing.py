"""Which alerts are asked about when their source goes silent, whom, and how often."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import refreshing
from models.actions.answering import NoSuchAlert
from models.actions.receiving import receive
from models.answer import Refusal
from models.db import now_of
from models.tables import Alert, Notice, Source
from models.words import Status
from tests.models.actions.house import House, build_house, firing, forward


@pytest.fixture
def house(context: Context) -> House:
    with context.db.begin() as session:
        return build_house(session)


def repeats(context: Context, house: House, times: int = 3, hours: float = 1) -> None:
    """The signal comes so often, every so many hours."""
    for _ in range(times):
        with context.db.begin() as session:
            receive(session, house.source, [firing()])
        forward(minutes=60 * hours)


def asked(context: Context) -> int:
    with context.db.begin() as session:
        return refreshing.ask(session)


def change(context: Context, **values: object) -> None:
    with context.db.begin() as session:
        alert = session.query(Alert).one()
        for name, value in values.items():
            setattr(alert, name, value)


def told(session: Session) -> list[int]:
    return [each.person_id for each in session.query(Notice).order_by(Notice.id)]


def test_after_a_day_of_silence_people_are_asked_once(context: Context, house: House) -> None:
    repeats(context, house)
    forward(minutes=22 * 60)
    assert asked(context) == 0
    forward(minutes=61)
    assert asked(context) == 1
    forward(minutes=48 * 60)
    assert asked(context) == 0, "whoever does not answer was asked all the same"
    with context.db.begin() as session:
        assert told(session) == [house.people["alice"], house.people["bob"]], "nobody was paged: the admins"


def test_whoever_acknowledged_it_is_asked_alone(context: Context, house: House) -> None:
    repeats(context, house)
    change(context, status=Status.ACKNOWLEDGED, acknowledged_by=house.people["charlie"])
    forward(minutes=25 * 60)
    assert asked(context) == 1
    with context.db.begin() as session:
        assert told(session) == [house.people["charlie"]]


def test_still_true_asks_again_after_the_same_time_and_a_signal_begins_anew(context: Context, house: House) -> None:
    repeats(context, house)
    forward(minutes=25 * 60)
    assert asked(context) == 1
    with context.db.begin() as session:
        assert refreshing.still_true(session, house.id, 1, house.people["alice"]).refusal is None
    forward(minutes=23 * 60)
    assert asked(context) == 0
    forward(minutes=61)
    assert asked(context) == 1
    repeats(context, house, 1)
    assert asked(context) == 0
    forward(minutes=24 * 60)
    assert asked(context) == 1


@pytest.mark.parametrize(
    ("chosen", "silent_for", "asks"),
    [({}, 25, 1), ({"stale_after_s": 7200}, 3, 1), ({"stale_after_s": 1800}, 3, 0), ({"stale_after_s": 0}, 99, 0),
     ({"stale_after_s": "soon"}, 3, 0), ({"stale_after_s": "soon"}, 25, 1)],
)  # fmt: skip
def test_a_source_may_say_how_long_its_silence_may_last(
    context: Context, house: House, chosen: dict[str, object], silent_for: int, asks: int
) -> None:
    """Half an hour is less than the hour between its signals, so that its silence tells nothing."""
    with context.db.begin() as session:
        session.get_one(Source, house.source.id).settings = chosen
    repeats(context, house)
    forward(minutes=60 * silent_for - 60)
    assert asked(context) == asks


@pytest.mark.parametrize("times", [0, 1])
def test_what_never_repeated_is_not_asked_about(context: Context, house: House, times: int) -> None:
    repeats(context, house, times)
    forward(minutes=99 * 60)
    assert asked(context) == 0


def test_what_is_closed_or_snoozed_is_not_asked_about(context: Context, house: House) -> None:
    repeats(context, house)
    forward(minutes=25 * 60)
    with context.db.begin() as session:
        until = now_of(session) + timedelta(hours=1)
    change(context, snoozed_until=until)
    assert asked(context) == 0
    change(context, snoozed_until=None, status=Status.RESOLVED)
    assert asked(context) == 0
    with context.db.begin() as session:
        assert refreshing.still_true(session, house.id, 1, house.people["alice"]).refusal is Refusal.CLOSED


def test_only_those_who_may_answer_say_that_it_is_still_true(context: Context, house: House) -> None:
    repeats(context, house)
    with context.db.begin() as session:
        assert refreshing.still_true(session, house.id, 1, house.people["charlie"]).refusal is Refusal.NOT_ALLOWED
    with pytest.raises(NoSuchAlert), context.db.begin() as session:
        refreshing.still_true(session, house.id, 99, house.people["alice"])
