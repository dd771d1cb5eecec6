"""Minutes whose events Slack has held back: recorded, read afterwards as far as they can be, and told.

Such a minute is an Entry of the audit log. Its detail says how far it was read: `left` holds the channels that are
still to be read (None: not begun), `unread` those that could not be.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.listening import is_new_event
from models.db import now_of
from models.tables import Entry

LOST = "events_lost"
MINUTE = timedelta(minutes=1)
READ_WITHIN = timedelta(hours=24)
"""For so long it is tried to read a minute afterwards."""


@dataclass(frozen=True)
class Gap:
    """A minute that begins at `minute`, and its channels still to be read, the most important first."""

    id: int
    workspace_id: int
    minute: datetime
    channels: tuple[str, ...]


def lost(session: Session, workspace_id: int, minute_ts: int) -> bool:
    """Slack has held events back in this minute (seconds since the epoch); False when that was known."""
    minute = datetime.fromtimestamp(minute_ts, UTC)
    if not is_new_event(session, workspace_id, f"{LOST}:{minute_ts}"):
        return False
    note(session, workspace_id, LOST, now_of(session), high=True, minute=minute.isoformat(), left=None, unread=[])
    return True


def next_gap(session: Session, workspace_id: int) -> Gap | None:
    """The oldest minute that is over and not read to its end; None when there is none."""
    now = now_of(session)
    for entry in _entries(session, workspace_id, now - READ_WITHIN):
        minute = datetime.fromisoformat(entry.detail["minute"])
        if entry.detail["left"] != [] and minute + MINUTE <= now:
            left = entry.detail["left"]
            channels = _channels(session, workspace_id) if left is None else left
            return Gap(entry.id, workspace_id, minute, tuple(channels))
    return None


def have_read(session: Session, gap: Gap, read: set[str], failed: set[str]) -> None:
    """These of its channels were read, and those can never be; the rest is for the next time."""
    entry = session.get_one(Entry, gap.id, with_for_update=True, populate_existing=True)
    left = [channel for channel in gap.channels if channel not in read | failed]
    unread = sorted({*entry.detail["unread"], *failed})
    entry.detail = {**entry.detail, "left": left, "unread": unread}


def unread(session: Session, workspace_id: int, since: datetime) -> tuple[datetime, ...]:
    """The minutes since then of which at least one channel is not read."""
    found = _entries(session, workspace_id, since)
    return tuple(
        datetime.fromisoformat(entry.detail["minute"])
        for entry in found
        if entry.detail["left"] != [] or entry.detail["unread"]
    )


def _entries(session: Session, workspace_id: int, since: datetime) -> list[Entry]:
    query = select(Entry).where(Entry.workspace_id == workspace_id, Entry.high, Entry.kind == LOST, Entry.at >= since)
    return list(session.scalars(query.order_by(Entry.id)))


def _channels(session: Session, workspace_id: int) -> list[str]:
    return list(session.scalars(_CHANNELS, {"workspace": workspace_id}))


_CHANNELS = text("""
    WITH places AS (
        SELECT channel_id, client_id FROM channels WHERE workspace_id = :workspace AND watched
        UNION
        SELECT channel_id, client_id FROM conversations c WHERE workspace_id = :workspace AND NOT EXISTS (
            SELECT FROM channels h WHERE h.workspace_id = c.workspace_id AND h.channel_id = c.channel_id
                   AND NOT h.watched))
    SELECT places.channel_id
    FROM places JOIN clients cl ON cl.id = places.client_id
    LEFT JOIN tiers t ON t.workspace_id = :workspace AND t.name = cl.tier
    GROUP BY places.channel_id
    ORDER BY min(coalesce(t.first_s, t.next_s)) NULLS LAST, min(cl.renews_on) NULLS LAST, places.channel_id
""")
"""Who was promised the soonest reply comes first, then whose contract renews first."""
