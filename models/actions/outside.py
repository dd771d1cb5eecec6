"""What a signed link shows and does outside Slack: for one person who is still active, about one alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import answering, reading
from models.actions.answering import Answered, Wish
from models.answer import Answer
from models.card import Card
from models.db import now_of
from models.link import Link
from models.tables import Alert, Person, Workspace
from models.words import Role, Status


class Ended(Exception):
    """A link that was good and is not any more: it has expired, or its person or alert is gone."""


@dataclass(frozen=True)
class Seen:
    """An alert as one person sees it outside Slack.

    `names` are by Slack id, of everybody whom the card tells of; `zone` is the reader's IANA name. `may_acknowledge`
    tells whether this link would change anything now.
    """

    card: Card
    reader: str
    zone: str
    names: Mapping[str, str]
    may_acknowledge: bool
    is_outdated: bool


def see(session: Session, link: Link) -> Seen:
    """What the link shows now. Raises Ended."""
    reader = _reader(session, link, now_of(session))
    card = reading.card(session, link.workspace_id, link.alert_id)
    if card is None or not reading.may_see(session, link.workspace_id, link.alert_id, reader):
        raise Ended
    alert = session.get_one(Alert, link.alert_id)
    is_open = card.status is Status.OPEN
    return Seen(
        card=card,
        reader=reader.name,
        zone=reader.time_zone,
        names=_names(session, link.workspace_id, card),
        may_acknowledge=is_open and card.epoch == link.epoch and answering.allowed(session, alert, reader.id),
        is_outdated=is_open and card.epoch != link.epoch,
    )


def acknowledge(session: Session, link: Link) -> Answered:
    """The same as the button in Slack, at the epoch for which the link was made. Raises Ended."""
    reader = _reader(session, link, now_of(session))
    try:
        return answering.give(
            session, Answer.ACKNOWLEDGE, link.workspace_id, link.alert_id, reader.id, link.epoch, Wish(by_link=True)
        )
    except answering.NoSuchAlert:
        raise Ended from None


def _reader(session: Session, link: Link, now: datetime) -> Person:
    """Raises Ended."""
    found = session.scalar(
        select(Person)
        .join(Workspace, Workspace.id == Person.workspace_id)
        .where(Person.workspace_id == link.workspace_id, Person.id == link.person_id, Person.active)
        .where(Person.role != Role.GUEST, Person.is_channel.is_(False), Workspace.uninstalled_at.is_(None))
    )
    if found is None or now >= link.until:
        raise Ended
    return found


def _names(session: Session, workspace_id: int, card: Card) -> dict[str, str]:
    ids = [each for each in (card.acknowledged_by, card.closed_by, card.raised_by) if each]
    rows = session.execute(
        select(Person.slack_id, Person.name).where(Person.workspace_id == workspace_id, Person.slack_id.in_(ids))
    )
    return {row.slack_id: row.name for row in rows}
