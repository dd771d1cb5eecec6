"""The lines of another app's message, from wherever apps put their words: text, blocks, attachments, files."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.views.parts import clean, unescape

_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")
_BARE = re.compile(r"<((?:https?://|mailto:)[^<>|]*)>")
_MARKS = re.compile(r"(?<!\w)([*_~])(?=\S)([^\n]*?\S)\1(?!\w)|`([^`\n]*)`")
_UNFURLED = ("from_url", "is_msg_unfurl", "is_app_unfurl")


def lines_of(message: Mapping[str, Any]) -> tuple[str, ...]:
    """What the message says, line by line, each once, without Slack's markup; what Slack adds for links is left out."""
    found = dict.fromkeys(line for part in _parts(message) for line in _plain(part).splitlines())
    return tuple(line for line in (" ".join(each.split()) for each in found) if line)


def _parts(message: Mapping[str, Any]) -> Iterator[str]:
    yield _text(message.get("text"))
    yield from _blocks(message.get("blocks"))
    for attachment in _dicts(message.get("attachments")):
        if not any(attachment.get(mark) for mark in _UNFURLED):
            yield from _attachment(attachment)
    for file in _dicts(message.get("files")):
        yield _text(file.get("title") or file.get("name"))


def _attachment(attachment: Mapping[str, Any]) -> Iterator[str]:
    told = [_text(attachment.get(name)) for name in ("pretext", "author_name", "title", "text")]
    told += [f"{_text(each.get('title'))}: {_text(each.get('value'))}" for each in _dicts(attachment.get("fields"))]
    told += _blocks(attachment.get("blocks"))
    yield from told if any(told) else [_text(attachment.get("fallback"))]


def _blocks(blocks: Any) -> Iterator[str]:
    for block in _dicts(blocks):
        if block.get("type") == "rich_text":
            yield from (_rich(each) for each in _dicts(block.get("elements")))
            continue
        yield _text(block.get("text"))
        for each in (*_dicts(block.get("fields")), *_dicts(block.get("elements"))):
            if each.get("type") in ("mrkdwn", "plain_text"):
                yield _text(each)


def _rich(element: Mapping[str, Any]) -> str:
    """The words of one element of rich text and of all that is in it; items of a list are lines of their own."""
    inner = _dicts(element.get("elements"))
    if inner:
        return ("\n" if element.get("type") == "rich_text_list" else "").join(map(_rich, inner))
    return _text(element.get("text")) or _text(element.get("url"))


def _text(value: Any) -> str:
    """The text of a text object, or a text itself; empty for anything else."""
    if isinstance(value, Mapping):
        value = value.get("text")
    return value if isinstance(value, str) else ""


def _dicts(value: Any) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, Iterable) else []


def _plain(text: str) -> str:
    """Without markup: a link is its label, and bold is not starred. Names with _ in them stay whole."""
    shown = _BARE.sub(r"\1", _LABELLED.sub(r"\1", text))
    before = None
    while shown != before:
        before, shown = shown, _MARKS.sub(lambda mark: mark[2] or mark[3] or "", shown)
    return clean(unescape(shown))
