"""Heartbeats: beats that come in, the marks of the time in which they could, and the look at those that did not come.

The first beat starts the watch: `expected_at` is from then on the next deadline. A heartbeat that is silent has none
until it beats again, and its `last_signal_at` stays the moment of its last beat. Whoever locks both locks the source's
row before its alerts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, text, update
from sqlalchemy.orm import Session

from models import heartbeat
from models.actions import people, sources
from models.actions.journal import note
from models.actions.noticing import tell
from models.actions.receiving import receive
from models.actions.sources import REMOVED, SourceRef
from models.db import moment, now_of
from models.heartbeat import KIND, Hearing, HeartbeatLine, Rhythm, deadline, in_words, is_missed, rhythm_of
from models.intake import may_send
from models.poison import TOLD_AFTER, pushed_out
from models.seal import fingerprint
from models.signal import Signal
from models.tables import Beat, Source, Workspace
from models.words import Status

BATCH = 100
FAILED = "heartbeat_failed"


class NotFromThere(Exception):
    """This heartbeat takes beats from certain networks, and this one came from elsewhere; the caller rolls back."""


@dataclass(frozen=True)
class Beaten:
    """What a beat did: until when the next one is expected, and which alerts it has resolved."""

    source_id: int
    expected_at: datetime
    resolved: tuple[int, ...] = ()


def add(session: Session, workspace_id: int, name: str, rhythm: Rhythm, by: int | None = None) -> tuple[SourceRef, str]:
    """A new heartbeat and its secret, which is known only now; raises as `sources.add` does."""
    return sources.add(session, workspace_id, KIND, name, rhythm.as_settings(), by)


def remove(session: Session, workspace_id: int, name: str, by: int | None = None) -> tuple[int, ...] | None:
    """Expect it no more, and resolve its alert; None when there is none of this name. Raises `sources.NotAllowed`."""
    sources.check_admin(session, workspace_id, by)
    found = sources.named(session, workspace_id, name, KIND)
    if not found:
        return None
    session.execute(select(Source.id).where(Source.id == found[0].id).with_for_update())
    resolved = _over(session, found[0])
    sources.remove(session, workspace_id, found[0].id, by)
    return resolved


def beat(session: Session, secret: str, address: str = "") -> Beaten | None:
    """Somebody at `address` (an IP address) has come with this secret; None when no heartbeat has it.

    One UPDATE; only a heartbeat that was silent costs more. Raises NotFromThere.
    """
    return _beat(session, _BY_SECRET, {"mark": fingerprint(secret)}, address)


def beat_by_name(session: Session, workspace_id: int, name: str, address: str = "") -> Beaten | None:
    """The heartbeat called `name` of this workspace has come, as somebody at `address` says who may; None when there
    is none. Raises NotFromThere."""
    return _beat(session, _BY_NAME, {"workspace": workspace_id, "name": name}, address)


def _beat(session: Session, statement: Any, values: Mapping[str, Any], address: str) -> Beaten | None:
    row = session.execute(statement, {**values, "now": now_of(session), **_USUAL}).first()
    if row is None:
        return None
    if not may_send(address, row.allowed_from):
        raise NotFromThere(address)
    source = SourceRef(row.id, row.workspace_id, KIND, row.name)
    return Beaten(row.id, row.expected_at, _over(session, source) if row.was_silent else ())


def _over(session: Session, source: SourceRef) -> tuple[int, ...]:
    """It comes again: its alert is resolved, and if a person has closed that, the next silence opens another."""
    return receive(session, source, [Signal(_key(source), firing=False, title=_title(source))]).resolved


def hear(session: Session, after: datetime | None = None) -> None:
    """Leave the mark that beats can be taken now.

    It joins the marks before it if there is one later than `after` (usual: `heartbeat.GAP` ago); else hearing begins
    anew now.
    """
    now = now_of(session)
    session.execute(_HEAR, {"now": now, "after": now - heartbeat.GAP if after is None else after})


def hearing_of(session: Session) -> Hearing | None:
    """The time through which beats could be taken last; None when no web process has ever left a mark."""
    marks = dict(
        session.execute(select(Beat.name, Beat.at).where(Beat.name.in_((heartbeat.MARK, heartbeat.SINCE)))).all()
    )
    if len(marks) < 2:
        return None
    return Hearing(marks[heartbeat.SINCE], marks[heartbeat.MARK])


def look(session: Session, only: int | None = None) -> list[Sequence[int]]:
    """Look at every deadline that Heed has heard beyond (at that of the source `only`, if given); returns the alerts
    opened for each."""
    hearing = hearing_of(session)
    if hearing is None:
        return []
    due = _due(Source, hearing)
    if only is not None:
        due = due.where(Source.id == only)
    found = session.scalars(due.with_for_update(of=Source, skip_locked=True)).all()
    return [_look(session, source, hearing) for source in found]


def due_ids(session: Session) -> Sequence[int]:
    """The sources that the next look would take, without locking them."""
    hearing = hearing_of(session)
    return session.scalars(_due(Source.id, hearing)).all() if hearing is not None else ()


def _due(what: Any, hearing: Hearing) -> Select[Any]:
    return (
        select(what)
        .join(Workspace, Workspace.id == Source.workspace_id)
        .where(Source.kind == KIND, Source.expected_at <= hearing.until, Workspace.uninstalled_at.is_(None))
        .order_by(Source.expected_at)
        .limit(BATCH)
    )


def push_out(session: Session, source_id: int, error: str) -> None:
    """The poison rule: a heartbeat that cannot be looked at is looked at later and later, and after five times the
    admins are told."""
    now, source = now_of(session), session.get_one(Source, source_id, with_for_update=True)
    if source.expected_at is None or source.expected_at > now:
        return
    source.failures += 1
    source.expected_at = now + pushed_out(source.failures)
    if source.failures == TOLD_AFTER:
        note(session, source.workspace_id, FAILED, now, high=True, error=error, name=source.name)
        admins = [each.id for each in people.admins(session, source.workspace_id)]
        detail = {"name": source.name, "error": error}
        tell(session, source.workspace_id, admins, FAILED, f"{FAILED}:{source.id}:{now.isoformat()}", detail)


def _look(session: Session, source: Source, hearing: Hearing) -> Sequence[int]:
    rhythm, last_at = rhythm_of(source.settings), source.last_signal_at
    assert source.expected_at is not None
    source.failures = 0
    missed_at = deadline(rhythm, source.expected_at, hearing)
    if not is_missed(missed_at, hearing):
        source.expected_at = missed_at
        return ()
    ref = SourceRef(source.id, source.workspace_id, source.kind, source.name, source.settings)
    received = receive(session, ref, [silence(ref, last_at)])
    session.execute(update(Source).where(Source.id == source.id).values(expected_at=None, last_signal_at=last_at))
    return received.opened + received.raised


def silence(source: SourceRef, last_at: datetime | None = None) -> Signal:
    """The signal of a heartbeat that is missed; its start is the last beat, so that each is a problem of its own."""
    rhythm = readable(source.settings) or Rhythm()
    last = f" The last one came on {last_at:%Y-%m-%d at %H:%M:%S} UTC." if last_at is not None else ""
    return Signal(
        _key(source),
        firing=True,
        title=_title(source),
        severity=rhythm.severity,
        details=f"Expected every {in_words(rhythm.every)}, with {in_words(rhythm.grace)} of grace.{last}",
        labels={"heartbeat": source.name},
        started_at=last_at,
    )


def _key(source: SourceRef) -> str:
    return f"heartbeat:{source.id}"


def _title(source: SourceRef) -> str:
    return f"No heartbeat from {source.name}"


def listing(session: Session, workspace_id: int) -> list[HeartbeatLine]:
    """The heartbeats of a workspace by name, each with the live alert of its silence."""
    rows = session.execute(_LISTING, {"workspace": workspace_id, "live": [Status.OPEN, Status.ACKNOWLEDGED]})
    return [
        HeartbeatLine(row.name, readable(row.settings), row.last_signal_at, row.expected_at, row.alert_id)
        for row in rows
    ]


def readable(settings: Mapping[str, Any]) -> Rhythm | None:
    """The rhythm that these settings name, or None: one that cannot be read hides no other, and can be found."""
    try:
        return rhythm_of(settings)
    except (ValueError, TypeError, OverflowError):
        return None


DUE = moment(
    """
    SELECT CASE WHEN first.at <= mark.at THEN first.at
                WHEN heed_now() - mark.at <= :gap THEN greatest(first.at + :every, heed_now() + interval '1 second') END
    FROM (SELECT min(s.expected_at) AS at
          FROM sources s JOIN workspaces w ON w.id = s.workspace_id
          WHERE s.kind = 'heartbeat' AND s.expected_at IS NOT NULL AND w.uninstalled_at IS NULL) AS first,
         beats mark, beats since
    WHERE first.at IS NOT NULL AND mark.name = :mark AND since.name = :since
    """,
    gap=heartbeat.GAP,
    every=heartbeat.MARK_EVERY,
    mark=heartbeat.MARK,
    since=heartbeat.SINCE,
)
"""When to look next. While nobody hears nothing is due: deadlines wait for the marks to go on."""

_USUAL = {
    "every": heartbeat.DEFAULT_EVERY.total_seconds(),
    "grace": heartbeat.DEFAULT_GRACE.total_seconds(),
}

_BEAT = """
    WITH before AS (
        SELECT s.id, s.expected_at IS NULL AND s.last_signal_at IS NOT NULL AS was_silent
        FROM sources s JOIN workspaces w ON w.id = s.workspace_id
        WHERE s.kind = 'heartbeat' AND w.uninstalled_at IS NULL AND {which}
        LIMIT 1 FOR UPDATE OF s
    )
    UPDATE sources SET last_signal_at = :now, expected_at = :now + make_interval(secs =>
        coalesce(CAST(settings ->> 'every_s' AS double precision), :every)
        + coalesce(CAST(settings ->> 'grace_s' AS double precision), :grace))
    FROM before WHERE sources.id = before.id
    RETURNING sources.id, sources.workspace_id, sources.name, sources.allowed_from, sources.expected_at,
              before.was_silent
