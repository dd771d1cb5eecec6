"""What Slack's composer makes of typed text: escaping, mentions, links, and the rich_text block around it."""

import re
from typing import Any

from simulator.state import Json, Workspace

CONTROL = re.compile(r"<(?:[@#!]|https?://|mailto:)[^<>]+>")
MENTION = re.compile(r"(?<![\w<@/])@([\w][\w.-]*\w|\w)")
CHANNEL = re.compile(r"(?<![\w<#&/])#([a-z0-9][a-z0-9_-]*)")
LINK = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
SPECIAL = {"here", "channel", "everyone"}


def compose(workspace: Workspace, text: str, labels: bool = False) -> str:
    """Typed text as Slack stores it: `&<>` escaped, "@bob" and "#ops" as ids, addresses in angle brackets.

    Text that already holds control sequences such as `<@U0BOB>` keeps them. With `labels` the ids carry
    names, as in slash commands: `<@U0BOB|bob>`.
    """
    parts: list[str] = []
    start = 0
    for match in CONTROL.finditer(text):
        parts += [_plain(workspace, text[start : match.start()], labels), match.group()]
        start = match.end()
    return "".join([*parts, _plain(workspace, text[start:], labels)])


def _plain(workspace: Workspace, text: str, labels: bool) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    linked = LINK.sub(lambda match: f"<{match.group()}>", escaped)
    mentioned = MENTION.sub(lambda match: _mention(workspace, match, labels), linked)
    return CHANNEL.sub(lambda match: _channel(workspace, match, labels), mentioned)


def _mention(workspace: Workspace, match: re.Match[str], labels: bool) -> str:
    if match.group(1) in SPECIAL:
        return f"<!{match.group(1)}>"
    try:
        user = workspace.user(match.group(1))
    except KeyError:
        return match.group()
    return f"<@{user.id}|{user.name}>" if labels else f"<@{user.id}>"


def _channel(workspace: Workspace, match: re.Match[str], labels: bool) -> str:
    try:
        channel = workspace.channel(match.group(1))
    except KeyError:
        return match.group()
    return f"<#{channel.id}|{channel.name}>" if labels else f"<#{channel.id}|>"


def rich_text(text: str) -> list[Json]:
    """The rich_text block that Slack puts beside a person's text."""
    elements: list[Json] = []
    start = 0
    for match in CONTROL.finditer(text):
        elements += _text(text[start : match.start()])
        elements.append(_control(match.group()[1:-1]))
        start = match.end()
    elements += _text(text[start:])
    section: dict[str, Any] = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]


def _text(text: str) -> list[Json]:
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": plain}] if plain else []


def _control(token: str) -> Json:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": target, **({"text": label} if label else {})}
