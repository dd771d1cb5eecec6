"""The `markdown` block: the common subset of standard Markdown that Slack translates."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from simulator.page.emoji import emojify
from simulator.page.markup import element, external_link, join
from simulator.page.reader import Reader

FENCE = re.compile(r"^```[^\n]*\n(.*?)\n?^```\s*$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<url>[^)\s]+)\)"
    r"|\*\*(?P<bold>\S(?:.*?\S)?)\*\*|__(?P<bold2>\S(?:.*?\S)?)__"
    r"|~~(?P<strike>\S(?:.*?\S)?)~~"
    r"|\*(?P<italic>\S(?:[^*]*\S)?)\*|(?<!\w)_(?P<italic2>\S(?:[^_]*\S)?)_(?!\w)"
    r"|(?P<bare>https?://[^\s<>]+[^\s<>.,;:!?'\")\]])"
)
TAGS = {"bold": "b", "bold2": "b", "strike": "s", "italic": "i", "italic2": "i"}
LINE = re.compile(
    r"^(?:(?P<heading>#{1,6}) +|(?P<bullet>[-*+]) +|(?P<number>\d+)[.)] +|(?P<quote>> ?)|(?P<rule>-{3,}|\*{3,})$)"
)
CONTAINERS = {"bullet": "ul", "number": "ol", "quote": "blockquote"}


def render_markdown(text: str, reader: Reader) -> Markup:
    parts: list[Markup] = []
    for index, part in enumerate(FENCE.split(text)):
        parts.append(element("pre", part) if index % 2 else render_paragraphs(part))
    return element("div", join(parts), class_="markdown")


def render_paragraphs(text: str) -> Markup:
    """Consecutive lines of one kind belong together; an empty line ends a paragraph."""
    runs: list[tuple[str, list[Markup]]] = []
    for line in text.split("\n"):
        match = LINE.match(line)
        kind = (match.lastgroup or "text") if match else "text" if line.strip() else "gap"
        rest = line[match.end() :] if match else line
        if kind == "heading" and match:
            runs.append(("heading", [element("b", render_inline(rest), class_=f"heading-{len(match['heading'])}")]))
        elif runs and runs[-1][0] == kind:
            runs[-1][1].append(render_inline(rest))
        else:
            runs.append((kind, [render_inline(rest)]))
    return join(render_run(kind, lines) for kind, lines in runs)


def render_run(kind: str, lines: list[Markup]) -> Markup:
    if kind in ("bullet", "number"):
        return element(CONTAINERS[kind], join(element("li", line) for line in lines))
    if kind == "rule":
        return element("hr")
    if kind == "gap":
        return Markup("")
    return element("blockquote" if kind == "quote" else "p", join(lines, "<br>"))


def render_inline(text: str) -> Markup:
    parts: list[Markup] = []
    position = 0
    for match in INLINE.finditer(text):
        parts += [emojify(text[position : match.start()]), render_match(match)]
        position = match.end()
    return join([*parts, emojify(text[position:])])


def render_match(match: re.Match[str]) -> Markup:
    kind = match.lastgroup or ""
    if kind == "code":
        return element("code", escape(match["code"]))
    if kind == "url":
        return external_link(match["url"], render_inline(match["label"]))
    if kind == "bare":
        return external_link(match["bare"], match["bare"])
    return element(TAGS[kind], render_inline(match[kind]))
