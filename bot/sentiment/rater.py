"""One verdict for one burst, whatever happens: by the LLM if there is one, else by the embedded classifier."""

import logging
from dataclasses import replace
from typing import Protocol

from bot.sentiment import embedded, wording
from bot.sentiment.prompt import NoVerdict
from models.assessment import Assessment, Burst
from models.indicators import INDICATORS
from models.words import Risk

log = logging.getLogger(__name__)

ORDER = list(Risk)


class Engine(Protocol):
    """Something that rates a burst, or raises NoVerdict."""

    def assess(self, burst: Burst) -> Assessment: ...


class Rater:
    """Rates bursts; `llm` is None where none is configured."""

    def __init__(self, llm: Engine | None) -> None:
        self._llm = llm

    def assess(self, burst: Burst) -> Assessment:
        """The verdict on a burst. It never raises for what an LLM does, and a hard cue is high at least."""
        verdict = self._by_llm(burst) or replace(by_classifier(burst), provisional=self._llm is not None)
        if burst.hard_cues and ORDER.index(verdict.risk) < ORDER.index(Risk.HIGH):
            verdict = replace(verdict, risk=Risk.HIGH, indicators=_joined(burst.hard_cues, verdict.indicators))
        return replace(
            verdict,
            summary=verdict.summary or wording.summary(verdict.risk, verdict.indicators),
            suggested_action=verdict.suggested_action or wording.suggested_action(verdict.risk, verdict.indicators),
        )

    def _by_llm(self, burst: Burst) -> Assessment | None:
        if self._llm is None:
            return None
        try:
            return self._llm.assess(burst)
        except NoVerdict as error:
            log.warning("no verdict by the LLM (%s); the embedded classifier rates", error)
            return None


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
