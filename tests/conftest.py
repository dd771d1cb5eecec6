"""Real parts for every test: an embedded PostgreSQL and Redis a worker process, and the world that stories play in."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session

from bot.context import Context, build
from jobs.sync import sync
from models.config import Settings
from models.db import Database, normal_url
from models.embedded import EmbeddedPostgres, EmbeddedRedis
from models.migrate import migrate
from models.tables import Base
from tests.alertmanager import PROGRAM
from tests.world import SHIFT, World

# The same examples on every machine, however slow it is; the long forms look further, at random.
hypothesis.settings.register_profile("heed", deadline=None, derandomize="HEED_LONG" not in os.environ)
hypothesis.settings.load_profile("heed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests with real processes wait for them half of their time."""
    return (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Servers:
    """The addresses of the servers that the tests of this process share."""

    database_url: str
    redis: EmbeddedRedis
    admin: Engine


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Their data stand outside pytest's own folder: PostgreSQL started by root needs to get in as another user."""
    with tempfile.TemporaryDirectory(prefix="heed-tests-") as folder:
        gc.freeze()  # what is imported stays; the collections between stories need not look at it again
        yield from _serve(Path(folder))


@pytest.fixture(scope="session", autouse=True)
def one_engine() -> Iterator[None]:
    """Every test's database is the same, so that what is compiled or prepared once is so for all tests: engines are
    kept, with their connections."""
    made: dict[str, Engine] = {}

    def kept(url: URL, **options: Any) -> Engine:
        key = f"{url.render_as_string(hide_password=False)} {options}"
        if key not in made:
            made[key] = create_engine(url, **options)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.db.create_engine", kept)
        patch.setattr("models.db.Database.dispose", lambda _: None)
        yield
    for engine in made.values():
        engine.dispose()


def _serve(folder: Path) -> Iterator[Servers]:
    postgres = EmbeddedPostgres(folder / "postgres")
    try:
        with EmbeddedRedis(folder / "redis") as redis:
            admin = create_engine(normal_url(postgres.url), isolation_level="AUTOCOMMIT")
            _hurry(admin)
            migrate(postgres.url)
            yield Servers(postgres.url, redis, admin)
            admin.dispose()
    finally:
        postgres.stop()


def _hurry(admin: Engine) -> None:
    """Durability is tested where it matters, by processes of their own; here it only costs time."""
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@event.listens_for(Engine, "begin")
def _shift_time(connection: Connection) -> None:
    """Time passes in tests by moving PostgreSQL's clock as Heed sees it."""
    if SHIFT.seconds:
        connection.exec_driver_sql(f"SET LOCAL heed.shift = '{SHIFT.seconds} seconds'")


TABLES = [table.name for table in Base.metadata.sorted_tables]
EMPTY = "; ".join(
    ["SET session_replication_role = replica", *(f"DELETE FROM {name}" for name in TABLES), "RESET ALL"]
)  # fmt: skip
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


def _empty(admin: Engine) -> None:
    """No rows, and numbers from 1 on. Truncating each time would take twenty times as long."""
    with admin.connect() as connection:
        connection.exec_driver_sql(EMPTY)
        connection.exec_driver_sql(RESTART.replace("%", "%%"))


@pytest.fixture
def truncated(clean: Servers) -> Servers:
    """For tests that look at plans: tables are as small as new ones, and nobody has counted their rows."""
    with clean.admin.connect() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
    return clean


@pytest.fixture
def clean(servers: Servers) -> Iterator[Servers]:
    """The servers, emptied, at the present time."""
    SHIFT.seconds = 0.0
    _empty(servers.admin)
    servers.redis.client.flushall()
    yield servers
    SHIFT.seconds = 0.0


@pytest.fixture
def settings(clean: Servers, tmp_path: Path) -> Settings:
    """Settings for the emptied servers, whatever the environment says."""
    return Settings(
        _env_file=None,
        database_url=clean.database_url,
        redis_url=clean.redis.url,
        heed_secret_key=SecretStr("a secret key for the tests only"),
        heed_var=tmp_path,
        slack_bot_token=SecretStr(""),
        slack_app_token=SecretStr(""),
        slack_signing_secret=SecretStr(""),
        openai_api_key=SecretStr(""),
        openai_base_url="",
    )


@pytest.fixture
def context(settings: Settings) -> Iterator[Context]:
    """What jobs work with, on the emptied servers; Slack is not there.

    A test is several processes at once, so it has the connections of several.
    """
    made = replace(build(settings), db=Database(settings.database_url))
    yield made
    made.db.dispose()
    made.bell.redis.close()


@pytest.fixture
def session(context: Context) -> Iterator[Session]:
    """A session in one transaction on the emptied database."""
    with context.db.begin() as opened:
        yield opened


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """Northwind with Heed installed: alice and bob are admins, charlie is a member, dora is a client's."""
    with World(settings) as made:
        sync(made.context)
        yield made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a program that is not there is skipped, and says so; where it must run (CI) it fails instead."""
    for marker, program, setting in _NEEDED:
        if shutil.which(program) or os.environ.get(setting):
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"needs {program}: see CONTRIBUTING.md"))


_NEEDED = (
    ("browser", "chromium", "HEED_REQUIRE_BROWSER"),
    ("alertmanager", PROGRAM, "HEED_REQUIRE_ALERTMANAGER"),
    ("promtool", "promtool", "HEED_REQUIRE_PROMTOOL"),
)
