"""The house that is broken: four Slack workspaces, twelve sources with a policy each, real processes, a supervisor."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot.context import Context
from jobs.sync import connect, sync
from models.actions import tokens, workspaces
from models.actions.configuring import replace_routes
from models.actions.people import admins
from models.actions.plans import save_policy
from models.config import Settings
from models.matching import parse_matchers
from models.migrate import migrate
from models.plan import Level, Plan, Target, TargetKind
from models.routing import Route
from models.tables import Person
from simulator.state import Channel, User
from tests.chaos.oracle import Policy
from tests.chaos.servers import Servers
from tests.processes import ALL, APP, Processes

WORKSPACES = ("Northwind", "Southwind", "Eastwind", "Westwind")
SOURCES = ("metrics", "checks", "builds")
POISONED, IN_FLIGHT = "poisoned", "flights"
"""Sources of their own in the first workspace: for rows that are broken, and for posts that are on their way."""
LEVEL_SECONDS, LAPS = 20.0, 2
CLIENTS = 60
ADMINS = {"Northwind": ("alice", "bob")}
RESTARTED_AFTER = 1.0
LOOK_SECONDS = 0.25
STARTS_WITHIN = 90.0


@dataclass(frozen=True)
class Intake:
    """Where alerts are sent: one source of one workspace, whom its policy pages (Slack ids), and a token to answer."""

    workspace: str
    source: str
    policy: Policy
    token: str

    @property
    def path(self) -> str:
        return f"/alerts/generic/{self.secret}"

    @property
    def secret(self) -> str:
        return f"secret-of-{self.source}-in-{self.workspace.lower()}"


class House(Processes):
    """Its processes are started again when they end, as by systemd, unless a fault has ended them (`down`)."""

    def __init__(self, folder: Path) -> None:
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        self.folder = folder
        self.servers = Servers(folder)
        try:
            migrate(self.servers.postgres.url)
            super().__init__(_settings(self.servers, folder), self.servers.admin, folder)
        except BaseException:
            self.servers.close(folder)
            raise
        self.environment |= {"OPENAI_BASE_URL": self.slack.llm_url, "OPENAI_API_KEY": "sk-simulator"}
        self.down: set[str] = set()
        self.beside: list[subprocess.Popen[bytes]] = []
        self.died: list[str] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="supervisor", daemon=True)

    def _install(self) -> None:
        """People and channels first, so that installing finds them all; then a source and a policy each."""
        self.intakes: dict[tuple[str, str], Intake] = {}
        for name in WORKSPACES[1:]:
            self.slack.add_workspace(name)
        for name in WORKSPACES:
            self._populate(name)
        self._open_channels()
        connect(self.context, "xoxb-simulator")
        for name in WORKSPACES[1:]:
            visit = self.slack.inside(name)
            connect(self.context, visit.do(visit.people.install_again(None)).bot_token)
        sync(Context(self.context.settings, self.context.db, self.context.bell, self.context.seal, self.context.slack))
        for name in WORKSPACES:
            self._configure(name)

    def _sources(self, workspace: str) -> tuple[str, ...]:
        return (*SOURCES, POISONED, IN_FLIGHT) if workspace == WORKSPACES[0] else SOURCES

    def _populate(self, name: str) -> None:
        workspace = self.slack.world.find_workspace(name)
        for source in self._sources(name):
            for level in ("first", "second"):
                handle = f"{source}{level}"
                user_id = f"U0{name[:5]}{handle}".upper()
                workspace.users[user_id] = User(user_id, workspace.team.id, handle, handle.capitalize(), handle)

    def _open_channels(self) -> None:
        """One channel for each message of a client, for a channel has one open alert at most."""
        workspace = self.slack.workspace
        bot = self.slack.app().bot_user_id
        for number in range(CLIENTS):
            shared = Channel(f"C0CLIENT{number:03}", client(number), workspace.team.id, is_ext_shared=True,
                             members=["U0ALICE", "U0BOB", "U0DORA", bot], created=int(time.time()))  # fmt: skip
            workspace.channels[shared.id] = shared

    def _configure(self, name: str) -> None:
        team = self.slack.world.find_workspace(name).team.id
        with self.context.db.begin() as session:
            workspace = workspaces.by_team(session, team)
            assert workspace is not None
            rows = {person.slack_id: person.id for person in session.query(Person).filter_by(workspace_id=workspace.id)}
            token = tokens.make(session, workspace.id, admins(session, workspace.id)[0].id, "chaos")
            routes = []
            for source in self._sources(name):
                people = tuple(f"U0{name[:5]}{source}{level}".upper() for level in ("first", "second"))
                self._policy(session, workspace.id, source, [rows[each] for each in people])
                intake = Intake(name, source, Policy(people, LEVEL_SECONDS, LAPS), token)
                workspaces.put_source(session, workspace.id, "generic", source, intake.secret)
                routes.append(Route(source, parse_matchers(f"source={source}"), policy=source))
                self.intakes[name, source] = intake
            replace_routes(session, workspace.id, routes)

    def _policy(self, session: Session, workspace_id: int, name: str, people: list[int]) -> None:
        levels = tuple(Level((Target(TargetKind.PERSON, each),), timedelta(seconds=LEVEL_SECONDS)) for each in people)
        save_policy(session, workspace_id, Plan(name, levels, LAPS), is_default=False)

    def usual(self) -> list[Intake]:
        """Where the load goes."""
        return [each for (_, source), each in self.intakes.items() if source in SOURCES]

    def wait_for(self, condition: Callable[[], bool], seconds: float = STARTS_WITHIN) -> None:
        """As everywhere, but with patience: starting everything at once takes long on a busy machine."""
        super().wait_for(condition, seconds)

    def open(self) -> None:
        """Start everything, wait until it works, and from now on keep it running."""
        self.start()
        self.wait_until_all_beat()
        self._keeper.start()

    def again(self, name: str) -> None:
        """Start a process that a fault has ended, without waiting for it."""
        with self._lock:
            self._launch(name)
            self.down.discard(name)

    def end(self, name: str, hard: bool) -> None:
        """End a process for a fault: kill -9, or SIGTERM; returns when it is gone."""
        with self._lock:
            self.down.add(name)
            process = self.running.pop(name)
        (process.kill if hard else process.terminate)()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            self.died.append(f"{name} did not end within 30 s of SIGTERM")
            process.kill()
            process.wait()

    def _launch(self, name: str) -> None:
        with self.log.open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, str(APP), *ALL[name]], env=self.environment, cwd=self.folder, stdout=log, stderr=log
            )

    def _keep(self) -> None:
        """Who ends by itself is started again after a second, and remembered."""
        while not self._closing.wait(LOOK_SECONDS):
            for name in self._ended():
                self.died.append(f"{name} ended by itself")
                self._closing.wait(RESTARTED_AFTER)
                with self._lock:
                    if name not in self.down and not self._closing.is_set():
                        self._launch(name)

    def _ended(self) -> list[str]:
        with self._lock:
            return [
                name for name, process in self.running.items() if name not in self.down and process.poll() is not None
            ]

    def close(self) -> None:
        """Kill and stop everything, in whatever state it is."""
        self._closing.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for process in [*self.running.values(), *self.beside]:
            process.kill()
            process.wait()
        self.slack.stop()
        self.context.db.dispose()
        self.context.bell.redis.close()
        self.servers.close(self.folder)

    def clients(self) -> Iterator[str]:
        """The channels in which a client can say something, each once."""
        return (client(number) for number in range(CLIENTS))


def client(number: int) -> str:
    return f"client-{number:03}"


def _settings(servers: Servers, folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=servers.postgres.url,
        redis_url=servers.redis.url,
        heed_secret_key=SecretStr("a secret key for the faults"),
        heed_var=folder,
    )
