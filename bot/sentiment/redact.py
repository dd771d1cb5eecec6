"""What leaves the building for an LLM: roles instead of people, no addresses, numbers or secrets, nothing unseen."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.assessment import Burst, Line

LINE_LENGTH = 4000
CONTEXT_LENGTH = 1000
BURSTS_REMEMBERED = 64
"""A burst is shown three times: to the model, and to check what it quotes and repeats."""

_GAP = " […] "

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = "[0-9A-Fa-f]{1,4}"
_SAID_SECRET = re.compile(
    r"\b((?:(?:pass(?:word|wort|phrase)|kennwort|contraseña|mot de passe|api[ _-]?key|secret) ?[:=]|bearer) ?)"
    r"(?!\[)[^\s<>]{6,}",
    re.IGNORECASE,
)
_PATTERNS = (
    (
        "KEY",
        re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]{0,8000}-----END [A-Z ]{0,30}PRIVATE KEY-----)?"),
    ),
    ("SLACK_LINK", re.compile(r"https?://(?:[\w-]+\.){0,3}slack\.com/[^\s>|]*")),
    (
        "TOKEN",
        re.compile(
            r"\b(?:xox[a-z]-[\w-]{10,}|xapp-[\w-]{10,}|sk-[\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}"
            r"|A(?:KI|SI)A[0-9A-Z]{16}|[sr]k_(?:live|test)_\w{16,}|AIza[\w-]{30,}|glpat-[\w-]{16,}"
            r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)(?!\w)"
        ),
    ),
    ("SECRET", re.compile(r"(?<=[?&;])(?:access_token|token|api_?key|key|secret|sig|signature|password)=[^\s&>|]+")),
    ("SECRET", re.compile(r"(?<=://)[^\s/@:|>]{1,100}:[^\s/@|>]{1,200}(?=@)")),
    ("EMAIL", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("IBAN", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")),
    ("IP", re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")),
    ("IP", re.compile(rf"(?<![\w:])(?:{_GROUP}:){{5,7}}{_GROUP}(?![\w:])")),
    ("IP", re.compile(rf"(?<![\w:])(?:{_GROUP}(?::{_GROUP}){{0,6}})?::(?:{_GROUP}:){{0,6}}{_GROUP}(?![\w:])")),
    ("PERSON", _PERSON),
    ("CHANNEL", re.compile(r"<#[CGD][A-Z0-9]+(?:\|[^>]*)?>")),
    ("GROUP", re.compile(r"<!subteam\^[A-Z0-9]+(?:\|[^>]*)?>")),
    ("EVERYBODY", re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")),
    ("PHONE", re.compile(r"(?<![\w.])(?:\+|00)\d[\d .()/-]{6,}\d")),
    ("PHONE", re.compile(r"(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}(?![\w-])")),
    ("PHONE", re.compile(r"(?<![\w.:/-])\(?0[1-9]\d{1,3}\)?(?: ?[/-] ?| )\d{3,8}(?:[ -]\d{2,5}){0,3}(?![\w.:-])")),
)


@dataclass(frozen=True)
class Shown:
    """A burst as an LLM gets it: lists of {"role", "text"}, the earlier messages of both sides and those to rate."""

    earlier: list[dict[str, str]]
    rated: list[dict[str, str]]


def redact(text: str, people: Mapping[str, str] | None = None) -> str:
    """`text` with addresses, phone, card and account numbers, IP addresses, secrets and Slack ids replaced.

    `people` tells which role a Slack id has; anybody else is [PERSON].
    """
    shown = invisible_removed(text)
    shown = _CARD.sub(lambda found: "[CARD]" if _luhn(found.group()) else found.group(), shown)
    if people:
        shown = _PERSON.sub(lambda found: f"[{people.get(found.group(1), 'PERSON')}]", shown)
    shown = _SAID_SECRET.sub(r"\1[SECRET]", shown)
    for name, pattern in _PATTERNS:
        shown = pattern.sub(f"[{name}]", shown)
    return shown


def invisible_removed(text: str) -> str:
    """`text` without what nobody sees: control characters but new lines and tabs, fillers, halves of surrogates."""
    return _INVISIBLE.sub("", text).encode("utf-8", "replace").decode()


@lru_cache(maxsize=BURSTS_REMEMBERED)
def shown(burst: Burst) -> Shown:
    """The burst redacted and cut; the same person has the same role wherever they speak or are mentioned."""
    people = _roles((*burst.context, *burst.lines))
    return Shown(
        redact_lines(burst.context, people, CONTEXT_LENGTH),
        redact_lines(burst.lines, people, LINE_LENGTH),
    )


def redact_lines(
    lines: Iterable[Line], people: Mapping[str, str] | None = None, length: int = LINE_LENGTH
) -> list[dict[str, str]]:
    """Lines as an LLM gets them: a role instead of a name, and redacted text of at most `length` characters."""
    roles = people or {}
    return [
        {"role": roles.get(line.author) or _side(line), "text": _cut(redact(line.text, people), length)}
        for line in lines
    ]


def _side(line: Line) -> str:
    return "client" if line.role == "client" else "us"


def _roles(lines: Iterable[Line]) -> dict[str, str]:
    """CLIENT_1, US_1 for those who speak, PERSON_1 for those who are only mentioned, in order of appearance."""
    roles: dict[str, str] = {}
    counts: dict[str, int] = {}
    for slack_id, side in _appearances(tuple(lines)):
        if slack_id not in roles:
            counts[side] = counts.get(side, 0) + 1
            roles[slack_id] = f"{side}_{counts[side]}"
    return roles


def _appearances(lines: tuple[Line, ...]) -> Iterator[tuple[str, str]]:
    yield from ((line.author, _side(line).upper()) for line in lines if line.author)
    yield from ((found, "PERSON") for line in lines for found in _PERSON.findall(line.text))


def _cut(text: str, length: int) -> str:
    """Too long a text without its middle: what somebody wants stands at the beginning or at the end."""
    if len(text) <= length:
        return text
    end = length // 4
    return text[: length - end - len(_GAP)] + _GAP + text[-end:]


def _luhn(number: str) -> bool:
    digits = [int(char) for char in reversed(number) if char.isdigit()]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 == 0
