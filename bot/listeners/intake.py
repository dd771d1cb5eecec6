"""Channels in which other apps post alerts: read before Slack gets its answer, and laid down by `/heed intake`."""

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse

from bot.listeners.acting import house_of, workspace_of
from bot.listeners.app_text import lines_of
from bot.listeners.asking import Asked, mention
from bot.listeners.options import options
from bot.listeners.watching import CHANNEL
from bot.views import intakes as view
from bot.views.parts import escape
from models.actions import channel_intakes, sources
from models.actions.channel_intakes import AppMessage
from models.channel_intake import make_rules

MAIL = "USLACKBOT"
"""Mail that is sent to a channel comes as Slackbot's."""
SPOKEN = (None, "bot_message", "file_share", "thread_broadcast")
OPTIONS = ("title", "key", "resolved", "severity", "from")


def register(bolt: App) -> None:
    bolt.use(take)


def take(req: BoltRequest, context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
    """Global middleware: what another app says is committed here; an exception answers 500 and Slack retries."""
    event = req.body.get("event") or {}
    if req.body.get("type") == "event_callback" and event.get("type") == "message":
        said = said_by_app(event, req.body.get("api_app_id", ""), context)
        if said is not None:
            _store(context, said)
    return next()


def _store(context: BoltContext, said: AppMessage) -> None:
    house = house_of(context)
    with house.db.begin() as session:
        received = channel_intakes.take(session, workspace_of(context), said)
    if received.opened or received.raised:
        house.bell.wake("escalate")
    if received.resolved or received.repeated:
        house.bell.wake("redraw")


def said_by_app(event: dict[str, Any], own_app: str, context: BoltContext) -> AppMessage | None:
    """What an app says in a channel, or what a message of it says now; None for people, and for Heed itself."""
    is_change = event.get("subtype") == "message_changed"
    message = event["message"] if is_change else event
    if message.get("subtype") not in SPOKEN or event.get("channel_type") not in (None, "channel", "group"):
        return None
    user, profile = message.get("user") or "", message.get("bot_profile") or {}
    if not (message.get("bot_id") or user == MAIL) or _is_ours(message, own_app, context):
        return None
    ids = (user, message.get("bot_id"), message.get("app_id") or profile.get("app_id"))
    names = (message.get("username"), profile.get("name"))
    thread = message.get("thread_ts") or ""
    return AppMessage(
        channel_id=event["channel"],
        ts=message["ts"],
        lines=lines_of(message),
        senders=tuple(each for each in (*ids, *names) if each),
        thread_ts="" if thread == message["ts"] else thread,
        is_change=is_change,
        edited_ts=(message.get("edited") or {}).get("ts") or "",
    )


def _is_ours(message: dict[str, Any], own_app: str, context: BoltContext) -> bool:
    app = message.get("app_id") or (message.get("bot_profile") or {}).get("app_id")
    return message.get("user") == context.bot_user_id or bool(own_app and app == own_app)


def intake(asked: Asked) -> str:
    """`/heed intake`, `/heed intake #alerts title:"…" key:"…" resolved:"…"`, `/heed intake #alerts stop`"""
    found = CHANNEL.match(asked.words)
    if found is None:
        if asked.words:
            return view.not_understood("say first which channel, and choose it from Slack's list")
        with asked.house.db.begin() as session:
            return view.listing(channel_intakes.listing(session, asked.who.workspace_id))
    words = asked.words[found.end() :].strip()
    try:
        if words == "stop":
            return _stop(asked, found["id"])
        return _read(asked, found["id"], found["name"] or found["id"], words)
    except sources.NotAllowed:
        return view.ONLY
    except ValueError as error:
        return view.not_understood(escape(str(error)))


def _read(asked: Asked, channel_id: str, name: str, words: str) -> str:
    before, said = options(words, OPTIONS)
    if before:
        raise ValueError("what comes after the channel is title:, key:, resolved:, severity: and from:")
    sender, _ = mention(said.get("from", ""))
    rules = make_rules(channel_id, {**said, **({"from": sender} if sender else {})})
    with asked.house.db.begin() as session:
        channel_intakes.put(session, asked.who.workspace_id, name, rules, asked.who.person_id)
    return view.read(rules)


def _stop(asked: Asked, channel_id: str) -> str:
    with asked.house.db.begin() as session:
        stopped = channel_intakes.stop(session, asked.who.workspace_id, channel_id, asked.who.person_id)
    return view.stopped(channel_id) if stopped else view.not_read(channel_id)
