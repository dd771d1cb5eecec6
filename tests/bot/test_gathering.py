"""Requests that are stored together: each gets its own answer, and none spoils another's."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from bot import gathering
from bot.context import Context
from bot.gathering import Gathering
from models.actions.receiving import Received, receive_together
from models.actions.sources import SourceRef
from models.signal import Signal
from models.tables import Alert, RequestRow, SignalRow
from tests.models.actions.house import build_house

REQUESTS = 24


@pytest.fixture
def sources(context: Context) -> list[SourceRef]:
    with context.db.begin() as session:
        return [build_house(session, name).source for name in ("Northwind", "Southwind")]


def all_at_once(context: Context, gathered: Gathering, brought: list[tuple[SourceRef, list[Signal]]]) -> list[Any]:
    """Everybody comes while the first is at work, so that the others are stored together."""
    with ThreadPoolExecutor(len(brought)) as pool:
        begun = threading.Barrier(len(brought))

        def bring(source: SourceRef, signals: list[Signal]) -> Any:
            begun.wait()
            try:
                return gathered.take(source, signals, body=f"{len(signals)} signals")
            except (DBAPIError, ZeroDivisionError) as error:
                return error

        return list(pool.map(lambda each: bring(*each), brought))


def test_requests_of_two_workspaces_at_once_are_all_stored_each_in_its_own(
    context: Context, sources: list[SourceRef]
) -> None:
    brought = [(sources[number % 2], [Signal(f"key:{number // 2}", True, f"{number}")]) for number in range(REQUESTS)]
    found = all_at_once(context, Gathering(context), brought)
    assert all(len(each.opened) == 1 for each in found)
    with context.db.begin() as session:
        for (source, signals), received in zip(brought, found, strict=True):
            alert = session.get_one(Alert, received.opened[0])
            assert (alert.workspace_id, alert.title) == (source.workspace_id, signals[0].title)
        assert session.query(RequestRow).count() == REQUESTS


def test_the_same_problem_in_many_requests_at_once_is_one_alert_that_counts_them(
    context: Context, sources: list[SourceRef]
) -> None:
    found = all_at_once(context, Gathering(context), [(sources[0], [Signal("key:1", True, "Disk full")])] * REQUESTS)
    opened = [each for each in found if each.opened]
    assert len(opened) == 1
    assert all(each.repeated == opened[0].opened for each in found if each not in opened)
    with context.db.begin() as session:
        assert session.query(Alert).one().count == REQUESTS
        assert session.query(SignalRow).count() == REQUESTS


@pytest.mark.parametrize("error", [DBAPIError("INSERT", {}, ValueError("poison")), ZeroDivisionError("poison")])
def test_a_request_that_fails_fails_alone(
    context: Context, sources: list[SourceRef], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def storing(session: Any, source: SourceRef, requests: Any) -> list[Received]:
        if any(signal.title == "poison" for each in requests for signal in each.signals):
            raise error
        return receive_together(session, source, requests)

    monkeypatch.setattr(gathering, "receive_together", storing)
    brought = [
        (sources[0], [Signal(f"key:{number}", True, "poison" if number == 3 else "Disk full")]) for number in range(9)
    ]
    found = all_at_once(context, Gathering(context), brought)
    assert found[3] is error
    assert all(isinstance(each, Received) and each.opened for each in found[:3] + found[4:])


def test_a_database_that_is_away_is_told_to_all_at_once(
    context: Context, sources: list[SourceRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[int]()

    def storing(session: Any, source: SourceRef, requests: Any) -> list[Received]:
        tried.append(len(requests))
        raise OperationalError("SELECT", {}, ValueError("away"))

    monkeypatch.setattr(gathering, "receive_together", storing)
    brought = [(sources[0], [Signal(f"key:{number}", True, "Disk full")]) for number in range(9)]
    found = all_at_once(context, Gathering(context), brought)
    assert all(isinstance(each, OperationalError) for each in found)
    assert sum(tried) == len(brought)


def test_the_bell_rings_once_for_all_that_is_stored_together(
    context: Context, sources: list[SourceRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    rung = list[str]()
    monkeypatch.setattr(type(context.bell), "wake", lambda _, job, at=None: rung.append(job))
    gathered = Gathering(context)
    gathered.take(sources[0], [Signal("key:1", True, "Disk full"), Signal("key:2", True, "Disk full")])
    assert rung == ["escalate"]
    gathered.take(sources[0], [Signal("key:1", False, "Disk full")])
    assert rung == ["escalate", "redraw"]


def test_a_request_without_company_waits_for_nobody(
    context: Context, sources: list[SourceRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PATIENCE_S", 3600.0)
    gathered = Gathering(context)
    for number in range(3):
        assert gathered.take(sources[0], [Signal(f"key:{number}", True, "Disk full")]).opened


def test_as_many_as_came_a_moment_ago_are_waited_for(
    context: Context, sources: list[SourceRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, came = threading.Event(), threading.Event()
    sizes = list[int]()

    def storing(session: Any, source: SourceRef, requests: Any) -> list[Received]:
        sizes.append(len(requests))
        begun.set()
        assert came.wait(30)
        return receive_together(session, source, requests)

    monkeypatch.setattr(gathering, "receive_together", storing)
    monkeypatch.setattr(gathering, "PATIENCE_S", 0.0)
    gathered = Gathering(context)

    def bring(number: int) -> Received:
        return gathered.take(sources[0], [Signal(f"key:{number}", True, "Disk full")])

    with ThreadPoolExecutor(5) as pool:
        first = [pool.submit(bring, 0)]
        assert begun.wait(30)
        first += [pool.submit(bring, number) for number in range(1, 5)]
        while len(gathered._waiting) < 5:
            threading.Event().wait(0.01)
        came.set()
        assert all(each.result().opened for each in first)
        assert sizes == [1, 4]
        monkeypatch.setattr(gathering, "PATIENCE_S", 3600.0)
        assert all(each.repeated for each in pool.map(bring, range(4)))
    assert sizes == [1, 4, 4]
