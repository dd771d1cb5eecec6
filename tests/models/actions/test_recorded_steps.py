"""What the steps of an alert tell: each that was taken stays as it was, and only the coming one waits."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, escalating, silencing
from models.actions.answering import Wish
from models.actions.plans import save_policy
from models.answer import Answer
from models.db import now_of
from models.matching import parse_matchers
from models.plan import Level, Plan, Target, TargetKind
from models.words import PageKind
from tests.models.actions.house import House, alert, all_arrive, build_house, forward, open_alerts, pages, steps

HOUR = timedelta(hours=1)


def waiting(session: Session) -> list[tuple[int, int]]:
    """(lap, level) of every step of alert 1 that waits."""
    return [(step.lap, step.level) for step in steps(session, 1) if step.outcome is None]


def silence(session: Session, house: House) -> None:
    now = now_of(session)
    silencing.make(session, house.id, parse_matchers('severity="high"'), now, now + HOUR, "U0ALICE")


def test_a_silence_at_the_last_level_of_a_lap_waits_for_the_first_of_the_next(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        save_policy(session, house.id, house.plan("alice", laps=2), is_default=True)
        open_alerts(session, house)
        escalating.advance_due(session)
        all_arrive(session)
        silence(session, house)
        assert waiting(session) == [(2, 1)]
    forward(minutes=61)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert (alert(session, 1).lap, alert(session, 1).level) == (2, 1)
        assert waiting(session) == [(2, 0)]


def test_a_snooze_after_the_reminder_leaves_the_reminder_as_it_was(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        level = Level((Target(TargetKind.PERSON, house.people["alice"]),), timedelta(minutes=5))
        plan = Plan("Nights", (level,), laps=1, acknowledge_timeout=timedelta(minutes=30))
        save_policy(session, house.id, plan, is_default=True)
        open_alerts(session, house)
        escalating.advance_due(session)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
    forward(minutes=25)
    with context.db.begin() as session:
        escalating.advance_due(session)
    with context.db.begin() as session:
        wish = Wish(until=now_of(session) + HOUR)
        answering.give(session, Answer.SNOOZE, house.id, 1, house.people["alice"], wish=wish)
        (reminder,) = [page for page in pages(session) if page.kind is PageKind.REMINDER]
        (step,) = [each for each in steps(session, 1) if each.id == reminder.step_id]
        assert (step.outcome, step.executed_at is not None) == ("reminded", True)
        assert len(waiting(session)) == 1
    forward(minutes=61)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert [each.outcome for each in steps(session, 1) if each.level < 0] == ["reminded", "open again"]


def test_whoever_was_not_reached_because_of_a_silence_is_paged_when_it_ends(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["charlie"])
        open_alerts(session, house)
        escalating.advance_due(session)
        silence(session, house)
    forward(minutes=61)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert house.people["charlie"] in {page.person_id for page in pages(session) if page.state == "due"}
