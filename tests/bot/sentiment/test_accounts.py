"""What rating costs, what it may cost, and what has left the building for it."""

import json
from dataclasses import replace

import pytest

from bot.sentiment.dialect import ROOM
from bot.sentiment.llm import REMEMBERED_SECONDS, VERDICTS_REMEMBERED, Llm
from bot.sentiment.rater import Rater
from models.assessment import NOTHING_USED, Burst, Line, Usage
from models.examples import Example, Mark
from models.words import Risk
from simulator import Simulator
from tests.bot.sentiment.bursts import BURST, answer
from tests.bot.sentiment.clocks import Clock
from tests.bot.sentiment.servers import Reply, completion, serving

EXAMPLE = Example("We kill the process and terminate the pod", Risk.NONE, Mark.FALSE_POSITIVE)


def counted(tokens_in: object, tokens_out: object) -> Reply:
    status, kind, body = completion(answer())
    usage = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
    return status, kind, json.dumps({**json.loads(body), "usage": usage})


def test_tokens_are_the_servers_and_cost_what_the_prices_say() -> None:
    with serving(lambda _: counted(1500, 150)) as (address, _):
        rated = Rater(Llm("any", address, "m", price_in=0.2, price_out=1.2)).rate(BURST)
    assert rated.usage == Usage(1, 1500, 150, rated.usage.cost)
    assert rated.usage.cost == pytest.approx(0.00048)
    assert rated.usage.tokens == 1650


@pytest.mark.parametrize("count", [None, -1, 0, "many", 1.5, 10**12, [], {}])
def test_where_a_server_does_not_count_it_is_estimated(count: object) -> None:
    with serving(lambda _: counted(count, count)) as (address, _):
        usage = Rater(Llm("any", address, "m")).rate(BURST).usage
    assert 500 < usage.tokens_in < 3000
    assert 20 < usage.tokens_out < 300


def test_what_is_thrown_away_is_paid_for_all_the_same(sim: Simulator) -> None:
    sim.faults.add("llm", "refusal")
    rated = Rater(Llm("any", sim.llm_url, "m", price_in=1)).rate(BURST)
    assert rated.verdict.provisional
    assert rated.usage.calls == 1
    assert rated.usage.tokens > 0
    assert rated.usage.cost > 0


def test_usages_add_up() -> None:
    assert Usage(1, 10, 5, 0.5) + Usage(2, 1, 1, 0.25) + NOTHING_USED == Usage(3, 11, 6, 0.75)


def test_past_the_budget_the_classifier_rates_and_says_so_and_nothing_is_sent(sim: Simulator) -> None:
    llm = Llm("any", sim.llm_url, "m")
    need = llm.estimate(BURST)
    assert need > ROOM
    rated = Rater(llm).rate(BURST, budget_left=need - 1)
    assert (rated.verdict.provisional, rated.problem) == (True, "the token budget is used up")
    assert (rated.usage, rated.sent, len(sim.llm.requests)) == (NOTHING_USED, None, 0)
    assert Rater(llm).rate(BURST, budget_left=need).problem == ""
    assert Rater(llm).rate(replace(BURST, workspace_id=2), budget_left=0).verdict.provisional


def test_the_estimate_holds_the_whole_question(sim: Simulator) -> None:
    llm = Llm("any", sim.llm_url, "m")
    assert llm.estimate(BURST, [EXAMPLE]) > llm.estimate(BURST)
    rated = Rater(llm).rate(BURST)
    assert rated.usage.tokens <= llm.estimate(BURST)


def test_what_left_the_building_is_told_word_for_word(sim: Simulator) -> None:
    rated = Rater(Llm("key", sim.llm_url.replace("http://", "http://user:word@"), "m")).rate(BURST, [EXAMPLE])
    assert rated.sent is not None
    assert list(rated.sent.messages) == sim.llm.requests[-1]["messages"]
    assert (rated.sent.server, rated.sent.model) == (f"{sim.llm_url}/", "m")
    told = json.dumps(rated.sent.messages)
    assert "dora@acme.example" not in told
    assert "[EMAIL]" in told
    assert "terminate the pod" in told


