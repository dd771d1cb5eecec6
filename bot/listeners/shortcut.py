"""Raising an alert by hand from a message: the shortcut and its form."""

from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners.acting import OUTSIDERS, actor, actor_of, house_of
from bot.views import modals
from bot.views.parts import plain, section, unescape
from models.actions import raising
from models.words import Severity

FROM_MESSAGE = "raise_from_message"
ANYWHERE = "raise_anywhere"


def register(bolt: App) -> None:
    bolt.shortcut(FROM_MESSAGE)(from_message)
    bolt.shortcut(ANYWHERE)(anywhere)
    bolt.view(modals.RAISE)(submit)


def from_message(
    ack: Ack, body: dict[str, Any], shortcut: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    """Open the form, filled in from the message."""
    ack()
    said = unescape(shortcut["message"].get("text") or "")
    link = client.chat_getPermalink(channel=shortcut["channel"]["id"], message_ts=shortcut["message"]["ts"])
    _open(context, client, body, modals.raise_alert(title=said, details=said, link=link["permalink"]))


def anywhere(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Open the form, empty."""
    ack()
    _open(context, client, body, modals.raise_alert())


def _open(context: BoltContext, client: WebClient, body: dict[str, Any], view: dict[str, Any]) -> None:
    if actor_of(context, client, body) is None:
        view = {"type": "modal", "title": plain("Raise an alert"), "blocks": [section(OUTSIDERS)]}
    client.views_open(trigger_id=body["trigger_id"], view=view)


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Open the alert; what is missing or wrong is said at its field."""
    entered = modals.values(view)
    who = actor_of(context, client, body)
    chosen = entered.get(modals.PERSON)
    target = actor(context, client, chosen) if chosen else None
    severity = _severity(entered[modals.SEVERITY])
    if who is None:
        ack(response_action="errors", errors={modals.TITLE: OUTSIDERS})
    elif not entered[modals.TITLE].strip():
        ack(response_action="errors", errors={modals.TITLE: "Say in a few words what is wrong."})
    elif severity is None:
        ack(response_action="errors", errors={modals.SEVERITY: "Choose how bad it is."})
    elif chosen and target is None:
        ack(response_action="errors", errors={modals.PERSON: "Only active people of this workspace can be paged."})
    else:
        house = house_of(context)
        with house.db.begin() as session:
            raising.raise_by_hand(
                session,
                who.workspace_id,
                who.person_id,
                entered[modals.TITLE].strip(),
                target.person_id if target else None,
                severity,
                entered[modals.DETAILS],
                modals.metadata(view)["link"],
            )
        ack()
        house.bell.wake("escalate")


def _severity(word: str) -> Severity | None:
    try:
        return Severity.parse(word)
    except ValueError:
        return None
