"""Work to be done at certain moments by a few threads, such as sending an alert again in a second."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

Work = Callable[[], None]


class Agenda:
    """`at(moment, work)` runs `work` at that epoch second, or as soon after it as one of `threads` is free.

    `problems` tells what went wrong in it.
    """

    def __init__(self, threads: int) -> None:
        self._due: list[tuple[float, int, Work]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._is_over = False
        self.problems: list[str] = []
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="agenda")
        self._thread = threading.Thread(target=self._dispatch, name="agenda", daemon=True)
        self._thread.start()

    def at(self, moment: float, work: Work) -> None:
        with self._changed:
            heapq.heappush(self._due, (moment, next(self._order), work))
            self._changed.notify()

    def close(self) -> None:
        """Do nothing that is not begun yet; wait for what is. Harmless twice."""
        with self._changed:
            self._is_over = True
            self._changed.notify()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _dispatch(self) -> None:
        while (work := self._next()) is not None:
            self._pool.submit(work).add_done_callback(self._done)

    def _done(self, future: "Future[None]") -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self.problems.append(f"{type(error).__name__}: {error}"[:300])

    def _next(self) -> Work | None:
        with self._changed:
            while not self._is_over:
                wait = self._due[0][0] - time.time() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None
