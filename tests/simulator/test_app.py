"""A Bolt app over signed HTTP and over Socket Mode: every kind of event and interaction once."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from simulator import Simulator
from tests.simulator.bolt_helper import Helper, connected, served

TRANSPORTS = {"http": served, "socket": connected}


@pytest.fixture(params=TRANSPORTS)
def helper(request: pytest.FixtureRequest, sim: Simulator) -> Iterator[Helper]:
    with TRANSPORTS[request.param](Helper(sim), sim) as running:
        yield running


def arrived(sim: Simulator, helper: Helper, kind: str, count: int = 1) -> dict[str, object]:
    """The last body of that kind, when so many have come."""
    sim.wait_for(lambda: len(helper.of(kind)) >= count)
    return helper.of(kind)[-1]


def test_a_message_a_thread_and_a_button(sim: Simulator, helper: Helper) -> None:
    asked = sim.say("alice", "acme", "@helper are you there?")
    answer = sim.wait_for(lambda: [m for m in sim.messages("acme") if m.text == "Yes?"])[0]
    assert answer.thread_ts == asked.ts
    assert sim.press("dora", answer, "done").ok
    sim.wait_for(lambda: answer.text == "Done by <@U0DORA>")
    body = helper.of("block_actions")[0]
    assert body["user"] == {"id": "U0DORA", "username": "dora", "name": "dora", "team_id": "T0ACME"}
    assert body["container"]["message_ts"] == body["message"]["ts"] == answer.ts
    assert body["channel"] == {"id": "C0ACME", "name": "acme"}
    assert body["actions"][0]["value"] == "7"
    assert body["api_app_id"] == "A0APP"


def test_a_command_is_escaped_and_answered_privately(sim: Simulator, helper: Helper) -> None:
    assert sim.command("bob", "ops", "/helper tell @alice in #general").ok
    answer = sim.messages("ops", user="bob")[-1]
    assert answer.text == "You said: tell <@U0ALICE|alice> in <#C0GENERAL|general>"
    assert answer.ephemeral_to == "U0BOB"
    assert sim.messages("ops", user="alice") == []
    assert helper.of("/helper")[0]["user_id"] == "U0BOB"


def test_a_modal_from_a_command(sim: Simulator, helper: Helper) -> None:
    sim.command("alice", "ops", "/helper modal")
    sim.wait_for(lambda: sim.modal("alice"))
    assert sim.submit("alice") == {"words": "Please complete this required field."}
    assert sim.submit("alice", values={"typed": "bad"}) == {"words": "Not that word"}
    assert sim.submit("alice", values={"words": "change"}) is None
    changed = sim.modal("alice")
    assert changed is not None
    assert changed.title == {"type": "plain_text", "text": "Changed"}
    assert sim.submit("alice", values={"words": "more"}) is None
    second = sim.modal("alice")
    assert second is not None
    assert second.previous_view_id == changed.id
    sim.close("alice", second)
    assert sim.submit("alice", values={"words": "fine"}) is None
    assert sim.modal("alice") is None


def test_shortcuts(sim: Simulator, helper: Helper) -> None:
    assert sim.shortcut("charlie", "start").ok
    sim.wait_for(lambda: sim.modal("charlie"))
    message = sim.say("dora", "acme", "note this")
    assert sim.shortcut("alice", "take_note", message).ok
    view = sim.wait_for(lambda: sim.modal("alice"))
    body = helper.of("message_action")[0]
    assert body["message"]["text"] == "note this"
    assert body["channel"]["id"] == "C0ACME"
    assert "response_url" not in helper.of("shortcut")[0]
    sim.close("alice", view)
    assert arrived(sim, helper, "view_closed")["is_cleared"] is False


def test_home(sim: Simulator, helper: Helper) -> None:
    sim.open_home("alice")
    home = sim.wait_for(lambda: sim.home("alice"))
    assert home.blocks[0]["text"]["text"] == "Hello <@U0ALICE>"
    sim.open_home("alice")
    sim.wait_for(lambda: len(helper.of("app_home_opened")) == 2)
    assert helper.of("app_home_opened")[1]["event"]["view"]["id"] == home.id


def test_a_response_url(sim: Simulator, helper: Helper) -> None:
    sim.command("alice", "ops", "/helper hello")
    hook = WebhookClient(helper.of("/helper")[0]["response_url"])
    assert hook.send(text="for all", response_type="in_channel").status_code == 200
    assert hook.send(text="for alice").body == '{"ok": true}'
    assert sim.messages("ops")[-1].text == "for all"
    assert sim.messages("ops", user="alice")[-1].ephemeral_to == "U0ALICE"


def test_files_go_both_ways(sim: Simulator, client: WebClient, helper: Helper) -> None:
    shown = sim.share_file("dora", "acme", "screen.png", b"\x89PNG", "Look at this")
    sim.wait_for(lambda: shown.reactions.get("eyes"))
    assert sim.command("alice", "acme", "/helper report").ok
    report = sim.wait_for(lambda: [m for m in sim.messages("acme") if m.files and m.app_id])[0]
    assert (report.files[0]["name"], report.files[0]["size"]) == ("report.txt", 12)
    assert sim.workspace.contents[report.files[0]["id"]] == b"All is well."
    assert client.files_info(file=shown.files[0]["id"])["file"]["mimetype"] == "image/png"


def test_user_groups(sim: Simulator, helper: Helper) -> None:
    sim.command("bob", "ops", "/helper group")
    answer = sim.wait_for(lambda: sim.messages("ops", user="bob"))[-1]
    group = next(iter(sim.workspace.usergroups.values()))
    assert answer.text == f"<!subteam^{group.id}> is ['U0BOB']"
    changed = arrived(sim, helper, "subteam_members_changed")
    assert changed["event"]["added_users"] == ["U0BOB"]  # type: ignore[index]


def test_joining_and_leaving(sim: Simulator, helper: Helper) -> None:
    sim.invite("alice", "ops", "helper")
    event = arrived(sim, helper, "member_joined_channel")["event"]
    assert (event["user"], event["inviter"]) == ("U0APPBOT", "U0ALICE")  # type: ignore[index]
    sim.kick("ops", "helper")
    assert arrived(sim, helper, "channel_left")["event"]["channel"] == "C0OPS"  # type: ignore[index]
    assert helper.of("member_left_channel")
