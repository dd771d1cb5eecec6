"""Notices: what one person should know and need not answer, sent once for each key, at their leisure."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.db import now_of
from models.tables import Notice, Person, Workspace

CLAIM = timedelta(seconds=60)
GIVE_UP_AFTER = 12
PICTURE = "picture"


@dataclass(frozen=True)
class Claimed:
    """One notice to send; `attempt` fences its receipt, `token` is the workspace's, sealed."""

    id: int
    workspace_id: int
    person_id: int
    kind: str
    detail: dict[str, Any]
    mark: str
    attempt: int
    created_at: datetime
    slack_id: str
    dm_channel: str | None
    token: bytes


def tell(
    session: Session, workspace_id: int, people: Iterable[int], kind: str, key: str, detail: dict[str, Any]
) -> None:
    """Let each of these people (row ids) know; whoever was told under this key before is not told again."""
    now = now_of(session)
    rows = [
        {
            "workspace_id": workspace_id,
            "person_id": person,
            "kind": kind,
            "key": key,
            "detail": detail,
            "created_at": now,
            "try_at": now,
            "mark": uuid.uuid4().hex,
        }
        for person in dict.fromkeys(people)
    ]
    if rows:
        session.execute(insert(Notice).values(rows).on_conflict_do_nothing())


def claim(session: Session, pictures: bool = False) -> Claimed | None:
    """The notice that has waited longest, claimed for a minute; None when none is due. Pictures wait by themselves."""
    now = now_of(session)
    row = session.execute(_CLAIM, {"now": now, "until": now + CLAIM, "pictures": pictures}).one_or_none()
    return Claimed(*row) if row is not None else None


def sent(session: Session, claimed: Claimed) -> None:
    _write(session, claimed, try_at=None, sent_at=now_of(session), result="delivered")


def later(session: Session, claimed: Claimed, wait: timedelta, why: str) -> None:
    """It is tried again after `wait`; after many times it is given up, which an Entry says."""
    if claimed.attempt >= GIVE_UP_AFTER:
        given_up(session, claimed, why)
    else:
        _write(session, claimed, try_at=now_of(session) + wait, result=why)


def given_up(session: Session, claimed: Claimed, why: str) -> None:
    _write(session, claimed, try_at=None, result=why)
    now = now_of(session)
    note(
        session, claimed.workspace_id, "notice_failed", now, None, claimed.person_id, True, why=why, notice=claimed.kind
    )


def remember_dm(session: Session, claimed: Claimed, channel: str) -> None:
    session.execute(update(Person).where(Person.id == claimed.person_id).values(dm_channel=channel))


_TRIED = (
    select(func.min(func.greatest(Notice.try_at, Workspace.retry_at)))
    .join(Workspace, Workspace.id == Notice.workspace_id)
    .where(Notice.try_at.is_not(None), Workspace.uninstalled_at.is_(None))
)
DUE, PICTURE_DUE = (_TRIED.where(kind).scalar_subquery() for kind in (Notice.kind != PICTURE, Notice.kind == PICTURE))
"""When the next notice, and the next picture, is to be tried."""


def _write(session: Session, claimed: Claimed, **values: Any) -> None:
    session.execute(update(Notice).where(Notice.id == claimed.id, Notice.attempt == claimed.attempt).values(**values))


_CLAIM = text("""
    UPDATE notices SET try_at = :until, attempt = attempt + 1
    FROM workspaces w, people p
    WHERE w.id = notices.workspace_id AND p.id = notices.person_id AND notices.id = ANY (ARRAY(
        SELECT n.id FROM notices n
        JOIN workspaces home ON home.id = n.workspace_id AND home.uninstalled_at IS NULL
             AND (home.retry_at IS NULL OR home.retry_at <= :now)
        WHERE n.try_at <= :now AND (n.kind = 'picture') = :pictures
        ORDER BY n.try_at LIMIT 1 FOR UPDATE OF n SKIP LOCKED))
    RETURNING notices.id, notices.workspace_id, notices.person_id, notices.kind, notices.detail, notices.mark,
              notices.attempt, notices.created_at, p.slack_id, p.dm_channel, w.token
""")
