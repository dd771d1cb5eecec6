"""Slack's mrkdwn as HTML, and as the plain line that phones and screen readers get."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from markupsafe import Markup, escape

from simulator.page.dates import format_date
from simulator.page.emoji import emojify, glyphs
from simulator.page.markup import element, external_link, join
from simulator.page.reader import Reader

ENTITY = re.compile(r"&(?:amp|lt|gt);")
FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
CONTROL = r"<(?P<control>[^<>\n]+)>"
BARE_URL = r"(?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?'\")\]])"
CODE = r"`(?P<code>[^`\n]+)`"
STYLED = "|".join(
    rf"(?<![\w{mark}])\{mark}(?P<{name}>[^\s{mark}](?:[^\n{mark}]*[^\s{mark}])?)\{mark}(?![\w{mark}])"
    for mark, name in (("*", "bold"), ("_", "italic"), ("~", "strike"))
)
INLINE = re.compile("|".join((CONTROL, CODE, BARE_URL, STYLED)))
CONTROL_ONLY = re.compile(CONTROL)
QUOTE = re.compile(r"^(?:&gt;|>) ?")
QUOTE_REST = re.compile(r"^(?:&gt;|>){3}\s?")
BROADCASTS = frozenset({"here", "channel", "everyone"})
STYLE_TAGS = {"bold": "b", "italic": "i", "strike": "s"}


def unescape_entities(text: str) -> str:
    """Undoes exactly Slack's three escapes, once."""
    return ENTITY.sub(lambda match: unescape(match[0]), text)


def render_mrkdwn(text: str, reader: Reader, verbatim: bool = False) -> Markup:
    """The HTML of one mrkdwn text. `verbatim` leaves bare addresses unlinked, as Slack does."""
    parts: list[Markup] = []
    for index, part in enumerate(FENCE.split(text)):
        if index % 2:
            parts.append(element("pre", render_code(part, reader)))
        elif part:
            parts.append(render_lines(part.strip("\n") if index else part.rstrip("\n"), reader, verbatim))
    return join(parts)


def render_code(text: str, reader: Reader) -> Markup:
    """Code keeps its characters; only links and mentions are still resolved in it."""
    return scan(text, CONTROL_ONLY, lambda match: render_control(match["control"], reader), unescape_and_escape)


def render_lines(text: str, reader: Reader, verbatim: bool) -> Markup:
    """Runs of quoted lines become one blockquote each; all other lines are separated by line breaks."""
    blocks: list[tuple[bool, list[str]]] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if QUOTE_REST.match(line):
            blocks.append((True, [QUOTE_REST.sub("", line), *lines[number + 1 :]]))
            break
        quoted = bool(QUOTE.match(line))
        if not blocks or blocks[-1][0] != quoted:
            blocks.append((quoted, []))
        blocks[-1][1].append(QUOTE.sub("", line) if quoted else line)
    return join(render_run(quoted, run, reader, verbatim) for quoted, run in blocks)


def render_run(quoted: bool, lines: list[str], reader: Reader, verbatim: bool) -> Markup:
    body = join((render_inline(line, reader, verbatim) for line in lines), "<br>")
    return element("blockquote", body) if quoted else body


def render_inline(text: str, reader: Reader, verbatim: bool) -> Markup:
    def replace(match: re.Match[str]) -> Markup:
        kind = match.lastgroup or ""
        content = match[kind]
        if kind == "control":
            return render_control(content, reader)
        if kind == "code":
            return element("code", render_code(content, reader))
        if kind == "url":
            return escape(unescape_entities(content)) if verbatim else render_link(content, None, reader)
        return element(STYLE_TAGS[kind], render_inline(content, reader, verbatim))

    return scan(text, INLINE, replace, lambda rest: emojify(unescape_entities(rest)))


def unescape_and_escape(text: str) -> Markup:
    return escape(unescape_entities(text))


def scan(
    text: str, pattern: re.Pattern[str], found: Callable[[re.Match[str]], Markup], between: Callable[[str], Markup]
) -> Markup:
    parts: list[Markup] = []
    position = 0
    for match in pattern.finditer(text):
        parts += [between(text[position : match.start()]), found(match)]
        position = match.end()
    return join([*parts, between(text[position:])])


def render_control(content: str, reader: Reader) -> Markup:
    """What stands between `<` and `>`: a mention, a channel, a special mention, a date or a link."""
    body, _, label = content.partition("|")
    if body.startswith("@"):
        return render_user(body[1:], reader, label)
    if body.startswith("#"):
        return render_channel(body[1:], reader, label)
    if body.startswith("!"):
        return render_special(body[1:], label, reader)
    return render_link(body, label or None, reader)


def render_user(user_id: str, reader: Reader, label: str = "") -> Markup:
    name = reader.users.get(user_id) or label or user_id
    mine = " mine" if user_id == reader.user_id else ""
    return element("span", f"@{name}", class_=f"mention{mine}", data_user=user_id)


def render_channel(channel_id: str, reader: Reader, label: str = "") -> Markup:
    name = reader.channels.get(channel_id) or label
    if not name:
        return element("span", "#private channel", class_="mention")
    target = reader.address(channel=channel_id)
    return element("a", f"#{name}", class_="mention", href=target, data_nav=True, data_channel=channel_id)


def render_special(body: str, label: str, reader: Reader) -> Markup:
    if body.startswith("date^"):
        return render_date(body, label, reader)
    if body in BROADCASTS:
        return element("span", f"@{body}", class_="mention mine")
    if body.startswith("subteam^"):
        group = body.removeprefix("subteam^")
        name = reader.groups.get(group) or unescape_entities(label).removeprefix("@") or group
        return element("span", f"@{name}", class_="mention", data_group=group)
    return escape(unescape_entities(label or body))


def render_date(body: str, fallback: str, reader: Reader) -> Markup:
    """`date^timestamp^template^link`; anything malformed shows the fallback."""
    fields = body.split("^", 3)
    if len(fields) < 3 or not fields[1].strip().isdigit():
        return escape(unescape_entities(fallback))
    timestamp = int(fields[1])
    text = format_date(unescape_entities(fields[2]), reader.local(timestamp), reader.today())
    label = element("time", text, title=unescape_entities(fallback) or None, data_timestamp=timestamp)
    return external_link(fields[3], label) if len(fields) == 4 else label


def render_link(url: str, label: str | None, reader: Reader) -> Markup:
    target = unescape_entities(url)
    text = emojify(unescape_entities(label)) if label else target.removeprefix("mailto:").removeprefix("tel:")
    local = reader.own_page(target)
    if local:
        return element("a", text, href=local, data_nav=True)
    return external_link(target, text)


TAG = re.compile(r"<[^>]+>")


def plain_text(text: str, reader: Reader) -> str:
    """One line without formatting: what a notification shows."""
    text = re.sub(r"```\n?|(?m:^(?:&gt;|>)+ ?)", "", text)
    rendered = str(render_lines(glyphs(text), reader, verbatim=True)).replace("<br>", " ")
    drawn = re.sub(r'<svg[^>]*aria-label="([^"]*)"[^>]*>.*?</svg>', r":\1:", rendered)
    return glyphs(unescape(TAG.sub("", drawn))).strip()
