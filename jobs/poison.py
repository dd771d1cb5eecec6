"""The poison rule: one bad row never stops the others (rule 12 of the design)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from bot.context import Context
from models.db import DatabaseAway

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """Rows of a kind that fall due: their name in the log, which are due now, and how one that failed is pushed out."""

    name: str
    due_ids: Callable[[Session], Sequence[int]]
    push_out: Callable[[Session, int, str], None]


def take(context: Context, rows: Rows, batch: Callable[[Session, int | None], list[T]]) -> list[T]:
    """What `batch` makes of all that is due (None), or else of each row by itself; one that fails is pushed out."""
    try:
        with context.db.begin() as session:
            return batch(session, None)
    except DatabaseAway:
        raise
    except Exception:
        log.exception(f"a batch of {rows.name}s failed; each is taken by itself")
    with context.db.begin() as session:
        due = rows.due_ids(session)
    taken = list[T]()
    for row_id in due:
        try:
            with context.db.begin() as session:
                taken += batch(session, row_id)
        except DatabaseAway:
            raise
        except Exception as error:
            log.exception(f"a {rows.name} failed", row=row_id)
            with context.db.begin() as session:
                rows.push_out(session, row_id, type(error).__name__)
    return taken
