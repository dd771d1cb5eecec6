"""Alerts as programs list them: filtered, counted, and turned over by a cursor, the newest first.

However many alerts there are, a list costs the same number of statements, and its page is read from the index of lists.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models.actions import ranking, reading
from models.actions.ranking import NOT_A_TEST, Kind
from models.card import Card, Details
from models.tables import Alert, Client, Conversation, Person, Source
from models.words import Severity, Status

NAMES_TOLD = 20
LINES = 500
"""So many of the newest entries, and of the newest receipts, come with one alert."""


@dataclass(frozen=True)
class Search:
    """What a list is narrowed to. `source` is a name or kind/name, `client` a name or a Slack team; empty: any."""

    statuses: tuple[Status, ...] = tuple(Status)
    severities: tuple[Severity, ...] = tuple(Severity)
    source: str = ""
    client: str = ""


@dataclass(frozen=True)
class Counts:
    """How many alerts a search finds in all, by status and by severity; every word is there."""

    statuses: Mapping[Status, int]
    severities: Mapping[Severity, int]

    @property
    def total(self) -> int:
        return sum(self.statuses.values())


@dataclass(frozen=True)
class Slice:
    """One page of a list; `next_before` is where the next one begins, None after the last."""

    cards: tuple[Card, ...]
    next_before: int | None
    counts: Counts


class UnknownName(LookupError):
    """A filter names what is not there. `known` are up to 20 names of what is."""

    def __init__(self, field: str, known: Sequence[str]) -> None:
        super().__init__(field)
        self.field, self.known = field, known


def find(session: Session, workspace_id: int, search: Search, limit: int, before: int | None = None) -> Slice:
    """The `limit` newest alerts that the search finds, older than number `before`; test pages are in no list.

    Raises UnknownName.
    """
    kinds = tuple(product(search.statuses, search.severities))
    narrowed = _narrowed(session, workspace_id, search)
    older = [Alert.id < before] if before is not None else []
    where = [Alert.workspace_id == workspace_id, *narrowed, *older]
    ids = list(session.scalars(ranking.ranked(kinds, ranking.newest, where, limit + 1)))
    shown = ids[:limit]
    return Slice(
        tuple(reading.cards(session, workspace_id, shown)),
        shown[-1] if len(ids) > limit else None,
        _counts(session, workspace_id, kinds, narrowed),
    )


def details(session: Session, workspace_id: int, alert_id: int) -> Details | None:
    """One alert with its timeline and receipts, at most the newest 500 of each."""
    return reading.details(session, workspace_id, alert_id, LINES)


@dataclass(frozen=True)
class People:
    """Names by Slack id, and Slack ids by row id."""

    names: Mapping[str, str]
    slack_ids: Mapping[int, str]


def people(session: Session, workspace_id: int, slack_ids: Iterable[str], row_ids: Iterable[int] = ()) -> People:
    """Who stands behind these ids; one statement."""
    rows = session.execute(
        select(Person.id, Person.slack_id, Person.name).where(
            Person.workspace_id == workspace_id,
            Person.slack_id.in_(set(slack_ids)) | Person.id.in_(set(row_ids)),
        )
    ).all()
    return People({row.slack_id: row.name for row in rows}, {row.id: row.slack_id for row in rows})


def _narrowed(session: Session, workspace_id: int, search: Search) -> list[ColumnElement[bool]]:
    """What an alert has to be besides; nothing where the search names neither source nor client."""
    found = list[ColumnElement[bool]]()
    if search.source:
        found.append(Alert.source_id.in_(_sources(session, workspace_id, search.source)))
    if search.client:
        clients = _clients(session, workspace_id, search.client)
        found.append(Alert.conversation_id.in_(select(Conversation.id).where(Conversation.client_id.in_(clients))))
    return found


def _sources(session: Session, workspace_id: int, named: str) -> Sequence[int]:
    """The sources of this name, of whatever kind, or of this kind/name; raises UnknownName."""
    full = Source.kind + "/" + Source.name
    mine = Source.workspace_id == workspace_id
    wanted = func.lower(named)
    found = session.scalars(
        select(Source.id).where(mine, or_(func.lower(Source.name) == wanted, func.lower(full) == wanted))
    ).all()
    if not found:
        raise UnknownName("source", session.scalars(select(full).where(mine).order_by(full).limit(NAMES_TOLD)).all())
    return found


def _clients(session: Session, workspace_id: int, named: str) -> Sequence[int]:
    """The client of this name, or of this Slack team; raises UnknownName."""
    mine = Client.workspace_id == workspace_id
    is_named = or_(func.lower(Client.name) == func.lower(named), Client.team_id == named)
    found = session.scalars(select(Client.id).where(mine, is_named)).all()
    if not found:
        shown = func.coalesce(func.nullif(Client.name, ""), Client.team_id, "")
        raise UnknownName("client", session.scalars(select(shown).where(mine).order_by(shown).limit(NAMES_TOLD)).all())
    return found


def _counts(session: Session, workspace_id: int, kinds: Sequence[Kind], narrowed: list[ColumnElement[bool]]) -> Counts:
    found = _counted(session, workspace_id, narrowed) if narrowed else ranking.counted(session, workspace_id, kinds)
    statuses, severities = Counter[Status](), Counter[Severity]()
    for kind in kinds:
        statuses[kind[0]] += found.get(kind, 0)
        severities[kind[1]] += found.get(kind, 0)
    return Counts({each: statuses[each] for each in Status}, {each: severities[each] for each in Severity})


def _counted(session: Session, workspace_id: int, narrowed: list[ColumnElement[bool]]) -> Mapping[Kind, int]:
    """How many there are of one source or client, by kind."""
    rows = session.execute(
        select(Alert.status, Alert.severity, func.count())
        .where(Alert.workspace_id == workspace_id, *narrowed, NOT_A_TEST)
        .group_by(Alert.status, Alert.severity)
    )
    return {(status, Severity(severity)): count for status, severity, count in rows}
