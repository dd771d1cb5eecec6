"""`apply` and `export`: a workspace's configuration as a file."""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.ascode.applying import Applied, Where
from bot.ascode.applying import apply as apply_file
from bot.ascode.faults import WrongFile, printable
from bot.ascode.lookups import NotAsked
from bot.ascode.sources import label
from bot.ascode.tree import parse
from bot.ascode.writing import write
from bot.context import build
from bot.sources.kinds import kinds
from models.actions import checking, workspaces
from models.actions.configuring import configured
from models.config import Settings
from models.db import Database
from models.reachability import Finding
from models.seal import SealBroken

WORKSPACE = "The Slack team id, where there are several workspaces."


@click.command()
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--workspace", help=WORKSPACE)
def apply(file: str, dry_run: bool, workspace: str | None) -> None:
    """Make policies, schedules, routes, silences, tiers, clients and sources what FILE says (docs/heed.example.yml)."""
    logging.getLogger("slack_sdk").addHandler(logging.NullHandler())  # what failed is told once, in our words
    settings = Settings.of_running().require("database_url", "redis_url", "heed_secret_key")
    context = build(settings)
    with failures(file), closing(context.bell.redis), disposed(context.db):
        tree = parse(text_of(file))
        workspace_id, token = workspace_of(context.db, workspace)
        where = Where(context.db, context.slack, context.seal, workspace_id, token)
        done = apply_file(where, tree, Path(file).name, dry_run)
        if done.changes and not dry_run:
            with context.db.begin() as session:
                found = checking.check(session, workspace_id)
            for job in ("escalate", "redraw", "duty", "notify", "promises"):
                context.bell.wake(job)
            _tell_findings(found)
    tell(done, dry_run, settings.base_url)


def _tell_findings(found: Sequence[Finding]) -> None:
    """What would keep somebody from being reached; the admins read of it in Slack too."""
    for each in found:
        click.echo(f"look at {each.where}: {each.text}", err=True)


@click.command()
@click.option("--workspace", help=WORKSPACE)
def export(workspace: str | None) -> None:
    """Print the configuration as a file that `apply` reads; secrets are not in it."""
    settings = Settings.of_running().require("database_url")
    with failures(), disposed(Database(settings.database_url)) as db:
        workspace_id, _ = workspace_of(db, workspace)
        with db.begin() as session:
            text = write(configured(session, workspace_id))
    click.echo(text, nl=False)


def tell(done: Applied, dry_run: bool, base_url: str) -> None:
    """Print what has changed, or would change."""
    for change in done.changes:
        for line in change.lines():
            click.echo(line)
    if not done.changes:
        click.echo("nothing would change" if dry_run else "nothing to change")
    elif not dry_run:
        click.echo("applied")
    for item, secret in done.sources:
        kind = kinds()[item["kind"]]
        key = f" with the key {secret}" if kind.has_key else ""
        click.echo(f"source {printable(label(item))}: {kind.address(base_url, secret)}{key}")
    if done.sources:
        click.echo("The addresses are secrets and are shown only now.", err=True)


def text_of(file: str) -> str:
    """The text of a file; exits with 2 where there is none."""
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        _refuse(f"{file}: {error.strerror or 'it cannot be read'}")
    except UnicodeDecodeError:
        _refuse(f"{file}: is not UTF-8 text")


def workspace_of(db: Database, team_id: str | None) -> tuple[int, bytes]:
    """The row id and sealed token of the workspace that is meant."""
    with db.begin() as session:
        active = workspaces.active(session)
    found = [each for each in active if team_id in (None, each.team_id)]
    if len(found) != 1:
        known = ", ".join(each.team_id for each in active) or "none is installed yet"
        _refuse(f"say which workspace with --workspace: {known}")
    return found[0].id, found[0].token


@contextmanager
def disposed(db: Database) -> Iterator[Database]:
    """The database, whose connections are closed at the end."""
    try:
        yield db
    finally:
        db.dispose()


@contextmanager
def failures(file: str = "") -> Iterator[None]:
    """What is wrong with the file in a line each, and exit code 2; what failed in one line, and 1."""
    try:
        yield
    except WrongFile as wrong:
        _refuse("\n".join(printable(f"{file}:{fault}") for fault in wrong.faults))
    except (NotAsked, SealBroken) as error:
        raise click.ClickException(f"{error}; nothing was changed") from None
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise click.ClickException(f"the database cannot be used: {cause}") from None


def _refuse(text: str) -> NoReturn:
    """Exit code 2 is for a file, or a call, that is wrong."""
    click.echo(text, err=True)
    sys.exit(2)
