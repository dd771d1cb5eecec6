"""The embedded classifier: loads once, always answers, and keeps the marks it was built for."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sentiment.embedded import WEIGHTS_FILE, Model, load, rate, shipped
from bot.sentiment.evaluate import figures, read_labelled
from bot.sentiment.train import CORPUS, corpus_hash, read
from models.indicators import ANGER, CRITICAL, HIGH, INDICATORS, LEGAL, LOW, MEDIUM, NONE, RISKS, is_at_least

DEV = Path(__file__).with_name("dev120.jsonl")


@pytest.mark.parametrize(
    ("text", "risks"),
    [
        ("We are terminating the contract, our lawyers will call you.", {CRITICAL}),
        ("Your system deleted all our orders and nobody picks up the phone. I want your CEO now.", {CRITICAL, HIGH}),
        ("I'm fed up, that's the fourth broken release and nobody answers us.", {HIGH, CRITICAL}),
        ("Could you check the invoice, the amount seems a bit off?", {MEDIUM}),
        ("Thanks a lot, works perfectly now!", {NONE}),
        ("Wir kündigen den Vertrag zum Jahresende.", {CRITICAL}),
        ("Merci beaucoup, tout fonctionne !", {NONE, LOW}),
    ],
)
def test_a_clear_message_gets_the_obvious_rating(text: str, risks: set[str]) -> None:
    assert rate(text).risk in risks


def test_indicators_explain_the_rating() -> None:
    indicators = rate("This is unacceptable. Expect a letter from our lawyers.").indicators
    assert LEGAL in indicators
    assert ANGER in indicators


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=4))
def test_any_text_gets_a_proper_rating(text: str, context: list[str]) -> None:
    rating = rate(text, context)
    assert rating.risk in RISKS
    assert 0 <= rating.probability <= 1
    assert set(rating.probabilities) == {NONE, MEDIUM, HIGH, CRITICAL}
    assert sum(rating.probabilities.values()) == pytest.approx(1)
    assert all(value >= 0 for value in rating.probabilities.values())
    assert list(rating.indicators) == [name for name in INDICATORS if name in rating.indicators]


def test_a_hard_cue_is_at_least_high_however_friendly_the_message() -> None:
    assert is_at_least(
        rate("Thank you, you are all lovely! We will not be renewing our contract. Best wishes").risk, HIGH
    )


def test_earlier_anger_weighs_on_a_doubtful_message_and_never_lowers_one() -> None:
    earlier = ["This is a disgrace. Four days without an answer, I've had enough.", "Hello? Nobody there?"]
    doubtful = "And still nothing has changed"
    assert rate(doubtful, earlier).probability > rate(doubtful).probability
    assert rate(doubtful, ["Thanks, all good"]).probability >= rate(doubtful).probability


def test_earlier_anger_does_not_spoil_a_thank_you() -> None:
    assert not is_at_least(rate("Thanks, works now!", ["This is unacceptable, I want your manager."]).risk, HIGH)


def test_a_rating_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        rate("hello").risk = CRITICAL  # type: ignore[misc]


def test_weights_are_loaded_once_and_always_score_the_same() -> None:
    assert shipped() is shipped()
    text = "Seriously, again?"
    assert Model(load()).probabilities(text, ()) == Model(load()).probabilities(text, ())


def test_weights_of_another_format_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "weights.bin"
    other.write_bytes(b"NOTHEED!" + WEIGHTS_FILE.read_bytes()[8:])
    with pytest.raises(ValueError, match="format"):
        load(other)


def test_the_shipped_weights_were_trained_on_the_shipped_corpus() -> None:
    assert load().corpus == corpus_hash(read(sorted(CORPUS.glob("*.jsonl")))), "run python -m bot.sentiment.train"


def test_the_run_time_needs_neither_scikit_learn_nor_numpy() -> None:
    script = (
        "import sys; from bot.sentiment.embedded import rate; rate('hello');"
        "sys.exit(any(name.split('.')[0] in ('numpy', 'scipy', 'sklearn') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[2]).returncode == 0


def test_the_marks_are_kept_on_the_development_set() -> None:
    found = figures(read_labelled(DEV))
    assert found.recall >= 0.85
    assert found.precision >= 0.85
    assert found.critical_recall >= 0.80


def test_a_corpus_line_is_what_the_trainer_expects() -> None:
    line = json.loads((CORPUS / "en.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert set(line) == {"label", "lang", "text"}
    assert line["label"] in (NONE, MEDIUM, HIGH, CRITICAL)
