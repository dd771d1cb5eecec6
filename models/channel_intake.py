"""What another app writes in a Slack channel, read by patterns: what is wrong, which problem it is, and if it is over.

A pattern (`models/pattern.py`) is searched line by line; the first line in which it is found counts. It finds what its
first pair of brackets holds, where that is no part of a choice or a repeat, else all that it matches; as much as there
is. `^` and `$` stand for the ends of the line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models.pattern import Pattern
from models.words import Severity

KIND = "channel"
LINES, LINE_LENGTH = 60, 500
KEY_LENGTH, TITLE_LENGTH = 200, 300
PATTERN_LENGTH = 400

_FLAGS = re.compile(r"\(\?[is]+\)")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


@dataclass(frozen=True)
class Rules:
    """How a channel is read, as it was typed. `sender` is an id or a name of the app that counts; empty for any."""

    channel: str
    title: str
    key: str = ""
    resolved: str = ""
    severity: Severity = Severity.HIGH
    sender: str = ""

    def as_settings(self) -> dict[str, Any]:
        """As `models.tables.Source.settings` holds it."""
        return {
            "channel": self.channel,
            "title": self.title,
            "key": self.key,
            "resolved": self.resolved,
            "severity": self.severity.label,
            "from": self.sender,
        }


@dataclass(frozen=True)
class Found:
    """What a message says. `key` is empty when only the message before it, in its thread, could tell the problem."""

    firing: bool
    title: str
    key: str


class Finder:
    """One pattern, ready to be searched for; raises ValueError, in one line, for what is none."""

    def __init__(self, text: str) -> None:
        if len(text) > PATTERN_LENGTH:
            raise ValueError(f"the pattern is too long: {len(text)} characters, at most {PATTERN_LENGTH}")
        flags = _FLAGS.match(text)
        mark = flags[0] if flags else ""
        pieces = _PIECE.findall(text[len(mark) :])
        self._from_start, self._to_end = pieces[:1] == ["^"], pieces[-1:] == ["$"]
        pieces = pieces[self._from_start : len(pieces) - self._to_end]
        depths = _depths(pieces)
        if (self._from_start or self._to_end) and ("|", 0) in zip(pieces, depths, strict=True):
            raise ValueError("put the choice into brackets: ^(?:one|other)$")
        parts = _split(pieces, depths)
        self.has_group = parts is not None
        before, inside, after = parts or ("", "".join(pieces), "")
        self._before, self._inside, self._after = (Pattern(mark + each) for each in (before, inside, after))
        whole = f"{'' if self._from_start else '.*'}(?:{''.join(pieces)}){'' if self._to_end else '.*'}"
        self._whole = Pattern(mark + whole)

    def find(self, lines: Sequence[str]) -> str | None:
        """What the pattern finds in the first line that has it; None in none, or if nothing but blanks is found."""
        for line in lines[:LINES]:
            found = self._in(line[:LINE_LENGTH])
            if found:
                return found
        return None

    def _in(self, line: str) -> str | None:
        """Looks for the place only where there is one, so that the many lines without cost a single pass."""
        if not self._whole.matches(line):
            return None
        goes_on, tried = dict[int, bool](), set[int]()
        for start in range(1 if self._from_start else len(line) + 1):
            for begin in reversed(list(self._before.ends(line, start))):
                if begin in tried:
                    continue
                tried.add(begin)
                for end in reversed(list(self._inside.ends(line, begin))):
                    if end not in goes_on:
                        goes_on[end] = self._goes_on(line, end)
                    if goes_on[end] and line[begin:end].strip():
                        return line[begin:end].strip()
        return None

    def _goes_on(self, line: str, end: int) -> bool:
        if self._to_end:
            return self._after.matches(line[end:])
        return next(self._after.ends(line, end), None) is not None


def _depths(pieces: Sequence[str]) -> list[int]:
    """Within how many brackets each piece stands; a bracket stands where its group does."""
    depths, depth = list[int](), 0
    for piece in pieces:
        depth -= piece == ")"
        depths.append(depth)
        depth += piece == "("
    return depths


def _split(pieces: Sequence[str], depths: Sequence[int]) -> tuple[str, str, str] | None:
    """What stands before, in and behind the first pair of brackets that counts; None when none does."""
    outside = [place for place, depth in enumerate(depths) if depth == 0]
    if any(pieces[place] == "|" for place in outside):
        return None
    for place in outside:
        if pieces[place] != "(" or pieces[place + 1 : place + 2] == ["?"]:
            continue
        close = next((each for each in outside if each > place and pieces[each] == ")"), None)
        if close is None or pieces[close + 1 : close + 2] in (["*"], ["+"], ["?"], ["{"]):
            continue
        return "".join(pieces[:place]), "".join(pieces[place + 1 : close]), "".join(pieces[close + 1 :])
    return None


@lru_cache(maxsize=500)
def finder(text: str) -> Finder:
    """The pattern, kept; raises ValueError as `Finder` does."""
    return Finder(text)


def rules_of(settings: Mapping[str, Any]) -> Rules:
    """The rules that a source's settings hold."""
    return Rules(
        str(settings.get("channel", "")),
        str(settings.get("title", "")),
        str(settings.get("key", "")),
        str(settings.get("resolved", "")),
        Severity.parse(str(settings.get("severity", Severity.HIGH.label))),
        str(settings.get("from", "")),
    )


def make_rules(channel: str, said: Mapping[str, str]) -> Rules:
    """Rules as people type them; raises ValueError with one line that names the option and what is wrong with it."""
    for name in ("title", "key", "resolved"):
        try:
            finder(said.get(name, ""))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    if not said.get("title", "").strip():
        raise ValueError("title: must be a pattern for what is wrong; what does not have it is ignored")
    severity = Severity.parse(said["severity"]) if "severity" in said else Severity.HIGH
    return Rules(
        channel, said["title"], said.get("key", ""), said.get("resolved", ""), severity, said.get("from", "").strip()
    )


def read(rules: Rules, lines: Sequence[str]) -> Found | None:
    """What a message of these lines says by these rules; None when it is none of ours."""
    title = finder(rules.title).find(lines)
    over = finder(rules.resolved).find(lines) if rules.resolved else None
    key = finder(rules.key).find(lines) if rules.key else None
    if over is not None:
        known = key or (over if finder(rules.resolved).has_group else title)
        return Found(False, (title or over)[:TITLE_LENGTH], _short(known or ""))
    if title is None:
        return None
    return Found(True, title[:TITLE_LENGTH], _short(key or title))


def _short(key: str) -> str:
    return " ".join(key.split())[:KEY_LENGTH]


def is_from(rules: Rules, senders: Sequence[str]) -> bool:
    """Whether one of the sender's ids and names is the one that counts."""
    return not rules.sender or rules.sender.casefold() in (each.casefold() for each in senders)
