"""Files, user groups, tokens, several workspaces and apps, switches: through Slack's own SDK."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator

from simulator import AppConfig, Simulator

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []}


def error_of(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as raised:
        call()
    return str(raised.value.response["error"])


def client_of(sim: Simulator, token: str) -> WebClient:
    return WebClient(token, base_url=sim.api_url, retry_handlers=[])


def test_a_file_is_uploaded_in_three_steps(sim: Simulator, client: WebClient) -> None:
    announced = client.files_getUploadURLExternal(filename="plan.png", length=4)
    file_id = announced["file_id"]
    assert error_of(lambda: client.files_completeUploadExternal(files=[{"id": file_id}])) == "file_not_found"
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(announced["upload_url"], b"too long").close()
    with urllib.request.urlopen(announced["upload_url"], b"\x89PNG") as response:
        assert response.read() == b"OK - 4"
    client.files_completeUploadExternal(
        files=[{"id": file_id, "title": "The plan"}], channel_id="C0ACME", initial_comment="Look & see"
    )
    shown = client.conversations_history(channel="C0ACME")["messages"][0]
    assert (shown["subtype"], shown["text"], shown["files"][0]["title"]) == ("file_share", "Look &amp; see", "The plan")
    info = client.files_info(file=file_id)["file"]
    assert info["shares"]["public"]["C0ACME"][0]["ts"] == shown["ts"]
    request = urllib.request.Request(info["url_private"], headers={"Authorization": "Bearer xoxb-simulator"})
    with urllib.request.urlopen(request) as response:
        assert (response.read(), response.headers.get_content_type()) == (b"\x89PNG", "image/png")
    client.files_delete(file=file_id)
    assert error_of(lambda: client.files_info(file=file_id)) == "file_not_found"
    assert "files" not in client.conversations_history(channel="C0ACME")["messages"][0]


def test_files_need_a_channel_that_the_bot_is_in(client: WebClient) -> None:
    refused = error_of(lambda: client.files_upload_v2(channel="C0OPS", filename="a.txt", content="x"))
    assert refused == "not_in_channel"
    assert error_of(lambda: client.files_getUploadURLExternal(filename="a.txt", length=0)) == "invalid_arguments"


def test_user_groups(sim: Simulator, client: WebClient) -> None:
    group = client.usergroups_create(name="On call", handle="oncall", description="Who is asked")["usergroup"]
    assert (group["handle"], group["is_usergroup"]) == ("oncall", True)
    assert error_of(lambda: client.usergroups_create(name="On call", handle="other")) == "name_already_exists"
    assert error_of(lambda: client.usergroups_create(name="Bobs", handle="bob")) == "handle_already_exists"
    client.usergroups_users_update(usergroup=group["id"], users=["U0BOB", "U0ALICE"])
    for wrong in ("U0GWEN", "U0APPBOT", "U0DORA", "U0NOBODY"):
        refused = error_of(lambda who=wrong: client.usergroups_users_update(usergroup=group["id"], users=[who]))  # type: ignore[misc]
        assert refused == "invalid_users"
    assert error_of(lambda: client.usergroups_users_update(usergroup=group["id"], users=[])) == "no_users_provided"
    assert client.usergroups_users_list(usergroup=group["id"])["users"] == ["U0BOB", "U0ALICE"]
    client.usergroups_update(usergroup=group["id"], name="First on call")
    listed = client.usergroups_list(include_users=True, include_count=True)["usergroups"][0]
    assert (listed["name"], listed["user_count"]) == ("First on call", 2)
    client.usergroups_disable(usergroup=group["id"])
    assert client.usergroups_list()["usergroups"] == []
    assert error_of(lambda: client.usergroups_disable(usergroup=group["id"])) == "already_disabled"
    client.usergroups_enable(usergroup=group["id"])
    assert error_of(lambda: client.usergroups_update(usergroup="S0")) == "no_such_subteam"
    sim.workspace.is_paid = False
    assert error_of(lambda: client.usergroups_create(name="More")) == "paid_teams_only"


def authorize(sim: Simulator, answer: str, place: str = "T0NORTHWIND/U0ALICE") -> str:
    """Click on the page that asks; the address that the browser is sent to."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    generator = AuthorizeUrlGenerator(
        client_id=sim.app().client_id, scopes=["chat:write", "users:read"],
        redirect_uri="https://app.example/back", authorization_url=f"{sim.url}/oauth/v2/authorize",
    )  # fmt: skip
    address = generator.generate("the-state")
    with urllib.request.urlopen(address) as response:
        page = response.read().decode()
    assert "Helper is requesting permission" in page
    assert "<code>users:read</code>" in page
    form = urllib.parse.urlencode({"answer": answer, "place": place}).encode()
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.build_opener(Stay).open(address, form)
    raised.value.close()
    return str(raised.value.headers["Location"])


