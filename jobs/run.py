"""`run`: everything on one machine, with embedded parts for what is not set."""

import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import click
import structlog

from bot.ascode.applying import Where, apply
from bot.ascode.tree import parse
from bot.context import build
from jobs.supervisor import Supervisor
from jobs.sync import connect, sync
from models import logs
from models.actions.workspaces import policies, put_source
from models.config import RUNNING, Settings
from models.embedded import CannotEmbed, EmbeddedPostgres, EmbeddedRedis, free_port
from models.migrate import migrate
from models.seal import Seal
from models.tables import Workspace

log = structlog.get_logger()

SIMULATOR_PORT = 3100
WAIT_SECONDS = 60.0
DEMO_SOURCES = ("alertmanager", "generic")
EXAMPLE = Path(__file__).resolve().parent.parent / "docs" / "heed.example.yml"
TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-simulator",
    "SLACK_APP_TOKEN": "xapp-simulator",
    "SLACK_SIGNING_SECRET": "simulator-signing-secret",
}


class House:
    """What `run` has started, in the order in which it must end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.environment: dict[str, str] = {}
        self.servers: list[EmbeddedPostgres | EmbeddedRedis] = []
        self.simulator = ""

    def prepare(self) -> None:
        """Find or start a database, a Redis, a secret key and a Slack."""
        var = self.settings.heed_var
        var.mkdir(parents=True, exist_ok=True)
        if not self.settings.database_url:
            postgres = EmbeddedPostgres(var / "postgres")
            self.servers.append(postgres)
            self.environment["DATABASE_URL"] = postgres.url
        if not self.settings.redis_url:
            redis = EmbeddedRedis(var / "redis")
            self.servers.append(redis)
            self.environment["REDIS_URL"] = redis.url
        if not self.settings.heed_secret_key.get_secret_value():
            self.environment["HEED_SECRET_KEY"] = _kept_key(var / "secret.key")
        if not self.settings.slack_bot_token.get_secret_value():
            self._use_simulator()

    def _use_simulator(self) -> None:
        port = SIMULATOR_PORT if _is_free(SIMULATOR_PORT) else free_port()
        self.simulator = f"http://127.0.0.1:{port}"
        self.environment |= TOKENS | {"SLACK_API_URL": f"{self.simulator}/api/", "SLACK_APP_TOKEN": ""}

    def children(self) -> dict[str, list[str]]:
        """The processes to keep running; the simulator first, for the others talk to it."""
        found: dict[str, list[str]] = {}
        if self.simulator:
            found["simulator"] = [
                "simulator",
                *("--port", self.simulator.rsplit(":", 1)[1]),
                *("--manifest", str(Path(__file__).resolve().parent.parent / "manifest.yml")),
                *("--request-url", f"http://127.0.0.1:{self.settings.port}/slack/events"),
                *("--state-file", str(self.settings.heed_var / "simulator.json")),
                *("--set", f"webhook={self.demo_address('generic')}"),
            ]
        found |= {
            "web": ["web"],
            "worker page": ["worker", "page"],
            "worker rate": ["worker", "rate"],
            "clock": ["clock"],
        }
        if not self.simulator and self.settings.slack_app_token.get_secret_value():
            found["socket"] = ["socket"]
        return found

    def demo_secret(self, kind: str) -> str:
        """The secret of the demo source of this kind: the same each time, so that its address can be shown again."""
        key = self.environment.get("HEED_SECRET_KEY") or self.settings.heed_secret_key.get_secret_value()
        return Seal(key).derive(f"demo source {kind}")

    def demo_address(self, kind: str) -> str:
        return f"{self.settings.base_url}/alerts/{kind}/{self.demo_secret(kind)}"

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()


@click.command()
def run() -> None:
    """Start Heed with everything it needs; Ctrl-C stops all of it and leaves the data in var/."""
    logs.set_up()
    settings = Settings()
    _check_slack(settings)
    if not _is_free(settings.port):
        raise click.ClickException(f"port {settings.port} is taken; set PORT to a free one")
    house = House(settings)
    try:
        house.prepare()
        os.environ.update(house.environment)
        _tell(settings.heed_var, house.environment)
        _serve(house, Settings())
    except CannotEmbed as error:
        raise click.ClickException(str(error)) from None
    finally:
        (settings.heed_var / RUNNING).unlink(missing_ok=True)
        house.stop()
    click.echo(f"Heed has stopped; its data are in {settings.heed_var}/.")


def _tell(var: Path, environment: dict[str, str]) -> None:
    """Leave word for `doctor` and `source`, which look at a running Heed, of the parts it brought itself."""
    path = var / RUNNING
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))


def _check_slack(settings: Settings) -> None:
    """With a bot token, one of the two ways by which Slack reaches us is needed."""
    if settings.slack_bot_token.get_secret_value():
        settings.require("slack_app_token|slack_signing_secret")


def _serve(house: House, settings: Settings) -> None:
    migrate(settings.database_url)
    supervisor = Supervisor(house.children())

    def stop(number: int, frame: FrameType | None) -> None:
        supervisor.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        if house.simulator:
            supervisor.start("simulator")
            _wait_for(f"{house.simulator}/api/api.test", supervisor)
        _set_up(house, settings)
        supervisor.run(first=lambda: _greet(house, settings, supervisor))
    finally:
        supervisor.end()


def _set_up(house: House, settings: Settings) -> None:
    """Connect the workspace, import its people, make the demo sources; a simulated Slack begins with the example."""
    context = build(settings)
    workspace_id = connect(context, settings.slack_bot_token.get_secret_value())
    if workspace_id is None:
        raise click.ClickException("Slack does not know SLACK_BOT_TOKEN, or cannot be reached; `doctor` tells more")
    sync(context)
    with context.db.begin() as session:
        for kind in DEMO_SOURCES:
            put_source(session, workspace_id, kind, "demo", house.demo_secret(kind))
        is_fresh = len(policies(session, workspace_id)) == 1
        token = session.get_one(Workspace, workspace_id).token
    if house.simulator and is_fresh:
        where = Where(context.db, context.slack, context.seal, workspace_id, token)
        apply(where, parse(EXAMPLE.read_text()), EXAMPLE.name, dry_run=False)
    context.db.dispose()


def _greet(house: House, settings: Settings, supervisor: Supervisor) -> None:
    """Say where everything is and what to try, once it answers."""
    _wait_for(f"{settings.base_url}/healthz", supervisor)
    lines = [f"Heed is running at {settings.base_url}"]
    if house.simulator:
        lines += [
            f"Slack (simulated): {house.simulator}/",
            'Try: as Dora from Acme write in #acme: "We are terminating the contract, our lawyers will call you."',
        ]
    body = '{"title": "Checkout is failing", "severity": "critical"}'
    lines += [
        "Or raise an alert as a machine does:",
        f"  curl -d '{body}' {house.demo_address('generic')}",
        "Ctrl-C stops everything; the data stay in " + str(settings.heed_var) + "/",
    ]
    sys.stdout.write("\n" + "\n".join(lines) + "\n\n")
    sys.stdout.flush()


def _wait_for(url: str, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and not supervisor.is_stopping:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)


def _kept_key(path: Path) -> str:
    """The key that seals secrets of an embedded database; made once, readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
