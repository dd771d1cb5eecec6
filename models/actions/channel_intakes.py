"""Channels in which other apps post alerts: laid down by admins, and what is posted there taken as signals.

A message is known by its channel and ts, a change of it by its moment and its text. Its ts is when its problem began,
so that a message that comes late, or a change of one whose alert was closed, opens nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import sources
from models.actions.client_alerts import permalink
from models.actions.listening import is_new_event
from models.actions.receiving import Received, alert_key, receive
from models.actions.sources import REMOVED, SourceRef
from models.channel_intake import KIND, Found, Rules, is_from, read, rules_of
from models.signal import Signal
from models.tables import Alert, SignalRow, Source, Workspace

DETAILS_LENGTH = 2000
LOOKED_BACK = 1000
"""Among so many signals of the channel the one is looked for that a message without a key is about."""


@dataclass(frozen=True)
class AppMessage:
    """A message of another app. `senders` are its ids and names, the name that people see last.

    A change has `is_change`, and `edited_ts` where Slack tells it. `thread_ts` is empty outside threads.
    """

    channel_id: str
    ts: str
    lines: tuple[str, ...]
    senders: tuple[str, ...]
    thread_ts: str = ""
    is_change: bool = False
    edited_ts: str = ""


def put(session: Session, workspace_id: int, name: str, rules: Rules, by: int | None = None) -> SourceRef:
    """Read a channel called `name` by these rules from now on; raises `sources.NotAllowed`."""
    sources.check_admin(session, workspace_id, by)
    found = of_channel(session, workspace_id, rules.channel)
    if found is None:
        name = name if not sources.named(session, workspace_id, name, KIND) else rules.channel
        return sources.add(session, workspace_id, KIND, name, rules.as_settings(), by)[0]
    sources.change(session, workspace_id, found.id, rules.as_settings(), by=by)
    return found


def stop(session: Session, workspace_id: int, channel_id: str, by: int | None = None) -> bool:
    """Read the channel no more; False when it was not read. Raises `sources.NotAllowed`."""
    sources.check_admin(session, workspace_id, by)
    found = of_channel(session, workspace_id, channel_id)
    if found is not None:
        sources.remove(session, workspace_id, found.id, by)
    return found is not None


def listing(session: Session, workspace_id: int) -> list[Rules]:
    return [rules_of(each.settings) for each in sources.present(session, workspace_id) if each.kind == KIND]


def of_channel(session: Session, workspace_id: int, channel_id: str) -> SourceRef | None:
    """The source that a channel is."""
    found = session.scalars(
        select(Source)
        .where(Source.workspace_id == workspace_id, Source.kind == KIND, ~Source.settings.has_key(REMOVED))
        .where(Source.settings["channel"].astext == channel_id)
    ).first()
    return SourceRef(found.id, workspace_id, KIND, found.name, found.settings) if found is not None else None


def take(session: Session, workspace_id: int, said: AppMessage) -> Received:
    """Let a message do what it says, once; nothing where no channel is read, nor for what no pattern knows."""
    source = of_channel(session, workspace_id, said.channel_id)
    if source is None or not _is_new(session, workspace_id, said):
        return Received()
    rules = rules_of(source.settings)
    found = read(rules, said.lines) if is_from(rules, said.senders) else None
    if found is None:
        return Received()
    key = f"said:{found.key}" if found.key else _key_before(session, source, said)
    return receive(session, source, [_signal(session, source, rules, said, found, key)]) if key else Received()


def _is_new(session: Session, workspace_id: int, said: AppMessage) -> bool:
    """A message that comes after a change of it says nothing new either."""
    is_first = is_new_event(session, workspace_id, f"said:{said.channel_id}:{said.ts}")
    if not said.is_change:
        return is_first
    mark = hashlib.sha256("\n".join(said.lines).encode()).hexdigest()[:32]
    return is_new_event(session, workspace_id, f"said:{said.channel_id}:{said.ts}:{said.edited_ts}:{mark}")


def _signal(session: Session, source: SourceRef, rules: Rules, said: AppMessage, found: Found, key: str) -> Signal:
    workspace = session.get_one(Workspace, source.workspace_id)
    return Signal(
        key,
        found.firing,
        found.title,
        rules.severity,
        details="\n".join(line for line in said.lines if line != found.title)[:DETAILS_LENGTH],
        link=permalink(workspace.url, said.channel_id, said.ts),
        labels={"channel": source.name, "app": said.senders[-1] if said.senders else ""},
        started_at=_started(session, source, said, found, key),
    )


def _started(session: Session, source: SourceRef, said: AppMessage, found: Found, key: str) -> datetime:
    """When the problem began: when the message was written, or changed back after it had said that it was over."""
    written = moment_of(said.ts)
    if not (found.firing and said.is_change and said.edited_ts):
        return written
    probe = Signal(key, True, "")
    before = session.scalars(
        select(Alert)
        .where(Alert.workspace_id == source.workspace_id, Alert.key == alert_key(source, probe))
        .order_by(Alert.id.desc())
        .limit(1)
    ).first()
    was_over = before is not None and not before.status.is_live and before.source_resolved_at is not None
    return moment_of(said.edited_ts) if was_over else written


def _key_before(session: Session, source: SourceRef, said: AppMessage) -> str:
    """The key that this message had before it was changed, or the first one of its thread; empty if none had one."""
    starts = [moment_of(ts) for ts in (said.ts if said.is_change else "", said.thread_ts) if ts]
    newest = (
        select(SignalRow.key, SignalRow.started_at, SignalRow.id)
        .where(SignalRow.source_id == source.id, SignalRow.workspace_id == source.workspace_id)
        .order_by(SignalRow.id.desc())
        .limit(LOOKED_BACK)
        .subquery()
    )
    for start in starts:
        key = session.scalars(
            select(newest.c.key).where(newest.c.started_at == start).order_by(newest.c.id.desc()).limit(1)
        ).first()
        if key is not None:
            return str(key).removeprefix(f"source:{source.id}:")
    return ""


def moment_of(ts: str) -> datetime:
    """When a message was written, to the microsecond, so that two messages never have the same moment."""
    seconds, _, rest = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(rest.ljust(6, "0")[:6] or 0))
