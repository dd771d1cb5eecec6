"""Cards, carousels, plans, tasks and remote files as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from simulator.page.elements import Place, image_source, render_element, render_text
from simulator.page.markup import element, external_link, join
from simulator.page.reader import Reader
from simulator.page.rich_text import render_rich_text

Block = Mapping[str, Any]
MARKS = {"pending": "○", "in_progress": "◐", "complete": "✓", "error": "✕"}


def render_picture(item: Block, reader: Reader, name: str) -> Markup:
    return element("img", src=image_source(item, reader), alt=item.get("alt_text", ""), class_=name, loading="lazy")


def render_card(block: Block, reader: Reader, place: Place) -> Markup:
    """A picture on top, an icon beside title and subtitle, words, buttons."""
    buttons = (render_element(item, place, reader) for item in block.get("actions", []))
    heading = element(
        "div",
        render_picture(block["icon"], reader, "card-icon") if block.get("icon") else None,
        element("b", render_text(block.get("title"), reader)),
        element("small", render_text(block["subtitle"], reader)) if block.get("subtitle") else None,
        class_="card-heading",
    )
    return join(
        [
            render_picture(block["hero_image"], reader, "card-hero") if block.get("hero_image") else None,
            heading,
            element("div", render_text(block.get("body"), reader), class_="text"),
            element("div", join(buttons), class_="card-actions"),
        ]
    )


def render_carousel(block: Block, reader: Reader, place: Place) -> Markup:
    """Cards side by side. Their buttons are sent with the card's own block_id."""
    cards = (
        element("div", render_card(card, reader, place), class_="card", data_block_id=card.get("block_id"))
        for card in block.get("elements", [])
    )
    return element("div", join(cards), class_="card-row")


def render_task(task: Block, reader: Reader) -> Markup:
    status = str(task.get("status", "pending"))
    sources = (
        element("li", external_link(str(one.get("url", "")), one.get("text"))) for one in task.get("sources", [])
    )
    return element(
        "div",
        element("span", MARKS.get(status, "○"), class_=f"task-mark {status if status in MARKS else ''}"),
        element("b", task.get("title", "")),
        render_rich_text(task["details"], reader) if task.get("details") else None,
        render_rich_text(task["output"], reader) if task.get("output") else None,
        element("ul", join(sources)) if task.get("sources") else None,
        class_="task",
    )


def render_plan(block: Block, reader: Reader) -> Markup:
    tasks = join(render_task(task, reader) for task in block.get("tasks", []))
    return element("b", block.get("title", "")) + tasks


def render_remote_file(block: Block, reader: Reader) -> Markup:
    return element("span", f"File {block.get('external_id', '')}", class_="file")
