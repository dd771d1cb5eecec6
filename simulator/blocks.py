"""Block Kit: which blocks exist, what is in them, where they are allowed, and what Slack says against the others.

https://docs.slack.dev/reference/block-kit
"""

import copy
import secrets
from typing import Any

from simulator.block_contents import CARD, CAROUSEL, PLAN, RICH_TEXT, TABLE, TASK_CARD, texts
from simulator.block_parts import ACCESSORIES, ACTIONS, ANY_TEXT, ELEMENTS, FILE, FLAG, IMAGE_URL, INPUTS, URL
from simulator.forms import elements, parts_of
from simulator.maxima import MOST
from simulator.rules import Items, Kind, OneOf, Report, Rule, Shape, String, Text
from simulator.state import Json

BLOCK_ID = String(MOST["block_id"])
LEVELS = ("default", "info", "warning", "error", "success")


def _distinct_actions(block: Json, pointer: str, report: Report) -> None:
    ids = [str(element["action_id"]) for element, _ in elements([block])]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        report.add(f"action_id already exists: {name}", pointer)


def _answerable(block: Json, pointer: str, report: Report) -> None:
    """response_url_enabled is for inputs of modals only."""
    _distinct_actions(block, pointer, report)
    element = block.get("element") if block.get("type") == "input" else None
    for one, _ in parts_of([block]):
        if one.get("response_url_enabled") and (one is not element or report.surface != "modal"):
            report.add("invalid additional property: response_url_enabled", pointer)


def _block(required: tuple[str, ...] = (), one_of: tuple[str, ...] = (), **fields: Rule) -> Shape:
    common: dict[str, Rule] = {"type": String(50), "block_id": BLOCK_ID}
    return Shape({**common, **fields}, required, one_of, extra=_answerable)


def _only(surface: str, shape: Shape) -> Shape:
    return Shape(shape.fields, shape.required, shape.one_of, (surface,), shape.extra)


def _checked(shape: Shape) -> Shape:
    """A shape of block_contents, whose buttons need distinct ids, too."""
    return Shape(shape.fields, shape.required, shape.one_of, shape.surfaces, shape.extra or _distinct_actions)


BLOCKS: dict[str, Rule] = {
    "section": _block(
        (), ("text", "fields"), text=Text(MOST["text object"], ANY_TEXT),
        fields=Items(Text(MOST["field text"], ANY_TEXT), MOST["section fields"]),
        accessory=OneOf(ELEMENTS, ACCESSORIES), expand=FLAG,
    ),
    "divider": _block(),
    "header": _block(("text",), text=Text(MOST["header text"]), level=Kind(int, "integer")),
    "image": _block(
        ("alt_text",), ("image_url", "slack_file"), image_url=IMAGE_URL, slack_file=FILE,
        alt_text=String(MOST["alt text"], 1), title=Text(MOST["image title"]),
    ),
    "context": _block(
        ("elements",),
        elements=Items(OneOf(ELEMENTS, ("image", "mrkdwn", "plain_text")), MOST["context elements"]),
    ),
    "actions": _block(("elements",), elements=Items(OneOf(ELEMENTS, ACTIONS), MOST["actions elements"])),
    "input": _block(
        ("label", "element"), label=Text(MOST["input label"]), element=OneOf(ELEMENTS, INPUTS),
        hint=Text(MOST["input hint"]), optional=FLAG, dispatch_action=FLAG,
    ),
    "rich_text": RICH_TEXT,
    "video": _block(
        ("alt_text", "title", "thumbnail_url", "video_url"), alt_text=String(200), title=Text(MOST["video title"]),
        thumbnail_url=URL, video_url=URL, author_name=String(MOST["video author"]),
        description=Text(MOST["video description"]), provider_icon_url=URL, provider_name=String(200), title_url=URL,
    ),
    "file": _only("message", _block(("external_id", "source"), external_id=String(255), source=String(20))),
    "markdown": _only("message", _block(("text",), text=String(MOST["markdown together"], 1))),
    "table": TABLE,
    "alert": _only(
        "modal", _block(("text",), text=Text(MOST["alert text"], ANY_TEXT), level=String(20, choices=LEVELS))
    ),
    "card": _checked(CARD),
    "carousel": _checked(CAROUSEL),
    "context_actions": _only(
        "message",
        _block(("elements",), elements=Items(
            OneOf(ELEMENTS, ("feedback_buttons", "icon_button")), MOST["context_actions elements"])),
    ),
    "plan": PLAN,
    "task_card": TASK_CARD,
}  # fmt: skip

