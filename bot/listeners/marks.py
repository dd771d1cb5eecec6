"""Teaching by marks: a message that no verdict has caught, the figures, and what left the building."""

from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners.acting import OUTSIDERS, Actor, actor_of, house_of
from bot.listeners.asking import Asked, number
from bot.sentiment.redact import redact
from bot.views import marks, modals
from bot.views.parts import Block, Rendered, plain, section
from models.actions import learning
from models.actions.learning import Marked
from models.words import Role

MISSED_THIS = "mark_missed"
TITLE = "Missed this"


def register(bolt: App) -> None:
    bolt.shortcut(MISSED_THIS)(missed_this)
    bolt.view(marks.MISSED)(submit)


def missed_this(
    ack: Ack, body: dict[str, Any], shortcut: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    """Ask how bad it was, or say why this message cannot be marked."""
    ack()
    place = {"channel": shortcut["channel"]["id"], "ts": shortcut["message"]["ts"]}
    why = _why_not(context, actor_of(context, client, body), place)
    client.views_open(trigger_id=body["trigger_id"], view=_notice(why) if why else marks.missed(place))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Remember the mark; what follows from it is said in the modal's place."""
    who, place, entered = actor_of(context, client, body), modals.metadata(view), modals.values(view)
    why = _why_not(context, who, place)
    if why or who is None:
        ack(response_action="update", view=_notice(why or OUTSIDERS))
        return
    risk = entered[marks.RISK]
    with house_of(context).db.begin() as session:
        message = learning.message_at(session, who.workspace_id, place["channel"], place["ts"])
        assert message is not None
        marked = Marked(message.channel_id, message.ts, redact(message.text))
        reason = entered[marks.WHY].strip()
        is_new = learning.mark(session, who.workspace_id, learning.MISSED, marked, risk, who.person_id, reason)
    ack(response_action="update", view=_notice(marks.marked(risk) if is_new else marks.MARKED_BEFORE))


def _why_not(context: BoltContext, who: Actor | None, place: dict[str, str]) -> str | None:
    """Why this person may not mark this message; None when they may."""
    if who is None:
        return OUTSIDERS
    if who.role not in (Role.ADMIN, Role.RESPONDER):
        return marks.NOT_ALLOWED
    with house_of(context).db.begin() as session:
        message = learning.message_at(session, who.workspace_id, place["channel"], place["ts"])
    return marks.NO_CLIENTS if message is None else None


def _notice(words: str) -> Block:
    return {"type": "modal", "title": plain(TITLE), "close": plain("Close"), "blocks": [section(words)]}


def quality(asked: Asked) -> str:
    """`/heed quality`"""
    if asked.who.role not in (Role.ADMIN, Role.RESPONDER):
        return "Only admins and responders can see how good the verdicts are."
    with asked.house.db.begin() as session:
        return marks.quality(learning.quality(session, asked.who.workspace_id))


def sent(asked: Asked) -> str | Rendered:
    """`/heed sent 12`"""
    if asked.who.role is not Role.ADMIN:
        return "Only admins can see what left the building. `/heed admins` says who they are."
    alert_id, _ = number(asked.words)
    if alert_id is None:
        return "Which one? `/heed sent 12`. `/heed alerts` lists what is open."
    with asked.house.db.begin() as session:
        left = learning.left_the_building(session, asked.who.workspace_id, alert_id)
    if left is None:
        return f"No verdict stands behind #{alert_id}, so nothing left the building for it."
    if left.sendings:
        return marks.sent(alert_id, left.sendings)
    if left.is_over:
        return (
            f"The newest verdict on #{alert_id} is older than texts are kept: what was sent for it is not known here."
        )
    return f"Nothing left the building for the newest verdict on #{alert_id}."
