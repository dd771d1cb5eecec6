"""Starting, stopping, keeping state, reading a manifest, and speed."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from slack_sdk import WebClient

from simulator import Simulator, storage

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


def test_files_and_further_workspaces_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with Simulator(state_file=file) as first:
        first.share_file("dora", "acme", "a.txt", b"words")
        first.add_workspace("Southwind").say("erin", "ops", "still here")
    with Simulator(state_file=file) as second:
        kept = second.messages("acme")[0].files[0]
        assert kept is second.workspace.files[kept["id"]]
        assert second.workspace.contents[kept["id"]] == b"words"
        assert second.inside("southwind").messages("ops")[0].text == "still here"


def test_saving_in_pieces_writes_the_same(tmp_path: Path) -> None:
    with Simulator() as sim:
        for number in range(450):
            sim.say("alice", "acme", str(number))
        storage.save(sim.world, tmp_path / "whole")
        sim.do(storage.save_gently(sim.world, tmp_path / "pieces"))
    assert (tmp_path / "whole").read_text() == (tmp_path / "pieces").read_text()


def test_the_command_line(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yml"
    manifest.write_text(json.dumps(MANIFEST))
    command = [sys.executable, "-W", "ignore", "-m", "simulator.cli", "--port", "0", "--manifest", str(manifest)]
    more = ["--app", str(manifest), "--workspace", "Southwind", "--set", "webhook=http://127.0.0.1:9/"]
    with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        process.terminate()
    assert lines[0].startswith("page       http://127.0.0.1:")
    assert [line.split()[1] for line in lines[3:]] == [
        "xoxb-simulator", "xoxb-simulator-2", "xoxb-simulator-southwind",
    ]  # fmt: skip
