"""Heed's own heartbeat: an address outside is called while all is well, so that its silence is noticed there.

Whatever is wrong with that address never holds up the clock: the call has a thread of its own, and a time.
"""

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import DBAPIError

from jobs.beat import PAGE_BEAT, RATE_BEAT
from models.actions import workspaces
from models.db import Database, DatabaseAway
from models.heartbeat import MARK

log = structlog.get_logger()

SILENT = OVERDUE = timedelta(seconds=15)
TIMEOUT_SECONDS = 10.0
BEAT = "heartbeat"
"""The name of its last call that was answered, among the beats."""
NEEDED = (MARK, PAGE_BEAT, RATE_BEAT)
"""Who must have beaten; the clock is here by itself, and the database has told all this."""


def troubles(beats: Mapping[str, datetime], due: Mapping[str, datetime | None], now: datetime) -> Iterator[str]:
    """What is not well, in words: a process that is silent, something that is due and that nobody does."""
    for name in NEEDED:
        if name not in beats or now - beats[name] > SILENT:
            yield f"{name} is silent"
    for job, moment in due.items():
        if moment is not None and now - moment > OVERDUE:
            yield f"{job} is due for {int((now - moment).total_seconds())} s"


class Outward:
    """Calls the address, one call at a time; does nothing without an address."""

    def __init__(self, address: str, db: Database, timeout: float = TIMEOUT_SECONDS) -> None:
        self._address, self._db, self._timeout = address, db, timeout
        self._thread: threading.Thread | None = None

    def beat(self, beats: Mapping[str, datetime], due: Mapping[str, datetime | None], now: datetime) -> None:
        """Call if all is well, and otherwise say why not. Returns at once, and never raises."""
        if not self._address:
            return
        wrong = list(troubles(beats, due, now))
        if wrong:
            log.warning("the heartbeat is not sent", why="; ".join(wrong))
        elif self._thread is not None and self._thread.is_alive():
            log.warning("the heartbeat is not sent", why="the last call is still waiting for its answer")
        else:
            self._thread = threading.Thread(target=self._call, name="heartbeat", daemon=True)
            self._thread.start()

    def settle(self) -> None:
        """Wait until the call that is under way has ended."""
        if self._thread is not None:
            self._thread.join()

    def _call(self) -> None:
        try:
            self._get()
            with self._db.begin() as session:
                workspaces.beat(session, BEAT)
        except urllib.error.HTTPError as error:
            error.close()
            log.warning("the heartbeat was not taken", status=error.code)
        except (OSError, http.client.HTTPException, ValueError) as error:
            log.warning("the heartbeat was not taken", error=type(error).__name__)
        except (*DatabaseAway, DBAPIError) as error:
            log.warning("that the heartbeat was taken could not be stored", error=type(error).__name__)

    def _get(self) -> None:
        """One GET; raises OSError, HTTPException or ValueError. The address is a secret, so no error tells it."""
        if urlsplit(self._address).scheme not in ("http", "https"):
            raise ValueError("HEARTBEAT_URL must begin with https:// or http://")
        with _OPENER.open(self._address, timeout=self._timeout):
            log.debug("the heartbeat was taken")


class _Straight(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer of its own: not the address that was meant."""

    def redirect_request(self, *arguments: Any, **more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Straight)
