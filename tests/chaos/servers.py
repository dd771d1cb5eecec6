"""The PostgreSQL and Redis of this suite: its own, on a disk of its own, to be stopped, cut off, locked and filled."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from models.db import normal_url
from models.embedded import EmbeddedPostgres, EmbeddedRedis

DISK_BYTES = 768 * 2**20
CHUNK = bytes(2**20)
COMES_BACK_SECONDS = 30.0
WAL = {"max_wal_size": "192MB", "min_wal_size": "64MB"}
"""So that the log of a long run fits onto the small disk."""


class Disk:
    """A small disk in memory, for PostgreSQL alone. `is_small` is False where none may be mounted: nothing fills it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._ballast = folder / "ballast"
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0755", "heed-chaos", str(folder)]
        self.is_small = os.geteuid() == 0 and _runs(mount)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Nothing more can be written meanwhile."""
        try:
            with suppress(OSError), self._ballast.open("wb", buffering=0) as file:
                while file.write(CHUNK):
                    pass
            yield
        finally:
            self._ballast.unlink()

    def close(self) -> None:
        if self.is_small:
            _runs(["umount", "--lazy", str(self.folder)])


class Servers:
    """Started at once; `close` stops them whatever state they are in."""

    def __init__(self, folder: Path) -> None:
        self.disk = Disk(folder / "disk")
        self.postgres = EmbeddedPostgres(self.disk.folder / "postgres")
        self.admin: Engine = create_engine(
            normal_url(self.postgres.url), isolation_level="AUTOCOMMIT", pool_pre_ping=True,
            connect_args={"connect_timeout": 3, "application_name": "chaos"},
        )  # fmt: skip
        self.redis = EmbeddedRedis(folder / "redis")
        with self.admin.connect() as connection:
            for name, value in WAL.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
            connection.execute(text("SELECT pg_reload_conf()"))

    def stop_postgres(self) -> None:
        self.postgres.stop()

    def bring_postgres_back(self) -> None:
        """Start it unless it runs, and wait until it answers; raises TimeoutError."""
        deadline = time.monotonic() + COMES_BACK_SECONDS
        while not self.postgres_answers():
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL did not come back")
            with suppress(subprocess.SubprocessError, AssertionError):
                self.postgres._server.ensure_postgres_running()
            time.sleep(0.1)

    def postgres_answers(self) -> bool:
        try:
            with psycopg.connect(self.postgres.url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def cut_connections(self) -> None:
        """Every connection of Heed's ends, in whatever it was doing."""
        with self.admin.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'heed'")
            )

    def hold_alerts(self, seconds: float) -> None:
        """Nobody can read or write alerts for so long: their statements time out."""
        with psycopg.connect(self.postgres.url) as connection:
            connection.execute("SET lock_timeout = '10s'")
            connection.execute("LOCK TABLE alerts IN ACCESS EXCLUSIVE MODE")
            time.sleep(seconds)
            connection.rollback()

    def flush_redis(self) -> None:
        self.redis.client.flushall()

    def kill_redis(self) -> None:
        self.redis.client.close()
        self.redis.process.kill()
        self.redis.process.wait()

    def close(self, keep: Path) -> None:
        """Stop both, keep PostgreSQL's log in `keep`, and take the disk away."""
        with suppress(DBAPIError):
            self.admin.dispose()
        if self.redis.process.poll() is None:
            self.redis.stop()
        with suppress(subprocess.SubprocessError, AssertionError):
            self.postgres.stop()
        log = self.disk.folder / "postgres" / "log"
        if log.exists():
            (keep / "postgres.log").write_bytes(log.read_bytes())
        self.disk.close()


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
