"""`rich_text` blocks: sections, lists, quotes and preformatted text with all their inline elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup, escape

from simulator.page import emoji
from simulator.page.dates import format_date
from simulator.page.markup import element, external_link, join
from simulator.page.mrkdwn import render_channel, render_link, render_special, render_user
from simulator.page.reader import Reader

Item = Mapping[str, Any]

STYLES = (("code", "code"), ("strike", "s"), ("italic", "i"), ("bold", "b"), ("underline", "u"))
MARKERS = ("1", "a", "i")


def styled(content: Markup, item: Item) -> Markup:
    style = item.get("style")
    for name, tag in STYLES:
        if isinstance(style, Mapping) and style.get(name):
            content = element(tag, content)
    return content


def render_text(item: Item, reader: Reader) -> Markup:
    style = item.get("style")
    if isinstance(style, Mapping) and style.get("code"):
        return escape(item.get("text", ""))
    return join((emoji.emojify(line, codes=False) for line in item.get("text", "").split("\n")), "<br>")


def render_rich_link(item: Item, reader: Reader) -> Markup:
    url = item.get("url", "")
    local = reader.own_page(url)
    text = item.get("text") or url
    return element("a", text, href=local, data_nav=True) if local else external_link(url, text)


def render_rich_date(item: Item, reader: Reader) -> Markup:
    timestamp = item.get("timestamp", 0)
    text = format_date(item.get("format", "{date}"), reader.local(timestamp), reader.today())
    label = element("time", text, title=item.get("fallback"), data_timestamp=timestamp)
    return external_link(item["url"], label) if item.get("url") else label


def render_color(item: Item, reader: Reader) -> Markup:
    value = str(item.get("value", ""))
    digits = value.removeprefix("#")
    safe = value if digits.isalnum() and len(digits) in (3, 6, 8) else "transparent"
    return join([element("span", class_="swatch", style=f"background:{safe}"), escape(value)])


INLINE: dict[str, Callable[[Item, Reader], Markup]] = {
    "text": render_text,
    "link": render_rich_link,
    "emoji": lambda item, reader: emoji.by_name(item.get("name", "")),
    "user": lambda item, reader: render_user(item.get("user_id", ""), reader),
    "usergroup": lambda item, reader: render_special(f"subteam^{item.get('usergroup_id', '')}", "", reader),
    "channel": lambda item, reader: render_channel(item.get("channel_id", ""), reader),
    "broadcast": lambda item, reader: render_special(item.get("range", ""), "", reader),
    "team": lambda item, reader: escape(item.get("team_id", "")),
    "date": render_rich_date,
    "color": render_color,
}


def render_inline(items: list[Item], reader: Reader) -> Markup:
    parts = []
    for item in items:
        render = INLINE.get(item.get("type", ""))
        parts.append(styled(render(item, reader), item) if render else escape(item.get("text", "")))
    return join(parts)


def render_preformatted_item(item: Item, reader: Reader) -> Markup:
    return (
        render_link(item["url"], item.get("text"), reader)
        if item.get("type") == "link"
        else escape(item.get("text", ""))
    )


def render_list(block: Item, reader: Reader) -> Markup:
    items = join(element("li", render_inline(item.get("elements", []), reader)) for item in block.get("elements", []))
    indent = int(block.get("indent", 0))
    classes = f"indent-{min(indent, 8)}"
    if block.get("style") != "ordered":
        return element("ul", items, class_=classes)
    return element("ol", items, class_=classes, type=MARKERS[indent % 3], start=int(block.get("offset", 0)) + 1)


def render_child(block: Item, reader: Reader) -> Markup:
    kind, items = block.get("type"), block.get("elements", [])
    if kind == "rich_text_list":
        return render_list(block, reader)
    if kind == "rich_text_quote":
        return element("blockquote", render_inline(items, reader))
    if kind == "rich_text_preformatted":
        return element("pre", join(render_preformatted_item(item, reader) for item in items))
    return element("div", render_inline(items, reader), class_="rich-section")


def render_rich_text(block: Item, reader: Reader) -> Markup:
    return element("div", join(render_child(child, reader) for child in block.get("elements", [])), class_="rich-text")


def rich_text_from_plain(text: str) -> dict[str, Any]:
    """What a person typed as the value of a rich_text_input."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }


def plain_from_rich_text(value: Item | None) -> str:
    """The typed text of a rich_text value, formatting dropped."""
    sections = (value or {}).get("elements", [])
    return "\n".join("".join(item.get("text", "") for item in section.get("elements", [])) for section in sections)
