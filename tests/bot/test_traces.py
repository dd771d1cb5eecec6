"""One id from the request to the alert: taken over or made, answered back, stored, and in the log's line."""

import re
from typing import Any

import pytest
import requests
from sqlalchemy import select
from structlog.testing import capture_logs

from models import trace_id
from models.actions.receiving import Request, receive_together
from models.actions.sources import source_by_secret
from models.signal import Signal
from models.tables import Alert
from tests.world import SECRET, World


def send(world: World, title: str, **headers: str) -> requests.Response:
    return requests.post(world.source("generic"), json={"title": title}, headers=headers, timeout=10)


def traces(world: World) -> dict[str, str]:
    with world.context.db.begin() as session:
        return dict(session.execute(select(Alert.title, Alert.trace)).all())


def test_a_senders_id_is_answered_back_and_stays_with_the_alert(world: World) -> None:
    answer = send(world, "Checkout fails", **{"X-Request-Id": "deploy-42-checkout"})
    assert answer.headers["X-Request-Id"] == "deploy-42-checkout"
    assert traces(world) == {"Checkout fails": "deploy-42-checkout"}


def test_a_trace_of_w3c_is_taken_over(world: World) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    assert send(world, "A", traceparent=f"00-{trace}-00f067aa0ba902b7-01").headers["X-Request-Id"] == trace


@pytest.mark.parametrize("given", ["", "bad id", "x" * 200])
def test_otherwise_one_is_made(world: World, given: str) -> None:
    answered = send(world, "A", **{"X-Request-Id": given}).headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{32}", answered)
    assert traces(world) == {"A": answered}


def test_refusals_have_an_id_too(world: World) -> None:
    answer = requests.post(f"{world.url}/alerts/generic/wrong", json={}, timeout=10)
    assert answer.status_code == 404
    assert answer.headers["X-Request-Id"]


def test_a_repeated_signal_leaves_the_alert_the_id_that_opened_it(world: World) -> None:
    send(world, "A", **{"X-Request-Id": "the-first-one"})
    send(world, "A", **{"X-Request-Id": "the-second-one"})
    assert traces(world) == {"A": "the-first-one"}


def test_requests_that_are_stored_together_keep_their_own(world: World) -> None:
    world.source("generic")
    some = [Request([Signal(key=name, firing=True, title=name)], trace=f"trace-of-{name}") for name in "ab"]
    with world.context.db.begin() as session:
        source = source_by_secret(session, "generic", f"{SECRET}-generic")
        assert source is not None
        receive_together(session, source, some)
    assert traces(world) == {"a": "trace-of-a", "b": "trace-of-b"}


def test_what_somebody_raises_by_hand_has_one(world: World) -> None:
    world.heed("bob", "page Payments are down")
    ((_, trace),) = traces(world).items()
    assert re.fullmatch("[0-9a-f]{32}", trace)


def test_the_line_of_what_was_stored_names_the_alerts(world: World) -> None:
    with capture_logs() as lines:
        answer: dict[str, Any] = send(world, "A").json()
    (line,) = (each for each in lines if each["event"] == "request stored")
    assert line["opened"] == answer["alerts"]
    assert "A" not in line.values()


def test_nothing_is_left_over_for_the_next_request(world: World) -> None:
    with world.app.test_client() as client:
        client.get("/healthz", headers={"X-Request-Id": "of-this-one"})
    assert trace_id.current() == ""
