"""What a machine asks of the alerts of its own source: to find, acknowledge, note and close them.

No person acts here and no role is asked: whoever knows the source's secret may do this, and reaches no alert of another
source. A machine's acknowledge stops the escalation like a person's; the Entry tells the source, and the name that came
with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.actions.alerts import lock
from models.actions.answering import NOTE_LENGTH, Answered, NoSuchAlert, take
from models.actions.incoming import storable
from models.actions.journal import note
from models.actions.reading import cards
from models.actions.receiving import Received, receive
from models.actions.settling import redraw
from models.actions.sources import SourceRef
from models.answer import Answer, Refusal, Standing, answer
from models.card import Card
from models.db import now_of
from models.intake import ACCEPTED
from models.signal import Signal
from models.tables import Alert, Part, RequestRow
from models.words import Status

NAME_LENGTH = 100


@dataclass(frozen=True)
class Remote:
    """An alert as its source knows it: its card, and the key of its signal."""

    card: Card
    key: str


@dataclass(frozen=True)
class Narrowed:
    """What a list of a source's alerts is narrowed to; None means all."""

    live: bool | None = None
    key: str | None = None
    number: int | None = None
    acknowledged: bool | None = None


def newest_of(session: Session, source: SourceRef, key: str) -> int | None:
    """The number of the newest alert that a signal of this key belongs to, alone or as a part."""
    stored = _stored(source, key)
    query = select(func.max(Alert.id)).where(Alert.workspace_id == source.workspace_id)
    own = session.scalar(query.where(Alert.source_id == source.id, Alert.key == stored))
    holding = select(Part.alert_id).where(Part.workspace_id == source.workspace_id, Part.key.in_((key, stored)))
    grouped = session.scalar(query.where(Alert.source_id == source.id, Alert.id.in_(holding)))
    return max(filter(None, (own, grouped)), default=None)


def own(session: Session, source: SourceRef, number: int) -> int | None:
    """`number`, if this source's alert has it."""
    return session.scalar(select(Alert.id).where(Alert.id == number, *_of(source)))


def acknowledge(session: Session, source: SourceRef, number: int, user: str = "", words: str = "") -> Answered:
    """Somebody has the alert, says its source; `user` is the name given there. Raises NoSuchAlert."""
    alert, now = _locked(session, source, number), now_of(session)
    standing = Standing(alert.status, alert.epoch, alert.closed_at)
    outcome = answer(Answer.ACKNOWLEDGE, standing, now)
    if isinstance(outcome, Refusal):
        return Answered(number, outcome)
    take(session, alert, None, now)
    told = _by(source, user) | ({"notes": words[:NOTE_LENGTH]} if words else {})
    note(session, source.workspace_id, "acknowledged", now, number, **told)
    redraw(session, [number], now)
    return Answered(number)


def add_note(session: Session, source: SourceRef, number: int, words: str, user: str = "") -> None:
    """Write a note into the alert's timeline. Raises NoSuchAlert."""
    alert, now = _locked(session, source, number), now_of(session)
    alert.revision += 1
    note(session, source.workspace_id, "note", now, number, **_by(source, user), notes=words[:NOTE_LENGTH])
    redraw(session, [number], now)


def close(session: Session, source: SourceRef, number: int, key: str | None = None) -> Received:
    """The source says that the alert is over, or only its problem of this `key`; the next signal opens another.

    An alert that a newer one of its key followed is over for long, and the newer one is not meant.
    """
    meant = _keys(session, source, number) if key is None else []
    keys = [key] if key is not None else [each for each in meant if newest_of(session, source, each) == number]
    return receive(session, source, [Signal(key=each, firing=False, title=f"#{number} closed") for each in keys])


def look(session: Session, source: SourceRef, numbers: Sequence[int]) -> list[Remote]:
    """These alerts, in the order given; those of other sources are left out."""
    query = select(Alert.id, Alert.key).where(Alert.id.in_(numbers), *_of(source))
    keys: dict[int, str] = dict(session.execute(query).all())
    own = [each for each in numbers if each in keys]
    return [Remote(card, _plain(source, keys[card.id])) for card in cards(session, source.workspace_id, own)]


def listed(session: Session, source: SourceRef, wanted: Narrowed, offset: int = 0, limit: int = 20) -> list[Remote]:
    """The source's alerts, newest first."""
    query = _narrowed(select(Alert.id), source, wanted).order_by(Alert.id.desc())
    return look(session, source, list(session.scalars(query.offset(offset).limit(limit))))


def count(session: Session, source: SourceRef, wanted: Narrowed) -> int:
    return session.scalar(_narrowed(select(func.count(Alert.id)), source, wanted)) or 0


def keep_request(
    session: Session,
    source: SourceRef,
    body: str,
    public_id: str = "",
    result: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Remember a request, and what came of it, for its sender to ask for by `public_id`."""
    session.add(
        RequestRow(
            workspace_id=source.workspace_id,
            source_id=source.id,
            at=now_of(session),
            outcome=ACCEPTED,
            body=storable(body),
            public_id=public_id,
            result={**result},
        )
    )


def result_of(session: Session, source: SourceRef, public_id: str) -> dict[str, Any] | None:
    """What came of the request that this source's sender knows by `public_id`."""
    return session.scalar(
        select(RequestRow.result)
        .where(RequestRow.public_id == public_id, RequestRow.public_id != "")
        .where(RequestRow.workspace_id == source.workspace_id, RequestRow.source_id == source.id)
    )


def _locked(session: Session, source: SourceRef, number: int) -> Alert:
    alert = lock(session, source.workspace_id, number)
    if alert is None or alert.source_id != source.id:
        raise NoSuchAlert(number)
    return alert


def _of(source: SourceRef) -> tuple[ColumnElement[bool], ...]:
    return Alert.workspace_id == source.workspace_id, Alert.source_id == source.id


def _narrowed(query: Select[Any], source: SourceRef, wanted: Narrowed) -> Select[Any]:
    query = query.where(*_of(source))
    live = Alert.status.in_((Status.OPEN, Status.ACKNOWLEDGED))
    if wanted.live is not None:
        query = query.where(live if wanted.live else ~live)
    if wanted.key is not None:
        query = query.where(Alert.key == _stored(source, wanted.key))
    if wanted.number is not None:
        query = query.where(Alert.id == wanted.number)
    if wanted.acknowledged is not None:
        taken = Alert.status == Status.ACKNOWLEDGED
        query = query.where(taken if wanted.acknowledged else ~taken)
    return query


def _keys(session: Session, source: SourceRef, number: int) -> list[str]:
    """The signals' keys that end the alert: those of its parts, else its own."""
    parts = session.scalars(
        select(Part.key)
        .where(Part.workspace_id == source.workspace_id, Part.alert_id == number, Part.resolved_at.is_(None))
        .order_by(Part.id)
    )
    stored = list(parts) or list(session.scalars(select(Alert.key).where(Alert.id == number, *_of(source))))
    return [_plain(source, each) for each in stored]


def _stored(source: SourceRef, key: str) -> str:
    return f"source:{source.id}:{key}"


def _plain(source: SourceRef, stored: str) -> str:
    return stored.removeprefix(_stored(source, ""))


def _by(source: SourceRef, user: str) -> dict[str, Any]:
    told = {"source": source.name, "user": user[:NAME_LENGTH]}
    return {name: each for name, each in told.items() if each}
