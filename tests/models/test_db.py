"""The database's session settings."""

from sqlalchemy import text

from models.config import Settings
from models.db import Database, now_of
from tests.conftest import Servers


def test_moments_come_back_in_utc_whatever_zone_the_server_prefers(settings: Settings, servers: Servers) -> None:
    with servers.admin.connect() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET TimeZone = 'Europe/Berlin'"))
    database = Database(settings.database_url)
    try:
        with database.begin() as session:
            assert str(now_of(session).tzinfo) == "UTC"
            assert session.scalar(text("SHOW TimeZone")) == "UTC"
    finally:
        database.dispose()
        with servers.admin.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" RESET TimeZone'))


def test_what_must_read_a_whole_table_is_not_compiled_first(settings: Settings) -> None:
    """Such a plan looks dear by `enable_seqscan=off`, and compiling it takes longer than any statement of ours."""
    database = Database(settings.database_url, pool_size=1)
    with database.begin() as session:
        assert (session.scalar(text("SHOW enable_seqscan")), session.scalar(text("SHOW jit"))) == ("off", "off")
    database.dispose()