VIEW: dict[str, Rule] = {
    "type": String(20), "blocks": Kind(list, "array"), "private_metadata": String(MOST["private_metadata"]),
    "callback_id": String(MOST["callback_id"]), "external_id": String(MOST["external_id"]),
}  # fmt: skip
MODAL = Shape(
    {
        **VIEW, "title": Text(MOST["modal title"]), "submit": Text(MOST["modal submit"]),
        "close": Text(MOST["modal close"]), "clear_on_close": FLAG, "notify_on_close": FLAG, "submit_disabled": FLAG,
    },
    ("type", "title", "blocks"),
)  # fmt: skip
HOME = Shape(VIEW, ("type", "blocks"))


def problems(blocks: Any, surface: str, pointer: str = "/blocks") -> list[str]:
    """What Slack would say against a list of blocks; empty when it would take them.

    `surface` is "message", "modal" or "home".
    """
    report = Report(surface)
    Items(OneOf(BLOCKS), MOST[f"blocks in a {surface}"], 0).check(blocks, pointer, report)
    if isinstance(blocks, list) and not report.errors:
        _check_together(blocks, pointer, report)
    return report.errors


def view_problems(view: Any, surface: str) -> list[str]:
    """What Slack would say against a view; `surface` is "modal" or "home"."""
    report = Report(surface)
    (MODAL if surface == "modal" else HOME).check(view, "/view", report)
    if report.errors:
        return report.errors
    if view["type"] != surface:
        return [f"must be {surface} [json-pointer:/view/type]"]
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"])
    if surface == "modal" and has_input and not view.get("submit"):
        report.add("must define `submit` to use an `input` block in modals", "/view/submit")
    return report.errors + problems(view["blocks"], surface, "/view/blocks")


def too_long(blocks: list[Json]) -> bool:
    """Whether a message's blocks hold more text than Slack takes in one message."""
    return texts(blocks) > MOST["characters of all blocks"]


def completed(blocks: list[Json]) -> list[Json]:
    """A copy with the ids and defaults that Slack fills in."""
    whole = copy.deepcopy(blocks)
    for block in whole:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        _complete(block)
    return whole


def _complete(part: Any) -> None:
    if isinstance(part, list):
        for one in part:
            _complete(one)
    elif isinstance(part, dict):
        kind = part.get("type")
        if kind == "plain_text":
            part.setdefault("emoji", True)
        elif kind == "mrkdwn":
            part.setdefault("verbatim", False)
        elif isinstance(kind, str) and kind in ELEMENTS and kind not in ("image", "url"):
            part.setdefault("action_id", secrets.token_urlsafe(4)[:5])
        for one in part.values():
            if isinstance(one, dict | list):
                _complete(one)


def _check_together(blocks: list[Json], pointer: str, report: Report) -> None:
    """Limits that concern several blocks at once."""
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        report.add(f"block_id already exists: {name}", pointer)
    most = MOST["markdown together"]
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > most:
        report.add(f"markdown text must be less than {most + 1} characters together", pointer)
    if sum(block["type"] == "table" for block in blocks) > MOST["tables in a message"]:
        report.add("only_one_table_allowed", pointer)
    if sum(bool(element.get("focus_on_load")) for element, _ in parts_of(blocks)) > 1:
        report.add("only one element may have focus_on_load", pointer)
