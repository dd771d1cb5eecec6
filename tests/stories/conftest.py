"""Stories play twice: Slack talks to Heed over signed HTTP, and over Socket Mode.

With HEED_BOTH_WAYS=1 (in CI) all of them do; otherwise Socket Mode plays those of the main job and of people.
"""

import gc
import os
from collections.abc import Iterator

import pytest

from tests.world import World

SDK_LEAKS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""slack_sdk's Socket Mode client forgets a socket when it reconnects; it is collected before the next test."""
ALWAYS_BOTH = {"test_main_job", "test_people"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" not in metafunc.fixturenames or any(
        "world" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")
    ):
        return
    module = metafunc.module.__name__.rpartition(".")[2]
    both = "HEED_BOTH_WAYS" in os.environ or module in ALWAYS_BOTH
    ways = ["http", pytest.param("socket", marks=SDK_LEAKS)] if both else ["http"]
    metafunc.parametrize("world", ways, indirect=True)


@pytest.fixture
def world(world: World, request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "socket":
        world.use_sockets()
    yield world
    world.close()
    if request.param == "socket":
        gc.collect()
        gc.freeze()  # the next collection need not look at what is left
