"""What `source` prints: one source among others, one with all that came to it, and a new address."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from bot.ascode.faults import printable
from bot.sources.kinds import Kind, kinds
from models.actions.sources import SourceRef
from models.intake import SourceDetails, SourceLine

ONLY_NOW = "The address is a secret and is shown only now."
BODY_SHOWN = 4000


def tell_line(each: SourceLine) -> None:
    """One source, with its last signal and how much of the last seven days came to nothing."""
    seen = f"last signal {_moment(each.last_signal_at)}" if each.last_signal_at else "no signal yet"
    wrong = f", {each.unreadable} unreadable, {each.refused} refused" if each.unreadable or each.refused else ""
    click.echo(printable(f"{each.kind} {each.name}: {seen}{wrong}"))


def tell_details(details: SourceDetails, base_url: str) -> None:
    """A source and what came to it last; its address without the secret."""
    line = details.line
    click.echo(printable(f"{line.kind} {line.name}"))
    click.echo(f"address: {kinds()[line.kind].address(base_url)}")
    for label, value in _facts(line):
        click.echo(f"{label}: {value}")
    for signal in details.signals:
        state = "firing" if signal.firing else "resolved"
        alert = f" #{signal.alert_id}" if signal.alert_id else ""
        click.echo(printable(f"{_moment(signal.at)} {state}, {signal.decision}{alert}: {signal.title}"))
    for request in (*details.unreadable, *details.refused):
        many = f" ({request.count} times)" if request.count > 1 else ""
        click.echo(printable(f"{_moment(request.at)} {request.outcome}{many}: {request.reason}"))
    if details.newest is not None:
        click.echo(f"newest body, {_moment(details.newest.at)}:")
        click.echo("\n".join(printable(each) for each in details.newest.body[:BODY_SHOWN].splitlines()))


def _facts(line: SourceLine) -> Iterator[tuple[str, str]]:
    yield "last signal", _moment(line.last_signal_at) if line.last_signal_at else "none yet"
    if line.previous_until:
        yield "previous secret", f"taken until {_moment(line.previous_until)}"
    if line.is_signed:
        yield "signatures", "checked"
    if line.allowed_from:
        yield "allowed from", ", ".join(line.allowed_from)
    yield "last seven days", f"{line.unreadable} unreadable, {line.refused} refused"


def tell_new(
    base_url: str, kind: Kind, made: SourceRef, secret: str, signing: str, as_json: bool, until: datetime | None = None
) -> None:
    """The address with what to paste, once."""
    address, snippet = kind.address(base_url, secret), kind.configuration(base_url, secret)
    if as_json:
        told = {"kind": kind.kind, "name": made.name, "address": address, "snippet": snippet}
        told |= {"key": secret} if kind.has_key else {}
        told |= {"signing_secret": signing} if signing else {}
        told |= {"previous_until": until.isoformat()} if until else {}
        click.echo(json.dumps(told))
        return
    click.echo(address)
    if kind.has_key:
        click.echo(f"key: {secret}")
    if signing:
        click.echo(f"signing secret: {signing}")
    click.echo(f"\n{kind.name}:\n\n{snippet}", nl=False)
    click.echo(f"\n{ONLY_NOW}" + (f" The previous one works until {_moment(until)}." if until else ""), err=True)
    name = printable(f"{made.kind} {made.name}")
    click.echo(f'To see that it works: `app.py source test "{name}" --to NAME`.', err=True)


def tell_replaced(made: SourceRef) -> None:
    """What `source add` did to a source that was there already."""
    name = printable(f"{made.kind} {made.name}")
    click.echo(
        f"{name} was there already: its previous address has ended, so put the new one in now. "
        f'(`source rotate "{name}"` lets the previous one work for a day.)',
        err=True,
    )


def line_json(line: SourceLine) -> dict[str, Any]:
    """A source as programs read it."""
    return {**asdict(line), "allowed_from": list(line.allowed_from)}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
