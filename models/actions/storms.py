"""Storms: which new alerts belong to one, what its posts show, when it is over, and one answer for all of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, false, func, select, text, update
from sqlalchemy.orm import Session

from models.actions.answering import PAGES_OF_STEPS, allowed, take
from models.actions.journal import note
from models.actions.settling import redraw, stop_escalation
from models.answer import may_answer
from models.card import StormCard, StormLine
from models.db import now_of
from models.storm import OVER_AFTER, POST_LASTS, REDRAWN_EVERY, WINDOW, Kind, kinds
from models.tables import Alert, Entry, Page, Person, Post, Source, Storm
from models.words import PageState, Severity, Status

AT_ONCE = 200
LINES_SHOWN = 8
NAMED = 20
SERVICE = ("service", "team", "job", "alertname", "host", "instance")
"""The labels by which a storm is told apart, the first that an alert has."""


def join(session: Session, begun: Iterable[Any], now: datetime) -> None:
    """Put alerts whose escalation begins into the storm that is on, or begins with them.

    `begun` are rows with id, workspace_id, source_id, severity and `policy`, their alerts locked. Storms are locked in
    a fixed order, so that two who do this at the same moment do not wait for each other in a ring.
    """
    left: list[tuple[int, Sequence[Kind]]] = [
        (row.id, kinds(row.workspace_id, row.source_id, Severity(row.severity), row.policy)) for row in begun
    ]
    while left:
        by: dict[Kind, list[int]] = {}
        for number, (kind, *_) in left:
            by.setdefault(kind, []).append(number)
        joined: set[int] = set()
        for kind in sorted(by, key=lambda each: each.place):
            storm = _storm(session, kind, now)
            if storm is not None:
                session.execute(_JOIN, {"storm": storm, "workspace": kind.workspace, "alerts": by[kind]})
                joined.update(by[kind])
        left = [(number, wider) for number, (_, *wider) in left if wider and number not in joined]


def _storm(session: Session, kind: Kind, now: datetime) -> int | None:
    """The storm that is on for such alerts, or that begins because there are so many of them; None in calm weather."""
    where = {"workspace": kind.workspace, "source": kind.source, "now": now}
    if kind.policy is None:
        live = session.scalar(_GOES_ON, where)
        if live is not None:
            return int(live)
    wanted = {**where, "policy": kind.policy, "since": now - WINDOW, "enough": kind.enough + 1}
    if (session.scalar(_COUNT, wanted) or 0) <= kind.enough:
        return None
    began = session.scalar(_BEGIN, where)
    if began is not None:
        note(session, kind.workspace, "storm_began", now, storm=began)
        return int(began)
    found = session.scalar(_GOES_ON, where)
    return int(found) if found is not None else None


def end_quiet(session: Session) -> list[int]:
    """Storms that nothing has joined for a while are over: their posts say what is left of them. Returns their ids."""
    now = now_of(session)
    quiet = select(Storm.id).where(Storm.ended_at.is_(None), Storm.last_at <= now - OVER_AFTER).order_by(Storm.id)
    ended = session.execute(
        update(Storm)
        .where(Storm.id == any_(func.array(quiet.with_for_update(skip_locked=True).scalar_subquery())))
        .values(ended_at=now)
        .returning(Storm.id, Storm.workspace_id)
    ).all()
    for storm, workspace_id in ended:
        note(session, workspace_id, "storm_over", now, storm=storm)
        outdate(session, storm, now)
    return [storm for storm, _ in ended]


def outdate(session: Session, storm_id: int, at: datetime) -> None:
    """The posts about a storm are drawn anew at `at` or earlier."""
    posts = select(Post.id).where(Post.storm_id == storm_id, Post.ts != "").order_by(Post.id).with_for_update()
    session.execute(
        update(Post)
        .where(Post.id == any_(func.array(posts.scalar_subquery())))
        .values(redraw_at=func.least(Post.redraw_at, at), redraw_failures=0)
    )


def settle_into(
    session: Session, workspace_id: int, person_id: int, storm_id: int, pages: Sequence[Page], now: datetime
) -> set[int]:
    """Let the person's due pages about a storm join the post that tells them of it; returns the ids of those that did.

    The pages are locked. One whose alert that post tells of already (it is another level, or another lap) does not
    join it: it has to ring again. Where the post's sending is not confirmed yet, all of them wait a little; one that
    nothing waits for any more is never confirmed, and nobody waits for it.
    """
    is_on_its_way = select(Page.id).where(Page.post_id == Post.id, Page.state == PageState.DUE).exists()
    post = session.execute(
        select(Post.id, Post.ts)
        .where(Post.workspace_id == workspace_id, Post.storm_id == storm_id, Post.person_id == person_id)
        .where(Post.created_at > now - POST_LASTS, (Post.ts != "") | is_on_its_way)
        .order_by(Post.id.desc())
        .limit(1)
    ).one_or_none()
    if post is None:
        return set()
    if not post.ts:
        _write(session, [each.id for each in pages], {"try_at": now + REDRAWN_EVERY})
        return {each.id for each in pages}
    told = _told(session, post.id, pages)
    new = [each.id for each in pages if each.alert_id not in told]
    values = {"state": PageState.SENT, "sent_at": now, "try_at": now, "post_id": post.id, "result": "in the storm"}
    _write(session, new, values)
    if new:
        draw_soon(session, post.id, now)
    return set(new)


def _told(session: Session, post_id: int, pages: Sequence[Page]) -> set[int]:
    """Which of these pages' alerts the post tells of already."""
    alerts = {each.alert_id for each in pages}
    return set(session.scalars(select(Page.alert_id).where(Page.post_id == post_id, Page.alert_id.in_(alerts))))


