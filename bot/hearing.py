"""The marks of a web process: a line every two seconds that says that beats can be taken (`models/heartbeat.py`)."""

import os
import threading
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from models.actions import heartbeats
from models.db import Database, DatabaseAway, now_of
from models.heartbeat import MARK_EVERY

log = structlog.get_logger()


class Hearing:
    """Leaves marks from a thread of its own, until `stop` or the end of the process; in a forked process too.

    A process that starts cannot know how long nobody heard. It waits for a mark of somebody else: without one, hearing
    begins with its own.
    """

    def __init__(self, db: Database, every: float = MARK_EVERY.total_seconds()) -> None:
        self._db = db
        self._every = every
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._start_again)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave no more marks; returns when the thread has ended."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _start_again(self) -> None:
        if self._thread is not None:
            self.start()

    def _run(self) -> None:
        started: datetime | None = None
        while started is None and not self._stopping.is_set():
            started = self._now()
            self._stopping.wait(self._every * 1.25)
        while not self._stopping.is_set():
            if self._mark(started):
                started = None
            self._stopping.wait(self._every)

    def _now(self) -> datetime | None:
        """None while the database is away, and with it everybody's hearing."""
        try:
            with self._db.begin() as session:
                return now_of(session)
        except (*DatabaseAway, DBAPIError):
            return None

    def _mark(self, after: datetime | None) -> bool:
        try:
            with self._db.begin() as session:
                heartbeats.hear(session, after)
        except (*DatabaseAway, DBAPIError) as error:
            log.warning("no mark that beats can be taken", error=type(error).__name__)
            return False
        return True
