"""One verdict for one burst, whatever happens: by the LLM if there is one, else by the embedded classifier."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from bot.sentiment import embedded, wording
from bot.sentiment.certain import says_nothing
from bot.sentiment.llm import Answer
from bot.sentiment.prompt import NoVerdict, instructed
from models.assessment import Assessment, Burst, Rated
from models.examples import Example
from models.indicators import INDICATORS
from models.words import Risk

log = logging.getLogger(__name__)

ORDER = list(Risk)
LEAST_PROBABLE = 0.5
"""Of high or worse, where a hard cue says so and the engine does not."""


class Engine(Protocol):
    """Something that rates a burst, or raises NoVerdict."""

    def assess(self, burst: Burst) -> Assessment: ...


@runtime_checkable
class Accounting(Protocol):
    """An engine that takes examples and a budget, tells what it has used, and never raises."""

    def ask(self, burst: Burst, examples: Sequence[Example] = (), budget_left: int | None = None) -> Answer: ...


class Rater:
    """Rates bursts; `llm` is None where none is configured. Thread-safe if its engine is."""

    def __init__(self, llm: Engine | Accounting | None) -> None:
        self._llm = llm

    def assess(self, burst: Burst, examples: Sequence[Example] = (), budget_left: int | None = None) -> Assessment:
        """The verdict on a burst. It never raises for what an LLM does, and a hard cue is high at least."""
        return self.rate(burst, examples, budget_left).verdict

    def rate(self, burst: Burst, examples: Sequence[Example] = (), budget_left: int | None = None) -> Rated:
        """The verdict on a burst with what it took: usage, what left the building, and why no LLM gave it.

        `examples`: verdicts that people have corrected, the likest first. `budget_left`: tokens, None for no limit.
        """
        if self._llm is None or _is_certain(burst):
            return Rated(_finished(burst, by_classifier(burst)))
        answer = _ask(self._llm, burst, examples, budget_left)
        if answer.verdict is None:
            log.warning("no verdict by the LLM (%s); the embedded classifier rates", answer.problem)
            verdict = replace(by_classifier(burst), provisional=True)
        else:
            verdict = _doubted(burst, answer.verdict) if instructed(burst) else answer.verdict
        return Rated(_finished(burst, verdict), answer.usage, answer.sent, answer.problem)


def _is_certain(burst: Burst) -> bool:
    """Whether a model could only say none: thanks after calm words; "great" after an outage is for it to judge."""
    if burst.hard_cues or not says_nothing(line.text for line in burst.lines):
        return False
    return by_classifier(burst).risk is Risk.NONE


def _ask(engine: Engine | Accounting, burst: Burst, examples: Sequence[Example], budget_left: int | None) -> Answer:
    if isinstance(engine, Accounting):
        return engine.ask(burst, examples, budget_left)
    try:
        return Answer(engine.assess(burst))
    except NoVerdict as error:
        return Answer(None, problem=str(error))


def _doubted(burst: Burst, verdict: Assessment) -> Assessment:
    """The verdict of a model that the client has told what to say: never calmer than ours, and not in its words."""
    ours = by_classifier(burst)
    kept = replace(verdict, summary="", suggested_action="", suggested_reply="")
    if not _is_below(verdict.risk, ours.risk):
        return kept
    told = (
        f"The messages give the model orders; it says {verdict.risk.value}, the embedded classifier {ours.risk.value}."
    )
    return replace(
        kept,
        risk=ours.risk,
        probability=max(ours.probability, verdict.probability),
        indicators=_gravest_first(_joined(ours.indicators, verdict.indicators)),
        disagreement=told,
    )


def _finished(burst: Burst, verdict: Assessment) -> Assessment:
    """The verdict with a hard cue's due, and worded where the engine has no words."""
    if burst.hard_cues and _is_below(verdict.risk, Risk.HIGH):
        verdict = _raised(burst.hard_cues, verdict)
    return replace(
        verdict,
        summary=verdict.summary or wording.summary(verdict.risk, verdict.indicators),
        suggested_action=verdict.suggested_action or wording.suggested_action(verdict.risk, verdict.indicators),
    )


def _raised(cues: tuple[str, ...], verdict: Assessment) -> Assessment:
    """High, because of hard cues; what the engine said of a calm client would mislead whoever is paged."""
    named = " and ".join(cue.replace("_", " ") for cue in cues)
    told = f"{verdict.engine} says {verdict.risk.value}; the words of the messages ({named}) make it high at least."
    return replace(
        verdict,
        risk=Risk.HIGH,
        probability=max(verdict.probability, LEAST_PROBABLE),
        indicators=_joined(cues, verdict.indicators),
        summary="",
        suggested_action="",
        suggested_reply="",
        disagreement=" ".join(filter(None, (verdict.disagreement, told))),
    )


def _is_below(risk: Risk, floor: Risk) -> bool:
    return ORDER.index(risk) < ORDER.index(floor)


def by_classifier(burst: Burst) -> Assessment:
    """The worst of the burst's lines by the embedded classifier, with the client's earlier lines as context."""
    earlier = [line.text for line in burst.context if line.role == "client"]
    ratings = [embedded.rate(line.text, earlier) for line in burst.lines]
    worst = max(ratings, key=lambda rating: (ORDER.index(Risk(rating.risk)), rating.probability))
    return Assessment(
        risk=Risk(worst.risk),
        probability=worst.probability,
        indicators=_gravest_first(_joined(*(rating.indicators for rating in ratings))),
    )


def _gravest_first(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in INDICATORS if each in found)


def _joined(*several: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for one in several for each in one))
