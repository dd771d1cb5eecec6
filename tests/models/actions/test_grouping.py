"""Forty pods are one alert with forty parts, on the real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import answering
from models.actions.plans import save_policy
from models.actions.receiving import Received, receive
from models.actions.rulebook import rules_changed
from models.answer import Answer
from models.plan import Level, Plan, Target, TargetKind
from models.signal import Signal
from models.tables import Alert, Part, RouteRow, SignalRow
from models.words import Severity, Status
from tests.models.actions.house import House, alert, alerts, build_house, entries, forward

WINDOW = "10m"
BEGAN = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
LATER = BEGAN + timedelta(hours=1)


@pytest.fixture
def house(session: Session) -> House:
    made = build_house(session)
    group_pods(session, made)
    return made


def group_pods(session: Session, house: House, **spec: object) -> None:
    session.query(RouteRow).delete()
    route = {"name": "pods", "matchers": ['pod!=""'], "group_by": ["cluster"], "group_window": WINDOW, **spec}
    session.add(RouteRow(workspace_id=house.id, position=0, spec=route))
    rules_changed(session, house.id)


def pod(number: int, severity: Severity = Severity.HIGH, cluster: str = "eu", firing: bool = True) -> Signal:
    labels = {"pod": f"web-{number}", "cluster": cluster, "team": "web"}
    return Signal(f"pod:{cluster}/{number}", firing, f"web-{number} is down", severity, labels=labels)


def send(session: Session, house: House, *signals: Signal) -> Received:
    return receive(session, house.source, signals)


def standing(session: Session, number: int = 1) -> tuple[int, int]:
    """How many of its parts are not resolved, and how many it has."""
    found = alert(session, number)
    return found.parts_open, found.parts


def test_forty_pods_are_one_alert_that_is_over_with_the_last(session: Session, house: House) -> None:
    assert send(session, house, *(pod(number) for number in range(20))) == Received(opened=(1,))
    assert send(session, house, *(pod(number) for number in range(20, 40))) == Received(repeated=(1,))
    assert standing(session) == (40, 40)
    assert send(session, house, *(pod(number, firing=False) for number in range(39))) == Received(repeated=(1,))
    assert standing(session) == (1, 40)
    assert alert(session, 1).status is Status.OPEN
    assert send(session, house, pod(39, firing=False)) == Received(resolved=(1,))
    assert alert(session, 1).status is Status.RESOLVED
    assert entries(session) == ["opened", "resolved"]
    assert session.query(SignalRow).count() == 80


def test_another_cluster_is_another_alert_and_what_has_no_pod_is_alone(session: Session, house: House) -> None:
    lonely = Signal("disk:1", True, "Disk full")
    assert send(session, house, pod(1), pod(1, cluster="us"), lonely).opened == (1, 2, 3)
    assert sorted(each.parts for each in alerts(session)) == [0, 1, 1]


def test_the_group_carries_only_the_labels_that_its_parts_share(session: Session, house: House) -> None:
    send(session, house, pod(1), pod(2))
    assert alert(session, 1).labels == {"cluster": "eu", "team": "web"}


def test_a_part_again_is_counted_once_and_one_that_fires_again_is_the_same_part(session: Session, house: House) -> None:
    send(session, house, pod(1), pod(2))
    send(session, house, pod(1))
    assert standing(session) == (2, 2)
    send(session, house, pod(1, firing=False))
    send(session, house, pod(1))
    assert standing(session) == (2, 2)
    assert session.query(Part).count() == 2


def test_a_new_part_of_an_acknowledged_group_pages_nobody_within_the_window(session: Session, house: House) -> None:
    send(session, house, pod(1))
    acknowledge(session, house)
    send(session, house, pod(2), pod(3))
    found = alert(session, 1)
    assert (found.status, found.parts - found.parts_seen) == (Status.ACKNOWLEDGED, 2)


def test_a_worse_part_pages_again_at_once(session: Session, house: House) -> None:
    send(session, house, pod(1))
    acknowledge(session, house)
    assert send(session, house, pod(2, Severity.CRITICAL)) == Received(raised=(1,))
    found = alert(session, 1)
    assert (found.status, found.severity, found.title) == (Status.OPEN, Severity.CRITICAL, "web-2 is down")
    assert found.next_step_at is not None


def test_a_new_part_after_the_window_pages_again(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        group_pods(session, house)
        send(session, house, pod(1))
        acknowledge(session, house)
    forward(minutes=11)
    with context.db.begin() as session:
        assert send(session, house, pod(1)) == Received(repeated=(1,))
        assert send(session, house, pod(2)) == Received(raised=(1,))
        found = alert(session, 1)
        assert (found.status, found.epoch) == (Status.OPEN, 2)
        assert found.grouped_until is not None
        assert found.next_step_at is not None
        assert found.grouped_until - found.next_step_at == timedelta(minutes=10)


def test_parts_of_a_group_that_people_closed_do_not_open_it_again(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        group_pods(session, house)
        send(session, house, pod(1), pod(2))
        answering.give(session, Answer.RESOLVE, house.id, 1, house.people["alice"])
    with context.db.begin() as session:
        assert send(session, house, pod(1)) == Received(ignored=1)
        assert send(session, house, pod(1, firing=False)) == Received(ignored=1)
        assert send(session, house, pod(1)).opened == (2,)


def test_what_began_before_the_route_grouped_ends_as_it_began(session: Session) -> None:
    house = build_house(session)
    assert send(session, house, pod(1)).opened == (1,)
    group_pods(session, house)
    assert send(session, house, pod(1)) == Received(repeated=(1,))
    assert send(session, house, pod(1, firing=False)) == Received(resolved=(1,))


def test_what_began_as_a_part_ends_as_a_part_when_the_route_groups_no_more(session: Session, house: House) -> None:
    send(session, house, pod(1), pod(2))
    session.query(RouteRow).delete()
    rules_changed(session, house.id)
    assert send(session, house, pod(1, firing=False)) == Received(repeated=(1,))
    assert send(session, house, pod(2, firing=False)) == Received(resolved=(1,))


def test_no_names_make_one_alert_of_the_whole_route(session: Session, house: House) -> None:
    group_pods(session, house, group_by=[])
    assert send(session, house, pod(1), pod(1, cluster="us")).opened == (1,)
    assert standing(session) == (2, 2)


def test_a_raise_keeps_a_plan_that_has_a_level_for_it_and_takes_the_routes_otherwise(
    session: Session, house: House
) -> None:
    for name in ("First", "Second"):
        target = Target(TargetKind.PERSON, house.people["bob"])
        save_policy(session, house.id, Plan(name, (Level((target,), timedelta(minutes=5)),), 1), is_default=False)
    group_pods(session, house, policy="First")
    send(session, house, pod(1))
    group_pods(session, house, policy="Second")
    send(session, house, pod(2, Severity.CRITICAL))
    assert alert(session, 1).plan["policy"] == "First"


def test_groups_of_other_workspaces_are_not_touched(session: Session, house: House) -> None:
    other = build_house(session, "Southwind")
    session.add(RouteRow(workspace_id=other.id, position=0, spec={"name": "pods", "group_by": ["cluster"]}))
    rules_changed(session, other.id)
    assert send(session, house, pod(1)).opened == (1,)
    assert receive(session, other.source, [pod(1)]).opened == (2,)
    assert receive(session, other.source, [pod(1, firing=False)]).resolved == (2,)
    assert alert(session, 1).status is Status.OPEN


def test_pods_in_many_requests_at_once_are_one_alert_and_none_is_lost(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        group_pods(session, house)

    def bring(number: int) -> Received:
        with context.db.begin() as session:
            return send(session, house, pod(number), pod(number + 100))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(bring, range(16)))
    with context.db.begin() as session:
        assert session.query(Alert).count() == 1
        assert standing(session) == (32, 32)
    assert sum(len(each.opened) for each in found) == 1


def acknowledge(session: Session, house: House) -> None:
    answering.give(session, Answer.ACKNOWLEDGE, house.id, 1, house.people["alice"])


def test_a_part_keeps_the_newest_start_that_was_heard_of(session: Session, house: House) -> None:
    send(session, house, replace(pod(1), started_at=BEGAN), pod(2))
    send(session, house, replace(pod(1), started_at=LATER))
    assert send(session, house, replace(pod(1, firing=False), started_at=BEGAN)).ignored == 1, "of the problem before"
    assert standing(session) == (2, 2)
    send(session, house, replace(pod(1, firing=False), started_at=LATER))
    assert standing(session) == (1, 2)
    assert send(session, house, replace(pod(1), started_at=LATER)).ignored == 1, "it came late"
    assert standing(session) == (1, 2)
