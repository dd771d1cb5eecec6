"""Every story plays twice: Slack talks to Heed over signed HTTP, and over Socket Mode."""

import gc
from collections.abc import Iterator

import pytest

from tests.world import World

SDK_LEAKS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""slack_sdk's Socket Mode client forgets a socket when it reconnects; it is collected before the next test."""


@pytest.fixture(params=["http", pytest.param("socket", marks=SDK_LEAKS)])
def world(world: World, request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "socket":
        world.use_sockets()
    yield world
    world.close()
    if request.param == "socket":
        gc.collect()
        gc.freeze()  # the next collection need not look at what is left
