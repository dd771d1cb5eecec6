"""The simulator's language model, well again after each test."""

from collections.abc import Iterator

import pytest

from simulator import Simulator


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(running: Simulator) -> Iterator[Simulator]:
    running.faults.clear()
    running.llm.requests.clear()
    yield running
    running.faults.clear()
    running.llm.delay = 0.0
