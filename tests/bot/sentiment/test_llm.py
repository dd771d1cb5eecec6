"""The LLM client against the simulator's endpoint, and against servers that refuse or babble."""

import time

import pytest

from bot.sentiment import prompt
from bot.sentiment.llm import Llm
from bot.sentiment.prompt import NoVerdict
from models.words import Risk
from simulator import Simulator
from tests.bot.sentiment.bursts import BURST, answer
from tests.bot.sentiment.servers import Reply, completion, refusing, serving

RESPONSE_FORMATS = ["json_schema", "json_object", None]


@pytest.fixture
def llm(sim: Simulator) -> Llm:
    return Llm("any", sim.llm_url, "simulator-small", timeout=5)


def test_a_verdict_is_asked_for_by_schema_and_read(sim: Simulator, llm: Llm) -> None:
    sim.llm.script(answer())
    found = llm.assess(BURST)
    assert (found.risk, found.engine, found.provisional) == (Risk.HIGH, "simulator-small", False)
    (asked,) = sim.llm.requests
    assert asked["response_format"]["json_schema"]["schema"] == prompt.SCHEMA
    assert (asked["temperature"], asked["store"]) == (0, False)
    assert "dora@acme.example" not in str(asked)


def test_the_simulators_own_verdict_follows_the_schema(llm: Llm) -> None:
    found = llm.assess(BURST)
    assert found.risk in (Risk.HIGH, Risk.CRITICAL)
    assert found.evidence


@pytest.mark.parametrize(
    "content", ["", "I cannot say.", '{"risk": "sev', answer(risk="severe"), answer(probability="very")]
)
def test_an_answer_that_holds_no_verdict_is_no_verdict(sim: Simulator, llm: Llm, content: str) -> None:
    sim.llm.script(content)
    with pytest.raises(NoVerdict):
        llm.assess(BURST)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("refusal", {}),
        ("malformed", {}),
        ("rate_limited", {"seconds": 0}),
        ("status", {"status": 500}),
        ("status", {"status": 503}),
        ("status", {"status": 400}),
        ("status", {"status": 401}),
        ("status", {"status": 404}),
    ],
    ids=["a refusal", "half an answer", "429", "500", "503", "400 that names nothing", "a wrong key", "no such model"],
)
def test_whatever_the_server_does_wrong_is_no_verdict(
    sim: Simulator, llm: Llm, kind: str, details: dict[str, int]
) -> None:
    sim.faults.add("llm", kind, times=None, **details)
    with pytest.raises(NoVerdict):
        llm.assess(BURST)


def test_one_hiccup_is_asked_again(sim: Simulator, llm: Llm) -> None:
    sim.faults.add("llm", "status", status=500)
    sim.llm.script(answer())
    assert llm.assess(BURST).risk is Risk.HIGH


def test_a_server_that_hangs_is_no_verdict_after_its_time(sim: Simulator) -> None:
    sim.llm.delay = 5
    started = time.monotonic()
    with pytest.raises(NoVerdict, match="Timeout"):
        Llm("any", sim.llm_url, "simulator-small", timeout=0.1).assess(BURST)
    assert time.monotonic() - started < 3


def test_no_server_at_all_is_no_verdict() -> None:
    with pytest.raises(NoVerdict):
        Llm("any", "http://127.0.0.1:9/v1", "m", timeout=1).assess(BURST)


@pytest.mark.parametrize("names", [("temperature",), ("store", "max_completion_tokens"), ("max_completion_tokens",)])
def test_a_parameter_that_the_server_refuses_is_dropped_and_not_sent_again(names: tuple[str, ...]) -> None:
    with serving(refusing(*names, content=answer())) as (address, asked):
        llm = Llm("any", address, "m")
        assert llm.assess(BURST).risk is Risk.HIGH
        assert len(asked) == 1 + len(names)
        llm.assess(BURST)
        assert len(asked) == 2 + len(names)
        assert not set(names) & set(asked[-1])
        assert "response_format" in asked[-1]


@pytest.mark.parametrize("steps", [1, 2], ids=["to json_object", "to plain text"])
def test_an_answer_format_that_the_server_refuses_is_replaced_by_a_plainer_one(steps: int) -> None:
    refused = [f"response_format={kind}" for kind in RESPONSE_FORMATS[:steps]]
    with serving(refusing(*refused, content=f"Here: {answer()}")) as (address, asked):
        llm = Llm("any", address, "m")
        assert llm.assess(BURST).risk is Risk.HIGH
        llm.assess(BURST)
        formats = [body.get("response_format", {}).get("type") for body in asked]
        assert formats == [*RESPONSE_FORMATS[: steps + 1], RESPONSE_FORMATS[steps]]


def test_a_server_that_refuses_everything_is_asked_a_few_times_only() -> None:
    error = '{"error": {"message": "bad response_format, temperature, store, max_completion_tokens"}}'
    with serving(lambda _: (400, "application/json", error)) as (address, asked):
        with pytest.raises(NoVerdict):
            Llm("any", address, "m").assess(BURST)
        assert len(asked) == 6


BABBLE: list[Reply] = [
    (200, "text/html", "<html>Welcome to nginx!</html>"),
    (200, "text/plain", ""),
    *(
        (200, "application/json", body)
        for body in (
            "{}", "[]", "null", '"hello"', "7", '{"choices": null}', '{"choices": []}', '{"choices": [{}]}',
            '{"choices": 5}', '{"choices": [null]}', '{"choices": [{"message": null}]}',
            '{"choices": [{"message": {"content": ["x"]}, "finish_reason": "stop"}]}',
            '{"choices": [{"message": "hi"}]}', '{"error": {"message": "no"}}', '{"choices": [{"mess',
        )
    ),
    completion(answer(), finish_reason="length"),
    completion(answer(), finish_reason="content_filter"),
]  # fmt: skip


@pytest.mark.parametrize("reply", BABBLE, ids=range(len(BABBLE)))
def test_an_answer_of_another_shape_is_no_verdict(reply: Reply) -> None:
    with serving(lambda _: reply) as (address, _), pytest.raises(NoVerdict):
        Llm("any", address, "m").assess(BURST)
