"""The same Bolt app over Socket Mode."""

from collections.abc import Iterator

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from simulator import Simulator
from tests.simulator.bolt_helper import Helper


@pytest.fixture
def helper(sim: Simulator) -> Iterator[Helper]:
    helper = Helper(sim)
    handler = SocketModeHandler(helper.app, "xapp-simulator", web_client=WebClient(base_url=sim.api_url))
    handler.client.connect()
    sim.wait_for(lambda: sim.core.sockets.connected("A0APP"))
    yield helper
    # Not handler.close(): it waits for its own three-second receive. The simulator ends the connection.
    handler.client.auto_reconnect_enabled = False


def test_events_and_answers(sim: Simulator, helper: Helper) -> None:
    sim.say("alice", "acme", "@helper are you there?")
    answer = sim.wait_for(lambda: [m for m in sim.messages("acme") if m.text == "Yes?"])[0]
    assert sim.press("alice", answer, "done").ok
    sim.wait_for(lambda: answer.text == "Done by <@U0ALICE>")


def test_acknowledgements_carry_answers(sim: Simulator, helper: Helper) -> None:
    assert sim.command("bob", "ops", "/helper hello").body == {"text": "You said: hello"}
    sim.command("bob", "ops", "/helper modal")
    assert sim.submit("bob", values={"words": "bad"}) == {"words": "Not that word"}
    assert sim.submit("bob", values={"words": "good"}) is None


def test_a_bot_token_opens_no_socket(sim: Simulator, client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        client.apps_connections_open(app_token="xoxb-simulator")
