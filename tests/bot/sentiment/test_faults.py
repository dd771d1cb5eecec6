"""Every fault of a language model: no message without a verdict, no exception, and a server is not pestered."""

import logging
import socketserver
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from bot.sentiment.llm import Llm, Servers
from bot.sentiment.rater import Rater, by_classifier
from models.assessment import Burst, Line
from models.words import Risk
from simulator import Simulator
from simulator.faults import LLM_KINDS
from tests.bot.sentiment.bursts import BURST, answer
from tests.bot.sentiment.clocks import Clock
from tests.bot.sentiment.servers import Reply, completion, refusing, serving

LEAVING = "We are terminating the contract, our lawyers will call you."
BY_THE_CLASSIFIER: list[tuple[str, dict[str, Any], str]] = [
    ("rate_limited", {"seconds": 0}, "HTTP 429"),
    ("rate_limited", {"seconds": 60}, "HTTP 429"),
    ("status", {"status": 500}, "HTTP 500"),
    ("status", {"status": 503}, "HTTP 503"),
    ("status", {"status": 400}, "HTTP 400"),
    ("status", {"status": 401}, "HTTP 401"),
    ("status", {"status": 404}, "HTTP 404"),
    ("timeout", {"seconds": 30}, "Timeout"),
    ("malformed", {}, "without a verdict"),
    ("refusal", {}, "refused"),
    ("truncated", {}, "cut off"),
    ("wrong_schema", {}, "another schema"),
]
BY_THE_LLM: list[tuple[str, dict[str, Any]]] = [
    ("ignores_schema", {}),
    ("obedient", {}),
    *(
        ("parameter", {"parameter": name})
        for name in (
            "temperature",
            "store",
            "max_completion_tokens",
            "max_tokens",
            "safety_identifier",
            "json_schema",
            "json_object",
        )
    ),
]


def burst(*texts: str) -> Burst:
    return Burst(1, 1, tuple(Line(f"{number}.0", "client", text) for number, text in enumerate(texts)))


def patient(url: str, clock: Clock, timeout: float = 10.0) -> Llm:
    """A client whose waiting takes no time."""
    return Llm("any", url, "m", timeout, now=clock, sleep=clock.sleep)


def test_every_fault_of_the_simulator_is_tried() -> None:
    assert {kind for kind, *_ in (*BY_THE_CLASSIFIER, *BY_THE_LLM)} == set(LLM_KINDS)


@pytest.mark.parametrize(("kind", "details", "problem"), BY_THE_CLASSIFIER, ids=[each[2] for each in BY_THE_CLASSIFIER])
def test_where_the_llm_fails_the_classifier_rates_and_says_so(
    sim: Simulator, caplog: pytest.LogCaptureFixture, kind: str, details: dict[str, Any], problem: str
) -> None:
    sim.faults.add("llm", kind, times=None, **details)
    clock = Clock()
    with caplog.at_level(logging.DEBUG, logger="bot"):
        rated = Rater(patient(sim.llm_url, clock, timeout=0.3 if kind == "timeout" else 10)).rate(burst(LEAVING))
    assert (rated.verdict.risk, rated.verdict.engine, rated.verdict.provisional) == (Risk.CRITICAL, "embedded", True)
    assert problem in rated.problem
    assert rated.sent is not None
    assert rated.sent.messages[0]["role"] == "system"
    assert rated.usage.calls <= 2
    assert problem in caplog.text
    assert "terminating" not in caplog.text


@pytest.mark.parametrize(("kind", "details"), BY_THE_LLM, ids=[f"{kind} {said}" for kind, said in BY_THE_LLM])
def test_what_can_be_understood_or_left_out_is_no_fault(sim: Simulator, kind: str, details: dict[str, Any]) -> None:
    sim.faults.add("llm", kind, times=None, **details)
    if kind == "parameter":
        sim.llm.script(answer(risk="critical"))
    rated = Rater(patient(sim.llm_url, Clock())).rate(burst(LEAVING))
    assert (rated.verdict.engine, rated.verdict.provisional, rated.problem) == ("m", False, "")
    assert rated.verdict.risk is Risk.CRITICAL


def test_a_model_that_knows_no_parameter_at_all_still_rates() -> None:
    refused = ["max_completion_tokens", "max_tokens", "temperature", "store", "safety_identifier"]
    formats = ["response_format=json_schema", "response_format=json_object"]
    with serving(refusing(*refused, *formats, content=answer())) as (address, asked):
        llm = patient(address, Clock())
        assert llm.assess(BURST).risk is Risk.HIGH
        assert set(asked[-1]) == {"model", "messages"}
        llm.assess(BURST)
        assert len(asked) == len(refused) + len(formats) + 2


