"""Train the embedded classifier: `python -m bot.sentiment.train` writes `weights.bin` from the corpus beside it.

Three linear models (medium or worse, high or worse, critical) share one space of hashed n-grams. Their scores
are calibrated on out-of-fold predictions, their weights rounded to eight bits. The same corpus gives the same bytes.
Needs scikit-learn, which the bot itself does not.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.sentiment.embedded import FORMAT_VERSION, MAGIC, MARK_VALUE, STEPS, WEIGHTS_FILE, found_in
from bot.sentiment.features import BUCKETS, character_features, mark_features, token_hash, tokens, word_features
from models.cues import hard_cues
from models.indicators import CRITICAL, HIGH, LOW, MEDIUM, NONE

CORPUS: Final = Path(__file__).with_name("corpus")
LABELS: Final = (NONE, MEDIUM, HIGH, CRITICAL)
FOLDS: Final = 10
STRENGTH: Final = 12.0
SMOOTHING: Final = 0.1
BAYES_SHARE: Final = 0.4
"""The inverse of the regularisation, Naive Bayes' prior count and its share, found by cross-validation."""

CUTS: Final = {LOW: 0.3, MEDIUM: 0.5, HIGH: 0.57, CRITICAL: 0.34}
"""Calibrated probabilities from which a message counts as that risk or worse.

High lies in the middle of the range in which the development set keeps recall and precision; critical is cut lower than
even odds, because a miss costs more than confusing it with high.
"""


@dataclass(frozen=True)
class Example:
    """One labelled message; `label` is one of LABELS, `language` an ISO 639-1 code."""

    label: str
    language: str
    text: str


@dataclass(frozen=True)
class Linear:
    """One step's model: a weight a column and an intercept."""

    weights: Any
    intercept: float


def read(paths: Sequence[Path]) -> list[Example]:
    """The examples of the files, one JSON object a line with label, lang and text."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [json.loads(line) for line in lines]
    return [Example(row["label"], row["lang"], row["text"]) for row in rows]


def matrix(texts: Sequence[str]) -> Any:
    """A sparse matrix, a row a text and a column a bucket, valued exactly as `embedded.Model.margins` counts."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, text in enumerate(texts):
        words = tokens(text)
        characters = [gram for word in words for gram in character_features(word)]
        grams = word_features([token_hash(word) for word in words])
        marks = mark_features(text, len(words), found_in(text)[1]) if words else []
        for block, value in (
            (characters, len(characters) ** -0.5 if characters else 0.0),
            (grams, len(grams) ** -0.5 if grams else 0.0),
            (marks, MARK_VALUE),
        ):
            rows += [row] * len(block)
            columns += block
            values += [value] * len(block)
    return csr_matrix((values, (rows, columns)), shape=(len(texts), BUCKETS), dtype=np.float64)


def levels(examples: Sequence[Example]) -> Any:
    """The labels as 0 (none) to 3 (critical)."""
    return np.array([LABELS.index(example.label) for example in examples])


def balanced(wanted: Any, languages: Any) -> Any:
    """A weight a row, so that within every language yes and no count alike and a language gives nothing away."""
    weights = np.zeros(len(wanted))
    for language in np.unique(languages):
        here = languages == language
        for answer in (False, True):
            rows = here & (wanted == answer)
            weights[rows] = here.sum() / 2 / max(1, rows.sum())
    return weights


def log_ratios(features: Any, wanted: Any, weights: Any) -> Any:
    """Naive Bayes: how much more often a column stands under yes than under no, as a logarithm."""
    yes = features[wanted].T @ weights[wanted] + SMOOTHING
    no = features[~wanted].T @ weights[~wanted] + SMOOTHING
    return np.log((yes / yes.sum()) / (no / no.sum()))


def fit(features: Any, levels_wanted: Any, languages: Any) -> list[Linear]:
    """A linear model a step: a regression on columns scaled by their Naive Bayes ratio, plus a share of the ratios."""
    models = []
    for step in range(1, len(LABELS)):
        wanted = levels_wanted >= step
        weights = balanced(wanted, languages)
        ratios = log_ratios(features, wanted, weights)
        scale = np.sqrt(np.abs(ratios))
        regression = LogisticRegression(C=STRENGTH, max_iter=2000)
        regression.fit(features.multiply(scale).tocsr(), wanted, sample_weight=weights)
        columns = regression.coef_[0] * scale
        spread = (features @ columns).std(), (features @ ratios).std()
        blended = columns / spread[0] + BAYES_SHARE * ratios / spread[1]
        models.append(Linear(blended, float(regression.intercept_[0] / spread[0])))
    return models


