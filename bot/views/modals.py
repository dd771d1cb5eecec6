"""The modals: resolving with notes, marking a false positive, raising an alert."""

import json
from typing import Any

from bot.views.parts import Block, NotOurs, clean, context, cut, option, plain, quoted, section
from models.card import Card
from models.words import Origin, Severity

RESOLVE = "resolve_alert"
FALSE_POSITIVE = "false_positive_alert"
RAISE = "raise_alert"
NOTES, TITLE, DETAILS, SEVERITY, PERSON = "notes", "title", "details", "severity", "person"
NOTES_LENGTH = 2000
TITLE_LENGTH = 200
DETAILS_LENGTH = 2500


def resolve(card: Card, metadata: dict[str, Any], notes: str = "") -> Block:
    return _closing(RESOLVE, "Resolve alert", "Resolve", card, metadata, "What was done?", notes)


def false_positive(card: Card, metadata: dict[str, Any]) -> Block:
    view = _closing(
        FALSE_POSITIVE, "False positive", "Mark false positive", card, metadata, "Why was it a false alarm?", ""
    )
    if card.origin is Origin.CLIENT:
        view["blocks"].append(context("The client's message, redacted, is an example for later verdicts for 90 days."))
    return view


def _closing(
    callback: str, title: str, submit: str, card: Card, metadata: dict[str, Any], label: str, initial: str
) -> Block:
    note: Block = {
        "type": "plain_text_input",
        "action_id": NOTES,
        "multiline": True,
        "max_length": NOTES_LENGTH,
        "focus_on_load": True,
    }
    if initial:
        note["initial_value"] = cut(initial, NOTES_LENGTH)
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(metadata),
        "title": plain(title),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "blocks": [
            section(f"*#{card.id}* {quoted(f'{card.client}: {card.title}' if card.client else card.title, 300)}"),
            {"type": "input", "block_id": NOTES, "optional": True, "label": plain(label), "element": note},
            context("Everybody who was paged sees this. It can be reopened for an hour."),
        ],
    }


def raise_alert(title: str = "", details: str = "", link: str = "") -> Block:
    """The form for an alert in one's own name, prefilled from the message it is about."""
    severities = [option(each.label.capitalize(), each.label) for each in Severity]
    return {
        "type": "modal",
        "callback_id": RAISE,
        "private_metadata": json.dumps({"link": link}),
        "title": plain("Raise an alert"),
        "submit": plain("Raise"),
        "close": plain("Cancel"),
        "blocks": [
            _input(TITLE, "What is wrong?", _text(TITLE, TITLE_LENGTH, title)),
            _input(DETAILS, "Details", _text(DETAILS, DETAILS_LENGTH, details, multiline=True), optional=True),
            _input(
                SEVERITY,
                "How bad is it?",
                {
                    "type": "static_select",
                    "action_id": SEVERITY,
                    "options": severities,
                    "initial_option": severities[Severity.HIGH - 1],
                },
            ),
            _input(
                PERSON,
                "Page first",
                {"type": "users_select", "action_id": PERSON},
                optional=True,
                hint="Nobody chosen: the policy decides. If there is no answer, it goes on by the policy.",
            ),
        ],
    }


def _input(block_id: str, label: str, element: Block, optional: bool = False, hint: str = "") -> Block:
    block = {"type": "input", "block_id": block_id, "label": plain(label), "element": element, "optional": optional}
    return {**block, "hint": plain(hint)} if hint else block


def _text(action_id: str, length: int, initial: str, multiline: bool = False) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": action_id, "max_length": length, "multiline": multiline}
    shown = cut(clean(initial if multiline else " ".join(initial.split())), length)
    return {**element, "initial_value": shown} if shown else element


class Entered(dict[str, str]):
    """What a form came back with, by block; NotOurs if it is asked for a block that did not come."""

    def __missing__(self, block_id: str) -> str:
        raise NotOurs(f"view.state.values.{block_id}: is missing, or no object of elements")


def metadata(view: dict[str, Any]) -> dict[str, Any]:
    """What Heed has written into the form for itself; NotOurs if it came back otherwise."""
    try:
        found = json.loads(view["private_metadata"])
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotOurs("view.private_metadata: is none that Heed has written")
    return found


def values(view: dict[str, Any]) -> Entered:
    """What was entered, by block: text, the chosen option's value, or the chosen person; empty where nothing was."""
    found = Entered()
    for block_id, elements in view["state"]["values"].items():
        for element in elements.values():
            chosen = element.get("selected_option") or {}
            found[block_id] = element.get("value") or element.get("selected_user") or chosen.get("value") or ""
    return found
