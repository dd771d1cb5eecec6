"""Migrating beside the traffic: the previous release goes on during it and after it, nobody waits long, and a
migration that broke off or that several start ends well."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command, op
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from models import migrate as migrating
from models.db import normal_url
from models.migrate import configuration, is_current, migrate
from tests.conftest import Servers

PREVIOUS = "0005"
ROWS = 3000
LONGEST_S = 2.0
HOUSE = (
    "INSERT INTO workspaces (team_id, name, url, bot_user_id, token, installed_at) "
    "VALUES ('T1', 'Northwind', '', 'U1', '', now())",
    "INSERT INTO people (workspace_id, slack_id, name) VALUES (1, 'U2', 'alice')",
)
ALERT = (
    "INSERT INTO alerts (workspace_id, origin, key, title, severity, opened_at, last_seen_at, plan, status) "
    "SELECT 1, 'signal', 'key', 'Disk full', 1, now(), now(), '{}', 'resolved' FROM generate_series(1, :many) "
    "RETURNING id"
)
STEP = (
    "INSERT INTO steps (workspace_id, alert_id, epoch, tries, lap, level, due_at, wake_id) "
    "SELECT 1, id, 1, 0, 1, 1, now(), '' FROM alerts WHERE id > :after"
)
PAGE = (
    "INSERT INTO pages (workspace_id, alert_id, step_id, person_id, kind, severity, epoch, due_at, try_at) "
    "SELECT 1, alert_id, id, 1, 'new', 1, 1, now(), now() FROM steps WHERE alert_id > :after"
)


@pytest.fixture
def previous(servers: Servers) -> Iterator[Engine]:
    """A database as the previous release left it, with rows."""
    with servers.admin.connect() as connection:
        connection.execute(text("CREATE DATABASE online"))
    engine = create_engine(normal_url(servers.database_url).set(database="online"), poolclass=NullPool)
    with engine.connect() as connection:
        command.upgrade(configuration(connection), PREVIOUS)
    with engine.begin() as connection:
        for statement in HOUSE:
            connection.execute(text(statement))
        write(connection, ROWS)
    yield engine
    with servers.admin.connect() as connection:
        connection.execute(text("DROP DATABASE online WITH (FORCE)"))


def write(connection: Connection, many: int = 1) -> None:
    """What the previous release writes for an alert: it knows only the columns that it had."""
    first = connection.scalars(text(ALERT), {"many": many}).first()
    assert first is not None
    for statement in (STEP, PAGE):
        connection.execute(text(statement), {"after": first - 1})


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


class Traffic:
    """The previous release at work: one alert after the other, each in a transaction; how long each took."""

    def __init__(self, engine: Engine) -> None:
        self.took = list[float]()
        self.errors = list[Exception]()
        self._engine = engine
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                with self._engine.begin() as connection:
                    write(connection)
            except OperationalError as error:
                self.errors.append(error)
            self.took.append(time.monotonic() - began)


def test_the_previous_release_goes_on_during_and_after_the_migration(previous: Engine) -> None:
    with Traffic(previous) as traffic:
        migrate(url_of(previous))
        done = len(traffic.took)
    assert traffic.errors == []
    assert done > 0
    assert max(traffic.took) < LONGEST_S
    with previous.begin() as connection:
        assert is_current(connection)
        write(connection)
    assert count(previous, "pages") == count(previous, "alerts") == ROWS + len(traffic.took) + 1


@contextmanager
def reading(engine: Engine, table: str) -> Iterator[threading.Event]:
    """Somebody whose transaction looks at a table and stays open until the event is set."""
    over, began = threading.Event(), threading.Event()

    def hold() -> None:
        with engine.begin() as connection:
            connection.execute(text(f"LOCK TABLE {table} IN ACCESS SHARE MODE"))
            began.set()
            over.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    began.wait()
    yield over
    over.set()
    thread.join()


def test_while_a_table_is_busy_the_migration_waits_and_nobody_waits_for_it(
    previous: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "LOCK_MS", 200)
    monkeypatch.setattr(migrating, "PAUSE_SECONDS", 0.05)
    with reading(previous, "alerts") as over, ThreadPoolExecutor(1) as pool, Traffic(previous) as traffic:
        migration = pool.submit(migrate, url_of(previous))
        until(lambda: len(traffic.took) > 200 or sum(traffic.took) > 1.5)
        assert not migration.done()
        over.set()
        migration.result(60)
    assert traffic.errors == []
    assert max(traffic.took) < LONGEST_S
    with previous.connect() as connection:
        assert is_current(connection)


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_table_that_stays_busy_ends_the_migration_with_what_was_wrong(
    previous: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "LOCK_MS", 50)
    monkeypatch.setattr(migrating, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(migrating, "TRIES", 2)
    with reading(previous, "alerts"), pytest.raises(OperationalError, match="lock timeout"):
        migrate(url_of(previous))


@pytest.mark.parametrize("at", range(8))
def test_a_migration_that_broke_off_is_run_again(previous: Engine, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Whichever index it was at."""
    real, built = op.create_index, list[str]()

    def breaking(name: str, *arguments: Any, **options: Any) -> None:
        built.append(name)
        if len(built) == at + 1:
            raise KeyboardInterrupt
        real(name, *arguments, **options)

    monkeypatch.setattr(op, "create_index", breaking)
    with pytest.raises(KeyboardInterrupt):
        migrate(url_of(previous))
    monkeypatch.undo()
    with previous.begin() as connection:
        assert not is_current(connection)
        write(connection)
    migrate(url_of(previous))
    with previous.connect() as connection:
        assert is_current(connection)


def test_an_index_that_was_left_half_built_is_built_anew(previous: Engine) -> None:
    with previous.begin() as connection:
        connection.execute(text("CREATE INDEX ix_pages_person ON pages (person_id)"))
        connection.execute(
            text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_pages_person'::regclass")
        )
    migrate(url_of(previous))
    with previous.connect() as connection:
        found = connection.scalar(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_pages_person'"))
        broken = connection.scalars(text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")).all()
    assert "(person_id, alert_id, id)" in str(found)
    assert broken == []


def test_several_that_start_together_do_it_once(previous: Engine) -> None:
    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(migrate, url_of(previous)) for _ in range(3)]:
            each.result(60)
    with previous.connect() as connection:
        assert is_current(connection)


def test_foreign_keys_hold_for_old_rows_too(previous: Engine) -> None:
    migrate(url_of(previous))
    with previous.connect() as connection:
        unproved = connection.scalars(text("SELECT conname FROM pg_constraint WHERE NOT convalidated")).all()
    assert unproved == []
