"""Storms for tests: so many alerts at once, and what people are told of them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import delivering, escalating, receipts
from models.actions.delivering import Envelope
from models.actions.sources import SourceRef
from models.actions.workspaces import put_source
from models.storm import OF_SOURCE
from models.tables import Source, Storm
from models.words import Severity
from tests.models.actions.house import (
    House,
    alerts,
    firing,
    lease,
    send,
)

MANY = OF_SOURCE + 10
TS = "1763780000.000100"


def burst(
    session: Session, house: House, count: int = MANY, severity: Severity = Severity.HIGH, name: str = "gust"
) -> list[int]:
    """So many alerts at once, their first steps taken."""
    opened = send(session, house, *(firing(f"{name}-{number:03}", severity) for number in range(count))).opened
    while escalating.advance_due(session):
        pass
    return list(opened)


def another_source(session: Session, house: House, name: str) -> House:
    put_source(session, house.id, "generic", name, f"secret of {name}")
    source_id = session.scalars(select(Source.id).where(Source.workspace_id == house.id, Source.name == name)).one()
    return House(house.id, SourceRef(source_id, house.id, "generic", name), house.people)


def tell(session: Session) -> list[Envelope]:
    """Whoever is leased first gets everything that is due."""
    held, told = lease(session), []
    while envelope := delivering.claim(session, held):
        receipts.sent(session, held, envelope, f"D{held.person_id}", f"{TS}{envelope.post_id}")
        told.append(envelope)
    delivering.release(session, held)
    return told


def storm_ids(session: Session) -> list[int | None]:
    return [each.storm_id for each in alerts(session)]


def only_storm(session: Session) -> Storm:
    return session.scalars(select(Storm).execution_options(populate_existing=True)).one()
