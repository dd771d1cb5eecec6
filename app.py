"""Heed's command line and WSGI entry. Each command's module is imported only when the command is used."""

import importlib
import sys
import warnings
from typing import Any

try:
    import click
    from pydantic import ValidationError
    from sqlalchemy.exc import OperationalError

    from models.config import MissingSettings, Settings, why_unreadable
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is not installed for this Python: `make run` installs all of it, for .venv/bin/python")

COMMANDS = {
    "run": "jobs.run:run",
    "web": "bot.web:web",
    "worker": "jobs.worker:worker",
    "clock": "jobs.clock:clock",
    "socket": "bot.socket:socket",
    "simulator": "simulator.cli:main",
    "migrate": "jobs.migrating:migrate",
    "doctor": "jobs.doctor:doctor",
    "paged": "jobs.paged:paged",
    "trace": "jobs.trace:trace",
    "assess": "bot.sentiment.cli:assess",
    "source": "jobs.source:source",
    "apply": "jobs.applying:apply",
    "export": "jobs.applying:export",
    "clients": "jobs.clients:clients",
    "workspace": "jobs.workspace:workspace",
    "rotate-keys": "jobs.rotating:rotate_keys",
}


def find(place: str) -> Any:
    """What stands at `module:name`."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


class Commands(click.Group):
    """The commands of the table above; a process loads only what its own command needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        command: click.Command = find(place)
        return command


@click.command(
    cls=Commands,
    context_settings={"max_content_width": 100},
    help="Heed makes sure that a message nobody may miss gets an answer.",
)
def main() -> None:
    """The command line."""


def wsgi() -> Any:
    """The WSGI application, for servers other than our own: `gunicorn 'app:wsgi()'`."""
    return find("bot.web:serving")(find("models.config:Settings")().require("database_url", "redis_url"))


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    warnings.filterwarnings("ignore", message="Version 0.22.0", category=FutureWarning)
    try:
        main()
    except MissingSettings as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        click.echo(why_unreadable(error), err=True)
        sys.exit(2)
    except OperationalError as error:
        click.echo(f"the database cannot be reached: {str(error.orig).strip().splitlines()[0]}", err=True)
        sys.exit(1)
