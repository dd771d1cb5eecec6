"""Faults on demand, by the Python API and by the control API."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor, wait
from http.client import RemoteDisconnected
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from simulator import Simulator


def control(sim: Simulator, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(f"{sim.url}/control/{path}", json.dumps(body).encode())
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def post(client: WebClient) -> Any:
    return client.chat_postMessage(channel="C0ACME", text="hello")


def test_rate_limited(sim: Simulator, client: WebClient) -> None:
    control(sim, "faults", {"method": "chat.postMessage", "kind": "rate_limited", "seconds": 7})
    with pytest.raises(SlackApiError) as raised:
        post(client)
    assert (raised.value.response.status_code, raised.value.response.headers["Retry-After"]) == (429, "7")
    assert client.auth_test()["ok"]
    assert post(client)["ok"]


def test_any_error_code(sim: Simulator, client: WebClient) -> None:
    sim.faults.add("*", "error", error="fatal_error", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            post(client)
    assert post(client)["ok"]


def test_server_errors(sim: Simulator, client: WebClient) -> None:
    sim.faults.add("chat.postMessage", "status", status=503)
    with pytest.raises(SlackApiError) as raised:
        post(client)
    assert raised.value.response.status_code == 503


@pytest.mark.parametrize(("kind", "stored"), [("cut_before", 0), ("cut_after", 1)])
def test_the_connection_is_cut(sim: Simulator, client: WebClient, kind: str, stored: int) -> None:
    sim.faults.add("chat.postMessage", kind)
    with pytest.raises((RemoteDisconnected, ConnectionError, urllib.error.URLError)):
        post(client)
    assert len(sim.messages("acme")) == stored


def test_all_of_slack_is_away_for_a_while(sim: Simulator, client: WebClient) -> None:
    sim.faults.add("*", "away", seconds=120)
    for _ in range(3):
        with pytest.raises((RemoteDisconnected, ConnectionError, urllib.error.URLError)):
            client.auth_test()
    assert control(sim, "clock", {"seconds": 121})["now"] == pytest.approx(sim.clock.now(), abs=1)
    assert client.auth_test()["ok"]


def test_unknown_faults_are_refused(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="no such kind"):
        sim.faults.add("chat.postMessage", "explode")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        control(sim, "faults", {"method": "llm", "kind": "cut_before"})


def test_a_slow_answer_waits_for_the_clock(sim: Simulator, client: WebClient) -> None:
    sim.faults.add("chat.postMessage", "slow", seconds=30)
    with ThreadPoolExecutor(1) as pool:
        begun, waiting = sim.clock.now(), pool.submit(post, client)
        while not wait([waiting], 0.05).done:
            sim.clock.forward(seconds=31)
        assert waiting.result()["ok"]
    assert float(sim.messages("acme")[0].ts) >= begun + 30


def test_a_response_url_fails_like_any_method(sim: Simulator, client: WebClient) -> None:
    where = (sim.workspace, sim.app(), sim.channel("acme"), sim.user("alice"))
    hook = WebhookClient(sim.core.triggers.response_url("app", *where), retry_handlers=[])
    sim.faults.add("response_url", "status", status=500)
    assert hook.send(text="lost").status_code == 500
    sim.faults.add("response_url", "cut_after")
    with pytest.raises((RemoteDisconnected, ConnectionError, urllib.error.URLError)):
        hook.send(text="stored")
    assert [message.text for message in sim.messages("acme", user="alice")] == ["stored"]


def test_one_fault_is_taken_back(sim: Simulator, client: WebClient) -> None:
    fault = control(sim, "faults", {"method": "*", "kind": "status", "times": None})
    request = urllib.request.Request(f"{sim.url}/control/faults?id={fault['id']}", method="DELETE")
    with urllib.request.urlopen(request) as response:
        assert json.load(response) == {"faults": []}
    assert client.auth_test()["ok"]
