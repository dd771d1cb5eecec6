"""What machines ask of their own alerts: acknowledged by nobody of ours, closed by any name, never another source's."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering, escalating, reading, remote
from models.actions.answering import NoSuchAlert
from models.actions.plans import save_policy
from models.actions.receiving import Received
from models.actions.remote import Narrowed
from models.actions.sources import SourceRef, put_source
from models.answer import Answer, Refusal
from models.card import Card, TimelineEntry
from models.db import now_of
from models.plan import Plan
from models.tables import Entry
from models.words import PageState, Status
from tests.models.actions.house import (
    House,
    alert,
    build_house,
    entries,
    firing,
    forward,
    open_alerts,
    page_first_level,
    pages,
    resolved,
    send,
    steps,
)
from tests.models.actions.test_grouping import group_pods, pod


def card(session: Session, house: House, number: int = 1) -> Card:
    found = reading.card(session, house.id, number)
    assert found is not None
    return found


def told(session: Session, house: House) -> list[TimelineEntry]:
    found = reading.details(session, house.id, 1)
    assert found is not None
    return list(found.entries)


def test_an_acknowledge_stops_the_escalation_and_names_no_person(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        page_first_level(session, house)
        done = remote.acknowledge(session, house.source, 1, "alice@example.com", "on it")
        assert done.refusal is None
        found = alert(session, 1)
        assert (found.status, found.acknowledged_by, found.next_step_at) == (Status.ACKNOWLEDGED, None, None)
        assert found.acknowledged_at == now_of(session)
        assert pages(session, PageState.DUE) == []
        entry = session.scalars(select(Entry).where(Entry.kind == "acknowledged")).one()
        assert (entry.person_id, entry.detail) == (
            None,
            {"source": "prod", "user": "alice@example.com", "notes": "on it"},
        )
    forward(minutes=30)
    with context.db.begin() as session:
        assert escalating.advance_due(session) == 0


def test_the_card_tells_who_acknowledged_elsewhere(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house, count=2)
    remote.acknowledge(session, house.source, 1, "alice@example.com")
    remote.acknowledge(session, house.source, 2)
    for number, name in ((1, "alice@example.com"), (2, "")):
        found = card(session, house, number)
        assert (found.acknowledged_by, found.acknowledged_from, found.source) == (None, name, "generic prod")


def test_the_card_tells_only_of_the_acknowledge_that_holds(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house)
    remote.acknowledge(session, house.source, 1, "alice@example.com")
    answering.give(session, Answer.GIVE_BACK, house.id, 1, house.people["bob"])
    assert card(session, house).acknowledged_from == ""
    answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["bob"])
    found = card(session, house)
    assert (found.acknowledged_by, found.acknowledged_from) == ("U0BOB", "")


def test_an_acknowledge_takes_nothing_from_a_person_and_nothing_back(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house, count=2)
    answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])
    answering.give(session, Answer.RESOLVE, house.id, 2, house.people["alice"])
    assert remote.acknowledge(session, house.source, 1).refusal is Refusal.ALREADY
    assert remote.acknowledge(session, house.source, 2).refusal is Refusal.CLOSED
    assert (alert(session, 1).acknowledged_by, alert(session, 2).status) == (house.people["alice"], Status.RESOLVED)


def test_an_acknowledge_ends_as_the_policy_says(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        plan = house.plan("alice", "bob")
        timed = Plan(plan.policy, plan.levels, plan.laps, acknowledge_timeout=timedelta(minutes=30))
        save_policy(session, house.id, timed, is_default=True)
        page_first_level(session, house)
        remote.acknowledge(session, house.source, 1, "alice")
        assert [each.level for each in steps(session, 1)][-1] < 1, "a step of its own waits for the end"
    forward(minutes=31)
    with context.db.begin() as session:
        escalating.advance_due(session)
    forward(minutes=31)
    with context.db.begin() as session:
        escalating.advance_due(session)
        assert alert(session, 1).status is Status.OPEN


def test_a_note_tells_whose_words_it_passes_on(session: Session) -> None:
    house = build_house(session)
    page_first_level(session, house)
    remote.add_note(session, house.source, 1, "looking", "alice")
    found = card(session, house)
    assert (found.newest_note, found.notes_by, found.notes_from) == ("looking", None, "alice")
    remote.add_note(session, house.source, 1, "x" * 3000)
    found = card(session, house)
    assert (len(found.newest_note), found.notes_from) == (answering.NOTE_LENGTH, "prod")
    assert [each.kind for each in told(session, house)][-2:] == ["note", "note"]


def test_a_close_is_a_resolve_of_its_source_so_the_next_signal_opens_another(session: Session) -> None:
    house = build_house(session)
    (number,) = send(session, house, firing("disk")).opened
    assert remote.close(session, house.source, number).resolved == (number,)
    found = alert(session, number)
    assert (found.status, found.closed_by) == (Status.RESOLVED, None)
    assert entries(session, number) == ["opened", "resolved"]
    assert remote.close(session, house.source, number).resolved == ()
    (another,) = send(session, house, firing("disk")).opened
    assert another != number


def test_a_close_after_a_persons_resolve_lets_the_next_signal_open_another(session: Session) -> None:
    house = build_house(session)
    (number,) = send(session, house, firing("disk")).opened
    answering.give(session, Answer.RESOLVE, house.id, number, house.people["alice"])
    remote.close(session, house.source, number)
    assert len(send(session, house, firing("disk")).opened) == 1


def test_a_close_by_the_number_of_an_old_alert_leaves_the_newer_one_of_its_key_open(session: Session) -> None:
    house = build_house(session)
    (old,) = send(session, house, firing("disk")).opened
    remote.close(session, house.source, old)
    (newer,) = send(session, house, firing("disk")).opened
    assert remote.close(session, house.source, old) == Received()
    assert alert(session, newer).status is Status.OPEN


def test_the_newest_alert_of_a_key_is_meant(session: Session) -> None:
    house = build_house(session)
    assert remote.newest_of(session, house.source, "key:disk") is None
    send(session, house, firing("disk"))
    send(session, house, resolved("disk"))
    (newest,) = send(session, house, firing("disk")).opened
    assert remote.newest_of(session, house.source, "key:disk") == newest
    assert [(each.card.id, each.key) for each in remote.look(session, house.source, [newest])] == [(newest, "key:disk")]


def test_a_group_is_found_by_its_parts_and_closed_part_by_part_or_whole(session: Session) -> None:
    house = build_house(session)
    group_pods(session, house)
    (number,) = send(session, house, *(pod(each) for each in range(4))).opened
    assert remote.newest_of(session, house.source, "pod:eu/1") == number
    assert remote.acknowledge(session, house.source, number, "alice").refusal is None
    remote.close(session, house.source, number, "pod:eu/1")
    assert (alert(session, number).status, alert(session, number).parts_open) == (Status.ACKNOWLEDGED, 3)
    assert remote.close(session, house.source, number).resolved == (number,)
    assert (alert(session, number).status, alert(session, number).parts_open) == (Status.RESOLVED, 0)


@pytest.fixture
def other(session: Session) -> tuple[House, SourceRef]:
    """A house, and another source in it."""
    house = build_house(session)
    return house, put_source(session, house.id, "generic", "staging", "another secret")


def test_another_source_of_the_workspace_reaches_nothing(session: Session, other: tuple[House, SourceRef]) -> None:
    house, staging = other
    (number,) = open_alerts(session, house)
    assert remote.newest_of(session, staging, "key:thing-0000") is None
    assert remote.own(session, staging, number) is None
    assert remote.look(session, staging, [number]) == []
    assert remote.listed(session, staging, Narrowed()) == []
    assert remote.count(session, staging, Narrowed()) == 0
    with pytest.raises(NoSuchAlert):
        remote.acknowledge(session, staging, number)
    with pytest.raises(NoSuchAlert):
        remote.add_note(session, staging, number, "x")
    assert remote.close(session, staging, number).resolved == ()
    assert alert(session, number).status is Status.OPEN


def test_another_workspace_reaches_nothing(session: Session) -> None:
    house, globex = build_house(session), build_house(session, "Globex")
    (number,) = open_alerts(session, house)
    with pytest.raises(NoSuchAlert):
        remote.acknowledge(session, globex.source, number)
    assert (remote.own(session, globex.source, number), remote.look(session, globex.source, [number])) == (None, [])
    assert remote.close(session, globex.source, number).resolved == ()


def test_lists_are_narrowed_newest_first(session: Session) -> None:
    house = build_house(session)
    first, second, third = open_alerts(session, house, 3)
    remote.close(session, house.source, second)
    remote.acknowledge(session, house.source, third)

    def numbers(**wanted: object) -> list[int]:
        narrowed = Narrowed(**wanted)  # type: ignore[arg-type]
        found = [each.card.id for each in remote.listed(session, house.source, narrowed)]
        assert remote.count(session, house.source, narrowed) == len(found)
        return found

    assert numbers() == [third, second, first]
    assert (numbers(live=True), numbers(live=False)) == ([third, first], [second])
    assert (numbers(acknowledged=True), numbers(number=first)) == ([third], [first])
    assert numbers(key="key:thing-0001") == [second]
    assert [each.card.id for each in remote.listed(session, house.source, Narrowed(), 1, 1)] == [second]


def test_what_came_of_a_request_is_told_to_its_source_only(session: Session, other: tuple[House, SourceRef]) -> None:
    house, staging = other
    remote.keep_request(session, house.source, "{\x00}", "r-1", {"status": "Created alert"})
    session.flush()
    assert remote.result_of(session, house.source, "r-1") == {"status": "Created alert"}
    assert remote.result_of(session, house.source, "r-2") is None
    assert remote.result_of(session, staging, "r-1") is None
