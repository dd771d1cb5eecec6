"""The answer to whether an alert is still true, whose source went silent."""

from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.listeners.acting import OUTSIDERS, actor_of, house_of
from bot.listeners.alert import no_such, say
from bot.views import notices
from bot.views.alert import read_value, refusal
from models.actions import reading, refreshing
from models.actions.answering import NoSuchAlert


def register(bolt: App) -> None:
    bolt.action(notices.STILL_TRUE)(still_true)


def still_true(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
) -> None:
    """It goes on: the question gives way to what was answered."""
    ack()
    who = actor_of(context, client, body)
    if who is None:
        say(body, client, respond, OUTSIDERS)
        return
    alert_id, _ = read_value(action["value"])
    try:
        with house_of(context).db.begin() as session:
            answered = refreshing.still_true(session, who.workspace_id, alert_id, who.person_id)
            card = reading.card(session, who.workspace_id, alert_id)
    except NoSuchAlert:
        say(body, client, respond, no_such(alert_id))
        return
    if answered.refusal is not None and card is not None:
        say(body, client, respond, refusal(answered.refusal, card))
        return
    told = notices.still_true(alert_id, card.title if card is not None else "", who.slack_id)
    respond(text=told.text, blocks=told.blocks, replace_original=True)
