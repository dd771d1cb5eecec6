"""What a model has said, made fit to be posted: no links, mentions or markup, and no words put into its mouth."""

import html
import re
from collections.abc import Iterable, Sequence

from bot.sentiment.redact import invisible_removed, redact
from models.cues import fold

RUN, UNSPACED_RUN = 5, 10
"""So many words of the client in a row are an echo and not the model's own sentence; characters where no blanks are."""

_LABELLED = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_BRACKETED = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{0,30}://\S*"
    r"|\b(?:mailto|tel|sms|javascript|data|file|slack):\S+"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,9}\.[^\W\d_]{2,24}(?![\w-])(?:[:/]\S*)?"
    r"|\b(?:\d{1,3}\.){3}\d{1,3}\b\S*",
    re.IGNORECASE,
)
"""Anything that Slack might make a link of. It knows 1,500 endings of host names, so every ending counts as one."""

_EVERYBODY = re.compile(r"[@＠](?:channel|here|everyone|group)\b", re.IGNORECASE)
_NAMED = re.compile(r"[@＠]|[#＃](?=[^\W\d])")
_MARKS = re.compile(r"[*~`<>|]|(?<!\w)_+|_+(?!\w)|^[ \t]*(?:#+|-|•)[ \t]+", re.MULTILINE)
_LONELY = re.compile(r" +([,.](?:\s|$))")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(rf"{_UNSPACED.pattern}|[^\W_]+")


def plain(said: str, length: int) -> str:
    """One line of at most `length` characters that PostgreSQL takes and Slack shows as nothing but words."""
    return " ".join(paragraphs(said, 2 * length).split())[:length].rstrip()


def paragraphs(said: str, length: int) -> str:
    """The same with its line breaks, for what somebody may send on."""
    text = _opened(invisible_removed(said[: 4 * length]))
    for pattern in (_ADDRESS, _EVERYBODY, _NAMED, _MARKS):
        text = pattern.sub("", text)
    lines = (_LONELY.sub(r"\1", " ".join(line.split())) for line in redact(text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:length].rstrip()


def _opened(text: str) -> str:
    """Entities read as characters and brackets taken out, until nothing new appears from behind them."""
    for _ in range(5):
        opened = _BRACKETED.sub("", _LABELLED.sub(r"\1", html.unescape(text)))
        if opened == text:
            break
        text = opened
    return text


def without_addresses(quote: str) -> str:
    """The longest piece of a quote in which Slack finds nothing to link or to mention, still word for word."""
    pieces = (piece for part in _ADDRESS.split(quote) for piece in re.split(r"<[^<>]*>|[@＠<>]", part))
    return max(pieces, key=len, default="").strip()


def words_of(text: str) -> list[str]:
    """The words of a text, folded; each character of a script without blanks is one."""
    return _WORD.findall(fold(text))


def echoes(said: str, heard: Iterable[Sequence[str]]) -> bool:
    """Whether `said` repeats what was heard (`words_of` each text): all of it, or several words in a row.

    A model that has been told what to say repeats it. Its own sentence about a client's words hardly ever does.
    """
    words = words_of(said)
    unspaced = sum(bool(_UNSPACED.match(word)) for word in words)
    size = min(UNSPACED_RUN if unspaced > len(words) / 2 else RUN, len(words))
    runs = set(_runs(words, size))
    return bool(words) and any(run in runs for text in heard for run in _runs(text, size))


def _runs(words: Sequence[str], size: int) -> Iterable[tuple[str, ...]]:
    return (tuple(words[start : start + size]) for start in range(len(words) - size + 1))
