"""Hard cues: what a client may write that pages people whatever any model says.

Four kinds: the contract or service is being cancelled, lawyers or legal action, a data breach, danger to people.
Eight languages: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish. A cue wakes somebody at night, so
every rule has a guard against its look-alikes ("cancel the test subscription", "our lawyers approved the contract").
Rule: everything subtler than an explicit statement is left to the rating.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from models.cues.english import ENGLISH
from models.cues.german_french_spanish import GERMAN_FRENCH_SPANISH
from models.cues.italian_portuguese_dutch_polish import ITALIAN_PORTUGUESE_DUTCH_POLISH
from models.cues.rule import Cue
from models.indicators import HARD_INDICATORS

CUES: Final[tuple[Cue, ...]] = (*ENGLISH, *GERMAN_FRENCH_SPANISH, *ITALIAN_PORTUGUESE_DUTCH_POLISH)
STEM_LENGTH: Final = 4
LONGEST_TEXT: Final = 4000
"""Characters looked at, from the start; Slack's own limit for one message."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LETTERS = {"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d"}
_CONTRACTION = re.compile(r"(?<=[a-z])['’](?=(?:t|s|re|ve|ll|d|m)\b)")
_SENTENCE_END = re.compile(r"[.!?;:…](?=\s|$)|\n+")
_WORD = re.compile(r"\w+")


def _rules_by_stem() -> dict[str, tuple[Cue, ...]]:
    rules: dict[str, list[Cue]] = defaultdict(list)
    for rule in CUES:
        for stem in rule.stems:
            rules[stem[:STEM_LENGTH]].append(rule)
    return {stem: tuple(found) for stem, found in rules.items()}


_BY_STEM: Final = _rules_by_stem()


def fold(text: str) -> str:
    """The text in lower case, without accents or invisible characters, contractions joined ("won't" → "wont")."""
    lowered = text.lower()
    if not lowered.isascii():
        lowered = _INVISIBLE.sub("", lowered)
        decomposed = unicodedata.normalize("NFKD", lowered)
        lowered = "".join(_LETTERS.get(char, char) for char in decomposed if not unicodedata.combining(char))
    return _CONTRACTION.sub("", lowered)


def plain_sentences(text: str) -> list[list[str]]:
    """The folded text as sentences of words, no punctuation; empty sentences are left out."""
    sentences = (_WORD.findall(sentence) for sentence in _SENTENCE_END.split(fold(text[:LONGEST_TEXT])))
    return [words for words in sentences if words]


def hard_cues(text: str) -> tuple[str, ...]:
    """The hard indicators found in the text, gravest first, each at most once; () for nearly every message."""
    return cues_in(plain_sentences(text))


def cues_in(sentences: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The hard indicators found in sentences as `plain_sentences` returns them, gravest first."""
    found: set[str] = set()
    for words in sentences:
        candidates = {rule for stem in {word[:STEM_LENGTH] for word in words} for rule in _BY_STEM.get(stem, ())}
        if not candidates:
            continue
        plain = f" {' '.join(words)} "
        found.update(
            rule.indicator for rule in candidates if rule.pattern.search(plain) and not rule.guard.search(plain)
        )
    return tuple(indicator for indicator in HARD_INDICATORS if indicator in found)
