"""The order and the number of a workspace's alerts, read from the index of lists however many there are.

Test pages belong to whoever raised them, and are in no list and no count.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import product

from sqlalchemy import ColumnElement, Select, SmallInteger, Values, and_, column, func, select, true, union_all, values
from sqlalchemy.orm import Session

from models.tables import Alert, Person
from models.words import Origin, Severity, Status

Kind = tuple[Status, Severity]
NOT_A_TEST = Alert.origin != Origin.TEST
ALL = tuple(product(Status, Severity))


def newest(kind: Kind) -> int:
    """Every kind has the same place: simply the newest first."""
    return 0


def live_first(kind: Kind) -> int:
    """Open alerts come first, then acknowledged ones, the worst of each first; then whatever is closed."""
    status, severity = kind
    if not status.is_live:
        return 20
    return int(severity) + (10 if status is Status.ACKNOWLEDGED else 0)


def ranked(
    kinds: Iterable[Kind],
    place: Callable[[Kind], int],
    where: Iterable[ColumnElement[bool]],
    limit: int,
    offset: int = 0,
) -> Select[int]:
    """The numbers of alerts of these kinds, by place, and the newest first in each.

    The newest of every kind are looked up in the index, and of those the first; so nothing has to be sorted that is
    not nearly shown. `where` must name the workspace.
    """
    listed = _listed(kinds, place)
    each = (
        select(Alert.id)
        .where(*where, NOT_A_TEST, Alert.status == listed.c.status, Alert.severity == listed.c.severity)
        .order_by(Alert.id.desc())
        .limit(limit + offset)
        .lateral("each")
    )
    found = select(each.c.id).select_from(listed.join(each, true()))
    return found.order_by(listed.c.place, each.c.id.desc()).offset(offset).limit(limit)


def sorted_out(
    kinds: Iterable[Kind],
    place: Callable[[Kind], int],
    where: Iterable[ColumnElement[bool]],
    limit: int,
    offset: int = 0,
) -> Select[int]:
    """The same as `ranked`, where `where` leaves so few that they are better found first and sorted then."""
    listed = _listed(kinds, place)
    found = (
        select(Alert.id)
        .join(listed, and_(Alert.status == listed.c.status, Alert.severity == listed.c.severity))
        .where(*where, NOT_A_TEST)
    )
    return found.order_by(listed.c.place, Alert.id.desc()).offset(offset).limit(limit)


def _listed(kinds: Iterable[Kind], place: Callable[[Kind], int]) -> Values:
    columns = (
        column("status", Alert.status.type),
        column("severity", Alert.severity.type),
        column("place", SmallInteger),
    )
    return values(*columns, name="kinds").data([(kind[0], int(kind[1]), place(kind)) for kind in kinds])


def counted(session: Session, workspace_id: int, kinds: Iterable[Kind] = ALL) -> Mapping[Kind, int]:
    """How many alerts of these kinds there are; kinds without any are left out.

    What an alert came from stands in no index: everything is counted in the index of lists, and the few test pages are
    found by who raised them and taken off.
    """
    wanted = set(kinds)
    mine = (
        Alert.workspace_id == workspace_id,
        Alert.status.in_({status for status, _ in wanted}),
        Alert.severity.in_({int(severity) for _, severity in wanted}),
    )
    people = select(Person.id).where(Person.workspace_id == workspace_id)
    everything = select(Alert.status, Alert.severity, func.count().label("number")).where(*mine)
    tests = select(Alert.status, Alert.severity, (-func.count()).label("number")).where(
        *mine, Alert.raised_by.in_(people), Alert.origin == Origin.TEST
    )
    both = union_all(
        everything.group_by(Alert.status, Alert.severity), tests.group_by(Alert.status, Alert.severity)
    ).subquery()
    rows = session.execute(
        select(both.c.status, both.c.severity, func.sum(both.c.number)).group_by(both.c.status, both.c.severity)
    )
    found = {(Status(status), Severity(severity)): int(number) for status, severity, number in rows}
    return {kind: number for kind, number in found.items() if kind in wanted and number}