def test_the_server_learns_no_workspace_but_can_tell_them_apart(sim: Simulator) -> None:
    llm = Llm("key", sim.llm_url, "m")
    for workspace in (1, 1, 2):
        llm.assess(replace(BURST, workspace_id=workspace))
    one, again, two = (body["safety_identifier"] for body in sim.llm.requests)
    assert one == again != two
    assert len(one) == 32
    assert all(body["store"] is False for body in sim.llm.requests)
    assert all("tools" not in body for body in sim.llm.requests)


def test_the_same_question_is_answered_from_memory_and_costs_nothing(sim: Simulator) -> None:
    rater = Rater(Llm("any", sim.llm_url, "m"))
    first = rater.rate(BURST, [EXAMPLE])
    later = replace(BURST, conversation_id=9, lines=tuple(replace(line, ts=f"9{line.ts}") for line in BURST.lines))
    again = rater.rate(later, [EXAMPLE], budget_left=0)
    assert again.verdict == first.verdict
    assert (again.usage, again.sent, again.problem) == (NOTHING_USED, None, "")
    assert len(sim.llm.requests) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(BURST, workspace_id=2),
        replace(BURST, context=()),
        replace(BURST, lines=BURST.lines[:1]),
        replace(BURST, lines=(*BURST.lines, Line("4.0", "client", "Hello"))),
    ],
    ids=["another workspace", "another context", "less", "more"],
)
def test_another_question_is_asked(sim: Simulator, other: Burst) -> None:
    rater = Rater(Llm("any", sim.llm_url, "m"))
    rater.rate(BURST)
    rater.rate(other)
    assert len(sim.llm.requests) == 2


def test_other_examples_are_another_question(sim: Simulator) -> None:
    rater = Rater(Llm("any", sim.llm_url, "m"))
    rater.rate(BURST)
    rater.rate(BURST, [EXAMPLE])
    rater.rate(BURST, [replace(EXAMPLE, risk=Risk.LOW)])
    assert len(sim.llm.requests) == 3


def test_what_was_no_verdict_is_not_remembered(sim: Simulator) -> None:
    sim.faults.add("llm", "refusal")
    rater = Rater(Llm("any", sim.llm_url, "m"))
    assert rater.rate(BURST).verdict.provisional
    assert not rater.rate(BURST).verdict.provisional


def test_the_hard_cues_of_a_question_are_not_remembered_with_its_answer(sim: Simulator) -> None:
    sim.llm.script(answer(risk="none"))
    rater = Rater(Llm("any", sim.llm_url, "m"))
    assert rater.rate(BURST).verdict.risk is Risk.NONE
    assert rater.rate(replace(BURST, hard_cues=("legal",))).verdict.risk is Risk.HIGH


def test_verdicts_are_forgotten_after_a_day_because_they_quote_clients(sim: Simulator) -> None:
    clock = Clock()
    rater = Rater(Llm("any", sim.llm_url, "m", now=clock))
    rater.rate(BURST)
    clock.now += REMEMBERED_SECONDS
    rater.rate(BURST)
    assert len(sim.llm.requests) == 1
    clock.now += 1
    rater.rate(BURST)
    assert len(sim.llm.requests) == 2


def test_no_more_verdicts_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, sim: Simulator
) -> None:
    assert VERDICTS_REMEMBERED > 100
    monkeypatch.setattr("bot.sentiment.llm.VERDICTS_REMEMBERED", 2)
    rater = Rater(Llm("any", sim.llm_url, "m"))
    bursts = [replace(BURST, workspace_id=number) for number in range(3)]
    for each in (*bursts, bursts[2], bursts[1]):
        rater.rate(each)
    assert len(sim.llm.requests) == 3
    rater.rate(bursts[0])
    assert len(sim.llm.requests) == 4


def test_for_thanks_no_model_is_asked(sim: Simulator) -> None:
    rater = Rater(Llm("any", sim.llm_url, "m"))
    thanks = Burst(1, 1, (Line("1.0", "client", "Thanks!"), Line("2.0", "client", "👍")))
    rated = rater.rate(thanks)
    assert (rated.verdict.risk, rated.verdict.provisional, rated.problem) == (Risk.NONE, False, "")
    assert len(sim.llm.requests) == 0
    rater.rate(replace(thanks, hard_cues=("legal",)))
    upset = (Line("0.1", "client", "This is the third outage this week, unacceptable!"),)
    rater.rate(Burst(1, 1, (Line("1.0", "client", "Great."),), upset))
    assert len(sim.llm.requests) == 2
