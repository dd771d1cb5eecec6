"""The embedded classifier: how at risk the relationship is, from what a client writes, when no LLM can say.

A linear ordinal model over hashed n-grams. The weights are data (`weights.bin`, written by `bot.sentiment.train`),
loaded once, at the first rating; the standard library is all it needs.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from bot.sentiment.features import (
    BUCKETS,
    character_features,
    mark_features,
    token_hash,
    tokens,
    word_features,
)
from bot.sentiment.phrases import soft_indicators
from models.cues import cues_in, plain_sentences
from models.indicators import CRITICAL, HIGH, INDICATORS, LOW, MEDIUM, NONE

WEIGHTS_FILE: Final = Path(__file__).with_name("weights.bin")
MAGIC: Final = b"HEEDRISK"
FORMAT_VERSION: Final = 1
STEPS: Final = (MEDIUM, HIGH, CRITICAL)
"""The ordinal model answers three questions: is it medium or worse, high or worse, critical."""

MARK_VALUE: Final = 0.35
"""What one mark counts; all n-grams of a kind are divided by the root of their number."""

WORDS_REMEMBERED: Final = 20_000
CONTEXT_MESSAGES: Final = 3
CONTEXT_WEIGHT: Final = 0.3
_LANE_BITS: Final = 16
_LANE_MASK: Final = (1 << _LANE_BITS) - 1
_LANE_ROOM: Final = 256
"""Buckets that may be summed before a lane of 16 bits can overflow (256 · 255 < 65,536)."""
_BIAS: Final = 128

Sums = tuple[int, int, int]


@dataclass(frozen=True)
class Rating:
    """A rating of one message.

    `risk`: one of `models.indicators.RISKS`. `probability`: calibrated, that the message is high or worse.
    `probabilities`: by class none, medium, high, critical, summing to 1 ("low" is a band between none and medium,
    not a class of its own). `indicators`: from `models.indicators.INDICATORS`, in that order.
    """

    risk: str
    probability: float
    probabilities: dict[str, float]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Weights:
    """A trained model: three signed 8-bit weights a bucket, packed in lanes, and the header's numbers."""

    packed: array[int]
    scale: float
    intercepts: tuple[float, ...]
    slopes: tuple[float, ...]
    offsets: tuple[float, ...]
    cuts: dict[str, float]
    cue_floor: tuple[float, ...]
    corpus: str


def load(path: Path = WEIGHTS_FILE) -> Weights:
    """The weights in the file; raises ValueError for a file that is not of this format and version."""
    content = path.read_bytes()
    start = len(MAGIC) + struct.calcsize("<HI")
    version, length = struct.unpack_from("<HI", content, len(MAGIC))
    if not content.startswith(MAGIC) or version != FORMAT_VERSION:
        raise ValueError(f"{path.name} holds no weights of format {FORMAT_VERSION}")
    header = json.loads(content[start : start + length])
    lanes = zlib.decompress(content[start + length :])
    if header["buckets"] != BUCKETS or len(lanes) != BUCKETS * len(STEPS):
        raise ValueError(f"{path.name} holds weights of another size")
    medium, high, critical = (memoryview(lanes)[step * BUCKETS : (step + 1) * BUCKETS] for step in range(len(STEPS)))
    packed = array("Q", (a | b << 16 | c << 32 for a, b, c in zip(medium, high, critical, strict=True)))
    return Weights(
        packed=packed,
        scale=header["scale"],
        intercepts=tuple(header["intercepts"]),
        slopes=tuple(header["slopes"]),
        offsets=tuple(header["offsets"]),
        cuts=header["cuts"],
        cue_floor=tuple(header["cue_floor"]),
        corpus=header["corpus"],
    )


