"""The Web API through Slack's own SDK: answers, errors, limits, paging."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from simulator import Simulator

METADATA = {"event_type": "order", "event_payload": {"number": 5}}


def error_of(call: Callable[[], Any]) -> Any:
    with pytest.raises(SlackApiError) as raised:
        call()
    return raised.value.response


def test_who_am_i(client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0NORTHWIND", "U0APPBOT", "B0APPBOT")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


def test_forms_and_json_are_both_read(sim: Simulator, client: WebClient) -> None:
    blocks = [{"type": "divider"}]
    client.chat_postMessage(channel="C0ACME", text="json", blocks=blocks)
    client.api_call("chat.postMessage", data={"channel": "C0ACME", "text": "form", "blocks": json.dumps(blocks)})
    first, second = sim.messages("acme")
    assert [block["type"] for block in first.blocks + second.blocks] == ["divider", "divider"]


def test_the_token_may_be_an_argument(sim: Simulator) -> None:
    with urllib.request.urlopen(f"{sim.api_url}auth.test?token=xoxb-simulator") as response:
        assert json.load(response)["ok"]


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
def test_tokens(sim: Simulator, token: str, error: str) -> None:
    stranger = WebClient(token or None, base_url=sim.api_url)
    assert error_of(stranger.auth_test)["error"] == error


def test_a_missing_scope_is_named(sim: Simulator, client: WebClient) -> None:
    sim.app().scopes = ["chat:write", "im:history"]
    refused = error_of(lambda: client.users_info(user="U0BOB"))
    assert (refused["error"], refused["needed"], refused["provided"]) == (
        "missing_scope", "users:read", "chat:write,im:history",
    )  # fmt: skip
    assert error_of(lambda: client.conversations_history(channel="C0ACME"))["needed"] == "channels:history"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0ACME"}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0ACME", "text": "x", "colour": "red"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0ACME", "blocks": "[{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C0ACME", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
        ("chat.update", {"channel": "C0ACME", "ts": "1.000000", "text": "x"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": "C0ACME", "user": "U0GWEN", "text": "x"}, "user_not_in_channel"),
        ("conversations.history", {"channel": "C0OPS"}, "not_in_channel"),
        ("conversations.replies", {"channel": "C0ACME", "ts": "1.000000"}, "thread_not_found"),
        ("conversations.history", {"channel": "C0ACME", "cursor": "%"}, "invalid_cursor"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nobody@nowhere.example"}, "users_not_found"),
        ("views.update", {"view_id": "V1", "view": {}}, "not_found"),
        ("views.open", {"trigger_id": "1", "view": {"type": "modal"}}, "invalid_arguments"),
        ("reactions.add", {"channel": "C0ACME", "timestamp": "1.0", "name": "eyes"}, "message_not_found"),
        ("chat.sing", {}, "unknown_method"),
    ],
)
def test_errors(client: WebClient, method: str, arguments: dict[str, Any], error: str) -> None:
    assert error_of(lambda: client.api_call(method, params=_flat(arguments)))["error"] == error


def _flat(arguments: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}


def test_posting_outside_needs_a_scope(sim: Simulator, client: WebClient) -> None:
    assert client.chat_postMessage(channel="C0OPS", text="public")["ok"]
    sim.app().scopes.remove("chat:write.public")
    assert error_of(lambda: client.chat_postMessage(channel="C0OPS", text="public"))["error"] == "not_in_channel"


def test_only_own_messages_are_changed(sim: Simulator, client: WebClient) -> None:
    ts = sim.say("alice", "acme", "mine").ts
    assert error_of(lambda: client.chat_update(channel="C0ACME", ts=ts, text="x"))["error"] == "cant_update_message"
    assert error_of(lambda: client.chat_delete(channel="C0ACME", ts=ts))["error"] == "cant_delete_message"


def test_updating_with_text_alone_takes_the_blocks_away(sim: Simulator, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C0ACME", text="a", blocks=[{"type": "divider"}])["ts"]
    client.chat_update(channel="C0ACME", ts=ts, text="x" * 4000)
    assert sim.messages("acme")[0].blocks == []
    assert error_of(lambda: client.chat_update(channel="C0ACME", ts=ts, text="x" * 4001))["error"] == "msg_too_long"


def test_long_posts_are_cut(sim: Simulator, client: WebClient) -> None:
    client.chat_postMessage(channel="C0ACME", text="x" * 40_001)
    assert len(sim.messages("acme")[0].text) == 40_000


def test_metadata_is_shown_on_request_only(client: WebClient) -> None:
    client.chat_postMessage(channel="C0ACME", text="a", metadata=METADATA)
    assert "metadata" not in client.conversations_history(channel="C0ACME")["messages"][0]
    shown = client.conversations_history(channel="C0ACME", include_all_metadata=True)["messages"][0]
    assert shown["metadata"] == METADATA


def test_direct_messages(sim: Simulator, client: WebClient) -> None:
    channel = client.conversations_open(users="U0ALICE")["channel"]["id"]
    client.chat_postMessage(channel=channel, text="one")
    assert client.chat_postMessage(channel="U0ALICE", text="two")["channel"] == channel
    assert [message.text for message in sim.dm("alice")] == ["one", "two"]
    assert client.conversations_info(channel=channel)["channel"]["user"] == "U0ALICE"


def test_history_in_pages(client: WebClient) -> None:
    for number in range(5):
        client.chat_postMessage(channel="C0ACME", text=str(number))
    pages = [[m["text"] for m in page["messages"]] for page in client.conversations_history(channel="C0ACME", limit=2)]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    stamps = [m["ts"] for m in client.conversations_history(channel="C0ACME")["messages"]]
    found = client.conversations_history(channel="C0ACME", oldest=stamps[3], latest=stamps[1], inclusive=True)
    assert [m["text"] for m in found["messages"]] == ["3", "2", "1"]


def test_threads(client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C0ACME", text="top")["ts"]
    client.chat_postMessage(channel="C0ACME", text="reply", thread_ts=ts)
    first = client.conversations_history(channel="C0ACME")["messages"]
    assert [(m["text"], m["reply_count"]) for m in first] == [("top", 1)]
    assert [m["text"] for m in client.conversations_replies(channel="C0ACME", ts=ts)["messages"]] == ["top", "reply"]


def test_people(sim: Simulator, client: WebClient) -> None:
    dora = client.users_info(user="U0DORA")["user"]
    assert (dora["is_stranger"], dora["team_id"]) == (False, "T0ACME")
    assert client.users_info(user="U0GWEN")["user"]["is_restricted"]
    members = [user["id"] for page in client.users_list(limit=2) for user in page["members"]]
    assert members == ["U0ALICE", "U0BOB", "U0CHARLIE", "U0GWEN", "U0APPBOT"]
    assert client.users_lookupByEmail(email="bob@northwind.example")["user"]["id"] == "U0BOB"
    sim.deactivate("bob")
    assert client.users_info(user="U0BOB")["user"]["deleted"]


def test_a_stranger_is_in_no_shared_channel_that_the_app_sees(sim: Simulator, client: WebClient) -> None:
    def is_stranger() -> bool:
        return bool(client.users_info(user="U0DORA")["user"]["is_stranger"])

    sim.create_channel("alice", "deal", private=True)
    sim.invite("alice", "deal", "dora")
    sim.kick("acme", "dora")
    assert is_stranger(), "the app is not in the private channel"
    sim.invite("alice", "deal", "helper")
    assert not is_stranger()


def test_do_not_disturb(sim: Simulator, client: WebClient) -> None:
    sim.snooze("bob", 3600)
    assert client.dnd_info(user="U0BOB")["snooze_remaining"] in (3599, 3600)
    sim.clock.forward(hours=1)
    assert client.dnd_info(user="U0BOB")["dnd_enabled"] is False


def test_channels(client: WebClient) -> None:
    names = [channel["name"] for channel in client.conversations_list(types="public_channel")["channels"]]
    assert names == ["general", "ops", "acme", "globex"]
    assert client.conversations_info(channel="C0ACME")["channel"]["is_ext_shared"]
    assert "U0DORA" in client.conversations_members(channel="C0ACME")["members"]
    assert client.conversations_join(channel="C0OPS")["channel"]["is_member"]


def test_reactions_and_permalinks(sim: Simulator, client: WebClient) -> None:
    ts = sim.say("alice", "acme", "look").ts
    client.reactions_add(channel="C0ACME", timestamp=ts, name="eyes")
    again = error_of(lambda: client.reactions_add(channel="C0ACME", timestamp=ts, name="eyes"))
    assert again["error"] == "already_reacted"
    link = client.chat_getPermalink(channel="C0ACME", message_ts=ts)["permalink"]
    assert link == f"https://northwind.slack.com/archives/C0ACME/p{ts.replace('.', '')}"


def test_a_view_that_changed_meanwhile(client: WebClient) -> None:
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    old = client.views_publish(user_id="U0ALICE", view=view)["view"]["hash"]
    client.views_publish(user_id="U0ALICE", view=view, hash=old)
    refused = error_of(lambda: client.views_publish(user_id="U0ALICE", view=view, hash=old))
    assert refused["error"] == "hash_conflict"


def test_rate_limits_when_switched_on(sim: Simulator, client: WebClient) -> None:
    sim.core.limits.enabled = True
    for _ in range(3):
        client.chat_postMessage(channel="C0ACME", text="burst")
    refused = error_of(lambda: client.chat_postMessage(channel="C0ACME", text="burst"))
    assert (refused.status_code, refused["error"], refused.headers["retry-after"]) == (429, "ratelimited", "1")
    sim.clock.forward(seconds=1)
    assert client.chat_postMessage(channel="C0ACME", text="later")["ok"]


def test_calls_are_recorded(sim: Simulator, client: WebClient) -> None:
    client.chat_postMessage(channel="C0ACME", text="a")
    call = sim.calls("chat.postMessage")[0]
    assert (call["args"], call["token"], call["error"]) == ({"channel": "C0ACME", "text": "a"}, "xoxb-simulator", "")
