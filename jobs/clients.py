"""`clients import`: clients and their channels from a CSV, such as a spreadsheet or a CRM writes."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bot.ascode.applying import Where
from bot.ascode.applying import apply as apply_file
from bot.ascode.faults import Fault, WrongFile
from bot.ascode.reading import VERSION
from bot.ascode.tree import Tree
from bot.context import build
from jobs.applying import WORKSPACE, disposed, failures, tell, text_of, workspace_of
from models.config import Settings

COLUMNS = ("name", "tier", "owner", "renews_on", "channel", "team")
MOST_ROWS = 10_000
_PATH = re.compile(r"^clients(\[\d+\])?\.?(channels\[\d+\]\.)?")


@click.group()
def clients() -> None:
    """Clients and their channels."""


@clients.command("import")
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--workspace", help=WORKSPACE)
def import_(file: str, dry_run: bool, workspace: str | None) -> None:
    """Add or change the clients of a CSV with the columns name, tier, owner, renews_on, channel, team.

    A client of several channels has a line for each. What the file does not speak of stays as it is.
    """
    settings = Settings.of_running().require("database_url", "redis_url", "heed_secret_key")
    context = build(settings)
    with failures(file), closing(context.bell.redis), disposed(context.db):
        tree = parse(text_of(file))
        workspace_id, token = workspace_of(context.db, workspace)
        where = Where(context.db, context.slack, context.seal, workspace_id, token)
        with _columns():
            done = apply_file(where, tree, Path(file).name, dry_run, keeps=True)
        if done.changes and not dry_run:
            context.bell.wake("promises")
    tell(done, dry_run, settings.base_url)


@contextmanager
def _columns() -> Iterator[None]:
    """What is wrong is told by column, not by the path that it would have in a YAML file."""
    try:
        yield
    except WrongFile as wrong:
        raise WrongFile([replace(each, field=_PATH.sub("", each.field)) for each in wrong.faults]) from None


def parse(text: str) -> Tree:
    """The clients of a CSV, as a file of the section `clients`; raises WrongFile with line and column.

    Paths such as `clients[0].tier` stand for the line of the client and the column, as in a YAML file.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check(header)
        rows = list(_rows(reader, header))
    except csv.Error as error:
        raise WrongFile([Fault(reader.line_num, "", f"is no CSV: {error}")]) from None
    return _tree(rows)


def _delimiter(text: str) -> str:
    """A comma, or what spreadsheets of other languages write instead."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _check(header: list[str]) -> None:
    faults = [
        Fault(1, name or f"column {place}", f"is not a column here; there are {', '.join(COLUMNS)}")
        for place, name in enumerate(header, 1)
        if name not in COLUMNS
    ]
    faults += [Fault(1, name, "stands here twice") for name in COLUMNS if header.count(name) > 1]
    if not faults and not {"name", "team"} & set(header):
        faults.append(Fault(1, "name", "is missing; a client needs a name or its Slack team"))
    if faults:
        raise WrongFile(faults)


def _rows(reader: Any, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The line of each row, and what it says; empty fields are left out."""
    faults = list[Fault]()
    for count, values in enumerate(reader):
        if count >= MOST_ROWS:
            raise WrongFile([Fault(reader.line_num, "", f"there are more than {MOST_ROWS} clients")])
        if len(values) > len(header):
            faults.append(Fault(reader.line_num, "", f"has {len(values)} fields, but there are {len(header)} columns"))
        row = {name: value.strip() for name, value in zip(header, values, strict=False) if value.strip()}
        if row:
            yield reader.line_num, row
    if faults:
        raise WrongFile(faults)


def _tree(rows: list[tuple[int, dict[str, str]]]) -> Tree:
    """Lines of the same team, or of the same name in any case, are one client."""
    items, lines, faults = list[dict[str, Any]](), {"": 1}, list[Fault]()
    places: dict[str, int] = {}
    for line, row in rows:
        who = (row.get("team") or row.get("name") or "").casefold()
        place = places.setdefault(who, len(items)) if who else len(items)
        path = f"clients[{place}]"
        if place == len(items):
            items.append({})
            lines[path] = line
        item, channel = items[place], row.pop("channel", None)
        for name, value in row.items():
            if item.setdefault(name, value) != value:
                faults.append(Fault(line, name, f'is "{item[name]}" in line {lines[path]}'))
            lines.setdefault(f"{path}.{name}", line)
        if channel is not None:
            channels = item.setdefault("channels", [])
            if {"channel": channel} not in channels:
                lines[f"{path}.channels[{len(channels)}]"] = line
                channels.append({"channel": channel})
    return Tree({"version": VERSION, "clients": items}, lines, tuple(faults))
