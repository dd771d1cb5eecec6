"""Requests that come in while another is being stored are stored together, in one transaction.

Each thread brings its request and waits. The first that finds nobody at work takes what is waiting and stores it for
all; so the more comes in, the less each costs. Where several came a moment ago it first waits a few milliseconds for as
many again; a request that has no company waits for nobody. A request stands in for itself: where a transaction of
several fails, each of them is stored alone.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError, TimeoutError

from bot.context import Context
from models.actions.receiving import Received, Request, SourceChanged, alert_key, receive_together
from models.actions.sources import SourceRef
from models.bell import Bell
from models.db import is_away
from models.signal import Signal

log = structlog.get_logger()

REQUESTS_AT_MOST = 64
SIGNALS_AT_MOST = 300
PATIENCE_S = 0.005
"""How long the first waits for others at most. Senders that wait for their answers come back together: without this,
those that were answered last find the next transaction begun, and every second one holds a single request."""


@dataclass(eq=False)
class _Brought:
    """One thread's request; `received` or `error` once it is done. `alone` after it failed in company."""

    source: SourceRef
    request: Request
    keys: frozenset[str]
    received: Received | None = None
    error: Exception | None = None
    alone: bool = False

    @property
    def is_done(self) -> bool:
        return self.received is not None or self.error is not None


class Gathering:
    """Stores requests of any number of threads; one for each process."""

    def __init__(self, house: Context) -> None:
        self._house = house
        lock = threading.Lock()
        self._turn, self._came = threading.Condition(lock), threading.Condition(lock)
        self._waiting: list[_Brought] = []
        self._usual = 0
        self._busy = False

    def take(self, source: SourceRef, signals: Sequence[Signal], body: str = "", public_id: str = "") -> Received:
        """Store a request; returns when it is committed. Whoever stored it for others rings for them, too.

        Raises whatever went wrong with it, such as SourceChanged: who sends has to be checked again.
        """
        keys = frozenset(alert_key(source, each) for each in signals)
        mine = _Brought(source, Request(signals, body, public_id), keys)
        with self._turn:
            self._waiting.append(mine)
            if len(self._waiting) >= self._usual:
                self._came.notify()
        while not mine.is_done:
            self._work(mine)
        if mine.error is not None:
            raise mine.error
        assert mine.received is not None
        tell(mine.received, source=source.id)
        return mine.received

    def _work(self, mine: _Brought) -> None:
        """Wait for the turn, and unless somebody has done it meanwhile store `mine` and what waits beside it."""
        with self._turn:
            self._turn.wait_for(lambda: mine.is_done or not self._busy)
            if mine.is_done:
                return
            self._busy = True
            company = self._gathered(mine)
        try:
            found = self._store(company)
        finally:
            with self._turn:
                self._usual = len(self._waiting)
                self._waiting = [each for each in self._waiting if not each.is_done]
                self._busy = False
                self._turn.notify_all()
        ring(self._house.bell, found)

    def _gathered(self, mine: _Brought) -> list[_Brought]:
        """The company of `mine`; where all that wait are in it, and more came last time, wait for as many."""
        company = self._company_of(mine)
        if len(company) == len(self._waiting) < self._usual:
            self._came.wait_for(lambda: len(self._waiting) >= self._usual, PATIENCE_S)
            company = self._company_of(mine)
        return company

    def _company_of(self, mine: _Brought) -> list[_Brought]:
        """`mine`, and others that are about other keys: what happens to the same key happens one after the other."""
        if mine.alone:
            return [mine]
        company, keys = [mine], set(mine.keys)
        for each in self._waiting:
            fits = len(company) < REQUESTS_AT_MOST and len(keys) + len(each.keys) <= SIGNALS_AT_MOST
            if fits and each is not mine and not each.alone and keys.isdisjoint(each.keys):
                company.append(each)
                keys |= each.keys
        return company

    def _store(self, company: Sequence[_Brought]) -> list[Received]:
        """What is committed now, for which nobody has rung yet."""
        try:
            found = self._receive(company)
        except SourceChanged as error:
            self._failed(company, error, is_for_all=len(company) == 1)
            return []
        except Exception as error:  # the poison rule: whatever is wrong with one is not to hurt the others
            log.exception("requests could not be stored together", count=len(company))
            is_away_now = isinstance(error, DBAPIError | TimeoutError) and is_away(error)
            self._failed(company, error, is_for_all=len(company) == 1 or is_away_now)
            return []
        for each, received in found:
            each.received = received
        return [received for _, received in found]

    @staticmethod
    def _failed(company: Sequence[_Brought], error: Exception, is_for_all: bool) -> None:
        """What one alone is told; in company nobody knows yet whose fault it was, so each is tried alone."""
        for each in company:
            each.alone = True
            each.error = error if is_for_all else None

    def _receive(self, company: Sequence[_Brought]) -> list[tuple[_Brought, Received]]:
        """All in one transaction, source by source in a fixed order."""
        by: dict[int, list[_Brought]] = {}
        for each in sorted(company, key=lambda brought: brought.source.id):
            by.setdefault(each.source.id, []).append(each)
        found = list[tuple[_Brought, Received]]()
        with self._house.db.begin() as session:
            for some in by.values():
                done = receive_together(session, some[0].source, [each.request for each in some])
                found += zip(some, done, strict=True)
        return found


def tell(received: Received, **more: int) -> None:
    """The log's line of a request that is stored: what it did to which alerts."""
    happened = {name: list(value) for name, value in vars(received).items() if isinstance(value, tuple) and value}
    log.info("request stored", **more, **happened)


def ring(bell: Bell, found: Sequence[Received]) -> None:
    """What was stored is committed: wake those who go on with it."""
    if any(each.opened or each.raised for each in found):
        bell.wake("escalate")
    if any(each.resolved or each.repeated for each in found):
        bell.wake("redraw")
