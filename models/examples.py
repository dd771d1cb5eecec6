"""Verdicts that people have corrected, as examples for the next one: which are most like what is to be rated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import sqrt

from models.words import Risk

AT_MOST = 6
GRAM = 3
SIMILAR = 0.1
"""Below this an example has hardly a word in common with the text, and is only taken to have one of its kind."""

TEXTS_REMEMBERED = 4096
_SPACES = re.compile(r"\W+")


class Mark(StrEnum):
    """How people have corrected a verdict."""

    FALSE_POSITIVE = "false_positive"
    MISSED = "missed"


@dataclass(frozen=True)
class Example:
    """A client's words, redacted, the risk that people say is right, and how the verdict on them was wrong."""

    text: str
    risk: Risk
    kind: Mark


def similar(text: str, known: Sequence[Example], at_most: int = AT_MOST) -> tuple[Example, ...]:
    """The examples most like `text`, the likest first; of equally like ones those that come first in `known`.

    There is one of each kind at least, if there is any and room for it: examples of one kind alone would push every
    verdict their way. The same text counts once.
    """
    first_of = {example.text: example for example in reversed(known)}
    ranked = sorted(
        (example for example in known if first_of[example.text] is example),
        key=lambda example: -similarity(text, example.text),
    )
    of_each_kind = [found for kind in Mark if (found := next((each for each in ranked if each.kind is kind), None))]
    alike = [each for each in ranked if similarity(text, each.text) >= SIMILAR and each not in of_each_kind]
    room = max(0, at_most - len(of_each_kind))
    chosen = [*of_each_kind, *alike[:room]]
    return tuple(sorted(chosen, key=ranked.index)[:at_most])


def similarity(first: str, second: str) -> float:
    """How alike two texts are, from 0 to 1: the cosine of their sets of character trigrams."""
    one, two = _grams(first), _grams(second)
    return len(one & two) / sqrt(len(one) * len(two)) if one and two else 0.0


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _grams(text: str) -> frozenset[str]:
    plain = f" {_SPACES.sub(' ', text.casefold()).strip()} "
    return frozenset(plain[start : start + GRAM] for start in range(len(plain) - GRAM + 1))
