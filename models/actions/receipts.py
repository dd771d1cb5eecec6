"""Receipts: what became of a post, written onto the pages it carries, fenced by the attempt (flow 3 of the design)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from models.actions import storms
from models.actions.delivering import Envelope, Lease, mark
from models.db import now_of
from models.poison import TOLD_AFTER
from models.tables import Page, Post
from models.words import PageState


def sent(
    session: Session, lease: Lease, envelope: Envelope, channel_id: str, ts: str, result: str = "delivered"
) -> None:
    """Receipt: Slack has the post. A change since it was drawn makes it outdated at once.

    What the person had of the same alert before is not current any more, and is drawn so.
    """
    now = now_of(session)
    changed = mark(session, envelope.pages, {"state": PageState.SENT, "sent_at": now, "try_at": now, "result": result})
    if not envelope.is_for_many:
        session.execute(_OUTDATE, {"post": envelope.post_id, "person": lease.person_id, "pages": changed, "now": now})
    tests = any(each.card.origin == "test" for each in envelope.contents)
    session.execute(
        _SENT,
        {
            "post": envelope.post_id,
            "channel": channel_id,
            "ts": ts,
            "drawn": envelope.drawn,
            "pages": changed,
            "is_test": tests,
            "is_storm": envelope.storm is not None,
            "now": now,
        },
    )
    if envelope.storm is not None:
        storms.draw_soon(session, envelope.post_id, now)


def unclear(session: Session, envelope: Envelope, why: str, again_in: timedelta) -> None:
    """Receipt: it may or may not have arrived; the next attempt looks for it first."""
    mark(session, envelope.pages, {"try_at": now_of(session) + again_in, "result": f"unclear: {why}"})
    session.execute(update(Post).where(Post.id == envelope.post_id).values(lookups=0))


def not_looked(session: Session, envelope: Envelope, why: str, again_in: timedelta) -> None:
    """It could not be looked for; what earlier looks did not find stays counted."""
    mark(session, envelope.pages, {"try_at": now_of(session) + again_in, "result": f"could not be looked for: {why}"})


def not_found(session: Session, envelope: Envelope, again_in: timedelta) -> None:
    """It was looked for and is not there; look once more a little later, before sending again."""
    mark(session, envelope.pages, {"try_at": now_of(session) + again_in, "result": "not found yet"})
    session.execute(update(Post).where(Post.id == envelope.post_id).values(lookups=Post.lookups + 1))


def later(session: Session, envelope: Envelope, at: datetime, why: str) -> None:
    """Receipt: it certainly was not sent; the pages stay due and are tried again at `at`."""
    if mark(session, envelope.pages, {"try_at": at, "result": why, "post_id": None}):
        _drop_post(session, envelope.post_id)


def push_out(session: Session, envelope: Envelope, error: str) -> None:
    """The poison rule: pages whose post cannot be handled are tried later and later; five times make an Entry."""
    now, attempt = now_of(session), max(envelope.pages.values())
    wait = timedelta(seconds=min(30 * 2**attempt, 3600))
    written = mark(session, envelope.pages, {"try_at": now + wait, "result": f"failed here: {error}"})
    if attempt == TOLD_AFTER:
        session.execute(_NOTE_FAILED, {"pages": written or [0], "now": now, "person": None, "why": error})


def failed(session: Session, lease: Lease, envelope: Envelope, why: str) -> bool:
    """Receipt: this person cannot be reached in Slack; their next way is due. True when a step is due because of it."""
    now = now_of(session)
    lock_alerts(session, envelope.pages)
    gone = mark(session, envelope.pages, {"state": PageState.FAILED, "result": why})
    if not gone:
        return False
    _drop_post(session, envelope.post_id)
    return given_up(session, lease.person_id, gone, why, now)


def given_up(session: Session, person_id: int, pages: Collection[int], why: str, now: datetime) -> bool:
    """These pages of one person, whose alerts are locked, have failed for good: an Entry, and the next way at once.

    True when nobody is left whom the step may still reach, so that the next step is due.
    """
    session.execute(_NOTE_FAILED, {"pages": list(pages), "now": now, "person": person_id, "why": why})
    hurry(session, pages, now)
    return bool(session.execute(_STEP_NOW, {"pages": list(pages), "now": now}).all())


def hurry(session: Session, pages: Collection[int], now: datetime) -> bool:
    """What these pages tell goes by the person's next way at once; False when there is no further way."""
    return bool(session.execute(_HURRY, {"pages": list(pages), "now": now}).all())


