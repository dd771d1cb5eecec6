"""Fixtures: a running simulator, a client for it, and a Bolt app that listens to it."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from simulator import AppConfig, Simulator
from simulator.state import Command, Shortcut


@pytest.fixture
def sim() -> Iterator[Simulator]:
    app = AppConfig(
        name="Helper",
        commands=[Command("/helper", "Does things", "[what]", should_escape=True)],
        shortcuts=[
            Shortcut("Start", "start", "global", "Starts"),
            Shortcut("Take note", "take_note", "message", "Takes a note"),
        ],
    )
    with Simulator(app=app) as simulator:
        yield simulator


@pytest.fixture
def client(sim: Simulator) -> WebClient:
    return WebClient("xoxb-simulator", base_url=sim.api_url, retry_handlers=[])
