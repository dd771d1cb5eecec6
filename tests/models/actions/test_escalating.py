"""Steps taken in batches on the real PostgreSQL: what is written, when it falls due, and what happens once only."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, escalating
from models.actions.escalating import Turn
from models.actions.plans import save_policy
from models.answer import Answer
from models.bell import wake_id
from models.db import earliest, now_of
from models.escalation import RETRY_WHEN_NOBODY
from models.plan import Plan
from models.tables import Alert, Entry, Person, SilenceRow
from models.words import PageKind, PageState, Severity, Status
from tests.models.actions.house import (
    alert,
    all_arrive,
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


def test_the_first_step_pages_level_1_and_records_the_coming_one_with_its_ring(session: Session) -> None:
    house = build_house(session)
    open_alerts(session, house)
    now = now_of(session)
    assert escalating.advance_due(session) == 1
    found = alert(session, 1)
    assert (found.lap, found.level, found.next_step_at, found.paged_at) == (1, 1, now + FIVE, now)
    done, coming = steps(session, 1)
    assert (done.lap, done.level, done.due_at, done.executed_at, done.outcome) == (1, 1, now, now, "paged 1")
    assert (coming.lap, coming.level, coming.due_at) == (1, 2, now + FIVE)
    assert (coming.executed_at, coming.outcome) == (None, None)
    assert coming.wake_id == wake_id("escalate", now + FIVE)
    (page,) = pages(session)
    assert (page.person_id, page.step_id, page.kind) == (house.people["alice"], done.id, PageKind.NEW)
    assert (page.state, page.due_at, page.epoch) == (PageState.DUE, now, 1)
    assert entries(session) == ["opened", "escalated"]


def test_a_batch_over_two_workspaces_pages_each_ones_own_people(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind", plan=["admins"])
    open_alerts(session, here, 3)
    open_alerts(session, there, 2)
    assert escalating.advance_due(session) == 5
    paged = {(page.workspace_id, page.person_id) for page in pages(session)}
    assert paged == {(here.id, here.people["alice"])} | {(there.id, there.people[who]) for who in ("alice", "bob")}
    assert len(pages(session)) == 3 + 2 * 2


def test_levels_follow_each_other_and_after_the_last_one_the_admins_are_told(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
    for _ in range(3):
        forward(minutes=5)
        with context.db.begin() as session:
            all_arrive(session)
            assert escalating.advance_due(session) == 1
    with context.db.begin() as session:
        people = {number: who for who, number in house.people.items()}
        told = [(people[page.person_id], page.kind) for page in pages(session)]
        assert told[:3] == [("alice", PageKind.NEW), *((who, PageKind.ESCALATION) for who in ("bob", "charlie"))]
        assert sorted(told[3:]) == [("alice", PageKind.EXHAUSTED), ("bob", PageKind.EXHAUSTED)]
        assert entries(session)[-1] == "escalation_exhausted"
        found = alert(session, 1)
        assert found.next_step_at is None
        assert found.exhausted_at is not None
        assert all(step.executed_at for step in steps(session, 1))
        assert earliest(session, escalating.DUE) is None
        assert escalating.rescue_stranded(session) == 0


def test_nothing_is_exhausted_while_no_page_has_arrived_and_the_lap_is_tried_again(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
    for minutes in (0, 5, 5, 5):
        forward(minutes=minutes)
        with context.db.begin() as session:
            assert escalating.advance_due(session) == 1
    with context.db.begin() as session:
        found = alert(session, 1)
        assert (found.exhausted_at, found.level, found.tries) == (None, 0, 1)
        assert found.next_step_at is not None
        assert found.next_step_at - now_of(session) <= RETRY_WHEN_NOBODY
        assert entries(session)[-1] == "nobody_reachable"


def test_a_workspace_that_fills_a_batch_lets_the_others_pass(context: Context) -> None:
    with context.db.begin() as session:
        busy, quiet = build_house(session), build_house(session, "Southwind")
        open_alerts(session, busy, 6)
        open_alerts(session, quiet, 1)
    turn, taken = Turn(), list[list[int]]()
    while not taken or turn.took(taken[-1], 2):
        with context.db.begin() as session:
            taken.append([each.workspace for each in escalating.take_due(session, 2, aside=turn.aside)])
    assert taken[:2] == [[busy.id, busy.id], [quiet.id]]
    assert sorted(home for batch in taken for home in batch) == [busy.id] * 6 + [quiet.id]


def test_a_workspace_alone_with_a_backlog_is_not_held_up_by_looking_for_others() -> None:
    turn, looks = Turn(), 0
    for _ in range(40):
        sought_others = bool(turn.aside)
        assert turn.took([] if sought_others else [1, 1], 2)
        looks += sought_others
    assert 2 <= looks <= 4


def test_what_the_audit_must_show_is_marked_high(session: Session) -> None:
    house = build_house(session)
    open_alerts(session, house)
    escalating.advance_due(session)
    marked = {entry.kind: entry.high for entry in session.query(Entry)}
    assert marked == {"opened": False, "escalated": True}


def test_a_step_is_taken_once_however_often_it_is_looked_for(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
    for _ in range(3):
        with context.db.begin() as session:
            escalating.advance_due(session)
    with context.db.begin() as session:
        assert len(pages(session)) == 1
        assert len(steps(session, 1)) == 2


def test_the_same_step_written_twice_pages_once(context: Context) -> None:
    """Two workers that decided on the same state: the constraint stands behind the lock."""
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        session.execute(update(Alert).values(level=0, next_step_at=now_of(session)))
        assert escalating.advance_due(session) == 1
        assert len(pages(session)) == 1
        assert len(steps(session, 1)) == 2


def test_what_another_transaction_holds_is_left_to_it_and_the_rest_is_taken(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house, 3)
    with context.db.begin() as holder:
        assert escalating.advance_due(holder, limit=1) == 1
        with context.db.begin() as other:
            assert escalating.advance_due(other) == 2
    with context.db.begin() as session:
        assert sorted(page.alert_id for page in pages(session)) == [1, 2, 3]


def test_the_worst_and_then_the_longest_due_come_first(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        send(session, house, firing("old and low", Severity.LOW))
    forward(minutes=1)
    with context.db.begin() as session:
        send(session, house, firing("new and low", Severity.LOW), firing("critical", Severity.CRITICAL))
        critical, old, new = escalating.due_ids(session)
        titles = [alert(session, number).title.split(" is")[0] for number in (critical, old, new)]
        assert titles == ["critical", "old and low", "new and low"]
        escalating.advance_due(session, limit=1)
        assert [page.alert_id for page in pages(session)] == [critical]


def test_the_batch_is_as_large_as_it_was_asked_to_be(session: Session) -> None:
    house = build_house(session)
    open_alerts(session, house, 5)
    assert [escalating.advance_due(session, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(pages(session)) == 5


def test_one_alert_can_be_taken_by_itself(session: Session) -> None:
    house = build_house(session)
    open_alerts(session, house, 3)
    assert escalating.advance_due(session, only=2) == 1
    assert [page.alert_id for page in pages(session)] == [2]


def test_an_answered_alert_has_no_step_any_more(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
    forward(minutes=60)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 0
        assert [step.outcome for step in steps(session, 1)] == ["paged 1", "cancelled: acknowledged"]


def test_levels_without_anybody_are_passed_over_and_say_so(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        session.execute(update(Person).where(Person.name.in_(("alice", "bob"))).values(active=False))
        open_alerts(session, house)
        escalating.advance_due(session)
        assert [page.person_id for page in pages(session)] == [house.people["charlie"]]
        assert [step.outcome for step in steps(session, 1)][:3] == [*["passed over: nobody to page"] * 2, "paged 1"]
        assert entries(session) == ["opened", "passed_over", "passed_over", "escalated"]


def test_nobody_reachable_is_told_once_and_tried_every_five_minutes_until_somebody_is(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session, plan=["charlie"])
        session.execute(update(Person).where(Person.name == "charlie").values(active=False))
        open_alerts(session, house)
    for tries in (1, 2, 3):
        with context.db.begin() as session:
            assert escalating.advance_due(session) == 1
            found = alert(session, 1)
            assert (found.tries, found.level, found.next_step_at) == (tries, 0, now_of(session) + RETRY_WHEN_NOBODY)
            assert escalating.advance_due(session) == 0
        forward(minutes=5)
    with context.db.begin() as session:
        admins = {house.people["alice"], house.people["bob"]}
        assert {page.person_id for page in pages(session)} == admins
        assert [page.kind for page in pages(session)] == [PageKind.UNREACHABLE] * 2
        assert entries(session).count("nobody_reachable") == 3
        session.execute(update(Person).where(Person.name == "charlie").values(active=True))
        escalating.advance_due(session)
        assert pages(session)[-1].person_id == house.people["charlie"]


def test_a_policy_without_levels_tells_the_admins_and_waits_for_nothing(session: Session) -> None:
    house = build_house(session)
    save_policy(session, house.id, Plan("Nights", (), 1), is_default=True)
    open_alerts(session, house)
    assert escalating.advance_due(session) == 1
    assert {page.kind for page in pages(session)} == {PageKind.MISCONFIGURED}
    assert alert(session, 1).next_step_at is None
    assert entries(session) == ["opened", "policy_without_levels"]
    assert escalating.rescue_stranded(session) == 0


def test_editing_the_policy_leaves_an_alert_under_way_alone(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        save_policy(session, house.id, house.plan("charlie"), is_default=True)
    forward(minutes=5)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert pages(session)[-1].person_id == house.people["bob"]


def test_a_stranded_alert_is_found_and_its_step_is_due_at_once(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house, 3)
        escalating.advance_due(session)
        answering.give(session, Answer.RESOLVE, house.id, 2, house.people["alice"])
        session.execute(update(Alert).where(Alert.id == 1).values(next_step_at=None))
    with context.db.begin() as session:
        assert earliest(session, escalating.DUE) == alert(session, 3).next_step_at
        assert escalating.rescue_stranded(session) == 1
        assert earliest(session, escalating.DUE) == now_of(session)
        assert escalating.rescue_stranded(session) == 0
        assert escalating.advance_due(session) == 1
        assert alert(session, 1).level == 2
        assert entries(session, 1)[-2:] == ["rescued", "escalated"]


def test_an_alert_that_a_silence_got_hold_of_as_it_ended_does_not_wait_for_its_old_end(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house, 2)
        now = now_of(session)
        hour = timedelta(hours=1)
        over = SilenceRow(workspace_id=house.id, matchers="host=db1", starts_at=now - hour, ends_at=now, by="alice")
        session.add(over)
        session.flush()
        session.execute(update(Alert).where(Alert.id == 2).values(silence_id=over.id, next_step_at=now + hour))
    forward(seconds=1)
    with context.db.begin() as session:
        assert escalating.rescue_stranded(session) == 0, "nothing was lost"
        assert alert(session, 2).next_step_at == now_of(session)
        assert "rescued" not in entries(session, 2)


def test_a_step_that_keeps_failing_is_pushed_out_doubling_and_told_after_five_times(session: Session) -> None:
    house = build_house(session)
    open_alerts(session, house)
    waits = []
    for failures in range(1, 15):
        escalating.push_out(session, 1, "ValueError")
        found = alert(session, 1)
        assert found.failures == failures
        assert found.next_step_at is not None
        waits.append((found.next_step_at - now_of(session)).total_seconds())
        assert len(pages(session)) == (2 if failures >= 5 else 0)
    assert waits[:8] == [20, 40, 80, 160, 320, 640, 1280, 2560]
    assert set(waits[8:]) == {3600}
    assert {(page.kind, page.person_id) for page in pages(session)} == {
        (PageKind.MISCONFIGURED, house.people["alice"]),
        (PageKind.MISCONFIGURED, house.people["bob"]),
    }
    marked = [entry.high for entry in session.query(Entry).filter_by(kind="step_failed").order_by(Entry.id)]
    assert marked == [number == 5 for number in range(1, 15)]


def test_a_step_that_works_again_forgets_its_failures_and_goes_on_where_it_was(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        open_alerts(session, house)
        escalating.advance_due(session)
        for _ in range(3):
            escalating.push_out(session, 1, "ValueError")
    forward(minutes=5)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 1
        found = alert(session, 1)
        assert (found.failures, found.level) == (0, 2)


@pytest.mark.parametrize("status", [Status.ACKNOWLEDGED, Status.RESOLVED])
def test_an_alert_that_was_answered_meanwhile_is_not_pushed_out(session: Session, status: Status) -> None:
    house = build_house(session)
    open_alerts(session, house)
    session.execute(update(Alert).values(status=status, next_step_at=None))
    escalating.push_out(session, 1, "ValueError")
    escalating.push_out(session, 99, "ValueError")
    assert (alert(session, 1).failures, alert(session, 1).next_step_at) == (0, None)


def test_the_earliest_due_step_of_any_severity_is_the_next(context: Context) -> None:
    with context.db.begin() as session:
        assert earliest(session, escalating.DUE) is None
        house = build_house(session)
        send(session, house, firing("low", Severity.LOW))
        low = now_of(session)
    forward(minutes=1)
    with context.db.begin() as session:
        send(session, house, firing("critical", Severity.CRITICAL))
        assert earliest(session, escalating.DUE) == low
        escalating.advance_due(session, only=1)
        assert earliest(session, escalating.DUE) == now_of(session)
