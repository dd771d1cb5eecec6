"""Sources that kept an alert fresh and went silent: after a while people are asked whether it is still true.

Only an alert whose signal repeated, on average more often than the wait, can miss its repeats; others say nothing by
saying nothing. Each silence is asked about once. Whoever answers that it is still true is asked again after the same
time; a new signal ends the silence.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions.alerts import lock
from models.actions.answering import PAGES_OF_STEPS, Answered, NoSuchAlert, allowed
from models.actions.journal import note
from models.actions.noticing import tell
from models.actions.people import admins
from models.answer import Refusal
from models.db import now_of
from models.tables import Alert, Page, Person
from models.words import Status

STALE_AFTER = timedelta(hours=24)
"""How long a source may be silent; its setting `stale_after_s` says otherwise, and 0 that nobody is asked."""
STALE = "stale"
STILL_TRUE = "still_true"
BATCH = 100


def ask(session: Session) -> int:
    """Ask about every alert that is due for it, as far as one batch goes; returns how many there were."""
    now = now_of(session)
    values = {
        "now": now,
        "usual": STALE_AFTER.total_seconds(),
        "live": [Status.OPEN, Status.ACKNOWLEDGED],
        "still_true": STILL_TRUE,
        "batch": BATCH,
    }
    rows = session.execute(_SILENT, values).all()
    for row in rows:
        _ask(session, session.get_one(Alert, row.id, populate_existing=True), row, now)
    return len(rows)


def _ask(session: Session, alert: Alert, row: Any, now: datetime) -> None:
    alert.asked_at = now
    detail = {
        "alert": alert.id,
        "epoch": alert.epoch,
        "title": alert.title,
        "source": row.source,
        "since": alert.last_seen_at.isoformat(),
        "times": alert.count,
    }
    tell(session, alert.workspace_id, _whom(session, alert), STALE, f"{STALE}:{alert.id}:{now.isoformat()}", detail)
    note(session, alert.workspace_id, "asked_if_true", now, alert.id, since=alert.last_seen_at.isoformat())


def _whom(session: Session, alert: Alert) -> list[int]:
    """Whoever acknowledged it, else those who were paged, else the admins."""
    mine = select(Person.id).where(Person.workspace_id == alert.workspace_id, Person.active, ~Person.is_channel)
    paged = select(Page.person_id).where(Page.alert_id == alert.id, Page.kind.in_(PAGES_OF_STEPS))
    for chosen in (mine.where(Person.id == alert.acknowledged_by), mine.where(Person.id.in_(paged))):
        found = list(session.scalars(chosen.order_by(Person.id)))
        if found:
            return found
    return [person.id for person in admins(session, alert.workspace_id)]


def still_true(session: Session, workspace_id: int, alert_id: int, person_id: int) -> Answered:
    """It goes on though its source is silent: ask again after the same time. Raises NoSuchAlert."""
    alert = lock(session, workspace_id, alert_id)
    if alert is None:
        raise NoSuchAlert(alert_id)
    if not allowed(session, alert, person_id):
        return Answered(alert_id, Refusal.NOT_ALLOWED)
    if not alert.status.is_live:
        return Answered(alert_id, Refusal.CLOSED)
    alert.asked_at = now_of(session)
    note(session, workspace_id, STILL_TRUE, alert.asked_at, alert.id, person_id)
    return Answered(alert_id)


_SILENT = text("""
    SELECT a.id, s.name AS source
    FROM alerts a
    JOIN sources s ON s.id = a.source_id
    JOIN workspaces w ON w.id = a.workspace_id AND w.uninstalled_at IS NULL
    CROSS JOIN LATERAL (SELECT make_interval(secs => CASE jsonb_typeof(s.settings -> 'stale_after_s')
        WHEN 'number' THEN CAST(s.settings ->> 'stale_after_s' AS double precision) ELSE :usual END) AS wait) AS silent
    WHERE a.status = ANY (:live) AND a.origin = 'signal' AND a.count > 1
          AND silent.wait > interval '0' AND a.last_seen_at <= :now - silent.wait
          AND (a.last_seen_at - a.opened_at) / (a.count - 1) < silent.wait
          AND (a.snoozed_until IS NULL OR a.snoozed_until <= :now)
          AND (a.asked_at IS NULL OR a.asked_at < a.last_seen_at OR (a.asked_at <= :now - silent.wait AND EXISTS (
               SELECT FROM entries e WHERE e.alert_id = a.id AND e.kind = :still_true AND e.at >= a.asked_at)))
    ORDER BY a.id LIMIT :batch
    FOR UPDATE OF a SKIP LOCKED
""")
