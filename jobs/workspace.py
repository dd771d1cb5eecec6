"""`workspace`: what is laid down for a whole workspace, and changing it."""

import json
import re
from datetime import timedelta
from typing import Any

import click

from bot.ascode.faults import printable
from jobs.applying import WORKSPACE, disposed, failures, workspace_of
from models.actions import workspaces
from models.config import Settings
from models.db import Database
from models.durations import duration, spelled_duration
from models.tables import Workspace

ANY = "any"


@click.command()
@click.option("--keep-texts", metavar="DAYS", help="How long texts of clients' messages are kept, such as 7d.")
@click.option(
    "--reply-within", metavar="LENGTH", help="How soon an acknowledged client alert must be answered, such as 30m."
)
@click.option("--tokens-a-day", metavar="NUMBER", help="How many tokens ratings may use in a day (UTC), or any.")
@click.option("--workspace", "team_id", help=WORKSPACE)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def workspace(
    keep_texts: str | None, reply_within: str | None, tokens_a_day: str | None, team_id: str | None, as_json: bool
) -> None:
    """Show what is laid down for the workspace, or change it."""
    values = dict[str, int | None]()
    if keep_texts is not None:
        values["text_days"] = _days(keep_texts)
    if reply_within is not None:
        values["reply_within_s"] = _seconds("--reply-within", reply_within)
    if tokens_a_day is not None:
        values["daily_tokens"] = _tokens(tokens_a_day)
    settings = Settings.of_running().require("database_url")
    with failures(), disposed(Database(settings.database_url)) as db:
        workspace_id, _ = workspace_of(db, team_id)
        with db.begin() as session:
            if values:
                workspaces.change(session, workspace_id, **values)
            told = _told(session.get_one(Workspace, workspace_id, populate_existing=True))
    if as_json:
        click.echo(json.dumps(told))
        return
    for name, value in told.items():
        click.echo(printable(f"{name}: {value}"))


def _told(row: Workspace) -> dict[str, Any]:
    return {
        "workspace": f"{row.name} ({row.team_id})",
        "keep-texts": f"{row.text_days}d",
        "reply-within": spelled_duration(timedelta(seconds=row.reply_within_s)),
        "tokens-a-day": ANY if row.daily_tokens is None else row.daily_tokens,
    }


def _days(word: str) -> int:
    if not re.fullmatch(r"([1-9]|[12][0-9]|30)d", word):
        raise click.UsageError(f"--keep-texts must be whole days from 1d to 30d, not {word}")
    return int(word[:-1])


def _seconds(option: str, word: str) -> int:
    try:
        return int(duration(word).total_seconds())
    except ValueError as error:
        raise click.UsageError(f"{option} {error}") from None


def _tokens(word: str) -> int | None:
    if word == ANY:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", word):
        raise click.UsageError("--tokens-a-day must be a whole number up to 999999999, or any")
    return int(word)
