"""Sources that sent something a moment ago, so that not every request has to look its source up.

What is remembered is compared with the source's row in the transaction that stores (`models.actions.receiving`), so a
secret that was changed or taken away is never taken. The row does not change when the overlap of a rotated secret ends,
so what such a secret finds is not remembered.
"""

import threading
from collections import OrderedDict

from models.actions.sources import SourceRef, source_by_secret
from models.db import Database
from models.seal import fingerprint

AT_MOST = 1000


class KnownSources:
    """One for each process; safe for any number of threads."""

    def __init__(self, db: Database) -> None:
        self._db, self._lock = db, threading.Lock()
        self._known: OrderedDict[tuple[str, str], SourceRef] = OrderedDict()

    def find(self, kind: str, secret: str) -> SourceRef | None:
        """The source with this secret; one that is not remembered is looked up."""
        mark = (kind, fingerprint(secret))
        with self._lock:
            found = self._known.get(mark)
        if found is not None:
            return found
        with self._db.begin() as session:
            found = source_by_secret(session, kind, secret)
        if found is not None and not found.by_previous:
            with self._lock:
                self._known[mark] = found
                while len(self._known) > AT_MOST:
                    self._known.popitem(last=False)
        return found

    def forget(self, kind: str, secret: str) -> None:
        with self._lock:
            self._known.pop((kind, fingerprint(secret)), None)
