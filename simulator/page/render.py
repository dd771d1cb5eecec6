"""Block Kit blocks as HTML: a pure function of the blocks and of who is reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from markupsafe import Markup

from simulator.page.cards import render_card, render_carousel, render_plan, render_remote_file, render_task
from simulator.page.elements import Place, image_source, render_element, render_text
from simulator.page.form import with_state
from simulator.page.markdown import render_markdown
from simulator.page.markup import element, external_link, join
from simulator.page.reader import Reader
from simulator.page.rich_text import render_rich_text

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Surface:
    """What holds the blocks: `prefix` makes element ids unique on the page, `errors` go from block_id to message,
    `values` from block_id over action_id to Slack's state of that element."""

    prefix: str = "b"
    errors: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def element(self, block: Block, item: Block, reader: Reader, place: Place | None = None) -> Markup:
        """One element of a block, showing what the person has filled in."""
        state = self.values.get(block_id(block), {}).get(item.get("action_id", ""))
        return render_element(with_state(item, state), place or Place(f"{self.prefix}-{block_id(block)}"), reader)


def render_section(block: Block, reader: Reader, surface: Surface) -> Markup:
    text = block.get("text")
    fields = join(element("div", render_text(item, reader)) for item in block.get("fields", []))
    body = element(
        "div",
        element("div", render_text(text, reader), class_="text") if text else None,
        element("div", fields, class_="fields") if fields else None,
        class_="section-body",
    )
    accessory = block.get("accessory")
    if not accessory:
        return body
    return body + element("div", surface.element(block, accessory, reader), class_="accessory")


def render_actions(block: Block, reader: Reader, surface: Surface) -> Markup:
    return join(surface.element(block, item, reader) for item in block.get("elements", []))


def render_context(block: Block, reader: Reader, surface: Surface) -> Markup:
    parts = []
    for item in block.get("elements", []):
        is_image = item.get("type") == "image"
        content = surface.element(block, item, reader) if is_image else render_text(item, reader)
        parts.append(element("span", content, class_="context-image" if is_image else "context-text"))
    return join(parts)


def render_header(block: Block, reader: Reader, surface: Surface) -> Markup:
    return element("h3", render_text(block.get("text"), reader))


def render_divider(block: Block, reader: Reader, surface: Surface) -> Markup:
    return element("hr")


def render_image(block: Block, reader: Reader, surface: Surface) -> Markup:
    caption = element("figcaption", render_text(block["title"], reader)) if block.get("title") else None
    picture = element("img", src=image_source(block, reader), alt=block.get("alt_text", ""), loading="lazy")
    return element("figure", caption, picture)


def render_input(block: Block, reader: Reader, surface: Surface) -> Markup:
    label_id = f"{surface.prefix}-{block_id(block)}-label"
    place = Place(label_id, dispatch=bool(block.get("dispatch_action")), label_id=label_id)
    optional = element("span", " (optional)", class_="optional") if block.get("optional") else None
    error = surface.errors.get(block_id(block))
    return join(
        [
            element("div", render_text(block.get("label"), reader), optional, class_="label", id=label_id),
            surface.element(block, block.get("element", {}), reader, place),
            element("div", error, class_="field-error", role="alert") if error else None,
            element("div", render_text(block["hint"], reader), class_="hint") if block.get("hint") else None,
        ]
    )


def render_cell(cell: Block, reader: Reader) -> Markup:
    if cell.get("type") == "rich_text":
        return render_rich_text(cell, reader)
    return render_text(
        {"type": "plain_text", "text": str(cell.get("text", cell.get("value", ""))), "emoji": False}, reader
    )


def render_table(block: Block, reader: Reader, surface: Surface) -> Markup:
    """Slack's first row is the header row."""
    settings = block.get("column_settings", [])
    rows = []
    for number, row in enumerate(block.get("rows", [])):
        name = "td" if number else "th"
        cells = [
            element(name, render_cell(cell, reader), class_=f"align-{(setting or {}).get('align', 'left')}")
            for cell, setting in zip_longest(row, settings[: len(row)])
        ]
        rows.append(element("tr", join(cells)))
    return element("div", element("table", join(rows)), class_="table-scroll")


def render_alert(block: Block, reader: Reader, surface: Surface) -> Markup:
    level = str(block.get("level", "default"))
    return element(
        "div", render_text(block.get("text"), reader), class_=f"alert {level if level.isalpha() else ''}", role="note"
    )


def render_video(block: Block, reader: Reader, surface: Surface) -> Markup:
    return external_link(block.get("title_url", ""), render_text(block.get("title"), reader))


RENDERERS: dict[str, Callable[[Block, Reader, Surface], Markup]] = {
    "section": render_section,
    "actions": render_actions,
    "context_actions": render_actions,
    "context": render_context,
    "header": render_header,
    "divider": render_divider,
    "image": render_image,
    "input": render_input,
    "table": render_table,
    "alert": render_alert,
    "video": render_video,
    "card": lambda block, reader, surface: render_card(block, reader, Place(f"{surface.prefix}-{block_id(block)}")),
    "carousel": lambda block, reader, surface: render_carousel(block, reader, Place(surface.prefix)),
    "plan": lambda block, reader, surface: render_plan(block, reader),
    "task_card": lambda block, reader, surface: render_task(block, reader),
    "file": lambda block, reader, surface: render_remote_file(block, reader),
    "rich_text": lambda block, reader, surface: render_rich_text(block, reader),
    "markdown": lambda block, reader, surface: render_markdown(str(block.get("text", "")), reader),
}


def block_id(block: Block) -> str:
    return str(block.get("block_id", ""))


def render_block(block: Block, reader: Reader, surface: Surface) -> Markup:
    kind = str(block.get("type", ""))
    render = RENDERERS.get(kind)
    content = render(block, reader, surface) if render else Markup("Unsupported block: {}").format(kind)
    classes = f"block {kind.replace('_', '-')}" + (" invalid" if block_id(block) in surface.errors else "")
    return element(
        "div", content, class_=classes, data_block_id=block_id(block), id=f"{surface.prefix}-{block_id(block)}"
    )


def render_blocks(blocks: Sequence[Block], reader: Reader, surface: Surface | None = None) -> Markup:
    """All blocks of one message or view; `surface` carries the errors of a submitted modal."""
    surface = surface or Surface()
    return element("div", join(render_block(block, reader, surface) for block in blocks), class_="blocks")
