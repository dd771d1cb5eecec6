"""The control API: everything that tests do by Python can be done by JSON, from any language."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from simulator import Simulator
from tests.simulator.test_running import MANIFEST


def control(sim: Simulator, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{sim.url}/control/{path}", data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def refused(sim: Simulator, path: str, body: dict[str, Any]) -> int:
    with pytest.raises(urllib.error.HTTPError) as raised:
        control(sim, path, body)
    raised.value.close()
    return raised.value.code


def test_workspaces_and_apps(sim: Simulator) -> None:
    made = control(sim, "workspaces", {"name": "Southwind"})
    assert made["id"] == "T0SOUTHWIND"
    assert [one["name"] for one in control(sim, "workspaces")["workspaces"]] == ["Northwind", "Southwind"]
    app = control(sim, "apps", {"manifest": MANIFEST, "workspace": "Southwind", "bot_token": "xoxb-south"})
    assert WebClient("xoxb-south", base_url=sim.api_url).auth_test()["team_id"] == "T0SOUTHWIND"
    assert [one["id"] for one in control(sim, "apps")["apps"]] == ["A0APP", app["id"]]
    control(sim, "do/say", {"workspace": "Southwind", "user": "erin", "channel": "ops", "text": "hello"})
    assert [message.text for message in sim.inside("Southwind").messages("ops")] == ["hello"]
    assert refused(sim, "workspaces", {"name": "Southwind"}) == 400
    assert refused(sim, "apps", {"manifest": {}}) == 400


def test_people_can_be_made_to_do_things(sim: Simulator) -> None:
    said = control(sim, "do/say", {"user": "dora", "channel": "acme", "text": "hello"})["result"]
    control(sim, "do/react", {"user": "bob", "channel": "acme", "ts": said["ts"], "emoji": "eyes"})
    control(sim, "do/edit", {"user": "dora", "channel": "acme", "ts": said["ts"], "text": "hello!"})
    control(sim, "do/change_user", {"user": "charlie", "is_admin": True})
    control(sim, "do/archive", {"user": "alice", "channel": "ops"})
    control(sim, "do/share_file", {"user": "dora", "channel": "acme", "name": "a.txt", "content": "eA=="})
    assert sim.messages("acme")[0].reactions == {"eyes": ["U0BOB"]}
    assert sim.messages("acme")[0].text == "hello!"
    assert sim.messages("acme")[1].files[0]["size"] == 1
    assert sim.user("charlie").is_admin
    assert sim.channel("ops").is_archived
    assert refused(sim, "do/say", {"user": "nobody", "channel": "acme", "text": "x"}) == 400
    assert refused(sim, "do/say", {"user": "dora"}) == 400
    assert refused(sim, "do/fly", {}) == 404


def test_events_sockets_and_limits(sim: Simulator) -> None:
    assert control(sim, "sockets") == {"sockets": []}
    for reason in ("warning", "refresh_requested", "cut"):
        assert control(sim, "sockets", {"reason": reason}) == {"sockets": []}
    assert refused(sim, "sockets", {"reason": "because"}) == 400
    assert control(sim, "events", {"release": True}) == {"in_flight": 0}
    switched = control(sim, "limits", {"history": True, "events_an_hour": 7})
    assert switched == {"enabled": False, "history": True, "events_an_hour": 7}
    control(sim, "faults", {"method": "events.message", "kind": "new_ids", "copies": 11})
    assert control(sim, "faults")["faults"][0]["copies"] == 11
    assert refused(sim, "faults", {"method": "events", "kind": "explode"}) == 400
    assert refused(sim, "faults", {"method": "events", "kind": "lost", "colour": 1}) == 400
    assert control(sim, "faults", method="DELETE") == {"faults": []}


def test_what_was_recorded(sim: Simulator, client: WebClient) -> None:
    client.auth_test()
    client.chat_postMessage(channel="C0ACME", text="x")
    assert [call["method"] for call in control(sim, "calls")["calls"]] == ["auth.test", "chat.postMessage"]
    assert [call["args"]["text"] for call in control(sim, "calls?method=chat.postMessage")["calls"]] == ["x"]
    assert control(sim, "deliveries") == {"deliveries": []}
    assert control(sim, "clock", {"minutes": 5})["now"] == pytest.approx(sim.clock.now(), abs=1)
    assert refused(sim, "clock", {"minutes": -5}) == 400


def test_the_language_model_is_scripted(sim: Simulator) -> None:
    assert control(sim, "llm", {"script": ["yes"], "delay": 0}) == {"delay": 0.0}
    body = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
    request = urllib.request.Request(
        f"{sim.llm_url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["choices"][0]["message"]["content"] == "yes"
    assert control(sim, "llm")["requests"] == [body]
