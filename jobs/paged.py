"""`paged`: who would be paged, as a dry run; exit code 1 when at some level nobody would be reached."""

import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

import click
from sqlalchemy.orm import Session

from bot.views.parts import clean
from models.actions import workspaces
from models.actions.rehearsing import NoSuchClient, who
from models.config import Settings
from models.db import Database, now_of
from models.dry_run import DryRun, Happening, Reached, dry_run_to_json, ending_words, trouble
from models.matching import Subject, joined
from models.rehearsal import Outcome
from models.suppose import moment_from, subject_from
from models.tables import Workspace

HEADINGS = ("minute", "lap", "level", "who", "way", "their local time", "do not disturb")
NUMBERS = 3
"""So many of the columns hold numbers, which stand to the right."""


class Wrong(click.ClickException):
    """Wrong usage, told in one line."""

    exit_code = 2


@click.command()
@click.option("--at", help="When the alert opens, with an offset: 2027-03-28T02:30+01:00. Without it: now.")
@click.option(
    "--label", "labels", multiple=True, metavar="NAME=VALUE", help="One label of the alert; many may be given."
)
@click.option("--client", help="The alert is about this client, with its tier, owner and renewal.")
@click.option("--workspace", help="The Slack team id or name, where there are several workspaces.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def paged(at: str | None, labels: tuple[str, ...], client: str | None, workspace: str | None, as_json: bool) -> None:
    """Who would be paged for an alert that nobody answers; a dry run of the real rules, nothing is sent.

    The labels severity, source, source_kind, origin, client, tier, owner and days_to_renewal are what routes know
    under these names; label.NAME is always the sender's own label. Exit code 1 if at some level nobody is reached.
    """
    try:
        subject = subject_from([*labels, *_about(client, labels)])
        moment = moment_from(at) if at is not None else None
    except ValueError as error:
        raise Wrong(_line(str(error))) from None
    run = _ask(Settings.of_running().require("database_url"), workspace, subject, moment, client)
    click.echo(json.dumps(dry_run_to_json(run), indent=1) if as_json else "\n".join(_told(run)))
    sys.exit(1 if trouble(run) else 0)


def _about(client: str | None, labels: Sequence[str]) -> list[str]:
    """The client as a label, so that the alert is one of a client's."""
    return [f"client={client}"] if client and not any(each.startswith("client=") for each in labels) else []


def _ask(
    settings: Settings, workspace: str | None, subject: Subject, at: datetime | None, client: str | None
) -> DryRun:
    database = Database(settings.database_url, pool_size=1)
    try:
        with database.begin() as session:
            return who(session, _workspace(session, workspace).id, subject, at or now_of(session), client)
    except NoSuchClient as error:
        raise Wrong(_line(str(error))) from None
    finally:
        database.dispose()


def _workspace(session: Session, wanted: str | None) -> Workspace:
    active = workspaces.active(session)
    found = [each for each in active if wanted in (None, each.team_id, each.name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.team_id} ({each.name})" for each in active) or "none is installed yet"
    raise Wrong(_line(f"say which workspace with --workspace: {known}"))


def _told(run: DryRun) -> Iterator[str]:
    """The answer for people, line by line; the last one says how it ends."""
    yield f"An alert at {_utc(run.start)}, severity {run.severity.label}: policy {_line(run.policy)}"
    if run.missing_policy:
        yield f"There is no policy {_line(run.missing_policy)} any more, so the default one is taken."
    yield from _routes(run)
    yield from _silences(run)
    if run.channels:
        yield f"Posted in {', '.join(run.channels)} too."
    yield ""
    yield from _table(run.happenings)
    yield ""
    if problem := trouble(run):
        yield f"{problem[0].upper()}{problem[1:]}."
    yield ending_words(run)


def _routes(run: DryRun) -> Iterator[str]:
    if not any(each.taken for each in run.considered):
        yield "No route takes it, so the default policy does."
    for each in run.considered:
        yield f"  {'taken ' if each.taken else 'passed'}  {_line(each.route)}: {_line(each.reason)}"


def _silences(run: DryRun) -> Iterator[str]:
    for each in run.silences:
        about = f"{joined(each.matchers)} by {each.by}" + (f" ({each.why})" if each.why else "")
        yield f"Silence {each.id} holds it until {_utc(each.ends_at)}: {_line(about)}"
    if not run.silences:
        yield "No silence holds it."


def _table(happenings: Sequence[Happening]) -> Iterator[str]:
    """One line for each person; where nobody is paged, one that says why."""
    rows = [HEADINGS, *(row for each in happenings for row in _rows(each))]
    full = [row for row in rows if len(row) == len(HEADINGS)]
    widths = [max(map(_width, column)) for column in zip(*full, strict=True)]
    for row in rows:
        fitted = zip(row[:-1], widths, strict=False)
        cells = [_padded(cell, width, right=number < NUMBERS) for number, (cell, width) in enumerate(fitted)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _rows(happening: Happening) -> Iterator[tuple[str, ...]]:
    line = happening.line
    begin = (f"{round(line.minutes, 2):.9g}", str(line.lap), str(line.level) if line.level else "end")
    for each in happening.people:
        yield (*begin, _line(each.name), each.way, *_clock(each))
    if not happening.people:
        yield (*begin, f"- {_line(_reason(happening))}")


def _reason(happening: Happening) -> str:
    line = happening.line
    if line.outcome is Outcome.HELD and line.until:
        return f"held by silence {line.silence} until {_utc(line.until)}"
    if line.outcome is Outcome.BRAKED and line.until:
        return f"{line.outcome.value}: it waits until {_utc(line.until)}"
    return happening.why


def _clock(reached: Reached) -> tuple[str, str]:
    if reached.local is None:
        return "", ""
    return f"{reached.local:%a %Y-%m-%d %H:%M} {reached.zone}", "on" if reached.quiet else ""


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _line(text: str) -> str:
    """Text from outside on one line, without anything that a terminal would obey."""
    return " ".join(clean(text).split())


def _width(text: str) -> int:
    """How many columns a terminal needs for `text`."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks
