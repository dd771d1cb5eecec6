"""Bringing a database to the schema of this code; safe to run any number of times, by any number of processes."""

import logging
import time
from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from models.db import normal_url

log = logging.getLogger(__name__)

LOCK_MS = 2000
"""How long a statement may wait for a lock, and with it everybody who comes after it."""
TRIES, PAUSE_SECONDS = 300, 0.5
NO_LOCK = ("55P03", "40P01")
"""SQLSTATE: lock not available, deadlock detected."""
_LOCK = 4_711_001


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(url: str) -> None:
    """Apply what is missing, beside the traffic; processes that start together do it once.

    A statement that does not get its lock in LOCK_MS gives it up and is tried again, so that it never queues everybody
    behind it. Raises SQLAlchemy's errors, also when there was no lock for TRIES times.
    """
    options = f"-c lock_timeout={LOCK_MS}"
    engine = create_engine(normal_url(url), poolclass=NullPool, connect_args={"connect_timeout": 5, "options": options})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        _wait_for_turn(guard)
        for left in reversed(range(TRIES)):
            try:
                _upgrade(engine)
                return
            except DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in NO_LOCK:
                    raise
                log.warning("a table is busy; the migration tries again")
                time.sleep(PAUSE_SECONDS)


def _wait_for_turn(guard: Connection) -> None:
    """One at a time, as long as this connection lives. Who waits asks again and again: one that hung in its question
    would be an open transaction, for which building an index waits."""
    while not guard.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
        time.sleep(PAUSE_SECONDS)


def _upgrade(engine: Engine) -> None:
    with engine.connect() as connection:
        command.upgrade(configuration(connection), "head")


def is_current(connection: Connection) -> bool:
    """Whether the database has the newest schema that this code knows."""
    heads = ScriptDirectory.from_config(configuration()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == heads


class Schema(Enum):
    """How the database's schema stands to what this code knows."""

    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def schema_of(connection: Connection) -> Schema:
    """A revision that this code does not know is of a newer release; none at all is older."""
    found = MigrationContext.configure(connection).get_current_revision()
    known = {each.revision for each in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if found is not None and found not in known:
        return Schema.NEWER
    return Schema.CURRENT if is_current(connection) else Schema.OLDER
