"""`source`: intakes for monitoring tools. Addresses and signing secrets are shown once, when they are made."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import click
from sqlalchemy.orm import Session

from bot.ascode.faults import did_you_mean, printable
from bot.ascode.names import Names
from bot.context import Context, build
from bot.sources import tools
from bot.sources.kinds import HEARTBEAT, Kind, addable, kinds
from bot.sources.mapped import FIELDS, parser
from bot.sources.reading import Unreadable
from jobs.applying import WORKSPACE, disposed, failures, workspace_of
from jobs.source_words import line_json, tell_details, tell_line, tell_new, tell_replaced
from models.actions import incoming, people, sources, trying
from models.actions.configuring import configured
from models.actions.heartbeats import readable
from models.actions.sources import InUse, SourceRef
from models.config import Settings
from models.durations import duration, spelled_duration
from models.heartbeat import make_rhythm
from models.intake import checked_name, checked_networks
from models.seal import new_secret

_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")
_WORKSPACE = click.option("--workspace", help=WORKSPACE)


def _joined(_context: click.Context, _parameter: click.Parameter, words: tuple[str, ...]) -> str:
    return " ".join(words)


_NAME = click.argument("name", metavar="[KIND] NAME", nargs=-1, required=True, callback=_joined)


@dataclass(frozen=True)
class Where:
    """A workspace, and what it takes to get at it."""

    context: Context
    workspace_id: int

    @property
    def base_url(self) -> str:
        return self.context.settings.base_url


@click.group()
def source() -> None:
    """Intakes for monitoring tools."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What a source may be told, when it is added and later."""
    for option in (
        _JSON,
        _WORKSPACE,
        click.option(
            "--expression", "expressions", multiple=True, metavar="FIELD=JMESPATH",
            help=f"For generic: where to find {', '.join(FIELDS)} in JSON that is not ours.",
        ),
        click.option(
            "--signing-secret", metavar="TEXT", help="What the tool signs with; - asks, so that no shell keeps it."
        ),
        click.option("--sign", is_flag=True, help="Make a signing secret, and show it once."),
        click.option(
            "--allow-from", "networks", multiple=True, metavar="NETWORK",
            help="Only senders in this network may send, such as 192.0.2.0/24; may be given several times.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def _of_heartbeats(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--severity", metavar="WORD", help="For heartbeat: how bad its silence is; a new one's is high."),
        click.option("--grace", metavar="LENGTH", help="For heartbeat: how late it may be; a new one 1m."),
        click.option("--every", metavar="LENGTH", help="For heartbeat: how often it beats, such as 5m, 1h30m or 1d."),
    ):
        command = option(command)
    return command


@source.command()
@click.argument("kind")
@click.argument("name")
@_options
@_of_heartbeats
@click.option("--replace", is_flag=True, help="If it is there and in use: end its address now, and give it another.")
def add(
    kind: str,
    name: str,
    workspace: str | None,
    as_json: bool,
    every: str | None,
    grace: str | None,
    severity: str | None,
    replace: bool,
    **more: Any,
) -> None:
    """Add a source of KIND called NAME, or give one that nothing has come from yet a new secret."""
    found, name, given = _kind(kind, _with_heartbeat()), _name(name), _given(kind, **more)
    given |= _rhythm(kind, every, grace, severity)
    with _where(workspace) as where, where.context.db.begin() as session:
        secret = sources.secret_for(kind)
        try:
            made, was_there = sources.add_or_renew(
                session, where.workspace_id, kind, name, secret, replace, **_sealed(where, given)
            )
        except InUse:
            raise click.UsageError(
                f"{kind} {name} is there and in use: `source rotate` gives it a new address and keeps the old one for "
                "a while; --replace ends the old one now"
            ) from None
    tell_new(where.base_url, found, made, secret, given.get("signing_secret", ""), as_json)
    if was_there:
        tell_replaced(made)


@source.command("list")
@_WORKSPACE
@_JSON
def list_(workspace: str | None, as_json: bool) -> None:
    """Every source, with its last signal and how much could not be read or was refused in the last seven days."""
    with _where(workspace) as where, where.context.db.begin() as session:
        lines = incoming.listing(session, where.workspace_id)
    if as_json:
        click.echo(json.dumps([line_json(each) for each in lines], default=str))
        return
    for each in lines:
        tell_line(each)


