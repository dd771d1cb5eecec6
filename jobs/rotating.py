"""`rotate-keys`: seals everything that is stored sealed anew, with the newest key, while Heed goes on working."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import click

from bot.context import build
from models.actions import resealing
from models.config import Settings
from models.db import Database
from models.seal import Seal


@dataclass
class Column:
    """What was found in one column; `broken` are the numbers of rows that no key opens."""

    name: str
    resealed: int = 0
    current: int = 0
    broken: list[int] = field(default_factory=list)


@click.command("rotate-keys")
@click.option("--dry-run", is_flag=True, help="Count only; nothing is changed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def rotate_keys(dry_run: bool, as_json: bool) -> None:
    """Seal tokens and other secrets anew with HEED_SECRET_KEY; HEED_OLD_SECRET_KEYS opens what is there.

    May be stopped and started again at any time. Exit code 1 if something can be opened with none of the keys.
    """
    settings = Settings.of_running().require("database_url", "heed_secret_key")
    context = build(settings)
    found = []
    for column in rotate(context.db, context.seal, dry_run):
        found.append(column)
        click.echo(json.dumps(vars(column)) if as_json else _line(column, dry_run))
    context.db.dispose()
    if not as_json:
        click.echo(_sum(found, dry_run, bool(settings.old_secret_keys)))
    sys.exit(1 if any(column.broken for column in found) else 0)


def rotate(db: Database, seal: Seal, dry_run: bool = False) -> Iterator[Column]:
    """Go through every sealed column, a batch in each transaction; what is sealed with the newest key stays."""
    for place in resealing.SEALED:
        column, after = Column(place.name), 0
        while True:
            with db.begin() as session:
                batch = resealing.reseal(session, seal, place, after, dry_run)
            column.resealed += batch.resealed
            column.current += batch.current
            column.broken += batch.broken
            if batch.last is None:
                break
            after = batch.last
        yield column


def _line(column: Column, dry_run: bool) -> str:
    done = "to seal anew" if dry_run else "sealed anew"
    line = f"{column.name}: {column.resealed} {done}, {column.current} with the newest key already"
    if column.broken:
        numbers = ", ".join(map(str, column.broken[:20])) + (", …" if len(column.broken) > 20 else "")
        line += f", {len(column.broken)} that no key opens (rows {numbers})"
    return line


def _sum(found: Iterable[Column], dry_run: bool, has_old: bool) -> str:
    if any(column.broken for column in found):
        return "Put the key that sealed these rows into HEED_OLD_SECRET_KEYS and run this again."
    if any(column.resealed for column in found):
        more = "`python app.py rotate-keys` does it." if dry_run else "Run it once more; then nothing is left to do."
        return f"Nothing has changed yet. {more}" if dry_run else more
    if has_old:
        return "Nothing is sealed with an old key any more: take HEED_OLD_SECRET_KEYS away and restart Heed."
    return "Nothing to do."
