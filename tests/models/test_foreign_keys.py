"""PostgreSQL keeps the plan of a foreign key's look-up for as long as a connection lives, and a table's first minutes
decide on it: while the table is small every index costs the same, and a wrong one reads the whole workspace each time.
"""

import pytest
from sqlalchemy import ForeignKeyConstraint, text

from models.tables import Base
from tests.conftest import Servers

KEYS = sorted(
    {
        (each.referred_table.name, tuple(element.column.name for element in each.elements))
        for table in Base.metadata.sorted_tables
        for each in table.foreign_key_constraints
        if isinstance(each, ForeignKeyConstraint)
    }
)


@pytest.mark.parametrize(("table", "columns"), KEYS)
def test_a_foreign_key_is_looked_up_by_all_its_columns_on_an_empty_table(
    truncated: Servers, table: str, columns: tuple[str, ...]
) -> None:
    where = " AND ".join(f"{name} = ${number}" for number, name in enumerate(columns, 1))
    kinds = ", ".join("text" if (table, name) == ("beats", "name") else "bigint" for name in columns)
    with truncated.admin.connect() as connection:
        connection.execute(text("SET plan_cache_mode = force_generic_plan"))
        connection.exec_driver_sql(
            f"PREPARE looked ({kinds}) AS SELECT 1 FROM ONLY {table} x WHERE {where} FOR KEY SHARE OF x"
        )
        plan = connection.exec_driver_sql(f"EXPLAIN EXECUTE looked ({', '.join('1' for _ in columns)})").scalars().all()
        connection.exec_driver_sql("DEALLOCATE looked")
        connection.execute(text("RESET plan_cache_mode"))
    conditions = [line for line in plan if "Index Cond" in line]
    assert conditions, plan
    assert all(f"{name} = " in conditions[0] for name in columns), plan
    assert not any("ix_" in line for line in plan), plan
