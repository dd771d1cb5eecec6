"""Plans that were made while a table was small are kept while a storm fills it: none may read the whole table."""

from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions.escalating import advance_due
from models.tables import Base
from tests.conftest import Servers
from tests.models.actions.house import House, build_house, firing, resolved, send

REQUESTS = 8
"""The driver prepares what it has sent five times, PostgreSQL then keeps a plan; the others show what it came to."""


@pytest.fixture
def small(context: Context, servers: Servers) -> House:
    """A house with a hundred alerts that PostgreSQL has counted."""
    with context.db.begin() as session:
        house = build_house(session)
        send(session, house, *[firing(f"old-{number}") for number in range(100)])
    with servers.admin.connect() as connection:
        connection.execute(text("ANALYZE"))
    return house


def test_no_statement_of_the_intake_reads_a_whole_table(context: Context, small: House) -> None:
    for number in range(REQUESTS):
        with context.db.begin() as session:
            before = whole_tables(session)
            send(session, small, firing(f"new-{number}"), firing("old-1"), resolved(f"new-{number - 1}"))
            read = whole_tables(session) - before
    assert not read


def test_no_statement_of_a_step_reads_a_whole_table(context: Context, small: House) -> None:
    for number in range(REQUESTS):
        with context.db.begin() as session:
            before = whole_tables(session)
            send(session, small, firing(f"new-{number}"))
            assert advance_due(session)
            read = whole_tables(session) - before
    assert not read


def test_no_statement_of_the_intake_is_planned_anew_for_each_request(context: Context, truncated: Servers) -> None:
    with truncated.admin.connect() as connection:
        connection.execute(text("DELETE FROM pg_statistic"))  # as if it had never counted
    context.db.engine.dispose()  # connections that no test has prepared anything on
    with context.db.begin() as session:
        house = build_house(session)
    for number in range(2 * REQUESTS):
        with context.db.begin() as session:
            before = plans(session)
            send(session, house, firing(f"new-{number}"))
            made = plans(session) - before
    assert before.total()
    assert not made


def plans(session: Session) -> Counter[str]:
    """How often PostgreSQL planned each statement that is prepared on this connection."""
    rows = session.execute(text("SELECT statement, custom_plans FROM pg_prepared_statements")).all()
    return Counter({row.statement: row.custom_plans for row in rows if "pg_prepared" not in row.statement})


def whole_tables(session: Session) -> Counter[str]:
    """How often this connection read each table from its beginning to its end; what it did lately counts, too."""
    rows = session.execute(text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables")).all()
    return Counter({row.relname: row.seq_scan for row in rows if row.relname in Base.metadata.tables})
