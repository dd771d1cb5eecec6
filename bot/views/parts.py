"""Small pieces of Block Kit that every view is made of. Text from outside is escaped or goes into plain text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.words import Severity, Status

Block = dict[str, Any]

HEADER_LENGTH = 150
SECTION_LENGTH = 3000
CONTEXT_LENGTH = 2000
TEXT_LENGTH = 3500
LINK_LENGTH = 2000
BADGES = {
    Severity.CRITICAL: ":red_circle:",
    Severity.HIGH: ":large_yellow_circle:",
    Severity.MEDIUM: ":large_blue_circle:",
    Severity.LOW: ":white_circle:",
}


@dataclass(frozen=True)
class Rendered:
    """A message: `text` is what phones and screen readers get, so it tells the whole story; `blocks` is the picture."""

    text: str
    blocks: list[Block] = field(default_factory=list)


class NotOurs(ValueError):
    """What came back in a message or a form is not what Heed has drawn there; says which, as "field: what is wrong"."""


_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


def clean(text: str) -> str:
    """`text` without characters that cannot be seen or that turn the reading direction; new lines stay."""
    kept = _INVISIBLE.sub("", text)
    return "".join(char for char in kept if char in "\n\t" or unicodedata.category(char) != "Cc")


def escape(text: str) -> str:
    """`text` as Slack's mrkdwn and top-level text show it literally: never a mention, never a link."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What somebody typed, from text as Slack sends it, in which `&`, `<` and `>` are escaped."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(text: str) -> str:
    """What somebody typed after a command: without the brackets that Slack puts around what looks like an address.

    Mentions stay as they are.
    """
    return unescape(re.sub(r"<(?:(?:https?://|mailto:)[^<>|]*\|([^<>|]*)|(https?://[^<>|]*))>", r"\1\2", text))


def cut(text: str, length: int) -> str:
    """At most `length` characters; what is longer ends in an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def cut_marked(mrkdwn: str, length: int) -> str:
    """At most `length` characters of our own mrkdwn, never cut inside a mention, a moment, a link or an entity."""
    shown = cut(mrkdwn, length)
    if shown is mrkdwn:
        return shown
    whole = re.sub(r"(<[^>]*|&[a-z]{0,3})$", "", shown[:-1])
    return whole.rstrip() + "…"


def newest_lines(lines: Sequence[str], length: int) -> str:
    """As many of the last lines as fit into `length` characters."""
    kept: list[str] = []
    for line in reversed(lines):
        length -= len(line) + 1
        if length < 0:
            break
        kept.insert(0, line)
    return "\n".join(kept)


def first_lines(lines: Sequence[str], length: int, more: str = "and {count} more") -> str:
    """As many of the first lines as fit into `length` characters; `more` tells how many were left out."""
    kept, room = list[str](), length - len(more) - 10
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, more.format(count=len(lines) - len(kept))])
        kept.append(line)
    return "\n".join(kept)


def quoted(text: str, length: int = 200) -> str:
    """Outside text inside our own mrkdwn: one line, cut, escaped, and no formatting marks."""
    line = " ".join(clean(text).split())
    return re.sub(r"[*_~`]", "", escape(cut(line, length)))


def code(text: str, length: int = 200) -> str:
    """Outside text inside our own mrkdwn, literally, so that it can be read sign by sign."""
    line = " ".join(clean(text).split()).replace("`", "'")
    return f"`{escape(cut(line, length))}`" if line else ""


def at(moment: datetime, form: str = "{time}") -> str:
    """A moment in the reader's time zone; older clients and screen readers get UTC."""
    return f"<!date^{int(moment.timestamp())}^{form}|{moment:%H:%M} UTC>"


def on(moment: datetime) -> str:
    """A moment with its day, in the reader's time zone."""
    stamp = int(moment.timestamp())
    return f"<!date^{stamp}^{{date_short_pretty}} at {{time}}|{moment:%Y-%m-%d %H:%M} UTC>"


def ago(since: datetime, now: datetime) -> str:
    """How long ago in words: "just now", "5 minutes", "3 hours", "2 days"."""
    seconds = max(0, int((now - since).total_seconds()))
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "just now"


def person(slack_id: str | None) -> str:
    """A mention of a person, or of the channel that is paged like one."""
    if not slack_id:
        return "somebody"
    return f"<#{slack_id}>" if slack_id[0] in "CG" else f"<@{slack_id}>"


def people(slack_ids: Iterable[str], at_most: int = 8) -> str:
    """Mentions, shortened: "@a, @b and 3 more"."""
    ids = list(slack_ids)
    shown = ", ".join(person(each) for each in ids[:at_most])
    return f"{shown} and {len(ids) - at_most} more" if len(ids) > at_most else shown


def safe_link(url: str) -> str:
    """`url` if it is http(s), with the characters encoded that could end a link early; empty otherwise."""
    shown = clean(url)
    if not re.fullmatch(r"https?://\S+", shown, re.IGNORECASE):
        return ""
    link = shown.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return link if len(link) <= LINK_LENGTH else ""


def header(text: str) -> Block:
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": cut(clean(text), HEADER_LENGTH).strip() or "…", "emoji": False},
    }


def section(mrkdwn: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": _mrkdwn(cut_marked(mrkdwn, SECTION_LENGTH))}
    return {**block, "accessory": accessory} if accessory else block


def fields(*texts: str) -> Block:
    return {"type": "section", "fields": [_mrkdwn(text) for text in texts]}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(cut_marked(text, CONTEXT_LENGTH)) for text in texts]}


def quote(text: str) -> Block:
    """Outside text as a quote; rich text knows no markup, so nothing in it can mention, link or format."""
    return _rich("rich_text_quote", text)


def passage(text: str) -> Block:
    """Outside text as a paragraph, literally."""
    return _rich("rich_text_section", text)


def _rich(kind: str, text: str) -> Block:
    shown = cut(clean(text), SECTION_LENGTH) or " "
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [{"type": "text", "text": shown}]}]}


def divider() -> Block:
    return {"type": "divider"}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": clean(text), "emoji": True}


def button(label: str, action_id: str, value: str, style: str | None = None) -> Block:
    made: Block = {"type": "button", "text": plain(label), "action_id": action_id, "value": value}
    return {**made, "style": style} if style else made


def actions(block_id: str, *elements: Block) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def option(label: str, value: str) -> Block:
    return {"text": plain(label), "value": value}


def select(action_id: str, options: list[Block], chosen: str) -> Block:
    initial = next((each for each in options if each["value"] == chosen), options[0])
    return {"type": "static_select", "action_id": action_id, "options": options, "initial_option": initial}


def overflow(action_id: str, options: list[Block]) -> Block:
    """A menu behind three dots; Slack takes five options at most."""
    return {"type": "overflow", "action_id": action_id, "options": options}


def text_input(block_id: str, label: str, length: int, multiline: bool = False, **more: Any) -> Block:
    """An input for text, whose element has the block's name; `more` are fields of the block."""
    element = {"type": "plain_text_input", "action_id": block_id, "max_length": length, "multiline": multiline}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def severity_badge(severity: Severity) -> str:
    return f"{BADGES[severity]} *{severity.label.capitalize()}*"


def status_word(status: Status) -> str:
    return status.label
