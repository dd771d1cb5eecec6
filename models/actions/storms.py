"""Storms: which new alerts belong to one, what its posts show, when it is over, and one answer for all of it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import any_, func, select, text, update
from sqlalchemy.orm import Session

from models.actions.answering import allowed, take
from models.actions.journal import note
from models.actions.settling import redraw
from models.card import StormCard, StormLine
from models.db import now_of
from models.storm import OVER_AFTER, POST_LASTS, REDRAWN_EVERY, WINDOW, Kind, kinds
from models.tables import Alert, Page, Person, Post, Source, Storm
from models.words import PageState, Role, Severity, Status

AT_ONCE = 200
LINES_SHOWN = 8
NAMED = 20
SERVICE = ("service", "team", "job", "alertname", "host", "instance")
"""The labels by which a storm is told apart, the first that an alert has."""


def join(session: Session, begun: Iterable[Any], now: datetime) -> None:
    """Put alerts whose escalation begins into the storm that is on, or begins with them.

    `begun` are rows with id, workspace_id, source_id, severity and `policy`.
    """
    counted: dict[Kind, int | None] = {}
    by_storm: dict[int, list[int]] = {}
    for row in begun:
        for kind in kinds(row.workspace_id, row.source_id, Severity(row.severity), row.policy):
            if kind not in counted:
                counted[kind] = _storm(session, kind, now)
            storm = counted[kind]
            if storm is not None:
                by_storm.setdefault(storm, []).append(row.id)
                break
    for storm, ids in by_storm.items():
        session.execute(_JOIN, {"storm": storm, "alerts": ids})
        session.execute(update(Storm).where(Storm.id == storm).values(last_at=now))


def _storm(session: Session, kind: Kind, now: datetime) -> int | None:
    """The storm that is on for such alerts, or that begins because there are so many of them; None in calm weather."""
    where = {"workspace": kind.workspace, "source": kind.source}
    if kind.policy is None:
        live = session.scalar(_LIVE, where)
        if live is not None:
            return int(live)
    wanted = {**where, "policy": kind.policy, "since": now - WINDOW, "enough": kind.enough + 1}
    if (session.scalar(_COUNT, wanted) or 0) <= kind.enough:
        return None
    began = session.scalar(_BEGIN, {**where, "now": now})
    if began is not None:
        note(session, kind.workspace, "storm_began", now, storm=began)
        return int(began)
    found = session.scalar(_LIVE, where)
    return int(found) if found is not None else None


def end_quiet(session: Session) -> list[int]:
    """Storms that nothing has joined for a while are over: their posts say what is left of them. Returns their ids."""
    now = now_of(session)
    ended = session.execute(
        update(Storm)
        .where(Storm.ended_at.is_(None), Storm.last_at <= now - OVER_AFTER)
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


def settle_into(session: Session, person_id: int, storm_id: int, now: datetime) -> bool:
    """Let the person's waiting pages about a storm join the post that tells them of it; False when there is none.

    One whose sending is not confirmed yet lets them wait a little.
    """
    post = session.execute(
        select(Post.id, Post.ts)
        .where(Post.storm_id == storm_id, Post.person_id == person_id, Post.created_at > now - POST_LASTS)
        .order_by(Post.id.desc())
        .limit(1)
    ).one_or_none()
    if post is None:
        return False
    values: dict[str, Any] = {"try_at": now + REDRAWN_EVERY}
    if post.ts:
        values = {"state": PageState.SENT, "sent_at": now, "try_at": now, "post_id": post.id, "result": "in the storm"}
    waiting = (
        select(Page.id)
        .join(Alert, Alert.id == Page.alert_id)
        .where(Page.person_id == person_id, Page.state == PageState.DUE, Page.try_at <= now)
        .where(Alert.storm_id == storm_id, Alert.status == Status.OPEN, Page.post_id.is_(None))
        .order_by(Page.id)
        .with_for_update(of=Page, skip_locked=True)
    )
    session.execute(update(Page).where(Page.id == any_(func.array(waiting.scalar_subquery()))).values(values))
    if post.ts:
        soon = func.least(Post.redraw_at, now + REDRAWN_EVERY)
        session.execute(update(Post).where(Post.id == post.id).values(redraw_at=soon, redraw_failures=0))
    return True


def card(session: Session, storm_id: int, person_id: int) -> StormCard:
    """The storm as this person is told of it: the alerts that paged them."""
    storm = session.get_one(Storm, storm_id)
    wanted = {"storm": storm_id, "person": person_id, "services": list(SERVICE)}
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
    row = session.execute(select(Source.kind, Source.name).where(Source.id == storm.source_id)).one()
    return f"{row.kind} {row.name}"


def acknowledge_some(session: Session, workspace_id: int, storm_id: int, person_id: int) -> int:
    """Acknowledge up to 200 open alerts of the storm that this person may answer; returns how many (0: none is left).

    A small number at a time, so that nobody waits long for their rows.
    """
    now = now_of(session)
    found = list(session.scalars(_open_of(workspace_id, storm_id, person_id, _answers_all(session, person_id))))
    for alert in found:
        take(session, alert, person_id, now)
        note(session, workspace_id, "acknowledged", now, alert.id, person_id, storm=storm_id)
    redraw(session, [alert.id for alert in found], now)
    return len(found)


def may_answer_some(session: Session, workspace_id: int, storm_id: int, person_id: int) -> bool:
    """Whether an alert of the storm is theirs to answer."""
    query = select(Alert).where(Alert.workspace_id == workspace_id, Alert.storm_id == storm_id).limit(1)
    paged = Page.person_id == person_id
    first = session.scalar(query.where(Alert.id.in_(select(Page.alert_id).where(paged, Page.alert_id == Alert.id))))
    first = first or session.scalar(query)
    return first is not None and allowed(session, first, person_id)


def _answers_all(session: Session, person_id: int) -> bool:
    role = session.scalar(select(Person.role).where(Person.id == person_id, Person.active))
    return role in (Role.ADMIN, Role.RESPONDER)


def _open_of(workspace_id: int, storm_id: int, person_id: int, all_of_it: bool) -> Any:
    query = select(Alert).where(
        Alert.workspace_id == workspace_id, Alert.storm_id == storm_id, Alert.status == Status.OPEN
    )
    if not all_of_it:
        query = query.where(select(Page.id).where(Page.alert_id == Alert.id, Page.person_id == person_id).exists())
    return query.order_by(Alert.id).limit(AT_ONCE).with_for_update().execution_options(populate_existing=True)


def live_storms(session: Session, alert_ids: Collection[int]) -> dict[int, int]:
    """For those of these alerts that belong to a storm that is on, which."""
    rows = session.execute(
        select(Alert.id, Alert.storm_id)
        .join(Storm, Storm.id == Alert.storm_id)
        .where(Alert.id.in_(alert_ids), Storm.ended_at.is_(None))
    )
    return {row.id: row.storm_id for row in rows}


_LIVE = text("""
    SELECT id FROM storms
    WHERE workspace_id = :workspace AND coalesce(source_id, 0) = coalesce(CAST(:source AS bigint), 0)
          AND ended_at IS NULL
""")

_COUNT = text("""
    SELECT count(*) FROM (
        SELECT FROM alerts
        WHERE opened_at > :since AND workspace_id = :workspace AND origin = 'signal'
              AND (CAST(:source AS bigint) IS NULL OR source_id = :source)
              AND (CAST(:policy AS text) IS NULL OR severity = 1 AND plan ->> 'policy' = :policy)
        LIMIT :enough) AS enough
""")

_BEGIN = text("""
    INSERT INTO storms (workspace_id, source_id, began_at, last_at) VALUES (:workspace, :source, :now, :now)
    ON CONFLICT (workspace_id, coalesce(source_id, 0)) WHERE ended_at IS NULL DO NOTHING
    RETURNING id
""")

_JOIN = text("UPDATE alerts SET storm_id = :storm WHERE id = ANY (:alerts)")

_MINE = """
    FROM alerts
    WHERE storm_id = :storm AND id IN (
        SELECT pages.alert_id FROM posts JOIN pages ON pages.post_id = posts.id
        WHERE posts.storm_id = :storm AND posts.person_id = :person)
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

_OPEN = text("SELECT id " + _MINE + " AND status = 'open' ORDER BY severity, id LIMIT :limit")