def test_adding_the_app_to_another_workspace(sim: Simulator, client: WebClient) -> None:
    other = sim.add_workspace("Southwind")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(authorize(sim, "allow", "T0SOUTHWIND/U0SOUTHWERIN")).query)
    assert query["state"] == ["the-state"]
    app = sim.app()
    given = {"client_id": app.client_id, "code": query["code"][0], "redirect_uri": "https://app.example/back"}
    anyone = WebClient(base_url=sim.api_url)
    assert error_of(lambda: anyone.oauth_v2_access(client_secret="wrong", **given)) == "bad_client_secret"
    installed = anyone.oauth_v2_access(client_secret=app.client_secret, **given)
    assert error_of(lambda: anyone.oauth_v2_access(client_secret=app.client_secret, **given)) == "code_already_used"
    assert installed["team"] == {"id": "T0SOUTHWIND", "name": "Southwind"}
    assert (installed["app_id"], installed["scope"]) == ("A0APP", "chat:write,users:read")
    there = client_of(sim, installed["access_token"])
    assert there.auth_test()["team_id"] == "T0SOUTHWIND"
    there.chat_postMessage(channel=other.user("erin").id, text="hello erin")
    assert [message.text for message in other.dm("erin")] == ["hello erin"]
    assert error_of(lambda: client.users_info(user=other.user("erin").id)) == "user_not_found"


def test_refusing_to_install(sim: Simulator) -> None:
    assert "error=access_denied" in authorize(sim, "cancel")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(f"{sim.url}/oauth/v2/authorize?client_id=nobody").close()


def test_two_apps_and_two_workspaces_have_their_own_tokens(sim: Simulator, client: WebClient) -> None:
    second = sim.install(AppConfig(name="Second"))
    south = sim.add_workspace("Southwind")
    third = south.install_again("Second")
    assert len({sim.app().bot_token, second.bot_token, third.bot_token}) == 3
    mine = client.chat_postMessage(channel="C0GENERAL", text="mine")["ts"]
    other = client_of(sim, second.bot_token)
    assert error_of(lambda: other.chat_delete(channel="C0GENERAL", ts=mine)) == "cant_delete_message"
    assert client_of(sim, third.bot_token).team_info()["team"]["name"] == "Southwind"
    assert error_of(lambda: client_of(sim, third.bot_token).conversations_info(channel="C0ACME")) == "channel_not_found"
    with pytest.raises(ValueError, match="Southwind"):
        sim.add_workspace("Southwind")


def test_a_revoked_token_is_no_good(sim: Simulator, client: WebClient) -> None:
    assert client.auth_revoke(test=True)["revoked"] is False
    assert client.auth_revoke()["revoked"]
    assert error_of(client.auth_test) == "token_revoked"
    assert sim.core.world.shelf


def test_uninstalling(sim: Simulator, client: WebClient) -> None:
    app = sim.app()
    wrong = error_of(lambda: client.apps_uninstall(client_id=app.client_id, client_secret="no"))
    assert wrong == "bad_client_secret"
    client.apps_uninstall(client_id=app.client_id, client_secret=app.client_secret)
    assert error_of(client.auth_test) == "account_inactive"
    with urllib.request.urlopen(f"{sim.api_url}api.test") as response:
        assert json.load(response)["ok"]


def test_bots_and_conversations_of_people(client: WebClient) -> None:
    assert client.bots_info(bot="B0APPBOT")["bot"]["user_id"] == "U0APPBOT"
    assert error_of(lambda: client.bots_info(bot="B9")) == "bot_not_found"
    mine = client.users_conversations(types="public_channel,private_channel")["channels"]
    assert [channel["id"] for channel in mine] == ["C0ACME", "C0GLOBEX"]
    doras = client.users_conversations(user="U0DORA")["channels"]
    assert [channel["name"] for channel in doras] == ["acme"]


def test_do_not_disturb_of_several(sim: Simulator, client: WebClient) -> None:
    sim.snooze("bob", 600)
    found = client.dnd_teamInfo(users=["U0ALICE", "U0BOB", "U0NOBODY"])["users"]
    assert {name: one["dnd_enabled"] for name, one in found.items()} == {"U0ALICE": False, "U0BOB": True}