def _write(session: Session, page_ids: Sequence[int], values: dict[str, Any]) -> None:
    """Onto pages that are locked, by their numbers: among ten thousand any other way to find them is slow."""
    rows = update(Page).where(Page.id.in_(page_ids)).values(values)
    session.execute(rows.execution_options(synchronize_session=False))


def draw_soon(session: Session, post_id: int, now: datetime) -> None:
    """A storm's post shows within five seconds what has changed."""
    soon = func.least(Post.redraw_at, now + REDRAWN_EVERY)
    session.execute(update(Post).where(Post.id == post_id).values(redraw_at=soon, redraw_failures=0))


def card(session: Session, storm_id: int, person_id: int) -> StormCard:
    """The storm as this person is told of it: the alerts that paged them."""
    storm = session.get_one(Storm, storm_id)
    wanted = {"workspace": storm.workspace_id, "storm": storm_id, "person": person_id, "services": list(SERVICE)}
    rows = session.execute(_LINES, wanted).all()
    by: dict[str, dict[Severity, int]] = {}
    for row in rows:
        line = by.setdefault(row.service, {})
        line[Severity(row.severity)] = line.get(Severity(row.severity), 0) + row.number
    ranked = sorted(by.items(), key=lambda item: (min(item[1]), -sum(item[1].values()), item[0]))
    return StormCard(
        id=storm_id,
        source=_source(session, storm),
        began_at=storm.began_at,
        last_at=storm.last_at,
        ended_at=storm.ended_at,
        counts=_sums((Status(row.status), row.number) for row in rows),
        lines=tuple(StormLine(service, counts) for service, counts in ranked[:LINES_SHOWN]),
        more=len(ranked[LINES_SHOWN:]),
        open_ids=tuple(session.scalars(_OPEN, {**wanted, "limit": NAMED})),
    )


def _sums(counted: Iterable[tuple[Status, int]]) -> Mapping[Status, int]:
    found: dict[Status, int] = {}
    for status, number in counted:
        found[status] = found.get(status, 0) + number
    return found


def _source(session: Session, storm: Storm) -> str:
    if storm.source_id is None:
        return ""
    source = select(Source.kind, Source.name).where(Source.id == storm.source_id)
    row = session.execute(source.where(Source.workspace_id == storm.workspace_id)).one()
    return f"{row.kind} {row.name}"


def acknowledge_some(session: Session, workspace_id: int, storm_id: int, person_id: int) -> int:
    """Acknowledge up to 200 open alerts of the storm that this person may answer; returns how many (0: none is left).

    A small number at a time, so that nobody waits long for their rows.
    """
    now = now_of(session)
    found = _lock_some(session, _open_of(session, workspace_id, storm_id, person_id))
    ids = [alert.id for alert in found]
    stop_escalation(session, ids, now, "acknowledged")  # all at once: pages are locked in the order of their numbers
    for alert in found:
        take(session, alert, person_id, now)
        note(session, workspace_id, "acknowledged", now, alert.id, person_id, storm=storm_id)
    redraw(session, ids, now)
    return len(found)


def _lock_some(session: Session, wanted: Select[Alert]) -> list[Alert]:
    """The first of those wanted, locked; the next where somebody answered all of them while we waited for the lock."""
    some = wanted.order_by(Alert.id).limit(AT_ONCE).execution_options(populate_existing=True)
    while True:
        found = list(session.scalars(some.with_for_update()))
        if found or session.scalar(select(wanted.exists())) is False:
            return found


