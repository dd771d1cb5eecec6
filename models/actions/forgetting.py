"""What is forgotten of alerts that were closed long ago: how they were paged, step by step. The alert itself stays, and
so does every line of the audit log.

Each call looks at the next thousand rows of one table, the oldest first, and deletes those whose time is over, so that
a transaction is short however much there is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.db import now_of

AT_ONCE = 1000
BEATS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Kept:
    """For how long: what was written of an alert after it was closed, and signals after they came."""

    alerts: timedelta
    signals: timedelta


@dataclass(frozen=True)
class Walked:
    """How many rows were deleted, and the number after which to go on; None when only younger ones follow."""

    deleted: int
    after: int | None


_CLOSED = "EXISTS (SELECT FROM alerts a WHERE a.id = t.alert_id AND a.closed_at < :old)"
_WALKS = {
    "signals": ("received_at", "true"),
    "pages": ("due_at", _CLOSED),
    "steps": ("due_at", f"{_CLOSED} AND NOT EXISTS (SELECT FROM pages p WHERE p.step_id = t.id)"),
    "posts": ("created_at", "t.redraw_at IS NULL AND NOT EXISTS (SELECT FROM pages p WHERE p.post_id = t.id)"),
    "parts": ("opened_at", _CLOSED),
    "entries": ("at", f"NOT t.high AND {_CLOSED}"),
}
"""Each table with its moment, never after the closing, and what must hold of `t`. What refers to others comes first."""
TABLES = tuple(_WALKS)


def forget(session: Session, table: str, kept: Kept, after: int) -> Walked:
    """Look at the next AT_ONCE rows after `after`, and delete what is to be forgotten of them."""
    now = now_of(session)
    old = now - (kept.signals if table == "signals" else kept.alerts)
    row = session.execute(_STATEMENTS[table], {"after": after, "old": old, "most": AT_ONCE}).one()
    is_over = row.seen < AT_ONCE or row.oldest >= old
    return Walked(row.deleted, None if is_over else row.last)


def forget_beats(session: Session) -> int:
    """Processes that have not beaten for a month are no more."""
    gone = text("DELETE FROM beats WHERE at < :old AND name NOT LIKE 'web%' RETURNING name")
    return len(session.execute(gone, {"old": _month_ago(session)}).all())


def _month_ago(session: Session) -> datetime:
    return now_of(session) - BEATS_KEPT


def _statement(table: str, moment: str, condition: str) -> str:
    return f"""
        WITH head AS MATERIALIZED (
            SELECT id, {moment} AS moment FROM {table} WHERE id > :after ORDER BY id LIMIT :most
        ), gone AS (
            DELETE FROM {table} t USING head
            WHERE t.id = head.id AND head.moment < :old AND {condition} RETURNING t.id
        )
        SELECT count(*) AS seen, max(id) AS last, min(moment) AS oldest, (SELECT count(*) FROM gone) AS deleted
        FROM head
    """


_STATEMENTS = {table: text(_statement(table, *walk)) for table, walk in _WALKS.items()}