def test_archived_channels_take_no_messages(sim: Simulator, client: WebClient) -> None:
    sim.archive("acme")
    assert error_of(lambda: client.chat_postMessage(channel="C0ACME", text="x")) == "is_archived"
    assert client.conversations_info(channel="C0ACME")["channel"]["is_archived"]
    with pytest.raises(PermissionError):
        sim.say("alice", "acme", "x")
    sim.unarchive("acme")
    assert client.chat_postMessage(channel="C0ACME", text="x")["ok"]


def test_a_shared_channel_has_another_id(sim: Simulator, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C0OPS", text="before")["ts"]
    shared = sim.share("ops", "Initech")
    sim.add_person("ivan", "Ivan Ray", team="Initech")
    sim.join("ivan", "ops")
    assert error_of(lambda: client.conversations_info(channel="C0OPS")) == "channel_not_found"
    info = client.conversations_info(channel=shared.id)["channel"]
    assert (info["is_ext_shared"], info["connected_team_ids"]) == (True, ["T0INITECH"])
    assert client.chat_update(channel=shared.id, ts=ts, text="after")["ok"]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("users.info", {"user": "U0BOB"}, "invalid_arguments"),
        ("conversations.history", {"channel": "C0ACME"}, "invalid_arguments"),
        ("usergroups.users.list", {"usergroup": "S1"}, "invalid_arguments"),
        ("chat.getPermalink", {"channel": "C0ACME", "message_ts": "1.0"}, "invalid_arguments"),
        ("chat.delete", {"channel": "C0ACME", "ts": "1.0"}, "message_not_found"),
        ("usergroups.enable", {"usergroup": "S1"}, "no_such_subteam"),
    ],
)
def test_methods_that_read_take_forms_only(
    client: WebClient, method: str, arguments: dict[str, str], error: str
) -> None:
    assert error_of(lambda: client.api_call(method, json=arguments)) == error


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("a & b", "a &amp; b"),
        ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
        ("a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"),
        ("<@U0BOB> <#C0ACME|acme> <!here>", "<@U0BOB> <#C0ACME|acme> <!here>"),
        ("<https://x.example/?a=1&b=2|a & b>", "<https://x.example/?a=1&amp;b=2|a &amp; b>"),
        ("<script>", "&lt;script&gt;"),
        ("&nbsp;", "&amp;nbsp;"),
    ],
)
def test_stray_signs_are_escaped(client: WebClient, sent: str, stored: str) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": sent}}]
    message = client.chat_postMessage(channel="C0ACME", text=sent, blocks=blocks)["message"]
    assert (message["text"], message["blocks"][0]["text"]["text"]) == (stored, stored)


def test_history_is_small_outside_the_marketplace(sim: Simulator, client: WebClient) -> None:
    first = client.chat_postMessage(channel="C0ACME", text="x")["ts"]
    for _ in range(20):
        client.chat_postMessage(channel="C0ACME", text="x", thread_ts=first, reply_broadcast=True)
    sim.core.limits.history_limited = True
    assert len(client.conversations_history(channel="C0ACME", limit=100)["messages"]) == 15
    assert error_of(lambda: client.conversations_history(channel="C0ACME")) == "ratelimited"
    replies = client.conversations_replies(channel="C0ACME", ts=first)
    assert (len(replies["messages"]), replies["has_more"]) == (15, True)
    sim.clock.forward(seconds=61)
    assert client.conversations_history(channel="C0ACME")["ok"]


def test_a_hash_guards_a_modal(sim: Simulator, client: WebClient) -> None:
    view = client.views_open(trigger_id=sim.core.triggers.issue(sim.app(), sim.user("bob")), view=MODAL)["view"]
    client.views_update(view_id=view["id"], view=MODAL, hash=view["hash"])
    refused = error_of(lambda: client.views_update(view_id=view["id"], view=MODAL, hash=view["hash"]))
    assert refused == "hash_conflict"


def test_external_ids_name_one_view(sim: Simulator, client: WebClient) -> None:
    named = {**MODAL, "external_id": "mine"}
    trigger = sim.core.triggers.issue
    client.views_open(trigger_id=trigger(sim.app(), sim.user("bob")), view=named)
    again = error_of(lambda: client.views_open(trigger_id=trigger(sim.app(), sim.user("alice")), view=named))
    assert again == "duplicate_external_id"
    assert client.views_update(external_id="mine", view=MODAL)["view"]["external_id"] == ""
