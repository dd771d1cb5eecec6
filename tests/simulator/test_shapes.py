"""What the simulator answers and sends, read by the models of Slack's own SDK and of Bolt."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.internals import (
    extract_channel_id,
    extract_is_enterprise_install,
    extract_team_id,
    extract_user_id,
)
from slack_sdk import WebClient
from slack_sdk.models.attachments import Attachment
from slack_sdk.models.blocks import Block, TextObject
from slack_sdk.models.metadata import Metadata
from slack_sdk.models.views import View

from simulator import Simulator
from tests.simulator.bolt_helper import BUTTON, Helper, served
from tests.simulator.kit import actions, asks, card, chosen, line, option, plain, rich, section, select, table, words

EVERY_BLOCK = [
    *section(text={"type": "mrkdwn", "text": "*x*"}, accessory=BUTTON), *section(fields=[plain(1)]),
    {"type": "divider"}, {"type": "header", "text": plain(1)},
    {"type": "image", "alt_text": "x", "image_url": "https://x.example/y.png"},
    {"type": "context", "elements": [plain(1)]},
    *actions({**BUTTON, "action_id": "b"}), *select(options=option(1, 1)), *chosen("checkboxes", 2),
    *asks(), {"type": "markdown", "text": "**x**"}, *table(1, 2), rich(line(words())), card(),
]  # fmt: skip


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_none(one) for key, one in value.items() if one is not None}
    return [without_none(one) for one in value] if isinstance(value, list) else value


@pytest.fixture
def helper(sim: Simulator) -> Iterator[Helper]:
    with served(Helper(sim), sim) as running:
        yield running


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda block: block["type"])
def test_a_posted_block_is_one_of_the_sdks(client: WebClient, block: dict[str, Any]) -> None:
    posted = client.chat_postMessage(channel="C0ACME", text="x", blocks=[block])["message"]["blocks"][0]
    parsed = Block.parse(posted)
    assert type(parsed) is not Block
    assert without_none(parsed.to_dict()) == without_none(posted)  # type: ignore[union-attr]


def test_messages(client: WebClient) -> None:
    attachment = {"text": "old", "fallback": "old", "color": "#ff0000"}
    metadata = {"event_type": "t", "event_payload": {"a": 1}}
    ts = client.chat_postMessage(channel="C0ACME", text="x", attachments=[attachment], metadata=metadata)["ts"]
    shown = client.conversations_history(channel="C0ACME", include_all_metadata=True)["messages"][0]
    assert shown["ts"] == ts
    assert Attachment(**shown["attachments"][0]).to_dict()["text"] == "old"
    assert Metadata(**shown["metadata"]).to_dict() == metadata


def test_views(sim: Simulator, client: WebClient, helper: Helper) -> None:
    home = {"type": "home", "blocks": section(text=plain(1))}
    published = client.views_publish(user_id="U0ALICE", view=home)["view"]
    sim.command("alice", "ops", "/helper modal")
    sim.submit("alice", values={"words": "fine"})
    for view in (published, helper.of("view_submission")[0]["view"]):
        parsed = View(**view)
        assert parsed.id == view["id"]
        assert parsed.state is not None
        assert parsed.to_dict()["blocks"] == view["blocks"]
    assert parsed.title == TextObject.parse(view["title"])


def test_who_is_asking(sim: Simulator, client: WebClient, helper: Helper) -> None:
    sim.say("dora", "acme", "@helper are you there?")
    answer = sim.wait_for(lambda: [m for m in sim.messages("acme") if m.text == "Yes?"])[0]
    sim.press("alice", answer, "done")
    sim.command("alice", "acme", "/helper hello")
    sim.shortcut("alice", "take_note", answer)
    sim.settle()
    bodies = [helper.of(kind)[0] for kind in ("message", "block_actions", "/helper", "message_action")]
    for body in bodies:
        assert extract_team_id(body) == "T0NORTHWIND"
        assert extract_is_enterprise_install(body) is False
        assert extract_channel_id(body) == "C0ACME"
    assert [extract_user_id(body) for body in bodies] == ["U0DORA", "U0ALICE", "U0ALICE", "U0ALICE"]
    result = AuthorizeResult.from_auth_test_response(auth_test_response=client.auth_test(), bot_token="xoxb-simulator")
    assert (result.bot_user_id, result.bot_id, result.team_id) == ("U0APPBOT", "B0APPBOT", "T0NORTHWIND")


def test_cursors_are_followed_by_the_sdk(sim: Simulator, client: WebClient) -> None:
    for number in range(7):
        client.chat_postMessage(channel="C0ACME", text=str(number))
    assert len([page["messages"] for page in client.conversations_history(channel="C0ACME", limit=3)]) == 3
    assert len([page["members"] for page in client.conversations_members(channel="C0ACME", limit=2)]) == 3
    assert len([page["channels"] for page in client.conversations_list(limit=3)]) == 2
