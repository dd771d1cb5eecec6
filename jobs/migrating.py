"""`migrate`: brings the database to the schema of this code."""

import click

from models.config import Settings
from models.migrate import migrate as migrate_database


@click.command()
def migrate() -> None:
    """Bring the database to the schema of this version; safe to run at every start."""
    migrate_database(Settings().require("database_url").database_url)
    click.echo("The database is up to date.")
