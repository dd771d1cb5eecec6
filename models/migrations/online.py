"""Changes of tables that are in use: nobody waits for them, and one that broke off may be run again from its beginning.

A version that uses these stands as a whole within `unlocked()`: each statement is a transaction of its own, and what is
there already is passed over. `models.migrate` sees to it that no statement queues others behind it for long.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op


@contextmanager
def unlocked() -> Iterator[None]:
    """Outside any transaction, as building an index beside the traffic needs."""
    with op.get_context().autocommit_block():
        yield


def add_columns(table: str, *columns: sa.Column[Any]) -> None:
    """Columns that are null or have a constant default: no row is rewritten."""
    for column in columns:
        op.add_column(table, column, if_not_exists=True)


def build_index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    """An index, built while the table is written to; one that an earlier try left half built is dropped first.

    Building waits for the transactions that run, and holds up none of them.
    """
    if _is_broken(name):
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
    with _patience():
        op.create_index(name, table, list(columns), if_not_exists=True, postgresql_concurrently=True, **options)


def drop_index(name: str, table: str) -> None:
    with _patience():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)


def add_foreign_key(name: str, table: str, target: str, columns: Sequence[str], theirs: Sequence[str]) -> None:
    """A foreign key that holds for new rows at once, and is then checked for the old ones beside the traffic."""
    if not _exists("SELECT FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:table)", name, table):
        op.create_foreign_key(name, table, target, list(columns), list(theirs), postgresql_not_valid=True)
    op.execute(f'ALTER TABLE {table} VALIDATE CONSTRAINT "{name}"')


@contextmanager
def _patience() -> Iterator[None]:
    """Without a time for locks: what is done here queues nobody behind it."""
    before = op.get_bind().scalar(sa.text("SHOW lock_timeout"))
    op.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        op.execute(f"SET lock_timeout = '{before}'")


def _is_broken(index: str) -> bool:
    query = "SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid"
    return _exists(query, index)


def _exists(query: str, name: str, table: str = "") -> bool:
    bound = {"name": name, "table": table} if ":table" in query else {"name": name}
    return bool(op.get_bind().execute(sa.text(query), bound).all())