@source.command()
@_NAME
@_WORKSPACE
@_JSON
def show(name: str, workspace: str | None, as_json: bool) -> None:
    """The source NAME: its last signals, errors and refusals, and the newest body."""
    with _where(workspace) as where, where.context.db.begin() as session:
        found = _named(session, where, name)
        details = incoming.details(session, where.workspace_id, found.id)
    assert details is not None, "it was found a moment ago"
    if as_json:
        told = {**asdict(details), "line": line_json(details.line)}
        click.echo(json.dumps(told, default=str))
        return
    tell_details(details, where.base_url)


@source.command()
@_NAME
@click.option("--overlap", default="24h", show_default=True, help="How long the previous one works; 0: no more.")
@_WORKSPACE
@_JSON
def rotate(name: str, overlap: str, workspace: str | None, as_json: bool) -> None:
    """Give the source NAME a new secret; the previous one works for a while, so that no signal is lost."""
    try:
        length = timedelta() if overlap == "0" else duration(overlap)
    except ValueError as error:
        raise click.UsageError(f"--overlap {error}") from None
    with _where(workspace) as where, where.context.db.begin() as session:
        found = _named(session, where, name)
        secret, until = sources.rotate(session, where.workspace_id, found.id, length)
    tell_new(where.base_url, kinds()[found.kind], found, secret, "", as_json, until if length else None)


@source.command()
@_NAME
@_options
@_of_heartbeats
@click.option("--unsigned", is_flag=True, help="Signatures are checked no more.")
@click.option("--allow-all", is_flag=True, help="Everybody who has the address may send.")
@click.option(
    "--stale-after",
    metavar="LENGTH",
    help="How long it may be silent about an open alert until somebody is asked whether it goes on, such as 6h; "
    "never: nobody is asked.",
)
def change(
    name: str,
    workspace: str | None,
    as_json: bool,
    every: str | None,
    grace: str | None,
    severity: str | None,
    unsigned: bool,
    allow_all: bool,
    stale_after: str | None,
    **more: Any,
) -> None:
    """Change how the source NAME is checked and read, or how often it beats; its address stays."""
    with _where(workspace) as where, where.context.db.begin() as session:
        found = _named(session, where, name)
        given = _given(found.kind, **more)
        values = _sealed(where, given)
        if unsigned:
            values["signing_secret"] = b""
        if allow_all:
            values["allowed_from"] = []
        settings = {**values.get("settings", {}), **_stale(found.kind, stale_after)}
        if every or grace or severity:
            settings |= _rhythm(found.kind, every, grace, severity, found.settings).get("settings", {})
        if settings:
            values["settings"] = {**found.settings, **settings}
        if not values:
            raise click.UsageError("say what is to change; --help lists what can")
        sources.change(session, where.workspace_id, found.id, **values)
    told = {"kind": found.kind, "name": found.name, "changed": sorted(values)}
    made = given["signing_secret"] if more.get("sign") else ""
    if as_json:
        click.echo(json.dumps(told | ({"signing_secret": made} if made else {})))
        return
    click.echo(printable(f"changed {found.kind} {found.name}"))
    if made:
        click.echo(f"signing secret, shown only now: {made}")


@source.command()
@_NAME
@_WORKSPACE
@_JSON
def remove(name: str, workspace: str | None, as_json: bool) -> None:
    """Take nothing from the source NAME any more; its alerts stay."""
    with _where(workspace) as where, where.context.db.begin() as session:
        found = _named(session, where, name)
        sources.remove(session, where.workspace_id, found.id)
    told = {"kind": found.kind, "name": found.name, "removed": True}
    click.echo(json.dumps(told) if as_json else printable(f"removed {found.kind} {found.name}; its alerts stay"))


@source.command()
@_NAME
@click.option("--to", "whom", required=True, metavar="PERSON", help="Who is paged, by name or Slack id.")
@_WORKSPACE
@_JSON
def test(name: str, whom: str, workspace: str | None, as_json: bool) -> None:
    """Send the tool's own sample through the source NAME, as a low alert that is marked as a test."""
    with _where(workspace) as where:
        with where.context.db.begin() as session:
            found = _named(session, where, name)
            sample = tools().get(found.kind, tools()["generic"]).sample()
            tried = trying.send_test(session, found, sample, _person(session, where, whom))
        where.context.bell.wake("escalate")
    if tried is None:
        raise click.ClickException("the test joined a group or a storm, so nobody was paged for it")
    told = {"alert": tried.alert_id, "policy": tried.policy, "routes": list(tried.routes)}
    click.echo(json.dumps(told) if as_json else f"raised #{tried.alert_id}; a real one would follow {tried.policy}")