@pytest.mark.parametrize(
    ("first", "waited"), [({"kind": "rate_limited", "seconds": 3}, 3.0), ({"kind": "status", "status": 503}, None)]
)
def test_another_try_waits_as_long_as_the_server_asks(
    sim: Simulator, first: dict[str, Any], waited: float | None
) -> None:
    sim.faults.add("llm", **first)
    clock = Clock()
    assert Rater(patient(sim.llm_url, clock)).rate(burst(LEAVING)).problem == ""
    assert len(clock.slept) == 1
    assert clock.slept[0] == waited or (waited is None and 0.5 <= clock.slept[0] <= 1)


def test_a_server_that_asks_for_a_minute_gets_it_and_the_classifier_rates_meanwhile(sim: Simulator) -> None:
    sim.faults.add("llm", "rate_limited", seconds=60)
    clock = Clock()
    rater = Rater(patient(sim.llm_url, clock))
    assert rater.rate(burst(LEAVING)).verdict.provisional
    clock.now += 59
    assert "left alone" in rater.rate(burst(LEAVING)).problem
    assert rater.rate(burst(LEAVING)).sent is None
    assert len(sim.llm.requests) == 1
    clock.now += 1
    assert not rater.rate(burst(LEAVING)).verdict.provisional
    assert not clock.slept


def test_after_five_failures_in_a_row_a_server_is_not_called_and_later_tried_once(sim: Simulator) -> None:
    fault = sim.faults.add("llm", "status", times=None, status=500)
    clock = Clock()
    rater = Rater(patient(sim.llm_url, clock))
    rated = [rater.rate(burst(f"{LEAVING} {number}")) for number in range(8)]
    assert len(sim.llm.requests) == 5 * 2
    assert all(each.verdict.risk is Risk.CRITICAL and each.verdict.provisional for each in rated)
    clock.now += 30
    rater.rate(burst(LEAVING))
    rater.rate(burst(LEAVING))
    assert len(sim.llm.requests) == 6 * 2
    sim.faults.remove(fault.id)
    clock.now += 60
    assert not rater.rate(burst(LEAVING)).verdict.provisional


@pytest.mark.parametrize("kind", ["refusal", "malformed", "wrong_schema", "truncated"])
def test_what_a_model_says_is_no_failure_of_its_server(sim: Simulator, kind: str) -> None:
    sim.faults.add("llm", kind, times=None)
    rater = Rater(patient(sim.llm_url, Clock()))
    for number in range(7):
        assert rater.rate(burst(f"{LEAVING} {number}")).verdict.provisional
    assert len(sim.llm.requests) >= 7


def test_two_models_of_a_server_share_its_breaker_and_not_its_dialect() -> None:
    reply = refusing("temperature", content=answer())
    with serving(reply) as (address, asked):
        servers = Servers()
        for model in ("one", "two", "one"):
            Llm("any", address, model, servers=servers).assess(BURST)
        assert ["temperature" in body for body in asked] == [True, False, True, False, False]
        for _ in range(5):
            servers.breaker(Llm("any", address, "three", servers=servers).server).failed(
                servers.breaker(f"{address}/").leave()
            )
        assert "left alone" in Llm("any", address, "two", servers=servers).ask(BURST).problem


def test_an_answer_that_was_cut_off_is_given_more_room_once_and_for_all() -> None:
    def thinking(body: dict[str, Any]) -> Reply:
        return completion(answer()) if body["max_completion_tokens"] > 700 else completion("", finish_reason="length")

    with serving(thinking) as (address, asked):
        llm = patient(address, Clock())
        assert llm.assess(BURST).risk is Risk.HIGH
        llm.assess(BURST)
        assert [body["max_completion_tokens"] for body in asked] == [700, 4000, 4000]


def test_32_calls_are_in_flight_at_once() -> None:
    together = threading.Barrier(32, timeout=20)

    def reply(_: dict[str, Any]) -> Reply:
        together.wait()
        return completion(answer())

    with serving(reply) as (address, asked), ThreadPoolExecutor(32) as pool:
        rater = Rater(Llm("any", address, "m"))
        rated = list(pool.map(lambda number: rater.rate(burst(f"{LEAVING} {number}")), range(32)))
        assert len(asked) == 32
        assert {each.problem for each in rated} == {""}


