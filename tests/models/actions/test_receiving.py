"""Signals in, on the real PostgreSQL: what each does to its alert, and what is written about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, escalating, workspaces
from models.actions.receiving import Received, receive
from models.answer import Answer, Refusal
from models.words import Origin, PageState, Severity, Status
from tests.models.actions.house import (
    House,
    alert,
    alerts,
    build_house,
    decisions,
    entries,
    firing,
    forward,
    lease,
    page_first_level,
    pages,
    posts,
    resolved,
    send,
    steps,
)
from tests.models.actions.house import claim as claim_page

BEGAN = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
LATER = BEGAN + timedelta(hours=1)


def test_a_new_problem_opens_an_alert_whose_first_step_is_due_now(session: Session) -> None:
    house = build_house(session)
    signal = replace(firing(started_at=BEGAN), details="97 %", link="https://ci.example", labels={"host": "db1"})
    received = send(session, house, signal)
    assert received == Received(opened=(1,))
    found = alert(session, 1)
    assert (found.status, found.origin, found.epoch, found.count) == (Status.OPEN, Origin.SIGNAL, 1, 1)
    assert (found.title, found.details, found.severity) == ("disk is in trouble", "97 %", Severity.HIGH)
    assert (found.link, found.labels, found.started_at) == ("https://ci.example", {"host": "db1"}, BEGAN)
    assert found.next_step_at == found.opened_at == found.last_seen_at
    assert found.plan["policy"] == "Nights"
    assert entries(session) == ["opened"]
    assert decisions(session) == ["open"]


def test_the_same_problem_again_counts_and_leaves_its_escalation_alone(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house)
    before = alert(session, 1).next_step_at
    received = send(session, house, replace(firing("thing-0000"), title="another title"))
    assert received == Received(repeated=(1,))
    found = alert(session, 1)
    assert (found.count, found.epoch, found.next_step_at) == (2, 1, before)
    assert found.title == "thing-0000 is in trouble"
    assert entries(session) == ["opened", "escalated"]
    assert [page.state for page in pages(session)] == [PageState.DUE]


def test_a_worse_signal_raises_the_severity_and_pages_again_from_level_1(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        page_first_level(session, house, severity=Severity.MEDIUM)
        answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
    forward(minutes=1)
    with context.db.begin() as session:
        assert send(session, house, firing("thing-0000", Severity.CRITICAL)) == Received(raised=(1,))
        found = alert(session, 1)
        assert (found.status, found.severity, found.epoch) == (Status.OPEN, Severity.CRITICAL, 2)
        assert (found.lap, found.level, found.acknowledged_by) == (1, 0, None)
        escalating.advance_due(session)
        assert [(page.state, page.epoch, page.severity) for page in pages(session)] == [
            (PageState.CANCELLED, 1, Severity.MEDIUM),
            (PageState.DUE, 2, Severity.CRITICAL),
        ]


def test_resolved_closes_the_alert_and_nothing_that_waited_for_it_happens(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house)
    assert send(session, house, resolved("thing-0000")) == Received(resolved=(1,))
    found = alert(session, 1)
    assert (found.status, found.epoch, found.next_step_at) == (Status.RESOLVED, 2, None)
    assert found.closed_at == found.source_resolved_at
    assert found.closed_by is None
    assert [page.state for page in pages(session)] == [PageState.CANCELLED]
    assert [step.outcome for step in steps(session, 1)] == ["paged 1", "cancelled: resolved by its source"]
    assert escalating.advance_due(session) == 0


def test_posts_are_drawn_anew_at_once_for_a_change_and_a_little_later_for_a_repeat(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        page_first_level(session, house)
        held = lease(session)
        claim_page(session, held)
        posts(session)[0].ts = "1763780000.000100"
    with context.db.begin() as session:
        send(session, house, firing("thing-0000"))
        repeated = posts(session)[0].redraw_at
        assert repeated == alert(session, 1).last_seen_at + timedelta(seconds=10)
    with context.db.begin() as session:
        send(session, house, resolved("thing-0000"))
        assert posts(session)[0].redraw_at == alert(session, 1).closed_at


def test_resolved_on_what_a_person_has_closed_is_noted_and_the_next_trigger_opens_anew(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        send(session, house, firing())
        answering.give(session, Answer.RESOLVE, house.id, 1, house.people["alice"])
    with context.db.begin() as session:
        assert send(session, house, firing()) == Received(ignored=1)
        assert send(session, house, resolved()) == Received(ignored=1)
        assert alert(session, 1).source_resolved_at is not None
        assert alert(session, 1).closed_by == house.people["alice"]
        assert send(session, house, firing()) == Received(opened=(2,))
        assert decisions(session) == ["open", "ignore_closed", "note_resolved", "open"]


def twice_over(context: Context) -> House:
    """The same problem came and went twice: alerts #1 and #2."""
    with context.db.begin() as session:
        house = build_house(session)
    for _ in range(2):
        with context.db.begin() as session:
            send(session, house, firing())
            send(session, house, resolved())
        forward(minutes=10)
    return house


