"""Pages by ways besides Slack: what is due is claimed way by way, and its receipts are written.

What was meant for the case that Slack fails goes only if it did: a page that Slack, or a way before this one, has taken
meanwhile waits for its own time, or is not needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.actions.delivering import mark
from models.actions.reading import cards
from models.actions.receipts import given_up, lock_alerts
from models.card import PageCard
from models.db import moment, now_of
from models.tables import Alert, Page, Person, Way
from models.words import PageState, Status

CLAIM = timedelta(seconds=20)
PAUSE = timedelta(seconds=10)
"""Between two messages by one way: what falls due meanwhile goes together."""
AT_MOST = 200
TRIES = 6


@dataclass(frozen=True)
class Parcel:
    """One message to send by a way. `address` is sealed; `attempt` of each page fences its receipt."""

    way_id: int
    workspace_id: int
    person_id: int
    kind: str
    address: bytes
    zone: str
    pages: dict[int, int]
    contents: tuple[PageCard, ...]
    claimed_at: datetime


def count_due(session: Session) -> int:
    """How many ways have pages due that can be sent now (at most 16 are counted)."""
    return len(session.execute(_DUE_WAYS, {"now": now_of(session), "pause": PAUSE}).all())


def claim(session: Session) -> Parcel | None:
    """The next message by one way, with everything that is due by it; None when nothing is due."""
    now = now_of(session)
    session.execute(_SETTLE, {"now": now})
    way_id = session.scalar(_NEXT_WAY, {"now": now, "pause": PAUSE})
    if way_id is None:
        return None
    way = session.get_one(Way, way_id, populate_existing=True)
    pages = _due_pages(session, way_id, now)
    for page in pages:
        page.attempt += 1
        page.try_at = now + CLAIM
    session.flush()
    kinds = {page.alert_id: page.kind for page in pages}
    return Parcel(
        way_id=way.id,
        workspace_id=way.workspace_id,
        person_id=way.person_id,
        kind=way.kind,
        address=way.address,
        zone=session.get_one(Person, way.person_id).time_zone,
        pages={page.id: page.attempt for page in pages},
        contents=tuple(PageCard(card, kinds[card.id]) for card in cards(session, way.workspace_id, list(kinds))),
        claimed_at=now,
    )


def may_send(session: Session, parcel: Parcel) -> bool:
    """The last look before the request: the claim is young, and somebody still has to answer."""
    if now_of(session) - parcel.claimed_at > CLAIM / 4:
        return False
    ours = select(Page.id).join(Alert, Alert.id == Page.alert_id).where(Page.id.in_(parcel.pages))
    return session.scalar(ours.where(Page.state == PageState.DUE, Alert.status == Status.OPEN).limit(1)) is not None


def sent(session: Session, parcel: Parcel) -> None:
    """Receipt: the way has taken the message."""
    now = now_of(session)
    mark(session, parcel.pages, {"state": PageState.SENT, "sent_at": now, "try_at": now, "result": "delivered"})
    session.execute(update(Way).where(Way.id == parcel.way_id).values(used_at=now, failures=0))


def later(session: Session, parcel: Parcel, wait: timedelta, why: str) -> bool:
    """Receipt: it did not go through, and is tried again, a few times. True when a step is due because of it."""
    if max(parcel.pages.values()) >= TRIES:
        return failed(session, parcel, why)
    attempt = max(parcel.pages.values())
    backoff = timedelta(seconds=5 * 2 ** (attempt - 1))
    mark(session, parcel.pages, {"try_at": now_of(session) + max(wait, backoff), "result": why})
    return False


def failed(session: Session, parcel: Parcel, why: str) -> bool:
    """Receipt: this way does not work; the next one is due. True when an alert's next step is due because of it."""
    now = now_of(session)
    lock_alerts(session, parcel.pages)
    gone = mark(session, parcel.pages, {"state": PageState.FAILED, "result": why})
    session.execute(update(Way).where(Way.id == parcel.way_id).values(failures=Way.failures + 1))
    return bool(gone) and given_up(session, parcel.person_id, gone, why, now)


def _due_pages(session: Session, way_id: int, now: datetime) -> Sequence[Page]:
    return session.scalars(
        select(Page)
        .where(Page.way_id == way_id, Page.state == PageState.DUE, Page.try_at <= now)
        .order_by(Page.severity, Page.id)
        .limit(AT_MOST)
        .with_for_update(skip_locked=True)
    ).all()


_SETTLE = text("""
    UPDATE pages SET state = CASE WHEN own_at IS NULL OR over THEN 'cancelled' ELSE state END,
           try_at = CASE WHEN over THEN try_at ELSE coalesce(own_at, try_at) END,
           due_at = CASE WHEN over THEN due_at ELSE coalesce(own_at, due_at) END,
           result = CASE WHEN over THEN 'answered' WHEN own_at IS NULL THEN 'not needed: it was delivered' ELSE '' END
    FROM (
        SELECT p.id, a.status <> 'open' OR a.epoch <> p.epoch AS over
        FROM pages p JOIN alerts a ON a.id = p.alert_id
        WHERE p.state = 'due' AND p.way_id IS NOT NULL AND p.try_at <= :now
              AND (a.status <> 'open' OR a.epoch <> p.epoch OR (p.own_at IS NULL OR p.own_at > :now) AND EXISTS (
                  SELECT FROM pages other
                  WHERE other.alert_id = p.alert_id AND other.step_id = p.step_id AND other.person_id = p.person_id
                        AND other.kind = p.kind AND other.id <> p.id AND other.state = 'sent'))
        ORDER BY p.id LIMIT 500 FOR UPDATE OF p SKIP LOCKED) AS settled
    WHERE pages.id = settled.id
""")

_READY = """
    FROM pages p JOIN ways w ON w.id = p.way_id
    JOIN workspaces home ON home.id = p.workspace_id AND home.uninstalled_at IS NULL
    WHERE p.state = 'due' AND p.way_id IS NOT NULL
"""

_CAN_GO = " AND p.try_at <= :now AND (w.used_at IS NULL OR w.used_at <= :now - CAST(:pause AS interval))"

_DUE_WAYS = text("SELECT DISTINCT p.way_id" + _READY + _CAN_GO + " LIMIT 16")

_NEXT_WAY = text(
    "SELECT p.way_id" + _READY + _CAN_GO + " ORDER BY p.severity, p.try_at LIMIT 1 FOR UPDATE OF w SKIP LOCKED"
)

DUE = moment("SELECT min(greatest(p.try_at, w.used_at + CAST(:pause AS interval)))" + _READY, pause=PAUSE)
"""When the next page by a way besides Slack is to be tried."""
