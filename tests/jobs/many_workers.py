"""Worker processes that take steps from one database at the same moment; a module of its own, so they start light."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import Engine, text

from bot.context import Context, build
from jobs.escalate import escalate
from models.actions import escalating
from models.bell import Bell
from models.config import Settings
from models.db import earliest, now_of

PATIENCE = 60
"""Seconds that processes wait for each other before they give up."""


class Counting(Bell):
    """Counts the batches: the job rings for `deliver` after each that was not empty."""

    batches = 0

    def wake(self, job: str, at: datetime | None = None) -> None:
        self.batches += job == "deliver"
        super().wake(job, at)


class Crew:
    """Some processes, each with its own connections; they begin each round together and end it when nothing is due."""

    def __init__(self, settings: Settings, admin: Engine, count: int, rounds: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._admin, self._rounds = admin, rounds
        self._barrier = spawn.Barrier(count + 1)
        self._counts: Any = spawn.Queue()
        self._workers = [
            spawn.Process(target=_work, args=(settings, rounds, self._barrier, self._counts), daemon=True)
            for _ in range(count)
        ]

    @contextmanager
    def at_work(self) -> Iterator["Crew"]:
        for worker in self._workers:
            worker.start()
        try:
            yield self
        finally:
            for worker in self._workers:
                worker.kill()
                worker.join()
            self._shift(0)

    def round(self, shift: float) -> None:
        """Everybody takes what is due when Heed's clock is `shift` seconds ahead."""
        self._shift(shift)
        for _ in ("connect", "take steps", "nothing is due"):
            self._barrier.wait(PATIENCE)

    def batches(self) -> list[int]:
        """How many batches each process took, after the last round."""
        return [self._counts.get(timeout=PATIENCE) for _ in self._workers]

    def _shift(self, seconds: float) -> None:
        """Move Heed's clock for every connection to come."""
        with self._admin.connect() as connection:
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f"ALTER DATABASE \"{name}\" SET heed.shift = '{seconds} seconds'"))


def _work(settings: Settings, rounds: int, barrier: Barrier, counts: Any) -> None:
    bell = Counting(settings.redis_url)
    context = replace(build(settings), bell=bell)
    for _ in range(rounds):
        barrier.wait(PATIENCE)
        context.db.dispose()
        context.db.warm()
        barrier.wait(PATIENCE)
        _take_all(context)
        barrier.wait(PATIENCE)
    counts.put(bell.batches)


def _take_all(context: Context) -> None:
    """Run the real job until nothing is due, not even in somebody else's hands."""
    while True:
        escalate(context)
        with context.db.begin() as session:
            due, now = earliest(session, escalating.DUE), now_of(session)
        if due is None or due > now:
            return
