"""Heed's real processes around a simulated Slack, to be killed, stopped and started by tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
from sqlalchemy import Engine, text

from bot.context import Context, build
from jobs.sync import sync
from models.actions import workspaces
from models.config import Settings
from models.embedded import free_port
from simulator import Simulator
from simulator.state import Message
from tests.world import MANIFEST, everything

APP = Path(__file__).parent.parent / "app.py"
ALL = {"web": ["web"], "page": ["worker", "page"], "rate": ["worker", "rate"], "clock": ["clock"]}


class Processes:
    """The processes of one house. PostgreSQL and Redis are the test session's; Slack is a simulator in this process."""

    def __init__(self, settings: Settings, admin: Engine, folder: Path) -> None:
        self.slack = Simulator(manifest=MANIFEST)
        self.slack.start()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.slack.app().request_url = f"{self.url}/slack/events"
        self.admin = admin
        self.log = folder / "processes.log"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "HEED_SECRET_KEY": settings.heed_secret_key.get_secret_value(),
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": "xoxb-simulator",
            "SLACK_SIGNING_SECRET": "simulator-signing-secret",
            "SLACK_APP_TOKEN": "xapp-simulator",
            "PORT": str(self.port),
        }
        self.context: Context = build(settings.model_copy(update={"slack_api_url": self.slack.api_url}))
        self._install()

    def _install(self) -> None:
        token = type(self.context.settings.slack_bot_token)("xoxb-simulator")
        settings = self.context.settings.model_copy(update={"slack_bot_token": token})
        sync(Context(settings, self.context.db, self.context.bell, self.context.seal, self.context.slack))
        with self.context.db.begin() as session:
            (workspace,) = workspaces.active(session)
            workspaces.put_source(session, workspace.id, "generic", "prod", "secret")

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
        self.shift(0)
        self.slack.stop()
        self.context.db.dispose()
        self.context.bell.redis.close()
        self.context.bell.redis.connection_pool.disconnect()

    def start(self, *names: str) -> None:
        """Start these processes, or all; `web` is waited for."""
        with self.log.open("ab") as log:
            for name in names or ALL:
                self.running[name] = subprocess.Popen(
                    [sys.executable, str(APP), *ALL[name]],
                    env=self.environment,
                    cwd=self.log.parent,
                    stdout=log,
                    stderr=log,
                )
        if not names or "web" in names:
            self.wait_for(self._web_answers)

    def wait_until_all_beat(self) -> None:
        """Until both workers and the clock have proved that they work."""
        self.wait_for(lambda: len(self.rows("SELECT FROM beats WHERE name NOT LIKE 'web%'")) == 3)

    def forget_beats(self) -> None:
        """As if nothing had ever beaten."""
        with self.admin.connect() as connection:
            connection.execute(text("DELETE FROM beats"))

    def kill(self, *names: str) -> None:
        """kill -9."""
        for name in names:
            self.running[name].kill()
            self.running.pop(name).wait()

    def terminate(self, *names: str) -> list[int]:
        """SIGTERM, and wait; returns the exit codes."""
        for name in names:
            self.running[name].send_signal(signal.SIGTERM)
        return [self.running.pop(name).wait(30) for name in names]

    def shift(self, seconds: float) -> None:
        """Move Heed's clock for every connection to come, and end the ones there are."""
        with self.admin.connect() as connection:
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f"ALTER DATABASE \"{name}\" SET heed.shift = '{seconds} seconds'"))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'heed'")
            )

    def signal(self, title: str, **fields: Any) -> requests.Response:
        return requests.post(f"{self.url}/alerts/generic/secret", json={"title": title, **fields}, timeout=10)

    def pages(self, who: str) -> list[Message]:
        return [each for each in self.slack.dm(who) if each.ephemeral_to is None]

    def wait_for_pages(self, who: str, count: int, seconds: float = 40) -> list[Message]:
        """Wait until `who` has this many direct messages, at most `seconds` of real time."""
        self.slack.wait_for(lambda: len(self.pages(who)) >= count, timeout=seconds)
        return self.pages(who)

    def wait_for_words(self, who: str, words: str) -> None:
        self.slack.wait_for(lambda: any(words in everything(page) for page in self.pages(who)))

    def rows(self, query: str) -> list[Any]:
        with self.admin.connect() as connection:
            return list(connection.execute(text(query)))

    def wait_for(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        """Ask again every 50 ms until `condition` holds; raises AssertionError with the processes' log."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.05)

    def _web_answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=1).ok
        except (requests.ConnectionError, requests.Timeout):
            return False
