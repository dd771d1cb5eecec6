"""What a program asks for: the parameters of a list, and the body that answers an alert. Nothing is guessed."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from models.actions.answering import NOTE_LENGTH
from models.actions.listing import Search
from models.answer import Answer
from models.words import Severity, Status

LIMIT, LIMIT_AT_MOST = 50, 200
PARAMETERS = ("status", "severity", "source", "client", "limit", "after")
FIELDS = ("status", "notes", "reason", "epoch")
ANSWERS = {
    Status.ACKNOWLEDGED.value: Answer.ACKNOWLEDGE,
    Status.RESOLVED.value: Answer.RESOLVE,
    Status.FALSE_POSITIVE.value: Answer.FALSE_POSITIVE,
}
_NAME_LENGTH = 300
_CURSOR = re.compile(r"before:([1-9]\d{0,17})")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_Word = TypeVar("_Word", bound=Enum)


class Wrong(ValueError):
    """A parameter or field cannot be meant; the message begins with its name. `allowed` are the values it may have."""

    def __init__(self, field: str, reason: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.allowed = field, tuple(allowed)


@dataclass(frozen=True)
class Page:
    """Which part of which list: `limit` alerts (1 to 200) that are older than number `before`."""

    search: Search
    limit: int
    before: int | None


@dataclass(frozen=True)
class Change:
    """The answer that a program gives to an alert; `epoch` is the one that it has seen, None for whichever there is."""

    answer: Answer
    words: str
    epoch: int | None


def page_of(parameters: Mapping[str, Sequence[str]]) -> Page:
    """The page that these query parameters ask for; an empty one counts as left out. Raises Wrong."""
    for name, given in parameters.items():
        if name not in PARAMETERS:
            raise Wrong(name, f"is not a parameter of this list; it takes {', '.join(PARAMETERS)}", PARAMETERS)
        if len(given) > 1:
            raise Wrong(name, "is given more than once; several values are separated by commas")
    asked = {name: given[0].strip() for name, given in parameters.items() if given[0].strip()}
    search = Search(
        _words(asked, "status", {each.value: each for each in Status}) or tuple(Status),
        _words(asked, "severity", {each.label: each for each in Severity}) or tuple(Severity),
        _name(asked, "source"),
        _name(asked, "client"),
    )
    return Page(search, _limit(asked.get("limit")), _before(asked.get("after")))


def cursor(before: int) -> str:
    """What a program shows to go on below alert number `before`."""
    return base64.urlsafe_b64encode(f"before:{before}".encode()).decode().rstrip("=")


def change_of(raw: bytes) -> Change:
    """The answer in this body. Raises Wrong."""
    body = _object(raw)
    for name in body:
        if name not in FIELDS:
            raise Wrong(name, f"is not a field of an answer; it has {', '.join(FIELDS)}", FIELDS)
    status = body.get("status")
    if not isinstance(status, str) or status not in ANSWERS:
        raise Wrong("status", f"must be one of {', '.join(ANSWERS)}", tuple(ANSWERS))
    return Change(ANSWERS[status], _said(body, ANSWERS[status]), _epoch(body.get("epoch")))


def _words(asked: Mapping[str, str], field: str, known: Mapping[str, _Word]) -> tuple[_Word, ...]:
    """The words of a list with commas, each once, in the order of the house."""
    given = {each.strip() for each in asked.get(field, "").split(",")} - {""}
    for word in sorted(given - known.keys()):
        raise Wrong(field, f"must be one or more of {', '.join(known)}, not {word[:60]!r}", tuple(known))
    return tuple(each for word, each in known.items() if word in given)


def _name(asked: Mapping[str, str], field: str) -> str:
    name = asked.get(field, "")
    if len(name) > _NAME_LENGTH or _UNSTORABLE.search(name):
        raise Wrong(field, f"must be a name of at most {_NAME_LENGTH} characters")
    return name


def _limit(given: str | None) -> int:
    if given is None:
        return LIMIT
    if not re.fullmatch(r"[0-9]{1,9}", given) or not 1 <= int(given) <= LIMIT_AT_MOST:
        raise Wrong("limit", f"must be a whole number from 1 to {LIMIT_AT_MOST}")
    return int(given)


def _before(given: str | None) -> int | None:
    if given is None:
        return None
    try:
        found = _CURSOR.fullmatch(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode())
    except (binascii.Error, ValueError):
        found = None
    if found is None:
        raise Wrong("after", "must be what an earlier answer of this list gave as `next`")
    return int(found[1])


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Wrong("body", "is not readable JSON") from None
    if not isinstance(body, dict):
        raise Wrong("body", 'must be an object such as {"status": "acknowledged"}')
    return body


def _said(body: Mapping[str, Any], answer: Answer) -> str:
    """The words that are kept with the answer: the reason of a false positive first, then the notes."""
    if answer is not Answer.FALSE_POSITIVE and body.get("reason") is not None:
        raise Wrong("reason", "is for false positives; use notes")
    said = "\n".join(each for each in (_text(body, "reason"), _text(body, "notes")) if each)
    if len(said) > NOTE_LENGTH:
        raise Wrong("notes", f"must be at most {NOTE_LENGTH} characters, the reason included")
    return said


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > NOTE_LENGTH or _UNSTORABLE.search(value):
        raise Wrong(field, f"must be text of at most {NOTE_LENGTH} characters")
    return value.strip()


def _epoch(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise Wrong("epoch", "must be a whole number from 1, as the alert was shown with")
    return value
