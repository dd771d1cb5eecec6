"""How Slack stores the text that an app posts: whatever is no control sequence and no entity is escaped."""

import re

from simulator.state import Json

CONTROL = re.compile(r"<(?:[@#!][^<>\s]|(?:https?|mailto|tel|slack)[:/])[^<>]*>")
STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")


def escape_stray(text: str) -> str:
    """`a & b <c>` as `a &amp; b &lt;c&gt;`; `<@U1>`, `<https://…|label>` and `&amp;` stay. A leading `>` quotes."""
    parts: list[str] = []
    start = 0
    for match in CONTROL.finditer(text):
        parts += [_escape(text[start : match.start()]), STRAY_AMPERSAND.sub("&amp;", match.group())]
        start = match.end()
    return "".join([*parts, _escape(text[start:])])


def escape_blocks(blocks: list[Json]) -> list[Json]:
    """The same for every mrkdwn text in these blocks, in place."""
    for block in blocks:
        _walk(block)
    return blocks


def _escape(text: str) -> str:
    return STRAY_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _walk(part: object) -> None:
    if isinstance(part, list):
        for one in part:
            _walk(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn" and isinstance(part.get("text"), str):
            part["text"] = escape_stray(part["text"])
        else:
            for one in part.values():
                if isinstance(one, dict | list):
                    _walk(one)