@contextmanager
def _where(team_id: str | None) -> Iterator[Where]:
    """The workspace that is meant, with its context; what fails is told in a line."""
    settings = Settings.of_running().require("database_url", "heed_secret_key")
    context = build(settings)
    with failures(), closing(context.bell.redis), disposed(context.db):
        workspace_id, _ = workspace_of(context.db, team_id)
        yield Where(context, workspace_id)


def _with_heartbeat() -> dict[str, Kind]:
    return {**addable(), HEARTBEAT: kinds()[HEARTBEAT]}


def _rhythm(
    kind: str, every: str | None, grace: str | None, severity: str | None, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The settings of a heartbeat, checked; nothing for other kinds. What is not said is as `before`."""
    said = [name for name, value in (("--every", every), ("--grace", grace), ("--severity", severity)) if value]
    if kind != HEARTBEAT:
        if said:
            raise click.UsageError(f"{said[0]} is for heartbeats")
        return {}
    was = readable(before) if before is not None else None
    if was is not None:
        every, grace = every or spelled_duration(was.every), grace or spelled_duration(was.grace)
        severity = severity or was.severity.label
    if not every:
        raise click.UsageError("say how often it beats, such as --every 5m")
    try:
        return {"settings": make_rhythm(every, grace or "", severity or "").as_settings()}
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _stale(kind: str, length: str | None) -> dict[str, float]:
    """After how many seconds of silence somebody is asked about an alert of the source; 0: never."""
    if length is None:
        return {}
    if kind == HEARTBEAT:
        raise click.UsageError("--stale-after is not for heartbeats: their silence is the alert")
    try:
        return {"stale_after_s": 0 if length == "never" else duration(length).total_seconds()}
    except ValueError as error:
        raise click.UsageError(f"--stale-after {error}, or never") from None


def _kind(word: str, known: Mapping[str, Kind]) -> Kind:
    found = known.get(word)
    if found is None:
        hint = did_you_mean(word, known) or f"; there are {', '.join(known)}"
        raise click.UsageError(f"there is no kind {word!r} of source{hint}")
    return found


def _name(words: str) -> str:
    try:
        return checked_name(words)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _named(session: Session, where: Where, name: str) -> SourceRef:
    found = sources.named(session, where.workspace_id, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise click.UsageError(f"there is no source {name!r}; `source list` shows them")
    raise click.UsageError(f"say which: {', '.join(repr(f'{each.kind} {each.name}') for each in found)}")


def _person(session: Session, where: Where, whom: str) -> int:
    try:
        found = Names(configured(session, where.workspace_id)).person_id(whom)
    except ValueError as error:
        raise click.UsageError(f"--to: {error}") from None
    if not people.by_ids(session, where.workspace_id, [found])[found].active:
        raise click.UsageError(f"--to: {whom} is deactivated in Slack")
    return found


def _given(
    kind: str, networks: tuple[str, ...], sign: bool, signing_secret: str | None, expressions: tuple[str, ...]
) -> dict[str, Any]:
    """What was said in options, checked; the signing secret is not sealed yet."""
    found = dict[str, Any]()
    if sign and signing_secret:
        raise click.UsageError("--sign makes a signing secret; leave --signing-secret away")
    if kind == HEARTBEAT and (sign or signing_secret):
        raise click.UsageError("beats carry no signature; --allow-from says who may send them")
    if signing_secret == "-":
        signing_secret = click.prompt("Signing secret", hide_input=True, err=True)
    if sign or signing_secret:
        found["signing_secret"] = new_secret() if sign else signing_secret
    try:
        if networks:
            found["allowed_from"] = checked_networks(networks)
        if expressions:
            found["settings"] = {"expressions": _expressions(kind, expressions)}
    except (ValueError, Unreadable) as error:
        raise click.UsageError(str(error)) from None
    return found


def _expressions(kind: str, given: tuple[str, ...]) -> dict[str, str]:
    """Raises ValueError, or Unreadable for an expression that will not do."""
    if kind != "generic":
        raise ValueError("only a generic source is read by expressions")
    pairs = [each.partition("=") for each in given]
    found = {name.strip(): text.strip() for name, _, text in pairs}
    parser(found)
    return found


def _sealed(where: Where, given: Mapping[str, Any]) -> dict[str, Any]:
    secret = given.get("signing_secret")
    return {**given, "signing_secret": where.context.seal.close(secret)} if secret else {**given}
