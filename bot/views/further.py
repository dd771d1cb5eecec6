"""What can be done with an alert besides its buttons: the menu on its messages, and the modals behind it."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.views.parts import Block, NotOurs, context, option, overflow, plain, quoted, section, text_input
from models.answer import Answer
from models.card import Card
from models.words import Status

MORE = "alert_more"
SNOOZE, GIVE, NOTE = "snooze_alert", "give_alert", "note_alert"
SPAN, UNTIL, PERSON, WORDS = "span", "until", "person", "words"
WORDS_LENGTH = 2000
UNTIL_LENGTH = 60

SPANS = {"30m": "30 minutes", "2h": "2 hours", "until tomorrow 9:00": "Until tomorrow 9:00"}
"""The snoozes that are offered, as `models.spans` reads them and as people do."""


class What(StrEnum):
    """What somebody chose in the menu."""

    SNOOZE_SHORTLY = "30m"
    SNOOZE = "snooze"
    GIVE = "give"
    GIVE_BACK = "give_back"
    NOTE = "note"
    DETAILS = "details"


LABELS = {
    What.SNOOZE_SHORTLY: "Snooze 30 minutes",
    What.SNOOZE: "Snooze…",
    What.GIVE: "Give to somebody else…",
    What.GIVE_BACK: "Give back",
    What.NOTE: "Add a note…",
    What.DETAILS: "Details",
}


@dataclass(frozen=True)
class Choice:
    """What was chosen, and the alert's number, epoch and status as they were when the menu was drawn."""

    what: What
    alert_id: int
    epoch: int
    seen: Status


def menu(card: Card, details: bool = True) -> list[Block]:
    """The menu of a card, or nothing where it offers none; `details` where there is no button for them.

    Slack takes five options, so other snoozes than the shortest are behind one of them.
    """
    offered = card.further_answers
    if not offered:
        return []
    wanted = [What.SNOOZE, What.GIVE]
    wanted = [*wanted, What.GIVE_BACK] if Answer.GIVE_BACK in offered else [What.SNOOZE_SHORTLY, *wanted]
    wanted += [What.NOTE, What.DETAILS] if details else [What.NOTE]
    return [overflow(MORE, [option(LABELS[what], _value(card, what)) for what in wanted])]


def _value(card: Card, what: What) -> str:
    return json.dumps({"alert": card.id, "epoch": card.epoch, "status": card.status.value, "what": what.value})


def read_choice(value: str) -> Choice:
    """What an option's value says; raises ValueError on anything else, NotOurs if it could be another option's."""
    try:
        stored = json.loads(value)
        return Choice(What(stored["what"]), int(stored["alert"]), int(stored["epoch"]), Status(stored["status"]))
    except (KeyError, TypeError) as error:
        raise NotOurs(f"actions[0].value: is no choice about an alert ({error})") from None


def snooze(card: Card, metadata: dict[str, Any]) -> Block:
    """For how long? One of three, or in words, which come before the choice."""
    offered = [option(label, span) for span, label in SPANS.items()]
    choice = {"type": "radio_buttons", "action_id": SPAN, "options": offered, "initial_option": offered[1]}
    hint = plain("Such as 90m, until 18:00 or until fri 9:00, by your clock; at most 30 days.")
    return _modal(
        SNOOZE,
        "Snooze alert",
        "Snooze",
        card,
        metadata,
        {"type": "input", "block_id": SPAN, "label": plain("For how long?"), "element": choice},
        text_input(UNTIL, "Or as you like", UNTIL_LENGTH, optional=True, hint=hint),
        text_input(WORDS, "Why?", WORDS_LENGTH, multiline=True, optional=True),
        context("Until then it is yours and pages nobody. Then it is open again, from level 1."),
    )


def give(card: Card, metadata: dict[str, Any]) -> Block:
    """To whom? They are paged at once."""
    who = {"type": "users_select", "action_id": PERSON, "placeholder": plain("Choose a person")}
    return _modal(
        GIVE,
        "Give to somebody else",
        "Give",
        card,
        metadata,
        {"type": "input", "block_id": PERSON, "label": plain("To whom?"), "element": who},
        text_input(WORDS, "What should they know?", WORDS_LENGTH, multiline=True, optional=True),
        context("They are paged now. If they don't answer, it goes on by the policy."),
    )


def note(card: Card, metadata: dict[str, Any]) -> Block:
    """A note for everybody who was paged."""
    return _modal(
        NOTE,
        "Add a note",
        "Add",
        card,
        metadata,
        text_input(WORDS, "Note", WORDS_LENGTH, multiline=True),
        context("Everybody who was paged sees the newest note; Details shows all of them."),
    )


def _modal(callback: str, title: str, submit: str, card: Card, metadata: dict[str, Any], *blocks: Block) -> Block:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(metadata),
        "title": plain(title),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "blocks": [
            section(f"*#{card.id}* {quoted(f'{card.client}: {card.title}' if card.client else card.title, 300)}"),
            *blocks,
        ],
    }
