"""The order and the number of alerts by the index of lists, against the same done by hand."""

from collections import Counter
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import raising, ranking, reading
from models.actions.ranking import Kind
from models.card import Filter
from models.db import now_of
from models.tables import Alert
from models.words import Origin, Severity, Status
from tests.models.actions.house import House, build_house, open_alerts

SEVERAL = (3, 1, 4, 1, 5, 2, 2, 6, 0, 1, 3, 2, 1, 0, 2, 4)
"""How many alerts there are of each kind; two kinds have none."""


@pytest.fixture
def house(session: Session) -> House:
    """Alerts of nearly every kind in a shuffled order, those of another workspace between them, and a test page."""
    house, other = build_house(session), build_house(session, "Southwind")
    rest = Counter(dict(zip(ranking.ALL, SEVERAL, strict=True)))
    while kinds := [kind for kind, count in rest.items() if count]:
        for kind in kinds:
            rest[kind] -= 1
            for each in (house, other):
                put(session, each, kind)
    raising.raise_test(session, house.id, house.people["alice"])
    session.flush()
    return house


def put(session: Session, house: House, kind: Kind) -> None:
    status, severity = kind
    now = now_of(session)
    made = Alert(workspace_id=house.id, origin=Origin.SIGNAL, key=f"key:{session.query(Alert).count()}", title="x")
    made.severity, made.status, made.opened_at, made.last_seen_at = int(severity), status, now, now
    made.closed_at = None if status.is_live else now
    made.plan = {"policy": "Nights", "laps": 1, "levels": []}
    session.add(made)
    session.flush()


def by_hand(session: Session, house: House) -> list[tuple[int, Kind]]:
    """(number, kind) of every alert that a list may hold, the newest first."""
    mine = select(Alert).where(Alert.workspace_id == house.id, Alert.origin != Origin.TEST)
    rows = session.scalars(mine.order_by(Alert.id.desc()))
    return [(row.id, (row.status, Severity(row.severity))) for row in rows]


@pytest.mark.parametrize("place", [ranking.newest, ranking.live_first])
@pytest.mark.parametrize("kinds", [ranking.ALL, ranking.ALL[3:11], (ranking.ALL[8],)], ids=["all", "some", "none"])
def test_alerts_come_by_their_place_and_then_the_newest_first_in_either_way(
    session: Session, house: House, place: object, kinds: tuple[Kind, ...]
) -> None:
    assert callable(place)
    expected = sorted(
        (found for found in by_hand(session, house) if found[1] in kinds), key=lambda each: place(each[1])
    )
    where = [Alert.workspace_id == house.id]
    for way, (offset, limit) in product((ranking.ranked, ranking.sorted_out), ((0, 100), (0, 3), (5, 4), (90, 3))):
        found = list(session.scalars(way(kinds, place, where, limit, offset)))
        assert found == [number for number, _ in expected[offset : offset + limit]]


def test_alerts_are_counted_without_test_pages_and_other_workspaces(session: Session, house: House) -> None:
    expected = Counter(kind for _, kind in by_hand(session, house))
    assert ranking.counted(session, house.id) == expected
    some = ranking.ALL[2:7]
    assert ranking.counted(session, house.id, some) == {kind: expected[kind] for kind in some if expected[kind]}


def test_home_shows_live_ones_by_severity_and_then_the_newest_that_are_closed(session: Session, house: House) -> None:
    cards = [card for page in range(4) for card in reading.listing(session, house.id, Filter(page=page)).cards]
    live = [card for card in cards if card.status.is_live]
    closed = [card for card in cards if not card.status.is_live]
    assert cards == live + closed
    assert live == sorted(live, key=lambda card: (card.status is not Status.OPEN, card.severity, -card.id))
    assert closed == sorted(closed, key=lambda card: -card.id)
    stats = reading.stats(session, house.id)
    assert (stats.open, stats.acknowledged) == (sum(SEVERAL[:4]), sum(SEVERAL[4:8]))
    assert (stats.resolved, stats.false_positive) == (sum(SEVERAL[8:12]), sum(SEVERAL[12:]))


def test_a_member_sees_what_paged_or_was_raised_by_them_in_the_same_order(session: Session) -> None:
    house = build_house(session)
    open_alerts(session, house)
    raised = raising.raise_by_hand(session, house.id, house.people["charlie"], "The printer burns")
    raising.raise_test(session, house.id, house.people["charlie"])
    shown = reading.listing(session, house.id, Filter(), house.people["charlie"]).cards
    assert [card.id for card in shown] == [raised]