def margins(models: Sequence[Linear], features: Any) -> Any:
    """Raw scores, a row a text and a column a step."""
    return np.column_stack([features @ model.weights + model.intercept for model in models])


def out_of_fold(features: Any, wanted: Any, languages: Any) -> Any:
    """Raw scores of every row from models that did not see it."""
    scores = np.zeros((features.shape[0], len(STEPS)))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(features, wanted):
        scores[unseen] = margins(fit(features[seen], wanted[seen], languages[seen]), features[unseen])
    return scores


def calibration(scores: Any, wanted: Any) -> tuple[list[float], list[float]]:
    """Slope and offset a step, so that the logistic of slope · score + offset is the observed frequency."""
    slopes, offsets = [], []
    for step in range(len(STEPS)):
        model = LogisticRegression(C=1e6).fit(scores[:, [step]], wanted > step)
        slopes.append(round(float(model.coef_[0, 0]), 6))
        offsets.append(round(float(model.intercept_[0]), 6))
    return slopes, offsets


def cue_floor(examples: Sequence[Example]) -> list[float]:
    """How often a message with a hard cue is medium, high, critical or worse: the least its probabilities may be."""
    cued = [LABELS.index(example.label) for example in examples if hard_cues(example.text)]
    return [round((sum(level > step for level in cued) + 1) / (len(cued) + 2), 4) for step in range(len(STEPS))]


def corpus_hash(examples: Sequence[Example]) -> str:
    """A hash of what is learnt from, whatever the order or layout of the files."""
    lines = sorted(f"{example.label}\t{example.language}\t{example.text}" for example in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def pack(header: dict[str, Any], weights: Any) -> bytes:
    """The bytes of `weights.bin`: magic, version, header as JSON, then a compressed byte a bucket and step."""
    scale = float(np.abs(weights).max()) / 127
    lanes = (np.rint(weights / scale).astype(np.int16) + 128).astype(np.uint8)
    header = {**header, "buckets": BUCKETS, "scale": scale}
    text = json.dumps(header, sort_keys=True).encode()
    return MAGIC + struct.pack("<HI", FORMAT_VERSION, len(text)) + text + zlib.compress(lanes.tobytes(), 9)


def train(paths: Sequence[Path]) -> tuple[bytes, Any, Any]:
    """The bytes to ship, the out-of-fold scores (calibrated probabilities, a column a step) and the levels."""
    examples = sorted(read(paths), key=lambda example: (example.language, example.label, example.text))
    everything = matrix([example.text for example in examples])
    used = np.unique(everything.indices)
    features = everything[:, used]
    wanted = levels(examples)
    languages = np.array([example.language for example in examples])
    scores = out_of_fold(features, wanted, languages)
    slopes, offsets = calibration(scores, wanted)
    models = fit(features, wanted, languages)
    header = {
        "corpus": corpus_hash(examples),
        "examples": len(examples),
        "intercepts": [round(model.intercept, 6) for model in models],
        "slopes": slopes,
        "offsets": offsets,
        "cuts": CUTS,
        "cue_floor": cue_floor(examples),
    }
    reached = 1 / (1 + np.exp(-(scores * np.array(slopes) + np.array(offsets))))
    weights = np.zeros((len(STEPS), BUCKETS))
    weights[:, used] = np.stack([model.weights for model in models])
    return pack(header, weights), reached, wanted


def main() -> None:
    """Train on the shipped corpus, write the weights, print the cross-validated figures."""
    content, reached, wanted = train(sorted(CORPUS.glob("*.jsonl")))
    WEIGHTS_FILE.write_bytes(content)
    worrying, found = wanted >= LABELS.index(HIGH), reached[:, 1] >= CUTS[HIGH]
    critical = wanted == LABELS.index(CRITICAL)
    rated_critical = found & (reached[:, 2] >= CUTS[CRITICAL])
    sys.stdout.write(
        f"{len(wanted)} examples, {len(content):,} bytes; {FOLDS}-fold cross-validation:\n"
        f"high or worse: recall {found[worrying].mean():.3f}, precision {worrying[found].mean():.3f}\n"
        f"critical: recall {rated_critical[critical].mean():.3f}, precision {critical[rated_critical].mean():.3f}\n"
    )


if __name__ == "__main__":
    main()
