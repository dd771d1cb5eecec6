"""The database as a whole: a digest of what belongs to a workspace, and going back to how it was."""

from sqlalchemy import Engine, text

from models.tables import Base

TABLES = [table.name for table in Base.metadata.sorted_tables if table.name != "beats"]
"""Beats are no workspace's: they tell of our own processes."""
OWN = {"workspaces": "id"}
"""The column that says whose a row is, where it is not `workspace_id`."""


def digests(engine: Engine, workspace_id: int, aside: tuple[str, ...] = ()) -> dict[str, str]:
    """A digest of each table's rows of this workspace; two are the same if no row has changed, come or gone."""
    wanted = [name for name in TABLES if name not in aside]
    query = " UNION ALL ".join(
        f"SELECT '{name}', md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} t "
        f"WHERE {OWN.get(name, 'workspace_id')} = :workspace"
        for name in wanted
    )
    with engine.connect() as connection:
        found = connection.execute(text(query), {"workspace": workspace_id})
        return {row[0]: row[1] for row in found}


class Saved:
    """All rows as they are now, to come back to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS saved CASCADE"))
            connection.execute(text("CREATE SCHEMA saved"))
            connection.execute(text(";".join(f"CREATE UNLOGGED TABLE saved.{name} AS TABLE {name}" for name in TABLES)))

    def restore(self) -> None:
        """Every row is as it was; numbers given since then are not given again."""
        back = [f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM saved.{name}" for name in TABLES]
        with self._engine.begin() as connection:
            connection.execute(text(f"BEGIN; SET LOCAL session_replication_role = replica; {';'.join(back)}; COMMIT"))

    def drop(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS saved CASCADE"))