"""
_BY_SECRET = text(
    _BEAT.format(which="(s.secret_fingerprint = :mark OR (s.previous_fingerprint = :mark AND s.previous_until > :now))")
)
_BY_NAME = text(_BEAT.format(which=f"s.workspace_id = :workspace AND s.name = :name AND NOT s.settings ? '{REMOVED}'"))

_HEAR = text(f"""
    WITH begun AS (
        INSERT INTO beats (name, at)
        SELECT '{heartbeat.SINCE}', :now
        WHERE (SELECT count(*) FROM beats WHERE name = '{heartbeat.SINCE}'
               OR (name = '{heartbeat.MARK}' AND at > :after)) < 2
        ON CONFLICT (name) DO UPDATE SET at = excluded.at
    )
    INSERT INTO beats (name, at) VALUES ('{heartbeat.MARK}', :now)
    ON CONFLICT (name) DO UPDATE SET at = greatest(beats.at, excluded.at)
""")

_LISTING = text(f"""
    SELECT s.name, s.settings, s.last_signal_at, s.expected_at, a.id AS alert_id
    FROM sources s
    LEFT JOIN alerts a ON a.workspace_id = s.workspace_id AND a.status = ANY (:live)
         AND a.key = 'source:' || s.id || ':heartbeat:' || s.id
    WHERE s.workspace_id = :workspace AND s.kind = 'heartbeat' AND NOT s.settings ? '{REMOVED}'
    ORDER BY lower(s.name)
""")
