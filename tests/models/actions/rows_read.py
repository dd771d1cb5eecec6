"""What statements read, as PostgreSQL's own plans tell it."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def rows_read(tables: Collection[str]) -> Iterator[list[tuple[int, str]]]:
    """How many rows of these tables each statement reads, with the statement; it is tried out beforehand."""
    found: list[tuple[int, str]] = []

    def explain(connection: Connection, _: Any, statement: str, given: Any, *__: Any) -> None:
        parameters = given[0] if isinstance(given, list) else given
        if statement.split()[0] not in ("SELECT", "WITH", "UPDATE", "INSERT", "DELETE"):
            return
        cursor = connection.connection.cursor()
        cursor.execute("SAVEPOINT tried")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        ((told,),) = cursor.fetchall()
        cursor.execute("ROLLBACK TO SAVEPOINT tried")
        cursor.close()
        plan = told if isinstance(told, list) else json.loads(told)
        found.append((_read(plan[0]["Plan"], tables), " ".join(statement.split())))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def _read(node: dict[str, Any], tables: Collection[str]) -> int:
    own = 0
    if node.get("Relation Name") in tables and node["Node Type"].endswith("Scan"):
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = round((node["Actual Rows"] + removed) * node["Actual Loops"])
    return own + sum(_read(each, tables) for each in node.get("Plans", ()))