def test_what_a_newer_alert_has_followed_stays_closed_though_that_one_is_closed_too(context: Context) -> None:
    """Else the source's next signal would be about the newest and find an older one live."""
    house = twice_over(context)
    with context.db.begin() as session:
        assert [each.status for each in alerts(session)] == [Status.RESOLVED, Status.RESOLVED]
        refused = answering.give(session, Answer.REOPEN, house.id, 1, house.people["alice"])
        assert refused.refusal is Refusal.ALREADY
        assert answering.give(session, Answer.REOPEN, house.id, 2, house.people["alice"]).refusal is None


def test_a_signal_belongs_to_the_live_alert_of_its_key_whichever_is_the_newest(context: Context) -> None:
    house = twice_over(context)
    with context.db.begin() as session:
        alert(session, 1).status = Status.OPEN
    with context.db.begin() as session:
        assert send(session, house, firing()) == Received(repeated=(1,))


def test_what_is_ignored_is_kept_as_a_signal_all_the_same(session: Session) -> None:
    house = build_house(session)
    assert send(session, house, resolved()) == Received(ignored=1)
    assert alerts(session) == []
    assert decisions(session) == ["ignore_unknown"]


def test_five_minutes_after_closing_any_trigger_of_a_sender_without_times_opens(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        send(session, house, firing())
        answering.give(session, Answer.FALSE_POSITIVE, house.id, 1, house.people["alice"])
    forward(seconds=280)
    with context.db.begin() as session:
        assert send(session, house, firing()) == Received(ignored=1)
    forward(seconds=20)
    with context.db.begin() as session:
        assert send(session, house, firing()) == Received(opened=(2,))


def test_a_batch_of_a_hundred_is_a_hundred_alerts(session: Session) -> None:
    house = build_house(session)
    batch = [firing(f"pod-{number:03}") for number in range(100)]
    assert len(send(session, house, *batch).opened) == 100
    assert len(send(session, house, *batch).repeated) == 100
    mixed = [resolved(f"pod-{number:03}") for number in range(50)] + batch[50:]
    received = send(session, house, *mixed)
    assert (len(received.resolved), len(received.repeated)) == (50, 50)
    assert len(decisions(session)) == 300


def test_an_empty_batch_does_nothing(session: Session) -> None:
    house = build_house(session)
    assert send(session, house) == Received()


def test_another_workspaces_source_never_touches_the_alert(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    send(session, here, firing())
    assert send(session, there, resolved()) == Received(ignored=1)
    assert send(session, there, firing(severity=Severity.CRITICAL)) == Received(opened=(2,))
    assert send(session, there, resolved()) == Received(resolved=(2,))
    assert [found.status for found in alerts(session)] == [Status.OPEN, Status.RESOLVED]
    assert [found.workspace_id for found in alerts(session)] == [here.id, there.id]
    assert alert(session, 1).severity == Severity.HIGH


def test_two_sources_of_one_workspace_have_keys_of_their_own(session: Session) -> None:
    house = build_house(session)
    workspaces.put_source(session, house.id, "generic", "staging", "another secret")
    staging = workspaces.source_by_secret(session, "generic", "another secret")
    assert staging is not None
    send(session, house, firing())
    assert receive(session, staging, [resolved()]) == Received(ignored=1)
    assert receive(session, staging, [firing()]) == Received(opened=(2,))
    assert [found.source_id for found in alerts(session)] == [house.source.id, staging.id]


def test_a_source_of_another_workspace_cannot_be_written_at_all(context: Context) -> None:
    with context.db.begin() as session:
        here, there = build_house(session), build_house(session, "Southwind")
    forged = replace(there.source, workspace_id=here.id)
    with pytest.raises(Exception, match="fk_alerts_workspace_id_source_id"), context.db.begin() as session:
        receive(session, forged, [firing()])


def test_a_late_resolved_of_the_earlier_problem_does_not_close_the_newer_one(session: Session) -> None:
    house = build_house(session)
    send(session, house, firing(started_at=BEGAN))
    send(session, house, firing(started_at=LATER))
    assert send(session, house, resolved(started_at=BEGAN)) == Received(ignored=1)
    assert alert(session, 1).status is Status.OPEN


def test_a_firing_that_comes_after_its_own_resolved_opens_nothing(session: Session) -> None:
    house = build_house(session)
    send(session, house, firing(started_at=BEGAN))
    send(session, house, resolved(started_at=LATER))
    assert send(session, house, firing(started_at=LATER)) == Received(ignored=1)


def test_a_firing_late_after_its_resolved_opens_nothing_where_a_person_had_closed_the_problem_before(
    session: Session,
) -> None:
    house = build_house(session)
    send(session, house, firing(started_at=BEGAN))
    answering.give(session, Answer.RESOLVE, house.id, 1, house.people["alice"])
    assert send(session, house, resolved(started_at=LATER)) == Received(ignored=1)
    assert send(session, house, firing(started_at=LATER)) == Received(ignored=1)


def test_a_problem_that_another_replica_saw_begin_earlier_is_still_heard_and_ends(session: Session) -> None:
    """Alertmanager merges what two Prometheus tell to the earliest start, also after it has told us of another."""
    house, earlier = build_house(session), BEGAN - timedelta(seconds=10)
    send(session, house, firing(started_at=BEGAN))
    assert send(session, house, firing(started_at=earlier)) == Received(repeated=(1,))
    over = replace(resolved(started_at=earlier), ended_at=LATER)
    assert send(session, house, over) == Received(resolved=(1,))
