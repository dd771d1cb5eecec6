"""A chosen emoji on any message raises an alert about it, in the name of whoever reacts."""

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.listeners.acting import Actor, actor, house_of, is_ours, workspace_of
from bot.listeners.app_text import lines_of
from bot.listeners.asking import Asked
from bot.views import intakes as view
from models.actions import emoji as chosen
from models.actions import people, raising, sources

SAID = "reaction_said"
WORDLESS = "A message without words"


def register(bolt: App) -> None:
    bolt.use(raise_alert)
    bolt.event("reaction_added")(tell)


def raise_alert(
    req: BoltRequest, context: BoltContext, client: WebClient, next: Callable[[], BoltResponse]
) -> BoltResponse:
    """Global middleware: the alert is committed here, once a message; after an exception (500) Slack retries."""
    event = req.body.get("event") or {}
    if req.body.get("type") == "event_callback" and event.get("type") == "reaction_added" and _is_meant(context, event):
        who = _reacting(context, client, event["user"])
        if who is not None:
            _raise(context, client, who, event["item"])
    return next()


def _is_meant(context: BoltContext, event: dict[str, Any]) -> bool:
    """The chosen emoji, on a message that is not Heed's own."""
    if event["item"].get("type") != "message" or event.get("item_user") == context.bot_user_id:
        return False
    with house_of(context).db.begin() as session:
        return chosen.is_meant(chosen.emoji_of(session, workspace_of(context)), event["reaction"])


def _reacting(context: BoltContext, client: WebClient, slack_id: str) -> Actor | None:
    """Who reacts, if they may raise alerts. The event does not tell their team, so whoever is new is asked for."""
    with house_of(context).db.begin() as session:
        is_known = people.find(session, workspace_of(context), slack_id) is not None
    if not is_known:
        try:
            user = client.users_info(user=slack_id)["user"]
        except SlackApiError:
            return None
        if not is_ours(context, user):
            return None
    return actor(context, client, slack_id)


def _raise(context: BoltContext, client: WebClient, who: Actor, item: dict[str, Any]) -> None:
    house, place = house_of(context), (item["channel"], item["ts"])
    message = _message(client, *place)
    title = next(iter(lines_of(message)), WORDLESS)
    with house.db.begin() as session:
        alert_id, is_new = raising.raise_about(session, who.workspace_id, who.person_id, place, title)
    context[SAID] = (view.raised if is_new else view.raised_before)(alert_id), message.get("thread_ts")
    house.bell.wake("escalate")


def _message(client: WebClient, channel: str, ts: str) -> dict[str, Any]:
    """The message; empty when Slack does not give it, for the alert matters more than its words."""
    try:
        found = client.conversations_replies(channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True, limit=2)
    except SlackApiError:
        return {}
    return next((each for each in found["messages"] if each["ts"] == ts), {})


def tell(event: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Say what came of it, only to whoever reacted: clients may read along in the channel."""
    if SAID in context:
        text, thread_ts = context[SAID]
        try:
            client.chat_postEphemeral(
                channel=event["item"]["channel"], user=event["user"], text=text, thread_ts=thread_ts
            )
        except SlackApiError:
            return


def emoji(asked: Asked) -> str:
    """`/heed emoji`, `/heed emoji :rotating_light:`, `/heed emoji off`"""
    workspace_id = asked.who.workspace_id
    try:
        with asked.house.db.begin() as session:
            if not asked.words:
                return view.emoji(chosen.emoji_of(session, workspace_id))
            return view.emoji(chosen.set_emoji(session, workspace_id, asked.words, asked.who.person_id))
    except sources.NotAllowed:
        return view.ONLY_EMOJI
    except ValueError as error:
        return view.emoji_not_understood(str(error))
