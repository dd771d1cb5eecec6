"""`manifest.yml` against the code: every command, event, shortcut and scope is used, and the other way round."""

import re
from pathlib import Path
from typing import Any

import yaml

from bot.listeners import marks, shortcut
from bot.scopes import SCOPES
from simulator.api import METHODS

ROOT = Path(__file__).parent.parent
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
SOURCE = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
EVENT_SCOPES = {
    "channel_archive": "channels:read",
    "channel_id_changed": "channels:read",
    "channel_left": "channels:read",
    "channel_shared": "channels:read",
    "group_archive": "groups:read",
    "group_left": "groups:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "reaction_added": "reactions:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "app_home_opened": None,
    "app_uninstalled": None,
    "tokens_revoked": None,
}
CALLS = {
    "auth_teams_list": "auth.teams.list",
    "auth_test": "auth.test",
    "chat_getPermalink": "chat.getPermalink",
    "chat_postEphemeral": "chat.postEphemeral",
    "conversations_history": "conversations.history",
    "conversations_info": "conversations.info",
    "conversations_list": "conversations.list",
    "conversations_replies": "conversations.replies",
    "dnd_info": "dnd.info",
    "dnd_teamInfo": "dnd.teamInfo",
    "files_upload_v2": "files.completeUploadExternal",
    "team_info": "team.info",
    "usergroups_list": "usergroups.list",
    "usergroups_users_list": "usergroups.users.list",
    "users_info": "users.info",
    "users_list": "users.list",
    "views_open": "views.open",
    "views_publish": "views.publish",
    "views_push": "views.push",
    "views_update": "views.update",
}
FOR_CHANNELS = {"channels:read", "groups:read"}
"""Scopes without a call: with them an admin can add the app to channels, and events name the channel."""


def test_commands() -> None:
    declared = {command["command"] for command in MANIFEST["features"]["slash_commands"]}
    assert declared == set(re.findall(r'bolt\.command\("(/\w+)"\)', SOURCE))
    assert all(command["should_escape"] for command in MANIFEST["features"]["slash_commands"])


def test_shortcuts() -> None:
    declared = {(each["callback_id"], each["type"]) for each in MANIFEST["features"]["shortcuts"]}
    assert declared == {
        (shortcut.FROM_MESSAGE, "message"),
        (shortcut.ANYWHERE, "global"),
        (marks.MISSED_THIS, "message"),
    }
    assert all(len(each["name"]) <= 24 for each in MANIFEST["features"]["shortcuts"])


def test_events() -> None:
    declared = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert {event.partition(".")[0] for event in declared} == set(re.findall(r'bolt\.event\("(\w+)"\)', SOURCE))
    assert declared == set(EVENT_SCOPES)


def test_scopes_are_exactly_those_of_the_methods_and_events_in_use() -> None:
    slack = (ROOT / "bot" / "slack.py").read_text()
    sent = set(re.findall(r'_send\(\s*token,\s*"([\w.]+)"', slack))
    called = {method for name, method in CALLS.items() if re.search(rf"\.{name}\(", SOURCE)}
    unknown = set(
        re.findall(r"\.((?:auth|chat|conversations|dnd|team|usergroups|users|views|files|reactions)_\w+)\(", SOURCE)
    ) - set(CALLS)
    assert not unknown, f"add {unknown} to CALLS"
    declared = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    for method in sent | called:
        needed = _scopes(method)
        assert not needed or needed & declared, f"{method} needs one of {needed}"
    used = set().union(*(_scopes(method) for method in sent | called))
    by_events = {scope for scope in EVENT_SCOPES.values() if scope}
    assert declared <= used | by_events | FOR_CHANNELS | {"commands"}
    assert by_events <= declared


def _scopes(method: str) -> set[str]:
    if method == "conversations.open":
        return {"im:write"}
    needed = METHODS[method].scopes
    return {needed} - {""} if isinstance(needed, str) else set(needed.values())


def test_every_address_is_one_that_web_serves() -> None:
    found = re.findall(r"https://heed\.example\.com(/\S+)", (ROOT / "manifest.yml").read_text())
    assert set(found) == {"/slack/events", "/slack/oauth_redirect"}


def test_doctor_asks_for_the_same_scopes() -> None:
    assert sorted(SCOPES) == sorted(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_the_procfile_names_commands_that_exist() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    processes = dict(line.split(": ", 1) for line in lines)
    assert {"web", "worker", "clock", "socket"} <= set(processes)
    for command in processes.values():
        assert re.fullmatch(r"python app\.py \w+", command)