def may_answer_some(session: Session, workspace_id: int, storm_id: int, person_id: int) -> bool:
    """Whether an alert of the storm is theirs to answer."""
    query = select(Alert).where(Alert.workspace_id == workspace_id, Alert.storm_id == storm_id).limit(1)
    first = session.scalar(query.where(_paged(person_id))) or session.scalar(query)
    return first is not None and allowed(session, first, person_id)


def _open_of(session: Session, workspace_id: int, storm_id: int, person_id: int) -> Select[Alert]:
    """The open alerts of the storm that this person may answer: all of them, those that paged them, or none."""
    here = select(Person.role).where(Person.workspace_id == workspace_id, Person.id == person_id, Person.active)
    role = session.scalar(here)
    query = select(Alert).where(
        Alert.workspace_id == workspace_id, Alert.storm_id == storm_id, Alert.status == Status.OPEN
    )
    if role is None or not may_answer(role, was_paged=True, raised_it=False):
        return query.where(false())
    return query if may_answer(role, was_paged=False, raised_it=False) else query.where(_paged(person_id))


def _paged(person_id: int) -> ColumnElement[bool]:
    """Whether a step of the alert paged this person."""
    mine = select(Page.id).where(Page.workspace_id == Alert.workspace_id, Page.alert_id == Alert.id)
    return mine.where(Page.person_id == person_id, Page.kind.in_(PAGES_OF_STEPS)).exists()


def live_storms(session: Session, workspace_id: int, alert_ids: Collection[int]) -> dict[int, int]:
    """For those of these alerts that belong to a storm that is on, which.

    What became critical after it had joined is paged by itself, and so is what somebody opened again, or gave to
    somebody.
    """
    entry = select(Entry.id).where(Entry.workspace_id == workspace_id, Entry.alert_id == Alert.id)
    by_hand = entry.where(Entry.kind.in_(("reopened", "reassigned"))).exists()
    again = (Alert.epoch > 1) & ((Alert.severity == Severity.CRITICAL) | by_hand)
    rows = session.execute(
        select(Alert.id, Alert.storm_id)
        .join(Storm, (Storm.id == Alert.storm_id) & (Storm.workspace_id == Alert.workspace_id))
        .where(Alert.workspace_id == workspace_id, Alert.id.in_(alert_ids), Storm.ended_at.is_(None), ~again)
    )
    return {row.id: row.storm_id for row in rows}


_GOES_ON = text("""
    UPDATE storms SET last_at = :now
    WHERE workspace_id = :workspace AND coalesce(source_id, 0) = coalesce(CAST(:source AS bigint), 0)
          AND ended_at IS NULL
    RETURNING id
""")

_COUNT = text("""
    SELECT count(*) FROM (
        SELECT FROM alerts
        WHERE opened_at > :since AND workspace_id = :workspace AND origin = 'signal'
              AND (CAST(:source AS bigint) IS NULL AND NOT EXISTS (
                       SELECT FROM storms WHERE storms.workspace_id = alerts.workspace_id
                              AND storms.source_id = alerts.source_id AND storms.ended_at IS NULL)
                   OR source_id = :source)
              AND (CAST(:policy AS text) IS NULL OR severity = 1 AND plan ->> 'policy' = :policy)
        LIMIT :enough) AS enough
""")
"""A source that has a storm of its own does not count for the workspace: what else comes is no storm for that."""

_BEGIN = text("""
    INSERT INTO storms (workspace_id, source_id, began_at, last_at) VALUES (:workspace, :source, :now, :now)
    ON CONFLICT (workspace_id, coalesce(source_id, 0)) WHERE ended_at IS NULL DO NOTHING
    RETURNING id
""")

_JOIN = text("UPDATE alerts SET storm_id = :storm WHERE workspace_id = :workspace AND id = ANY (:alerts)")

_MINE = """
    FROM alerts
    WHERE workspace_id = :workspace AND storm_id = :storm AND id IN (
        SELECT pages.alert_id FROM posts JOIN pages ON pages.post_id = posts.id
        WHERE posts.workspace_id = :workspace AND posts.storm_id = :storm AND posts.person_id = :person)
"""

_LINES = text(
    """
    SELECT coalesce((SELECT labels ->> name FROM unnest(CAST(:services AS text[])) WITH ORDINALITY AS each(name, place)
                     WHERE labels ? name ORDER BY place LIMIT 1), '') AS service,
           severity, status, count(*) AS number
"""
    + _MINE
    + "GROUP BY 1, 2, 3"
)

_OPEN = text(
    "WITH mine AS MATERIALIZED (SELECT id, severity, status "
    + _MINE
    + ") SELECT id FROM mine WHERE status = 'open' ORDER BY severity, id LIMIT :limit"
)
"""The storm's alerts first: the index that has all open alerts in this order is read in vain for most of them."""
