"""How somebody is reached: the window that lists Slack and their other ways, the forms that add and change one."""

import json
from collections.abc import Sequence

from bot.views import modals
from bot.views.parts import (
    Block,
    actions,
    button,
    context,
    divider,
    option,
    person,
    plain,
    quoted,
    section,
    text_input,
)
from models.way import CODE_TRIES, WAYS_A_PERSON, WayLine, WayState, spelled_wait
from models.way_address import KINDS, LENGTH, OF_SCHEME, Kind

OPEN, ADD, CHANGE, TEST, REMOVE, CODE, AGAIN = (
    "ways_open", "way_add", "way_change", "way_test", "way_remove", "way_code", "way_again",
)  # fmt: skip
KIND_CHOSEN = "way_kind"
ADD_FORM, CHANGE_FORM, CODE_FORM = "add_way", "change_way", "confirm_way"
KIND, ADDRESS, IMPORTANT, DEFAULT, TYPED = "way_kind", "way_address", "way_important", "way_default", "way_typed"
LABEL = "How you are reached"
WAIT_LENGTH, CODE_LENGTH = 40, 20
FIRST_IMPORTANT, FIRST_DEFAULT = "2 min", ""
ONLY_IF_SLACK_FAILS, NEVER = "only if Slack fails", "never"
_ON_ITS_WAY = "A code is on its way there. It takes a moment; enter it here within 15 minutes."
_STATES = {
    WayState.CODE_WANTED: ":hourglass_flowing_sand: a code is on its way",
    WayState.UNCONFIRMED: ":warning: not confirmed yet: enter the code that was sent there",
    WayState.TESTING: ":hourglass_flowing_sand: a test is on its way; Heed tells you what came of it",
    WayState.WORKS: ":white_check_mark: works",
    WayState.FAILED: ":warning: last failed: test it, or remove it and add it again",
}


def opened(lines: Sequence[WayLine], said: str = "") -> Block:
    """Everything by which somebody is reached; `said` is what has just happened."""
    blocks = [section(said), divider()] if said else []
    blocks += [
        section("*Slack*\nA direct message, always first and at once."),
        *(block for line in lines for block in _own(line)),
    ]
    if len(lines) < WAYS_A_PERSON:
        blocks += [divider(), actions("ways:add", button("Add a way", ADD, "add", "primary"))]
    blocks.append(
        context(
            "*Important* pages are of critical or high severity, *default* ones of medium or low. A page that you "
            "answer in time goes no further way."
        )
    )
    return {**_modal(LABEL), "blocks": blocks}


def of_another(slack_id: str, lines: Sequence[WayLine], said: str = "") -> Block:
    """The ways of somebody else, for an admin, who may only remove them."""
    blocks = [section(said), divider()] if said else []
    blocks.append(section(f"*Slack*, and besides it {len(lines)} ways of {person(slack_id)}."))
    for line in lines:
        blocks += [divider(), section(_text(line)), actions(f"way:{line.id}", _remove(line))]
    return {**_modal("How they are reached"), "private_metadata": slack_id, "blocks": blocks}


def _own(line: WayLine) -> list[Block]:
    number = str(line.id)
    if line.state in (WayState.CODE_WANTED, WayState.UNCONFIRMED):
        offered = [button("Enter the code", CODE, number, "primary"), button("Send another code", AGAIN, number)]
    else:
        offered = [button("Test", TEST, number)]
    offered += [button("Change", CHANGE, number), _remove(line)]
    return [divider(), section(_text(line)), actions(f"way:{line.id}", *offered)]


def _text(line: WayLine) -> str:
    important = spelled_wait(line.important_after_s, ONLY_IF_SLACK_FAILS)
    default = spelled_wait(line.default_after_s, NEVER)
    waits = f"Important: {_after(important)} · default: {_after(default)}"
    return f"*{quoted(line.label, 80)}* · {_STATES[line.state]}\n{waits}"


def _after(wait: str) -> str:
    return wait if wait in (ONLY_IF_SLACK_FAILS, NEVER, "at once") else f"after {wait}"


def _remove(line: WayLine) -> Block:
    asked = {
        "title": plain("Remove this way?"),
        "text": plain("Nothing goes there any more, and Heed forgets the address."),
        "confirm": plain("Remove"),
        "deny": plain("Cancel"),
    }
    return {**button("Remove", REMOVE, str(line.id)), "confirm": asked}


def add_form(chosen: str = KINDS[0].schemes[0]) -> Block:
    """The form for a new way; the hint is that of the service that is chosen (its first scheme)."""
    kind = OF_SCHEME.get(chosen, KINDS[0])
    options = [option(each.name, each.schemes[0]) for each in KINDS]
    menu = {
        "type": "static_select",
        "action_id": KIND_CHOSEN,
        "options": options,
        "initial_option": next(each for each in options if each["value"] == kind.schemes[0]),
    }
    return {
        **_modal("Add a way", ADD_FORM, "Add"),
        "blocks": [
            {"type": "input", "block_id": KIND, "label": plain("Which service?"), "element": menu,
             "dispatch_action": True},
            text_input(ADDRESS, "Address", LENGTH, hint=plain(_hint(kind))),
            *_wait_inputs(FIRST_IMPORTANT, FIRST_DEFAULT),
            context("Heed seals the address and shows it to nobody. A code is sent there, which you enter next."),
        ],
    }  # fmt: skip


def _hint(kind: Kind) -> str:
    return f"{kind.example} {kind.hint}".strip()


def change_form(line: WayLine) -> Block:
    """The form for the waits of a way; its address is changed by adding another."""
    important = spelled_wait(line.important_after_s, "")
    default = spelled_wait(line.default_after_s, "")
    return {
        **_modal("Change a way", CHANGE_FORM, "Save"),
        "private_metadata": json.dumps({"way": line.id}),
        "blocks": [
            section(f"*{quoted(line.label, 80)}*"),
            *_wait_inputs(important, default),
            context("For another address, add a new way and remove this one."),
        ],
    }


def _wait_inputs(important: str, default: str) -> list[Block]:
    hint = "Such as at once, 2 min or 1h after the page was due. Nothing: "
    found = []
    for block_id, label, initial, without in (
        (IMPORTANT, "Important pages (critical, high)", important, ONLY_IF_SLACK_FAILS),
        (DEFAULT, "Default pages (medium, low)", default, NEVER),
    ):
        block = text_input(block_id, label, WAIT_LENGTH, optional=True, hint=plain(f"{hint}{without}."))
        if initial:
            block["element"]["initial_value"] = initial
        found.append(block)
    return found


def code_form(way_id: int, label: str) -> Block:
    """The form that asks for the code that was sent."""
    return {
        **_modal("Confirm a way", CODE_FORM, "Confirm"),
        "private_metadata": json.dumps({"way": way_id}),
        "blocks": [
            section(f"*{quoted(label, 80)}*\n{_ON_ITS_WAY}"),
            text_input(TYPED, "Code", CODE_LENGTH, hint=plain(f"Six digits; {CODE_TRIES} tries at most.")),
            context("Nothing came? Close this; the list shows how it stands, and can send another code."),
        ],
    }


def way_of(view: Block) -> int:
    """The row id of the way that a form is about."""
    return int(modals.metadata(view)["way"])


def told(words: str) -> Block:
    """A window that only says something."""
    return {**_modal(LABEL), "blocks": [section(words)]}


def _modal(title: str, callback: str = "", submit: str = "") -> Block:
    found: Block = {"type": "modal", "title": plain(title), "close": plain("Close"), "private_metadata": ""}
    return {**found, "callback_id": callback, "submit": plain(submit)} if callback else found
