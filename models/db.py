"""The database: one engine a process, short sessions, and the one clock that decisions go by."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import (
    URL,
    DateTime,
    Engine,
    RootTransaction,
    ScalarSelect,
    TextClause,
    create_engine,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import Session, sessionmaker

_KNOWN: WeakSet[Engine] = WeakSet()
"""Engines that are in use: after a fork the child must not touch their connections."""

DatabaseAway = (OperationalError, TimeoutError)
"""What SQLAlchemy raises when the server is away, refuses connections, or the pool waits too long."""


class Database:
    """Opens sessions on one PostgreSQL.

    `statement_timeout` and `pool_timeout` are in seconds. A process that answers people uses short ones (the design's
    flow 1: 1.5 s), workers use longer ones. Moments come back in UTC whatever zone the server prefers, because adding
    to a moment of a zone with daylight saving adds on the clock of its wall. The connection that was used last is used
    next, so that statements stay prepared.

    PostgreSQL keeps the plan of a prepared statement, and of a foreign key's look-up, until the table is analyzed
    again. While a table is small it would read all of it each time, and go on so while a storm fills it; so it may do
    that only where no index serves. Such a plan looks so dear to it then that it would compile it first, which takes
    longer than any statement of ours: `jit` is off.
    """

    def __init__(
        self, url: str, pool_size: int = 20, statement_timeout: float = 10.0, pool_timeout: float = 5.0
    ) -> None:
        options = (
            f"-c TimeZone=UTC -c enable_seqscan=off -c jit=off -c statement_timeout={int(statement_timeout * 1000)}"
            " -c idle_in_transaction_session_timeout=60000"
        )
        self.engine: Engine = create_engine(
            normal_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_pre_ping=True,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 3, "options": options, "application_name": "heed"},
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        _KNOWN.add(self.engine)
        _watch_forks()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A session in a transaction that commits at the end, or rolls back on an exception."""
        with self._sessions.begin() as session:
            yield session

    def warm(self) -> None:
        """Connect now, so that the first job does not pay for it."""
        with self.begin() as session:
            now_of(session)

    def dispose(self) -> None:
        self.engine.dispose()


@cache
def _watch_forks() -> None:
    """Once a process: connections of the parent are never the child's."""

    def forget() -> None:
        for engine in _KNOWN:
            engine.dispose(close=False)

    os.register_at_fork(after_in_child=forget)


def now_of(session: Session) -> datetime:
    """The one `now` of a decision: the start of the transaction by PostgreSQL's clock, with a time zone.

    `heed_now()` is `now()`, moved by the setting `heed.shift` in tests that make time pass. It is asked for once in a
    transaction.
    """
    connection = session.connection()
    known: dict[RootTransaction | None, datetime] = session.info.setdefault("now", {})
    transaction = connection.get_transaction()
    if transaction not in known:
        known.clear()
        known[transaction] = connection.execute(_NOW).scalar_one()
    return known[transaction]


_NOW = text("SELECT heed_now()").columns(now=DateTime(timezone=True))


def moment(query: str, **values: Any) -> ScalarSelect[datetime | None]:
    """SQL that selects one moment, or nothing, with its values: alone or among others in one statement."""
    return text(query).bindparams(**values).columns(at=DateTime(timezone=True)).scalar_subquery()


def compact(query: str) -> TextClause:
    """SQL without its indentation, for statements of every request: psycopg remembers how to send what has at most
    4,096 characters, and reads longer ones anew each time."""
    return text(" ".join(query.split()))


def earliest(session: Session, due: ScalarSelect[datetime | None]) -> datetime | None:
    """The moment that `due` selects."""
    return session.scalar(select(due))


def normal_url(url: str) -> URL:
    """`url` with psycopg 3 as its driver, whatever form of PostgreSQL address was given."""
    return make_url(url).set(drivername="postgresql+psycopg")


def is_away(error: DBAPIError | TimeoutError) -> bool:
    """Whether `error` means that the database is away or too busy for now, so that trying again later makes sense."""
    return isinstance(error, DatabaseAway) or (isinstance(error, DBAPIError) and error.connection_invalidated)
