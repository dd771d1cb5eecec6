"""What a message of Slack's says: read from its events, and from a channel's history."""

from typing import Any

from bot.views.parts import unescape
from models.actions.listening import Said

SPOKEN = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of message events in which somebody says something; joins, topics and the like say nothing."""


def said_in(event: dict[str, Any], own_team: str) -> Said | None:
    """What a message event says; None when nobody says anything (bots, joins, unfurls, direct messages)."""
    message, edited_ts = spoken(event), ""
    if message is not event:
        edited_ts = (message.get("edited") or {}).get("ts") or ""
        if not edited_ts:
            return None
    if message.get("subtype") not in SPOKEN or message.get("bot_id") or not message.get("user"):
        return None
    if event.get("channel_type") not in (None, "channel", "group"):
        return None
    text = unescape(message.get("text") or "") or ("sent a file" if message.get("files") else "")
    if not text:
        return None
    team = team_of(message) or own_team
    thread = message.get("thread_ts") or ""
    return Said(
        channel_id=event["channel"],
        ts=message["ts"],
        author=message["user"],
        text=text,
        team_id=team,
        external=team != own_team,
        thread_ts="" if thread == message["ts"] else thread,
        edited_ts=edited_ts,
    )


def spoken(event: dict[str, Any]) -> dict[str, Any]:
    """The message that an event is about: after an edit it stands within."""
    message: dict[str, Any] = event["message"] if event.get("subtype") == "message_changed" else event
    return message


def team_of(message: dict[str, Any]) -> str:
    """The id of the author's team, or of their organisation; empty when Slack does not say."""
    return message.get("user_team") or message.get("source_team") or message.get("team") or ""


def said_before(message: dict[str, Any], channel_id: str, own_team: str) -> Said | None:
    """What a message in the history of a channel says, as its event would have told; None as above."""
    event: dict[str, Any] = {"channel": channel_id, **message}
    if message.get("edited"):
        event = {"channel": channel_id, "subtype": "message_changed", "message": message}
    return said_in(event, own_team)
