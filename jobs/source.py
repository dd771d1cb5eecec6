"""`source add`: configures an intake and shows its address, once."""

import click

from bot.context import build
from bot.sources import sources
from models.actions import workspaces
from models.config import Settings
from models.seal import new_secret


@click.group()
def source() -> None:
    """Intakes for monitoring tools."""


@source.command()
@click.argument("kind")
@click.argument("name")
@click.option("--workspace", help="The Slack team id, where there are several workspaces.")
def add(kind: str, name: str, workspace: str | None) -> None:
    """Add a source of KIND called NAME, or give an existing one a new secret."""
    if kind not in sources():
        raise click.UsageError(f"there is no source {kind!r}; there are {', '.join(sources())}")
    settings = Settings.of_running().require("database_url", "heed_secret_key")
    context = build(settings)
    secret = new_secret()
    with context.db.begin() as session:
        found = [each for each in workspaces.active(session) if workspace in (None, each.team_id)]
        if len(found) != 1:
            known = ", ".join(each.team_id for each in workspaces.active(session)) or "none is installed yet"
            raise click.UsageError(f"say which workspace with --workspace: {known}")
        workspaces.put_source(session, found[0].id, kind, name, secret)
    click.echo(f"{settings.base_url}/alerts/{kind}/{secret}")
    click.echo("The address is a secret and is shown only now.", err=True)
