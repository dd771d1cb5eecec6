"""What a message or a view shows: its buttons, its menus, its words."""

import json
from typing import Any

from simulator.state import Message


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every button of these blocks."""
    found = [each for block in blocks for each in block.get("elements", ()) if each.get("type") == "button"]
    return found + [block["accessory"] for block in blocks if block.get("accessory", {}).get("type") == "button"]


def choices(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every option of the menus of these blocks."""
    menus = [each for block in blocks for each in block.get("elements", ()) if each.get("type") == "overflow"]
    return [option for menu in menus for option in menu["options"]]


def labels(message: Message) -> list[str]:
    """The words on a message's buttons."""
    return [each["text"]["text"] for each in buttons(message.blocks)]


def everything(message: Message) -> str:
    """All that a message says: its text and its blocks."""
    return message.text + "\n" + json.dumps(message.blocks, ensure_ascii=False)
