"""`trace`: one alert's whole life with its times, from the request to the answer."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from bot.views.parts import clean
from models.actions import workspaces
from models.actions.tracing import Event, Life, life_of
from models.config import Settings
from models.db import Database
from models.tables import Workspace

HEADINGS = ("time (UTC)", "after", "late", "what", "who", "")
TEXT_LENGTH = 120
BIGGEST = 2**63 - 1
DIGITS = len(str(BIGGEST))


class Wrong(click.ClickException):
    """Wrong usage, told in one line."""

    exit_code = 2


class AlertNumber(click.ParamType[int]):
    """An alert's number as people write it: 12, or #12 as messages show it."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        digits = str(value).removeprefix("#")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS and 0 < int(digits) <= BIGGEST):
            self.fail(f"{value!r} is not the number of an alert, such as 12", param, ctx)
        return int(digits)


@click.command()
@click.argument("number", metavar="ID", type=AlertNumber())
@click.option("--workspace", help="The Slack team id or name, where there are several workspaces.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def trace(number: int, workspace: str | None, as_json: bool) -> None:
    """The whole life of alert ID: requests, signals, steps, pages, posts and answers, each with when and how late.

    Exit code 1 if there is no such alert.
    """
    database = Database(Settings.of_running().require("database_url").database_url, pool_size=1)
    try:
        with database.begin() as session:
            where = _workspace(session, workspace)
            life = life_of(session, where.id, number)
    finally:
        database.dispose()
    if life is None:
        click.echo(f"there is no alert {number} in {_line(where.name)}", err=True)
        sys.exit(1)
    click.echo(json.dumps(as_data(life), indent=1) if as_json else "\n".join(_told(life)))


def _workspace(session: Session, wanted: str | None) -> Workspace:
    active = workspaces.active(session)
    found = [each for each in active if wanted in (None, each.team_id, each.name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.team_id} ({each.name})" for each in active) or "none is installed yet"
    raise Wrong(_line(f"say which workspace with --workspace: {known}"))


def as_data(life: Life) -> dict[str, Any]:
    """The life as JSON: moments as ISO 8601, `late_s` in seconds, None where it is not done or was never due."""
    return {
        **{
            name: getattr(life, name) for name in ("number", "title", "severity", "status", "origin", "trace", "source")
        },
        "opened_at": life.opened_at.isoformat(),
        "events": [_event(each) for each in life.events],
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "what": event.what,
        "who": event.who,
        "done": event.done,
        "due_at": event.due_at.isoformat() if event.due_at else None,
        "late_s": event.late.total_seconds() if event.late is not None else None,
        "facts": {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in event.facts.items()
        },
    }


def _told(life: Life) -> Iterator[str]:
    """The life for people: a head, and a line for each event."""
    yield f"Alert {life.number}, {life.severity}, {life.status.replace('_', ' ')}: {_line(life.title)}"
    yield f"opened {life.opened_at:%Y-%m-%d %H:%M:%S} UTC by {_line(life.source) or life.origin}"
    yield f"trace {life.trace}" if life.trace else "no trace: it was opened by a message or by hand, or long ago"
    yield ""
    rows = [HEADINGS, *(_row(life, each) for each in life.events)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) if place in (1, 2) else cell.ljust(width)
                 for place, (cell, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        yield "  ".join(cells).rstrip()


def _row(life: Life, event: Event) -> tuple[str, ...]:
    after = f"{(event.at - life.opened_at).total_seconds():+.3f} s"
    late = f"{event.late.total_seconds():.3f} s" if event.late is not None else ("" if event.done else "due")
    moment = f"{event.at:%Y-%m-%d %H:%M:%S}.{event.at.microsecond // 1000:03d}"
    return moment, after, late, event.kind, _line(event.who), _line(event.what)


def _line(text: str) -> str:
    """Text from outside on one line, without anything that a terminal would obey."""
    shown = " ".join(clean(text).split())
    return shown if len(shown) <= TEXT_LENGTH else f"{shown[: TEXT_LENGTH - 1]}…"
