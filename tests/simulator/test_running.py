"""Starting, stopping, keeping state, reading a manifest, and speed."""

import time
from pathlib import Path

import pytest
from slack_sdk import WebClient

from simulator import Simulator

MANIFEST = {
    "display_information": {"name": "Beacon"},
    "features": {
        "app_home": {"home_tab_enabled": True},
        "bot_user": {"display_name": "beacon"},
        "slash_commands": [{"command": "/beacon", "description": "Light it", "usage_hint": "[on]"}],
        "shortcuts": [{"name": "Light", "type": "message", "callback_id": "light", "description": "Light it"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["message.channels"]},
        "interactivity": {"is_enabled": True},
    },
}


def test_a_manifest_says_what_is_installed() -> None:
    with Simulator(manifest=MANIFEST) as sim:
        app = sim.app()
        assert (app.name, app.scopes, app.events) == (
            "beacon",
            ["chat:write", "channels:history"],
            ["message.channels"],
        )
        assert (app.commands[0].name, app.shortcuts[0].callback_id) == ("/beacon", "light")


def test_conversations_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with Simulator(state_file=file) as first:
        client = WebClient("xoxb-simulator", base_url=first.api_url)
        ts = client.chat_postMessage(channel="C0ACME", text="remember me")["ts"]
        client.chat_postMessage(channel="C0ACME", text="me too", thread_ts=ts)
        client.chat_postMessage(channel="U0BOB", text="and me")
        client.views_publish(user_id="U0BOB", view={"type": "home", "blocks": [{"type": "divider"}]})
        first.clock.forward(hours=5)
    with Simulator(state_file=file) as second:
        assert [message.text for message in second.messages("acme")] == ["remember me", "me too"]
        assert [message.text for message in second.dm("bob")] == ["and me"]
        assert second.home("bob") is not None
        assert second.channel("acme").replies(ts)[0].text == "me too"
        assert second.say("alice", "acme", "later").ts > ts
        assert second.clock.now() > time.time() + 4 * 3600


def test_waiting_ends(client: WebClient, sim: Simulator) -> None:
    with pytest.raises(TimeoutError):
        sim.wait_for(lambda: False, timeout=0.05)


def test_moving_the_clock_moves_message_ids(sim: Simulator) -> None:
    before = float(sim.say("alice", "acme", "now").ts)
    sim.clock.forward(minutes=10)
    assert float(sim.say("alice", "acme", "then").ts) - before == pytest.approx(600, abs=2)


def test_a_post_does_not_cost_more_when_the_history_is_long(sim: Simulator, client: WebClient) -> None:
    for _ in range(50):
        client.chat_postMessage(channel="C0ACME", text="warm")
    started = time.perf_counter()
    for _ in range(300):
        client.chat_postMessage(channel="C0ACME", text="fast")
    assert time.perf_counter() - started < 3
