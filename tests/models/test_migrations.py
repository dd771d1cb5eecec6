"""The migrations against the tables: whoever changes one without the other reads so here."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from models.db import normal_url
from models.migrate import configuration, is_current, migrate
from models.tables import Base
from tests.conftest import Servers


@pytest.fixture
def empty(servers: Servers) -> Iterator[Engine]:
    """A database of its own, with nothing in it."""
    with servers.admin.connect() as connection:
        connection.execute(text("CREATE DATABASE migrations"))
    engine = create_engine(normal_url(servers.database_url).set(database="migrations"))
    yield engine
    engine.dispose()
    with servers.admin.connect() as connection:
        connection.execute(text("DROP DATABASE migrations WITH (FORCE)"))


def test_the_migrations_make_exactly_the_tables_and_running_them_again_changes_nothing(empty: Engine) -> None:
    url = empty.url.render_as_string(hide_password=False)
    for _ in range(2):
        migrate(url)
        with empty.connect() as connection:
            assert is_current(connection)
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_migration_can_be_undone(empty: Engine) -> None:
    migrate(empty.url.render_as_string(hide_password=False))
    with empty.begin() as connection:
        command.downgrade(configuration(connection), "base")
    assert inspect(empty).get_table_names() == ["alembic_version"]


def test_an_older_schema_is_told_from_the_present_one(empty: Engine) -> None:
    with empty.begin() as connection:
        assert not is_current(connection)
        command.upgrade(configuration(connection), "0001")
    with empty.connect() as connection:
        assert not is_current(connection)
