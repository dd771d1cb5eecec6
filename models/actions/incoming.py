"""What came to a source as it came: kept, shown, and forgotten after a while."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from models.actions.sources import REMOVED, NotAllowed, SourceRef, check_admin, get
from models.db import now_of
from models.intake import REFUSED, UNREADABLE, RequestLine, SignalLine, SourceDetails, SourceLine
from models.tables import RequestRow, SignalRow, Source
from models.words import Role, Severity

BODIES_KEPT = timedelta(days=7)
REQUESTS_KEPT = timedelta(days=30)
SHOWN = 5
COUNTED_AT_MOST = 10_000
"""Of a source that gets more, only so many of its last requests are counted and searched."""
AT_ONCE = 500
LATELY = timedelta(hours=1)


def keep(session: Session, source: SourceRef, outcome: str, reason: str, body: str = "", count: int = 1) -> None:
    """Store one request that is not stored with its signals; `count` of them where they are folded into one."""
    session.add(
        RequestRow(
            workspace_id=source.workspace_id,
            source_id=source.id,
            at=now_of(session),
            outcome=outcome,
            reason=reason,
            body=storable(body),
            result={"count": count} if count != 1 else {},
        )
    )
    session.flush()


def storable(body: str) -> str:
    """The text as PostgreSQL takes it, which knows neither the zero character nor halves of surrogate pairs."""
    return body.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def listing(session: Session, workspace_id: int, by: int | None = None) -> list[SourceLine]:
    """Every source, by kind and name; raises NotAllowed for those who are neither admin nor responder."""
    check_admin(session, workspace_id, by, also=(Role.RESPONDER,))
    rows = select(Source).where(Source.workspace_id == workspace_id, ~Source.settings.has_key(REMOVED))
    found = session.scalars(rows.order_by(Source.kind, Source.name).execution_options(populate_existing=True))
    return [_line(session, each) for each in found]


def details(session: Session, workspace_id: int, source_id: int, by: int | None = None) -> SourceDetails | None:
    """A source and what came to it last; None when there is none of this id. Raises NotAllowed.

    Only admins, and the command line, get a body.
    """
    check_admin(session, workspace_id, by, also=(Role.RESPONDER,))
    if get(session, workspace_id, source_id) is None:
        return None
    row = session.get_one(Source, source_id, populate_existing=True)
    newest = select(RequestRow).where(RequestRow.body != "")
    return SourceDetails(
        line=_line(session, row),
        signals=_signals(session, row),
        unreadable=_requests(session, row, select(RequestRow).where(RequestRow.outcome == UNREADABLE)),
        refused=_requests(session, row, select(RequestRow).where(RequestRow.outcome == REFUSED)),
        newest=next(iter(_requests(session, row, newest, 1)), None) if _may_read(session, workspace_id, by) else None,
    )


def _may_read(session: Session, workspace_id: int, by: int | None) -> bool:
    try:
        check_admin(session, workspace_id, by)
    except NotAllowed:
        return False
    return True


def _line(session: Session, source: Source) -> SourceLine:
    counts = _counts(session, source)
    return SourceLine(
        id=source.id,
        kind=source.kind,
        name=source.name,
        created_at=source.created_at,
        last_signal_at=source.last_signal_at,
        previous_until=source.previous_until if source.previous_fingerprint else None,
        is_signed=source.signing_secret is not None,
        allowed_from=tuple(source.allowed_from),
        settings=source.settings,
        unreadable=counts.get(UNREADABLE, 0),
        refused=counts.get(REFUSED, 0),
    )


def _counts(session: Session, source: Source) -> dict[str, int]:
    """How many requests ended how in the last seven days."""
    last = _last(source).where(RequestRow.at > now_of(session) - BODIES_KEPT).subquery()
    many = func.coalesce(last.c.result["count"].as_integer(), 1)
    rows = session.execute(select(last.c.outcome, func.sum(many)).group_by(last.c.outcome))
    return {outcome: int(count) for outcome, count in rows}


def _last(source: Source) -> Select[Any]:
    mine = select(RequestRow.id, RequestRow.outcome, RequestRow.result)
    mine = mine.where(RequestRow.workspace_id == source.workspace_id, RequestRow.source_id == source.id)
    return mine.order_by(RequestRow.id.desc()).limit(COUNTED_AT_MOST)


def _requests(
    session: Session, source: Source, wanted: Select[RequestRow], at_most: int = SHOWN
) -> tuple[RequestLine, ...]:
    last = _last(source).subquery()
    rows = session.scalars(
        wanted.where(RequestRow.id.in_(select(last.c.id))).order_by(RequestRow.id.desc()).limit(at_most)
    )
    return tuple(
        RequestLine(each.at, each.outcome, each.reason, int(each.result.get("count", 1)), each.body) for each in rows
    )


def _signals(session: Session, source: Source) -> tuple[SignalLine, ...]:
    mine = select(SignalRow).where(SignalRow.workspace_id == source.workspace_id, SignalRow.source_id == source.id)
    rows: Sequence[SignalRow] = session.scalars(mine.order_by(SignalRow.id.desc()).limit(SHOWN)).all()
    return tuple(
        SignalLine(each.received_at, each.title, each.firing, Severity(each.severity), each.decision, each.alert_id)
        for each in rows
    )


def forget_bodies(session: Session) -> int:
    """Empty up to 500 bodies that are over seven days old; returns how many.

    This runs each minute, so it looks only at what has become so old within the last hour, and at everything in the
    first minute of an hour: the index on the time tells no more than which parts of the table to read.
    """
    now = now_of(session)
    old = now - BODIES_KEPT
    since = old - (REQUESTS_KEPT if now.minute == 0 else LATELY)
    full = select(RequestRow.id).where(RequestRow.at.between(since, old), RequestRow.body != "").limit(AT_ONCE)
    rows = update(RequestRow).where(RequestRow.id.in_(full)).values(body="").returning(RequestRow.id)
    return len(session.scalars(rows).all())


def forget_requests(session: Session) -> int:
    """Delete up to 500 requests that are over thirty days old, the oldest first; returns how many."""
    oldest = select(RequestRow.id).order_by(RequestRow.id).limit(AT_ONCE)
    gone = delete(RequestRow).where(RequestRow.id.in_(oldest), RequestRow.at < now_of(session) - REQUESTS_KEPT)
    return len(session.scalars(gone.returning(RequestRow.id)).all())
