"""Replying to a client from an alert's card: a person edits the draft, a person sends it, and it answers the alert."""

import uuid
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.context import Context
from bot.listeners.acting import OUTSIDERS, Actor, actor_of, house_of
from bot.listeners.alert import no_such, refuse, say
from bot.slack import Sent, Slack, Unclear
from bot.views import draft, modals
from bot.views.alert import read_value, refusal
from bot.views.parts import Rendered
from models.actions import drafting, reading
from models.actions.answering import NoSuchAlert
from models.actions.drafting import Draft, Reply
from models.answer import Refusal
from models.card import Card

TIMEOUT_SECONDS = 2
"""A form has to be answered within three seconds."""


def register(bolt: App) -> None:
    bolt.action(draft.DRAFT)(open_form)
    bolt.view(draft.SEND)(submit)


def open_form(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
) -> None:
    """The suggested reply in a form; nothing is sent yet."""
    ack()
    who = actor_of(context, client, body)
    if who is None:
        say(body, client, respond, OUTSIDERS)
        return
    alert_id, epoch = read_value(action["value"])
    found = _find(house_of(context), who, alert_id, epoch)
    if isinstance(found, str):
        say(body, client, respond, found)
        return
    card, drafted = found
    metadata = {"alert": alert_id, "epoch": epoch, "answered": drafted.answered}
    client.views_open(trigger_id=body["trigger_id"], view=draft.form(card, drafted.suggested, metadata))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Post the reply, and mark the alert as answered; where Slack does not take it, nothing is marked."""
    house, who, metadata = house_of(context), actor_of(context, client, body), modals.metadata(view)
    found = _find(house, who, metadata["alert"], metadata["epoch"]) if who else OUTSIDERS
    if isinstance(found, str) or who is None:
        refuse(ack, found if isinstance(found, str) else OUTSIDERS)
        return
    text = modals.values(view)[draft.REPLY].strip()
    reply = _post(context, found[1], text, metadata["answered"])
    if isinstance(reply, str):
        ack(response_action="errors", errors={draft.REPLY: reply})
        return
    with house.db.begin() as session:
        drafting.sent(session, who.workspace_id, metadata["alert"], who.person_id, reply)
    ack()
    house.bell.wake("redraw")
    house.bell.wake("escalate")


def _find(house: Context, who: Actor, alert_id: int, epoch: int) -> tuple[Card, Draft] | str:
    """The alert's card and draft, or why this person cannot send one."""
    try:
        with house.db.begin() as session:
            drafted = drafting.draft_for(session, who.workspace_id, alert_id, who.person_id, epoch)
            card = reading.card(session, who.workspace_id, alert_id)
    except NoSuchAlert:
        return no_such(alert_id)
    assert card is not None
    return refusal(drafted, card) if isinstance(drafted, Refusal) else (card, drafted)


def _post(context: BoltContext, drafted: Draft, text: str, was_answered: bool) -> Reply | str:
    """Post it; what Slack has of it, or what stands at the field."""
    if not text:
        return draft.EMPTY
    if drafted.answered and not was_answered:
        return draft.ANSWERED
    slack = Slack(house_of(context).settings.slack_api_url, TIMEOUT_SECONDS)
    message = Rendered(draft.reply(text, drafted.name))
    result = slack.post(context.bot_token or "", drafted.channel_id, message, uuid.uuid4().hex, drafted.thread_ts)
    if isinstance(result, Sent):
        return Reply(drafted.channel_id, result.ts, drafted.thread_ts, text)
    return draft.UNCLEAR if isinstance(result, Unclear) else draft.not_sent(result.why)
