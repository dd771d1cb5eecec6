"""A bounded pool that sends while the job that started it has long returned, so that a slow Slack delays no step."""

import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import structlog

log = structlog.get_logger()

_PUMPS = weakref.WeakSet["Pump"]()

THREADS = 16
PER_WORKSPACE = 4


class Pump:
    """`threads` that each run a `work` function until it finds nothing, at most 4 of them in one workspace.

    `work(pump)` does one thing and returns whether it did any. Tasks that are queued but not begun will look later
    than now, so that many are enough and no ring is lost.
    """

    def __init__(self, name: str, threads: int = THREADS) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._waiting = 0
        self._running: set[Future[None]] = set()
        self._busy: Counter[int] = Counter()
        self._closed = False
        _PUMPS.add(self)

    def start(self, count: int, work: Callable[["Pump"], bool]) -> None:
        """See to it that `count` looks (at most as many as there are threads) begin after this call."""
        with self._lock:
            fresh = min(count, self._threads) - self._waiting
            if self._closed:
                return
            for _ in range(fresh):
                self._waiting += 1
                task = self._pool.submit(self._run, work)
                self._running.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: Future[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("a task of the pool failed", error=type(error).__name__, exc_info=error)

    def full_workspaces(self) -> list[int]:
        """The workspaces in which as many threads are at work as may be."""
        with self._lock:
            return [workspace for workspace, count in self._busy.items() if count >= PER_WORKSPACE]

    @contextmanager
    def at_work_in(self, workspace_id: int) -> Iterator[None]:
        with self._lock:
            self._busy[workspace_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy[workspace_id] -= 1

    def settle(self) -> None:
        """Wait until nothing is running or waiting; raises what a task raised."""
        for task in list(self._running):
            task.result()

    def close(self) -> None:
        """Begin nothing new, and wait for what is under way (a request takes ten seconds at most)."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, work: Callable[["Pump"], bool]) -> None:
        with self._lock:
            self._waiting -= 1
        while not self._closed and work(self):
            pass


def close_all() -> None:
    """Close every pump of this process, whichever of them its jobs have made."""
    for pump in list(_PUMPS):
        pump.close()
