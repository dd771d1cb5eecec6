"""The corpus: enough of it, in every language, without doubles, and nowhere near the messages it is measured on.

A failure names line numbers only: the texts of the held-out set are not to be read while the corpus is written.
"""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from bot.sentiment.train import CORPUS, LABELS

HERE = Path(__file__).parent
LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "nl", "pl"}
NEAREST = 0.5


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def five_grams(text: str) -> frozenset[str]:
    plain = re.sub(r"\s+", " ", text.casefold()).strip()
    return frozenset(plain[start : start + 5] for start in range(max(1, len(plain) - 4)))


CORPUS_ROWS = [
    (path.name, number, row) for path in sorted(CORPUS.glob("*.jsonl")) for number, row in enumerate(rows(path), 1)
]


def test_there_are_a_few_thousand_messages_in_eight_languages() -> None:
    languages = Counter(row["lang"] for _, _, row in CORPUS_ROWS)
    assert set(languages) == LANGUAGES
    assert languages["en"] >= 1_700
    assert all(count >= 180 for count in languages.values())
    assert len(CORPUS_ROWS) >= 3_000


def test_every_label_is_known_and_well_filled() -> None:
    labels = Counter(row["label"] for _, _, row in CORPUS_ROWS)
    assert set(labels) == set(LABELS)
    assert min(labels.values()) >= len(CORPUS_ROWS) / 8


def test_a_file_holds_the_language_it_is_named_for() -> None:
    assert [(name, number) for name, number, row in CORPUS_ROWS if row["lang"] != name.removesuffix(".jsonl")] == []


def test_no_message_stands_twice() -> None:
    seen = Counter(re.sub(r"\W+", " ", row["text"].casefold()).strip() for _, _, row in CORPUS_ROWS)
    assert [text for text, count in seen.items() if count > 1] == []


@pytest.mark.parametrize("measured_on", ["dev120.jsonl", "held_out.jsonl"])
def test_no_message_comes_near_one_it_is_measured_on(measured_on: str) -> None:
    path = HERE / measured_on
    if not path.exists():
        pytest.skip(f"{measured_on} is not here")
    others = [five_grams(row["text"]) for row in rows(path)]
    lines_with = defaultdict[str, list[int]](list)
    for line, other in enumerate(others):
        for gram in other:
            lines_with[gram].append(line)
    near = []
    for name, number, row in CORPUS_ROWS:
        grams = five_grams(row["text"])
        common = Counter(line for gram in grams for line in lines_with.get(gram, ()))
        for line, count in common.items():
            if count > NEAREST * (len(grams) + len(others[line]) - count):
                near.append(f"{name}:{number} is near {measured_on}:{line + 1}")
    assert near == []
