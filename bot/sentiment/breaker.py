"""When a server is left alone: after failures in a row, or because it asked for time."""

import time
from collections.abc import Callable
from enum import Enum
from threading import Lock

FAILURES = 5
PAUSE = 30.0
LONGEST_PAUSE = 300.0
LONGEST_REST = 3600.0


class Leave(Enum):
    """Whether a call may go out. A trial is the one call after a pause: what comes of it decides for all others."""

    NO = "no"
    YES = "yes"
    TRIAL = "trial"


class Breaker:
    """A circuit breaker for one server, thread-safe; times are in seconds of `now`, a clock that never goes back.

    Five failures in a row stop all calls for 30 s. Then one is tried: if it fails too, the pause doubles, up to five
    minutes; if it succeeds, everything is as before.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._failures = 0
        self._pause = PAUSE
        self._silent_until = 0.0

    def leave(self) -> Leave:
        """Ask before each call; tell `succeeded` or `failed` after it."""
        with self._lock:
            now = self._now()
            if now < self._silent_until:
                return Leave.NO
            if self._failures < FAILURES:
                return Leave.YES
            self._silent_until = now + self._pause  # the others wait; a trial that is never heard of again ends so too
            return Leave.TRIAL

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._pause, self._silent_until = 0, PAUSE, 0.0

    def failed(self, leave: Leave) -> None:
        """The call that got this leave failed. Calls that were under way when the breaker opened change nothing."""
        with self._lock:
            self._failures += 1
            if leave is Leave.TRIAL:
                self._pause = min(2 * self._pause, LONGEST_PAUSE)
            if leave is Leave.TRIAL or self._failures == FAILURES:
                self._silent_until = max(self._silent_until, self._now() + self._pause)

    def rest(self, seconds: float) -> None:
        """The server asked not to be called for so long (Retry-After); more than an hour is not believed."""
        with self._lock:
            self._silent_until = max(self._silent_until, self._now() + min(seconds, LONGEST_REST))
