"""The hard limit of each address: so many requests a second, counted in this process.

Whoever is over it is told to send the same again a little later, and nothing is stored but how many were turned away.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, current_app

from bot.answers import house_of, refuse
from models.actions.incoming import keep
from models.actions.sources import source_by_secret
from models.intake import REFUSED

ADDRESSES_AT_MOST = 10_000
"""How many addresses are counted at a time; the one that was quiet for longest is forgotten first."""
TOLD_EVERY = 1.0
RETRY_AFTER = 2


@dataclass
class _Count:
    """Requests of the second that began at `began`, and of the one before; `refused` since it was told at `told`."""

    began: int = 0
    present: int = 0
    before: int = 0
    refused: int = 0
    told: float = float("-inf")


class Limits:
    """Counts by key in a window of one second that slides: what is left of the second before counts by its share."""

    def __init__(self, per_s: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_s = per_s
        self._clock, self._lock = clock, threading.Lock()
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def admits(self, key: str) -> bool:
        """Whether one more request may come in now; one that may not is counted as refused."""
        now = self._clock()
        with self._lock:
            count = self._of(key)
            self._slide(count, int(now))
            if count.present + count.before * (1 - now % 1) >= self.per_s:
                count.refused += 1
                return False
            count.present += 1
            return True

    def untold(self, key: str) -> int:
        """How many were refused and have not been told of yet; 0 if some were told of less than a second ago."""
        now = self._clock()
        with self._lock:
            count = self._counts.get(key)
            if count is None or not count.refused or now - count.told < TOLD_EVERY:
                return 0
            refused, count.refused, count.told = count.refused, 0, now
            return refused

    def _of(self, key: str) -> _Count:
        count = self._counts.setdefault(key, _Count())
        self._counts.move_to_end(key)
        if len(self._counts) > ADDRESSES_AT_MOST:
            self._counts.popitem(last=False)
        return count

    @staticmethod
    def _slide(count: _Count, second: int) -> None:
        if second != count.began:
            count.before = count.present if second == count.began + 1 else 0
            count.began, count.present = second, 0


def too_many(kind: str, secret: str, code: int = 503) -> Response | None:
    """The answer for an address over its limit; None, almost always, for one that is not.

    `code` is one after which this sender tries again: Alertmanager's webhook gives up on 429, Events v2 asks for it.
    Touches the database only where something was refused, and then once a second.
    """
    limits = current_app.extensions["limits"]
    key = f"{kind}/{secret}"
    admitted = limits.admits(key)
    refused = limits.untold(key)
    if refused:
        _keep(kind, secret, refused, limits.per_s)
    return None if admitted else later(code, f"more than {limits.per_s} requests a second; please send it again")


def _keep(kind: str, secret: str, refused: int, per_s: int) -> None:
    with house_of().db.begin() as session:
        source = source_by_secret(session, kind, secret)
        if source is not None:
            keep(session, source, REFUSED, f"more than {per_s} requests a second", count=refused)


def later(code: int, reason: str) -> Response:
    """A refusal that asks the sender to try again."""
    answer = refuse(code, reason)
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer
