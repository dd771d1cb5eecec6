"""A reply to a client, drafted by the verdict, edited and sent by a person: its button, its form, its words."""

import json
from typing import Any

from bot.views.parts import Block, clean, context, cut, escape, plain, quoted, section, text_input
from models.card import Card
from models.words import Origin

DRAFT = "alert_draft"
SEND = "send_draft"
REPLY = "reply"
REPLY_LENGTH = 2800

LABEL = "Draft reply…"
EMPTY = "Write what the client is to read."
ANSWERED = "Somebody has replied meanwhile. Read the conversation, then open this form again."
UNCLEAR = "Slack did not say whether it was sent. Look into the conversation before you send it again."


def is_offered(card: Card) -> bool:
    """Whether a card offers to draft a reply: those of clients whose alert still waits for one."""
    return card.origin is Origin.CLIENT and card.status.is_live and bool(card.channel)


def form(card: Card, suggested: str, metadata: dict[str, Any]) -> Block:
    """The suggested reply, to be edited; empty where none was suggested."""
    reply = text_input(REPLY, "Your reply", REPLY_LENGTH, multiline=True)
    shown = cut(clean(suggested), REPLY_LENGTH)
    if shown.strip():
        reply["element"]["initial_value"] = shown
    where = f"in <#{escape(card.channel)}>" if card.channel else "in the conversation"
    return {
        "type": "modal",
        "callback_id": SEND,
        "private_metadata": json.dumps(metadata),
        "title": plain("Draft reply"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": [
            section(f"*#{card.id}* {quoted(f'{card.client}: {card.title}', 300)}"),
            reply,
            context(
                f"Heed posts it {where} with your name below, where *the client reads it*. "
                "Nothing is sent until you press Send."
            ),
        ],
    }


def reply(text: str, name: str) -> str:
    """The message as the client gets it: nobody is mentioned, neither by the text nor by the sender's name."""
    return f"{escape(text.strip())}\n— @{quoted(name, 80)}"


def not_sent(why: str) -> str:
    """Why Slack has not taken it, for the field."""
    return f"Slack did not take it ({why.replace('_', ' ')}). Nothing was sent."
