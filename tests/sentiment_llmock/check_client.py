"""The client as an independent server sees it: what it recovers from, and whether it behaves meanwhile.

`llmock` is the package's fixture; its `assert_resilient` judges the requests that came: waiting as long as Retry-After
asks, trying again only what makes sense, and not too often. What is neither waited for nor tried a third time is
rated by the embedded classifier, so its warning "gave up" is how it should be.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.sentiment.llm import Llm
from bot.sentiment.rater import Rater
from models.assessment import Burst, Line, Rated
from models.words import Risk

LEAVING = "We are terminating the contract, our lawyers will call you."
VERDICT = {
    "risk": "high",
    "probability": 0.8,
    "indicators": ["cancellation"],
    "evidence": ["terminating the contract"],
    "summary": "The client leaves.",
    "suggested_action": "Call them.",
    "suggested_reply": "We are sorry to hear this.",
}


@pytest.fixture
def rater(llmock: Any) -> Rater:
    return Rater(Llm("any", llmock.base_url(), "gpt-5.4-nano", timeout=5))


def rate(rater: Rater, text: str = LEAVING) -> Rated:
    return rater.rate(Burst(1, 1, (Line("1.0", "client", text),)))


def by_the_llm(rated: Rated) -> bool:
    return rated.verdict.engine == "gpt-5.4-nano" and not rated.verdict.provisional and not rated.problem


def by_the_classifier(rated: Rated) -> bool:
    return rated.verdict.provisional and rated.verdict.risk is Risk.CRITICAL and bool(rated.problem)


def test_a_verdict(llmock: Any, rater: Rater) -> None:
    llmock.reply(json.dumps(VERDICT))
    rated = rate(rater)
    assert by_the_llm(rated)
    assert (rated.verdict.risk, rated.verdict.evidence) == (Risk.HIGH, ("terminating the contract",))
    assert rated.usage.tokens_in > 100
    assert rated.usage.tokens_out > 10
    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)


def test_its_own_answers_follow_the_schema_or_are_no_verdict(llmock: Any, rater: Rater) -> None:
    rated = rate(rater)
    assert by_the_llm(rated) or by_the_classifier(rated)
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("text", ["", "I cannot judge this.", '{"risk": "hi', json.dumps({**VERDICT, "risk": "bad"})])
def test_words_that_are_no_verdict(llmock: Any, rater: Rater, text: str) -> None:
    llmock.reply(text)
    assert by_the_classifier(rate(rater))
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_one_failure_that_may_pass_is_tried_again_after_a_pause(llmock: Any, rater: Rater, status: int) -> None:
    llmock.fail(status)
    llmock.reply(json.dumps(VERDICT))
    assert by_the_llm(rate(rater))
    assert len(llmock.requests) == 2
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_failure_that_will_not_pass_is_not_tried_again(llmock: Any, rater: Rater, status: int) -> None:
    llmock.fail(status, times=None)
    assert by_the_classifier(rate(rater))
    llmock.assert_resilient(strict=True)


def test_retry_after_is_waited_for(llmock: Any, rater: Rater) -> None:
    llmock.rate_limit(retry_after=1.2)
    llmock.reply(json.dumps(VERDICT))
    assert by_the_llm(rate(rater))
    llmock.assert_resilient(strict=True)


def test_a_long_retry_after_is_left_to_the_classifier_and_nothing_is_sent_meanwhile(llmock: Any, rater: Rater) -> None:
    llmock.rate_limit(retry_after=60, times=None)
    assert all(by_the_classifier(rate(rater, f"{LEAVING} {number}")) for number in range(5))
    assert len(llmock.requests) == 1
    llmock.assert_resilient()


def test_real_quotas(llmock: Any, rater: Rater) -> None:
    llmock.limits(rpm=3)
    rated = [rate(rater, f"{LEAVING} {number}") for number in range(8)]
    assert all(each.verdict.risk in (Risk.HIGH, Risk.CRITICAL) or not each.verdict.provisional for each in rated)
    assert len(llmock.requests) == 4, "three answers, and one refusal that is obeyed"
    llmock.assert_resilient()


def test_an_outage_is_noticed_and_not_made_worse(llmock: Any, rater: Rater) -> None:
    llmock.outage()
    rated = [rate(rater, f"{LEAVING} {number}") for number in range(12)]
    assert all(map(by_the_classifier, rated))
    assert 2 <= len(llmock.requests) <= 10, "five bursts, each tried twice; fewer where the server asks for time"
    llmock.assert_resilient()


def test_a_server_that_is_too_slow(llmock: Any) -> None:
    llmock.delay(3)
    rater = Rater(Llm("any", llmock.base_url(), "gpt-5.4-nano", timeout=0.5))
    rated = rate(rater)
    assert by_the_classifier(rated)
    assert "Timeout" in rated.problem


def test_a_prompt_that_is_too_long_costs_no_parameter(llmock: Any, rater: Rater) -> None:
    llmock.context_overflow()
    assert by_the_classifier(rate(rater))
    llmock.reply(json.dumps(VERDICT))
    assert by_the_llm(rate(rater, "another text, and we leave"))
    sent = llmock.last_request.body
    assert {"temperature", "store", "max_completion_tokens", "response_format", "safety_identifier"} <= set(sent)
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("parameter", ["temperature", "store", "max_completion_tokens", "response_format"])
def test_a_parameter_that_is_refused(llmock: Any, rater: Rater, parameter: str) -> None:
    llmock.fail(400, message=f"Unsupported parameter: '{parameter}' is not supported with this model.")
    llmock.reply(json.dumps(VERDICT))
    assert by_the_llm(rate(rater))
    assert len(llmock.requests) == 2
    llmock.assert_resilient(strict=True)


def test_32_at_once_through_one_client(llmock: Any, rater: Rater) -> None:
    llmock.reply(json.dumps(VERDICT), times=None)
    with ThreadPoolExecutor(32) as pool:
        rated = list(pool.map(lambda number: rate(rater, f"{LEAVING} {number}"), range(64)))
    assert all(map(by_the_llm, rated))
    llmock.assert_resilient(strict=True)
