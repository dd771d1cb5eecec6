"""Everything that is stored sealed, and how it is sealed anew when the key has changed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.seal import Seal, SealBroken
from models.tables import Schedule, Source, Way, Workspace

BATCH = 100


@dataclass(frozen=True)
class Place:
    """One sealed column of a table whose rows are numbered by `id`."""

    table: Any
    column: InstrumentedAttribute[Any]

    @property
    def name(self) -> str:
        return f"{self.table.__tablename__}.{self.column.key}"


SEALED = (
    Place(Workspace, Workspace.token),
    Place(Source, Source.signing_secret),
    Place(Schedule, Schedule.calendar_secret),
    Place(Way, Way.address),
)
"""A test holds this against the tables: every column of bytes is sealed."""


@dataclass(frozen=True)
class Batch:
    """How many rows were (or would be) sealed anew, how many need not be, the numbers of those that no key opens.

    `last` is the number after which the next batch begins; None when there is none.
    """

    resealed: int
    current: int
    broken: tuple[int, ...]
    last: int | None


def reseal(session: Session, seal: Seal, place: Place, after: int, dry_run: bool) -> Batch:
    """Seal the next rows after the number `after` anew.

    A row that somebody else has changed meanwhile keeps what they wrote: it is compared with what was opened.
    """
    rows = session.execute(
        select(place.table.id, place.column)
        .where(place.table.id > after, place.column.is_not(None))
        .order_by(place.table.id)
        .limit(BATCH)
    ).all()
    old = [(number, sealed) for number, sealed in rows if not seal.is_current(sealed)]
    broken, resealed = [], 0
    for number, sealed in old:
        try:
            opened = seal.open(sealed)
        except SealBroken:
            broken.append(number)
            continue
        resealed += 1 if dry_run else _replace(session, place, number, sealed, seal.close(opened))
    last = rows[-1][0] if len(rows) == BATCH else None
    return Batch(resealed, len(rows) - len(old), tuple(broken), last)


def _replace(session: Session, place: Place, number: int, sealed: bytes, fresh: bytes) -> int:
    changed = update(place.table).where(place.table.id == number, place.column == sealed)
    done = session.execute(
        changed.values({place.column: fresh}).returning(place.table.id).execution_options(synchronize_session=False)
    )
    return len(done.all())
