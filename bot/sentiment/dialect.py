"""What a model on a server understands of OpenAI's protocol: learnt from its refusals, so that none is met twice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from bot.sentiment.prompt import SCHEMA

ROOM = 700
MORE_ROOM = 4000
"""Tokens of an answer. A model that thinks first needs more of them before it says a word."""

FORMATS: tuple[dict[str, Any] | None, ...] = (
    {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": SCHEMA}},
    {"type": "json_object"},
    None,
)
_WORDS = {
    "max_completion_tokens": r"max_completion_tokens",
    "max_tokens": r"max_tokens",
    "temperature": r"temperature",
    "store": r"store",
    "safety_identifier": r"safety_identifier",
    "response_format": r"response_format|json_schema|json_object|structured outputs?|grammar",
}
_NAMED = re.compile("|".join(rf"(?P<{name}>(?<!\w)(?:{words})(?!\w))" for name, words in _WORDS.items()))
_ABOUT_THE_TEXT = re.compile(r"context.length|context.window|content.(?:filter|management|policy)", re.IGNORECASE)
_SAID_AT_MOST = 500


@dataclass(frozen=True)
class Dialect:
    """The parameters that a server refuses, which of FORMATS it takes, and how many tokens an answer needs."""

    refused: frozenset[str] = frozenset()
    format: int = 0
    room: int = ROOM

    def parameters(self, safety_identifier: str) -> dict[str, Any]:
        """The optional parameters of a request."""
        length = "max_tokens" if "max_completion_tokens" in self.refused else "max_completion_tokens"
        wanted: dict[str, Any] = {
            length: self.room,
            "temperature": 0,
            "store": False,
            "safety_identifier": safety_identifier,
            "response_format": FORMATS[self.format],
        }
        return {name: value for name, value in wanted.items() if name not in self.refused and value is not None}

    def after_refusal(self, parameter: str, message: str) -> "Dialect | None":
        """What to try after a 400; None when it names nothing that was sent and could be left out or made plainer.

        The message counts only where no parameter is named: some servers quote the request in it, clients' words and
        all.
        """
        said = parameter or message[:_SAID_AT_MOST]
        if _ABOUT_THE_TEXT.search(message[:_SAID_AT_MOST]):
            return None
        sent = self.parameters("")
        name = next((found.lastgroup for found in _NAMED.finditer(said) if found.lastgroup in sent), None)
        if name is None:
            return None
        if name == "response_format":
            return replace(self, format=self.format + 1)
        return replace(self, refused=self.refused | {name})

    def after_truncation(self) -> "Dialect | None":
        """What to try after an answer that was cut off; None when it had all the room that there is."""
        return replace(self, room=MORE_ROOM) if self.room < MORE_ROOM else None

    def joined(self, other: "Dialect") -> "Dialect":
        return Dialect(self.refused | other.refused, max(self.format, other.format), max(self.room, other.room))


class Dialects:
    """The dialects met so far, by server and model; thread-safe, and each only ever learns more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[tuple[str, str], Dialect] = {}

    def of(self, server: str, model: str) -> Dialect:
        with self._lock:
            return self._known.get((server, model), Dialect())

    def learn(self, server: str, model: str, found: Dialect) -> Dialect:
        """Remember what was found; returns all that is known, other threads' findings as well."""
        with self._lock:
            joined = self._known.get((server, model), Dialect()).joined(found)
            self._known[server, model] = joined
            return joined


def parameter_of(body: object, named: object) -> str:
    """The parameter that an error names: OpenAI's `param`, or the last place in FastAPI's `detail`; "" for none."""
    if isinstance(named, str) and named:
        return named
    detail = body.get("detail") if isinstance(body, Mapping) else None
    first = detail[0] if isinstance(detail, list) and detail else None
    place = first.get("loc") if isinstance(first, Mapping) else None
    return str(place[-1]) if isinstance(place, list) and place else ""
