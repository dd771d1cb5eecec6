"""Measure the embedded classifier on labelled messages: `python -m bot.sentiment.evaluate FILE.jsonl …`.

Prints figures and confusion only, never a text, so that it may be run on a set nobody is to read.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.sentiment.embedded import rate
from models.indicators import CRITICAL, HIGH, RISKS, is_at_least

_Z: Final = 1.96


@dataclass(frozen=True)
class Figures:
    """What a labelled set shows; recall and precision are of high or worse, the Brier score of its probability."""

    messages: int
    recall: float
    precision: float
    critical_recall: float
    critical_interval: tuple[float, float]
    critical_precision: float
    brier: float
    confusion: dict[tuple[str, str], int]


def read_labelled(path: Path) -> list[tuple[str, str]]:
    """Pairs of label and text, from one JSON object a line."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(row["label"], row["text"]) for row in rows]


def interval(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; (0, 1) of nothing."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    middle = share + _Z**2 / (2 * total)
    spread = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    whole = 1 + _Z**2 / total
    return (middle - spread) / whole, (middle + spread) / whole


def figures(labelled: Sequence[tuple[str, str]]) -> Figures:
    """Rate every message and compare."""
    ratings = [rate(text) for _, text in labelled]
    confusion = Counter((label, rating.risk) for (label, _), rating in zip(labelled, ratings, strict=True))
    worrying = [is_at_least(label, HIGH) for label, _ in labelled]
    found = [is_at_least(rating.risk, HIGH) for rating in ratings]
    both = sum(one and other for one, other in zip(worrying, found, strict=True))
    critical = sum(label == CRITICAL for label, _ in labelled)
    rated_critical = sum(rating.risk == CRITICAL for rating in ratings)
    hits = confusion[CRITICAL, CRITICAL]
    errors = [(rating.probability - wanted) ** 2 for rating, wanted in zip(ratings, worrying, strict=True)]
    return Figures(
        messages=len(labelled),
        recall=both / max(1, sum(worrying)),
        precision=both / max(1, sum(found)),
        critical_recall=hits / max(1, critical),
        critical_interval=interval(hits, critical),
        critical_precision=hits / max(1, rated_critical),
        brier=sum(errors) / max(1, len(errors)),
        confusion=dict(confusion),
    )


def report(name: str, found: Figures) -> str:
    """The figures as lines of text, the confusion with a row a label."""
    low, high = found.critical_interval
    lines = [
        f"{name}: {found.messages} messages",
        f"high or worse: recall {found.recall:.3f}, precision {found.precision:.3f}, Brier score {found.brier:.3f}",
        f"critical: recall {found.critical_recall:.3f} (95 % {low:.2f}–{high:.2f}), "
        f"precision {found.critical_precision:.3f}",
        "label \\ rated " + "".join(f"{risk:>10}" for risk in reversed(RISKS)),
    ]
    labels = [risk for risk in reversed(RISKS) if any(label == risk for label, _ in found.confusion)]
    for label in labels:
        lines.append(
            f"{label:<14}" + "".join(f"{found.confusion.get((label, risk), 0):>10}" for risk in reversed(RISKS))
        )
    return "\n".join(lines)


def main(paths: Sequence[str]) -> None:
    """Print a report for every file."""
    for path in paths:
        sys.stdout.write(report(Path(path).name, figures(read_labelled(Path(path)))) + "\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
