"""What the database is like, and what stands in it: schema, clock, keys, people, beats."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from jobs.beat import CLOCK_BEAT, PAGE_BEAT, RATE_BEAT
from jobs.checks.finding import Finding, first_line, mend, ok, warn
from models.actions import checking, people, workspaces
from models.actions.rulebook import crews_of, rulebook_of
from models.config import Settings
from models.db import normal_url, now_of
from models.heartbeat import MARK
from models.migrate import Schema, schema_of
from models.reachability import FindingKind, findings
from models.seal import Seal, SealBroken
from models.tables import Person, Way, Workspace

OLDEST = 140_000
SKEW = timedelta(seconds=5)
SILENT = timedelta(seconds=15)
BEATS = {MARK: "web", PAGE_BEAT: "worker", RATE_BEAT: "worker", CLOCK_BEAT: "clock"}
"""The command that leaves each beat."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at the server, then at what it holds; each stands on what was well before."""
    if not settings.database_url:
        yield mend("database", "database-missing", "set DATABASE_URL, or use `run`, which brings its own")
        return
    try:
        engine = create_engine(
            normal_url(settings.database_url), poolclass=NullPool, connect_args={"connect_timeout": 5}
        )
    except (SQLAlchemyError, ValueError):
        say = "DATABASE_URL is no address such as postgresql://heed:password@db:5432/heed"
        yield mend("database", "database-address", say)
        return
    try:
        with engine.connect() as connection:
            yield from _server(connection)
            found = schema_of(connection)
            if found is not Schema.CURRENT:
                yield _schema(found)
                return
            with Session(connection) as session:
                yield from _contents(session, settings)
    except SQLAlchemyError as error:
        yield _away(error)


def _away(error: SQLAlchemyError) -> Finding:
    why = first_line(error)
    if "authentication failed" in why or "no password supplied" in why:
        say = f"the user name or the password in DATABASE_URL is wrong: {why}"
        return mend("database", "database-password", say)
    return mend("database", "database-away", f"DATABASE_URL cannot be used, check host, port and name: {why}")


def _server(connection: Connection) -> Iterator[Finding]:
    said = {name: connection.scalar(text(f"SHOW {name}")) for name in _SHOWN}
    version = said["server_version"]
    if int(str(said["server_version_num"])) < OLDEST:
        yield mend("database", "database-old", f"PostgreSQL {version} is too old: upgrade to 14 or newer")
    else:
        yield ok("database", f"PostgreSQL {version}")
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if said[name] == "off"]
    if off:
        say = f"{', '.join(off)} is off, so a crash loses alerts that were accepted: turn it on in postgresql.conf"
        yield mend("durability", "database-not-durable", say)
    if said["transaction_read_only"] == "on":
        say = "the database is read-only (a replica?): point DATABASE_URL at the primary server"
        yield mend("database", "database-read-only", say)


_SHOWN = (
    "server_version", "server_version_num", "fsync", "full_page_writes", "synchronous_commit", "transaction_read_only",
)  # fmt: skip


def _schema(found: Schema) -> Finding:
    if found is Schema.NEWER:
        say = "its schema is newer than this code, which may write what the newer one does not expect: deploy the newer"
        return mend("schema", "schema-newer", f"{say} release here too")
    return mend("schema", "schema-old", "its schema is older than this code: run `python app.py migrate`")


def _contents(session: Session, settings: Settings) -> Iterator[Finding]:
    yield ok("schema", "up to date")
    yield _clock(session)
    yield from _beats(session)
    active = workspaces.active(session)
    yield from _sealed(active, settings)
    yield from _zones(session)
    for workspace in active:
        yield from _crew(session, workspace)


def _clock(session: Session) -> Finding:
    ahead = now_of(session) - datetime.now(UTC)
    if abs(ahead) > SKEW:
        seconds = int(ahead.total_seconds())
        say = f"the database's clock is {seconds:+d} s from this machine's: let both follow the same time (chrony, NTP)"
        return mend("clocks", "clock-of-database", say)
    return ok("clocks", "this machine and the database agree")


def _beats(session: Session) -> Iterator[Finding]:
    now, beats = now_of(session), workspaces.beats(session)
    silent = {name: command for name, command in BEATS.items() if name not in beats or now - beats[name] > SILENT}
    for name, command in silent.items():
        since = (
            f"silent for {int((now - beats[name]).total_seconds())} s" if name in beats else "has never been heard of"
        )
        yield mend(name, "process-silent", f"{since}: start `python app.py {command}`, or look at its log")
    if not silent:
        yield ok("processes", "web, worker and clock beat")


def _sealed(active: list[Workspace], settings: Settings) -> Iterator[Finding]:
    try:
        seal = Seal(settings.heed_secret_key.get_secret_value(), settings.old_secret_keys)
    except ValueError:
        return
    for workspace in active:
        try:
            seal.open(workspace.token)
        except SealBroken:
            say = f"HEED_SECRET_KEY is not the one that {workspace.name}'s token was sealed with: set that one again"
            yield mend("stored secrets", "secret-key-changed", f"{say}, or install the app anew")
            return
    if active:
        yield ok("stored secrets", "can be opened")


def _zones(session: Session) -> Iterator[Finding]:
    """Zones that people live in and this machine has no rules for: their local hours would be wrong."""
    named = session.scalars(select(Person.time_zone).where(Person.active).distinct())
    unknown = sorted(zone for zone in named if not _is_known(zone))
    if unknown:
        say = f"no rules for {', '.join(unknown)}: install the system's tzdata package, or `pip install -U tzdata`"
        yield warn("time zones", "time-zone-unknown", say)


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _crew(session: Session, workspace: Workspace) -> Iterator[Finding]:
    """Whether alerts of this workspace reach somebody."""
    what = f"people of {workspace.name}"
    if not people.admins(session, workspace.id):
        say = "there is no admin, so nobody hears of what goes wrong: make one in Slack, or with `/heed admins add`"
        yield mend(what, "no-admins", say)
    rules = checking.rules_of(session, workspace.id)
    crew = crews_of(session, {workspace.id: rulebook_of(session, workspace.id)})[workspace.id]
    for each in findings(rules, crew, now_of(session)):
        if each.kind is FindingKind.DEAD_LEVEL:
            yield mend(what, "nobody-reachable", f"{each.where}: {each.text} Name somebody else in the policy's file")
        elif each.kind is not FindingKind.ONLY_SLACK:
            yield warn(what, each.kind.value.replace("_", "-"), f"{each.where}: {each.text}")
    yield from _only_slack(session, workspace, what)


def _only_slack(session: Session, workspace: Workspace, what: str) -> Iterator[Finding]:
    named = [*checking.on_duty(session, workspace.id), *people.admins(session, workspace.id)]
    on_duty = {each.id: each.name for each in named if not each.is_channel and each.active}
    query = select(Way.person_id).where(
        Way.workspace_id == workspace.id, Way.removed_at.is_(None), Way.confirmed_at.is_not(None)
    )
    others = set(session.scalars(query))
    without = [name for key, name in on_duty.items() if key not in others]
    if without:
        shown = ", ".join(without[:5]) + (f" and {len(without) - 5} more" if len(without) > 5 else "")
        say = f"Slack is the only way to {shown}: nothing reaches them while it is away. Let them add one with "
        say += "`/heed ways`"
        yield warn(what, "only-slack", say)
