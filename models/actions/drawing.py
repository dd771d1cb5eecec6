"""Posts that show something outdated: claimed, drawn anew, and cleared unless they were outdated again meanwhile."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from models.actions import storms
from models.actions.reading import cards, listed
from models.card import PageCard, StormCard
from models.db import now_of
from models.tables import Page, Post, Workspace
from models.words import PageKind

CLAIM = timedelta(seconds=12)
GIVE_UP_AFTER = 8
REPLY_TAKES = timedelta(seconds=3)
NO_LONGER_HELD = timedelta(microseconds=1)
"""Moves a moment a little, so that whoever remembers it sees that the post was drawn since."""


@dataclass(frozen=True)
class Drawing:
    """One post to draw anew. `claimed` is the moment by which the claim is told from a later change.

    Without a `ts` nobody knows yet whether Slack has it: it is looked for by its `mark`.
    """

    post_id: int
    workspace_id: int
    channel_id: str
    ts: str
    token: bytes
    claimed: datetime
    contents: tuple[PageCard, ...]
    is_list: bool
    mark: str
    posted_after: datetime
    storm: StormCard | None = None


def claim(session: Session, busy: Collection[int] = ()) -> Drawing | None:
    """The post that has been outdated longest, claimed; None when there is none. Workspaces in `busy` are left out."""
    now = now_of(session)
    row = session.execute(_CLAIM, {"now": now, "until": now + CLAIM, "busy": list(busy) or [0]}).one_or_none()
    return _drawing(session, row) if row is not None else None


def _contents(session: Session, row: Any) -> tuple[PageCard, ...]:
    """What the post carries, worst first, as it stands now."""
    kinds: dict[int, PageKind] = dict(session.execute(_CARRIED, {"post": row.id}).all())
    is_old = not row.is_list and _has_newer(session, row, list(kinds))
    read = listed if row.is_list else cards
    return tuple(PageCard(card, kinds[card.id], is_old) for card in read(session, row.workspace_id, list(kinds)))


def _has_newer(session: Session, row: Any, alert_ids: Sequence[int]) -> bool:
    """Whether the person has a newer post of their own about the same alert: there is one current post of each."""
    about = {"workspace": row.workspace_id, "person": row.person_id, "alerts": list(alert_ids), "post": row.id}
    return session.execute(_NEWER, about).first() is not None


def _drawing(session: Session, row: Row[Any]) -> Drawing:
    storm = storms.card(session, row.storm_id, row.person_id) if row.storm_id is not None else None
    return Drawing(
        post_id=row.id,
        workspace_id=row.workspace_id,
        channel_id=row.channel_id or row.dm_channel or "",
        ts=row.ts,
        token=row.token,
        claimed=row.redraw_at,
        contents=_contents(session, row) if storm is None else (),
        is_list=row.is_list,
        mark=row.mark,
        posted_after=row.created_at,
        storm=storm,
    )


def found(session: Session, drawing: Drawing, ts: str) -> None:
    """Slack has the post after all, although no receipt says so."""
    session.execute(
        update(Post).where(Post.id == drawing.post_id, Post.ts == "").values(channel_id=drawing.channel_id, ts=ts)
    )


def drawn(session: Session, drawing: Drawing) -> None:
    """The post is up to date, unless it was outdated again after the claim.

    If the reply to a button has drawn it meanwhile, nobody knows which of the two came last: it is drawn once more.
    """
    about = {"post": drawing.post_id, "claimed": drawing.claimed, "aside": NO_LONGER_HELD, "now": now_of(session)}
    session.execute(_DRAWN, about)


def later(session: Session, drawing: Drawing, wait: timedelta, whole_workspace: bool) -> None:
    """Drawing failed for now; after several times in a row the post is left as it is."""
    at = now_of(session) + wait
    failures = 0 if whole_workspace else 1
    session.execute(
        update(Post)
        .where(Post.id == drawing.post_id)
        .values(redraw_at=at, redraw_failures=Post.redraw_failures + failures)
    )
    session.execute(
        update(Post).where(Post.id == drawing.post_id, Post.redraw_failures >= GIVE_UP_AFTER).values(redraw_at=None)
    )
    if whole_workspace:
        session.execute(update(Workspace).where(Workspace.id == drawing.workspace_id).values(redraw_retry_at=at))


DUE = (
    select(func.min(func.greatest(Post.redraw_at, Workspace.redraw_retry_at)))
    .join(Workspace, Workspace.id == Post.workspace_id)
    .where(Post.redraw_at.is_not(None), Workspace.uninstalled_at.is_(None))
    .scalar_subquery()
)
"""When the next post is to be drawn anew."""


def count_due(session: Session) -> int:
    """How many posts are outdated now (at most 16 are counted)."""
    due = select(Post.id).where(Post.redraw_at <= now_of(session)).limit(16)
    return len(session.scalars(due).all())


@dataclass(frozen=True)
class Shown:
    """What a post of ours shows now."""

    contents: tuple[PageCard, ...]
    is_list: bool
    storm: StormCard | None = None


def shown_at(session: Session, workspace_id: int, channel_id: str, ts: str) -> Shown | None:
    """What our post at this place is to show; None when it is none of ours."""
    post = session.execute(
        select(Post.id, Post.workspace_id, Post.is_list, Post.storm_id, Post.person_id).where(
            Post.workspace_id == workspace_id, Post.channel_id == channel_id, Post.ts == ts
        )
    ).one_or_none()
    if post is None:
        return None
    if post.storm_id is not None:
        return Shown((), is_list=True, storm=storms.card(session, post.storm_id, post.person_id))
    return Shown(_contents(session, post), post.is_list)


def hold(session: Session, workspace_id: int, channel_id: str, ts: str) -> datetime:
    """The reply to a button is about to draw this post: it is drawn again only if that does not happen by then."""
    until = now_of(session) + REPLY_TAKES
    session.execute(
        update(Post)
        .where(Post.workspace_id == workspace_id, Post.channel_id == channel_id, Post.ts == ts)
        .values(redraw_at=until)
    )
    return until


def drawn_in_place(session: Session, workspace_id: int, channel_id: str, ts: str, held: datetime) -> None:
    """The reply has drawn it; nothing is left to do unless it was outdated or drawn since it was held."""
    session.execute(
        update(Post)
        .where(Post.workspace_id == workspace_id, Post.channel_id == channel_id, Post.ts == ts, Post.redraw_at == held)
        .values(redraw_at=None)
    )


_CARRIED = select(Page.alert_id, Page.kind).where(Page.post_id == bindparam("post")).order_by(Page.severity, Page.id)

_NEWER = text("""
    SELECT FROM pages JOIN posts ON posts.id = pages.post_id
    WHERE pages.workspace_id = :workspace AND pages.person_id = :person AND pages.alert_id = ANY (:alerts)
          AND posts.id > :post AND posts.ts <> '' AND NOT posts.is_list
    LIMIT 1
""")

_DRAWN = text("""
    UPDATE posts SET redraw_at = CASE
        WHEN redraw_at = :claimed THEN NULL ELSE coalesce(redraw_at + CAST(:aside AS interval), :now) END
    WHERE id = :post
""")

_CLAIM = text("""
    UPDATE posts SET redraw_at = :until
    FROM workspaces w, people pe
    WHERE w.id = posts.workspace_id AND pe.id = posts.person_id AND posts.id = ANY (ARRAY(
        SELECT p.id FROM posts p
        JOIN workspaces home ON home.id = p.workspace_id AND home.uninstalled_at IS NULL
             AND (home.redraw_retry_at IS NULL OR home.redraw_retry_at <= :now) AND NOT (home.id = ANY (:busy))
        WHERE p.redraw_at <= :now
        ORDER BY p.redraw_at LIMIT 1 FOR UPDATE OF p SKIP LOCKED))
    RETURNING posts.id, posts.workspace_id, posts.channel_id, posts.ts, posts.redraw_at, posts.is_list, posts.storm_id,
              posts.person_id, posts.mark, posts.created_at, pe.dm_channel, w.token
""")