def lock_alerts(session: Session, pages: Collection[int]) -> None:
    session.execute(_LOCK_ALERTS, {"pages": list(pages)})


def _drop_post(session: Session, post_id: int) -> None:
    session.execute(update(Page).where(Page.post_id == post_id).values(post_id=None))
    session.execute(delete(Post).where(Post.id == post_id))


_NOTE_FAILED = text("""
    INSERT INTO entries (workspace_id, alert_id, at, kind, high, person_id, detail)
    SELECT workspace_id, alert_id, :now, 'page_failed', true, CAST(:person AS bigint),
           jsonb_build_object('why', CAST(:why AS text))
    FROM pages WHERE id = ANY (:pages)
""")

_LOCK_ALERTS = text("""
    SELECT FROM alerts WHERE id IN (SELECT alert_id FROM pages WHERE id = ANY (:pages)) ORDER BY id FOR UPDATE
""")
"""Alerts are locked before their pages, here as everywhere else."""

_STEP_NOW = text("""
    UPDATE alerts SET next_step_at = :now
    FROM (
        SELECT DISTINCT step.id, step.alert_id, step.epoch, step.lap, step.level, step.tries
        FROM pages mine JOIN steps step ON step.id = mine.step_id
        WHERE mine.id = ANY (:pages)) AS tried
    WHERE alerts.id = tried.alert_id AND alerts.status = 'open' AND alerts.next_step_at > :now
          AND alerts.epoch = tried.epoch AND alerts.lap = tried.lap AND alerts.level = tried.level
          AND alerts.tries = tried.tries AND NOT EXISTS (
        SELECT FROM pages other WHERE other.step_id = tried.id AND other.state <> 'failed')
    RETURNING alerts.id
""")

_HURRY = text("""
    UPDATE pages SET try_at = :now, own_at = :now
    WHERE id = ANY (ARRAY(
        SELECT id FROM pages WHERE id = ANY (ARRAY(
            SELECT DISTINCT ON (other.step_id, other.kind) other.id
            FROM pages mine JOIN pages other ON other.alert_id = mine.alert_id AND other.step_id = mine.step_id
                 AND other.person_id = mine.person_id AND other.kind = mine.kind
            WHERE mine.id = ANY (:pages) AND other.way_id IS NOT NULL AND other.state = 'due' AND other.attempt = 0
            ORDER BY other.step_id, other.kind, other.try_at, other.id))
        ORDER BY id FOR UPDATE))
    RETURNING id
""")

_SENT = text("""
    UPDATE posts SET channel_id = :channel, ts = :ts, drawn = :drawn, redraw_at = CASE
        WHEN CAST(:is_storm AS boolean) THEN NULL
        WHEN CAST(:is_test AS boolean) OR :drawn <> (
            SELECT coalesce(sum(revision), 0) FROM alerts
            WHERE id IN (SELECT alert_id FROM pages WHERE id = ANY (CAST(:pages AS bigint[]))))
        THEN CAST(:now AS timestamptz) END
    WHERE id = :post
""")

_OUTDATE = text("""
    UPDATE posts SET redraw_at = least(redraw_at, :now), redraw_failures = 0
    WHERE id = ANY (ARRAY(
        SELECT p.id FROM posts p
        WHERE p.id < :post AND p.person_id = :person AND p.ts <> '' AND NOT p.is_list AND p.storm_id IS NULL
              AND p.id IN (SELECT older.post_id FROM pages older JOIN pages mine ON older.alert_id = mine.alert_id
                           WHERE mine.id = ANY (:pages) AND older.person_id = :person)
        ORDER BY p.id FOR UPDATE))
""")