def test_32_calls_that_meet_the_same_refusal_at_once_all_get_their_verdict() -> None:
    together = threading.Barrier(32, timeout=20)
    refuse = refusing("temperature", "response_format=json_schema", content=answer())

    def reply(body: dict[str, Any]) -> Reply:
        if "temperature" in body:
            together.wait()
        return refuse(body)

    with serving(reply) as (address, asked), ThreadPoolExecutor(32) as pool:
        rater = Rater(Llm("any", address, "m"))
        rated = list(pool.map(lambda number: rater.rate(burst(f"{LEAVING} {number}")), range(32)))
        assert {each.problem for each in rated} == {""}
        assert asked[-1]["response_format"] == {"type": "json_object"}, "one step down, not one a thread"


@contextmanager
def answering(*parts: bytes, pause: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """(address, requests) of a server that sends these bytes, and waits a while before each but the first."""
    asked: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked.append(self.request.recv(100_000))
            for number, part in enumerate(parts):
                if number and stop.wait(pause):
                    return
                try:
                    self.request.sendall(part)
                except OSError:
                    return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    stop = threading.Event()
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
        finally:
            stop.set()
            server.shutdown()
            thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_blanks_that_keep_a_connection_alive_do_not_keep_a_rating_waiting() -> None:
    with answering(HEAD, *[b" "] * 100, pause=0.05) as (address, _):
        started = time.monotonic()
        rated = Rater(Llm("any", address, "m", timeout=0.3)).rate(burst(LEAVING))
        assert "Timeout" in rated.problem
        assert time.monotonic() - started < 3
    assert rated.usage.tokens_in > 0, "the model may have worked, so it counts"


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"nonsense\r\n\r\n",),
        (HEAD, b'{"choices": ['),
        (CHUNKED, b"zz\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\xff\xfe\xfd\xfc\xfb",),
        (CHUNKED, b"4000\r\n" + b"[" * 0x4000 + b"\r\n0\r\n\r\n"),
        (CHUNKED, *[b"10000\r\n" + b" " * 0x10000 + b"\r\n"] * 40),
        (b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[[[[[[[[[",),
        (b"HTTP/1.1 429 No\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n",),
        (b"HTTP/1.1 429 No\r\nRetry-After: nan\r\nContent-Length: 0\r\n\r\n",),
        (b"HTTP/1.1 503 No\r\nRetry-After: -3\r\nContent-Length: 0\r\n\r\n",),
        (b"HTTP/1.1 503 No\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n",),
    ],
    ids=[
        "hangs up", "no HTTP", "stops in the middle", "broken chunks", "broken compression", "no text",
        "a deep nest", "far too much", "a 400 of brackets", "a wait in words", "a wait of no number",
        "a wait in the past", "a date in the past",
    ],
)  # fmt: skip
def test_whatever_comes_over_the_wire_there_is_a_verdict(parts: tuple[bytes, ...]) -> None:
    with answering(*parts) as (address, _):
        rated = Rater(patient(address, Clock())).rate(burst(LEAVING))
    assert rated.verdict.provisional
    assert rated.problem


def test_a_server_that_cannot_be_reached_has_been_sent_nothing() -> None:
    rated = Rater(patient("http://127.0.0.1:9/v1", Clock())).rate(burst(LEAVING))
    assert rated.verdict.provisional
    assert (rated.sent, rated.usage.calls) == (None, 0)


@pytest.mark.parametrize("address", ["localhost:11434/v1", "ftp://127.0.0.1/v1", "http://no.such.host.invalid/v1"])
def test_an_address_that_leads_nowhere_is_no_verdict(address: str) -> None:
    rated = Rater(patient(address, Clock())).rate(burst(LEAVING))
    assert rated.verdict.provisional
    assert rated.sent is None


def test_a_conversation_follows_no_redirect() -> None:
    with serving(lambda _: completion(answer())) as (elsewhere, asked_there):
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere}/chat/completions\r\nContent-Length: 0\r\n\r\n".encode()
        with answering(moved) as (address, asked):
            rated = Rater(patient(address, Clock())).rate(burst(LEAVING))
    assert rated.problem == "HTTP 307"
    assert (len(asked), asked_there) == (1, [])


def test_the_classifiers_verdict_is_the_same_as_without_an_llm(sim: Simulator) -> None:
    sim.faults.add("llm", "refusal")
    found = Rater(patient(sim.llm_url, Clock())).rate(burst(LEAVING)).verdict
    assert found.risk is by_classifier(burst(LEAVING)).risk
