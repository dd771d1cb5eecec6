"""Which installation a request of Slack's belongs to, remembered for a minute: an event costs no look for it.

An installation that was taken away in this process is forgotten at once, one that another process has taken away
when its minute is over. What is not installed is not remembered, so that what is installed now is found now.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from models.actions import workspaces
from models.db import Database
from models.seal import Seal, SealBroken

log = structlog.get_logger()

AT_MOST = 1000
SECONDS = 60.0


@dataclass(frozen=True)
class Installed:
    """A workspace with its opened token; `ours` are the ids under which Slack speaks of its side."""

    workspace_id: int
    team_id: str
    is_org: bool
    bot_user_id: str
    token: str
    ours: frozenset[str]


class Installations:
    """One for each process; safe for any number of threads."""

    def __init__(self, db: Database, seal: Seal, clock: Callable[[], float] = time.monotonic) -> None:
        self._db, self._seal, self._clock, self._lock = db, seal, clock, threading.Lock()
        self._known: OrderedDict[tuple[str, str], tuple[float, Installed]] = OrderedDict()
        self._forgotten = 0

    def find(self, team_id: str, enterprise_id: str) -> Installed | None:
        """The installation of this team, or else the one of its organisation; None when Heed is in neither."""
        mark = (team_id, enterprise_id)
        with self._lock:
            until, found = self._known.get(mark, (0.0, None))
            forgotten = self._forgotten
        if found is not None and self._clock() < until:
            return found
        found = self._look(team_id, enterprise_id)
        with self._lock:
            self._known.pop(mark, None)
            if found is not None and forgotten == self._forgotten:
                self._known[mark] = (self._clock() + SECONDS, found)
                while len(self._known) > AT_MOST:
                    self._known.popitem(last=False)
        return found

    def forget(self, team_id: str) -> None:
        """What is known of the installation with this id is out of date, and what is being looked up may be, too."""
        with self._lock:
            self._forgotten += 1
            stale = [mark for mark, (_, found) in self._known.items() if found.team_id == team_id]
            for mark in stale:
                del self._known[mark]

    def _look(self, team_id: str, enterprise_id: str) -> Installed | None:
        with self._db.begin() as session:
            row = workspaces.by_team(session, team_id, enterprise_id)
        if row is None:
            return None
        try:
            token = self._seal.open(row.token)
        except SealBroken:
            log.error("a workspace's token cannot be opened", workspace=row.id)
            return None
        return Installed(row.id, row.team_id, row.is_org, row.bot_user_id, token, workspaces.ours(row))
