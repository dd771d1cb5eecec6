"""What clients write: stored before Slack gets its answer, so that a failure makes Slack send it again."""

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_sdk import WebClient

from bot.listeners.acting import house_of, workspace_of
from bot.slack import profile_of
from bot.views.parts import unescape
from models.actions import listening, people
from models.actions.listening import Said

SPOKEN = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of message events in which somebody says something; joins, topics and the like say nothing."""


def register(bolt: App) -> None:
    bolt.use(store)
    bolt.event("message")(done)
    bolt.event("user_change")(person_changed)
    bolt.event("team_join")(person_changed)


def store(req: BoltRequest, context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
    """Global middleware: a message event is committed here; an exception answers 500 and Slack retries.

    A retry of an event that was stored changes nothing and gets its 200.
    """
    event = req.body.get("event") or {}
    if req.body.get("type") == "event_callback" and event.get("type") == "message":
        _store_event(context, req.body, event)
    return next()


def _store_event(context: BoltContext, body: dict[str, Any], event: dict[str, Any]) -> None:
    house, workspace_id = house_of(context), workspace_of(context)
    with house.db.begin() as session:
        if not listening.is_new_event(session, workspace_id, body["event_id"]):
            return
        if event.get("subtype") == "message_deleted":
            listening.delete(session, workspace_id, event["channel"], event["deleted_ts"])
            return
        said = said_in(event, context.team_id or "")
        if said is None:
            return
        listening.store(session, workspace_id, said)
    house.bell.wake("analyze")


def said_in(event: dict[str, Any], own_team: str) -> Said | None:
    """What a message event says; None when nobody says anything (bots, joins, unfurls, direct messages)."""
    message, edited_ts = event, ""
    if event.get("subtype") == "message_changed":
        message = event["message"]
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
    team = message.get("user_team") or message.get("source_team") or message.get("team") or own_team
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


def done() -> None:
    """The middleware has stored it; this only tells Slack so."""


def person_changed(event: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Somebody joined, left, was made an admin, moved to another time zone."""
    user = event["user"]
    if user.get("is_bot") or user.get("is_stranger") or user.get("team_id") not in (None, context.team_id):
        return
    with house_of(context).db.begin() as session:
        people.import_people(session, workspace_of(context), [profile_of(user)])