class Model:
    """Weights that can score; remembers the words it has met, since most words of a message are common ones."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._word: Callable[[str], tuple[Sums, int, int]] = lru_cache(maxsize=WORDS_REMEMBERED)(self._score_word)

    def _sums(self, buckets: Sequence[int]) -> Sums:
        total_medium = total_high = total_critical = 0
        for start in range(0, len(buckets), _LANE_ROOM):
            part = buckets[start : start + _LANE_ROOM]
            lanes = sum(map(self.weights.packed.__getitem__, part))
            bias = _BIAS * len(part)
            total_medium += (lanes & _LANE_MASK) - bias
            total_high += (lanes >> _LANE_BITS & _LANE_MASK) - bias
            total_critical += (lanes >> 2 * _LANE_BITS) - bias
        return total_medium, total_high, total_critical

    def _score_word(self, token: str) -> tuple[Sums, int, int]:
        grams = character_features(token)
        return self._sums(grams), len(grams), token_hash(token)

    def margins(self, text: str, indicators: Sequence[str]) -> tuple[float, ...]:
        """The three raw scores (medium, high, critical or worse), positive where the answer is rather yes."""
        words = [self._word(token) for token in tokens(text)]
        if not words:
            return self.weights.intercepts
        grams = word_features([known[2] for known in words])
        marks = self._sums(mark_features(text, len(words), indicators))
        by_word = self._sums(grams)
        characters = math.sqrt(sum(known[1] for known in words))
        word_norm = math.sqrt(len(grams))
        scale = self.weights.scale
        return tuple(
            intercept
            + scale
            * (
                sum(known[0][step] for known in words) / characters
                + by_word[step] / word_norm
                + marks[step] * MARK_VALUE
            )
            for step, intercept in enumerate(self.weights.intercepts)
        )

    def probabilities(self, text: str, indicators: Sequence[str]) -> list[float]:
        """Calibrated probabilities of medium, high, critical or worse; never rising from one to the next."""
        margins = self.margins(text, indicators)
        weights = self.weights
        found = [
            _logistic(slope * margin + offset)
            for margin, slope, offset in zip(margins, weights.slopes, weights.offsets, strict=True)
        ]
        return [found[0], min(found[:2]), min(found)]


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that ships with the project, loaded once."""
    return Model(load())


def found_in(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hard cues of the text, and all its indicators with the hard ones first."""
    sentences = plain_sentences(text)
    cues = cues_in(sentences)
    return cues, cues + soft_indicators(sentences)


def rate(text: str, context: Sequence[str] = ()) -> Rating:
    """How at risk the relationship is after this message.

    `context`: the client's own earlier messages of the conversation, oldest first; the last three may raise a doubtful
    message, never lower one. A hard cue is at least high.
    """
    model = shipped()
    cues, indicators = found_in(text)
    reached = model.probabilities(text, indicators)
    if context:
        reached = _with_context(model, reached, context)
    if cues:
        reached = [max(pair) for pair in zip(reached, model.weights.cue_floor, strict=True)]
    return Rating(
        risk=_risk(reached, model.weights.cuts, bool(cues)),
        probability=reached[1],
        probabilities={
            NONE: 1.0 - reached[0],
            MEDIUM: reached[0] - reached[1],
            HIGH: reached[1] - reached[2],
            CRITICAL: reached[2],
        },
        indicators=tuple(name for name in INDICATORS if name in indicators),
    )


def _with_context(model: Model, reached: list[float], context: Sequence[str]) -> list[float]:
    """Earlier messages weigh in where the message itself is in doubt: where that is certain they hardly do."""
    earlier = [model.probabilities(text, found_in(text)[1]) for text in context[-CONTEXT_MESSAGES:]]
    if not earlier:
        return reached
    weight = CONTEXT_WEIGHT * reached[0]
    worst = [max(step) for step in zip(*earlier, strict=True)]
    return [own + weight * max(0.0, other - own) for own, other in zip(reached, worst, strict=True)]


def _risk(reached: Sequence[float], cuts: dict[str, float], has_cue: bool) -> str:
    medium, high, critical = reached
    if high >= cuts[HIGH] or has_cue:
        return CRITICAL if critical >= cuts[CRITICAL] else HIGH
    if medium >= cuts[MEDIUM]:
        return MEDIUM
    return LOW if medium >= cuts[LOW] else NONE
