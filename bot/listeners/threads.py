"""The threads that listeners run in: what goes on in them belongs to the request that began it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any


class FollowingThreads(ThreadPoolExecutor):
    """Runs everything in a copy of the context of whoever hands it over, so that it has the request's id."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(copy_context().run, fn, *args, **kwargs)
