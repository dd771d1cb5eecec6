"""Four worker processes on one database, and 2,000 alerts due in the same second: everybody is paged exactly once."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.context import Context
from models.actions.plans import save_policy
from models.config import Settings
from models.plan import Level, Plan, Target, TargetKind
from tests.conftest import Servers
from tests.jobs.many_workers import Crew
from tests.models.actions.house import House, build_house, open_alerts

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

WORKERS, ALERTS, LEVELS, LAPS = 4, 2000, 3, 2
ROUNDS = LEVELS * LAPS + 1
"""One for each level of each lap, and the end."""
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(settings: Settings, context: Context, clean: Servers) -> House:
    """Two people, then by turns one of three, then one: every level of every lap was due for all alerts at once."""
    with context.db.begin() as session:
        made = build_house(session)
        alice, bob, charlie = (Target(TargetKind.PERSON, made.people[name]) for name in ("alice", "bob", "charlie"))
        turns = Target(TargetKind.ROUND_ROBIN, members=(alice, bob, charlie), key="Nights/2")
        levels = tuple(Level(targets, MINUTE) for targets in ((alice, bob), (turns,), (charlie,)))
        save_policy(session, made.id, Plan("Nights", levels, LAPS), is_default=True)
        open_alerts(session, made, ALERTS)
    with Crew(settings, clean.admin, WORKERS, ROUNDS).at_work() as crew:
        for number in range(ROUNDS):
            crew.round(shift=number * (MINUTE.total_seconds() + 1))
        batches = crew.batches()
    assert sum(batches) >= ROUNDS * ALERTS / 200
    assert len([count for count in batches if count]) > 1, f"nobody competed: {batches}"
    return made


def test_many_workers_page_each_level_of_each_lap_exactly_once(house: House, clean: Servers) -> None:
    alice, bob, charlie = (house.people[name] for name in ("alice", "bob", "charlie"))
    assert rows(clean, _STEPS) == [(lap, level, ALERTS, ALERTS) for lap in (1, 2) for level in (1, 2, 3)]
    paged = {(lap, level, person): count for lap, level, person, count, alerts in rows(clean, _PAGES)}
    assert all(count == alerts for *_, count, alerts in rows(clean, _PAGES)), "somebody is paged twice"
    for lap in (1, 2):
        assert [paged.pop((lap, 1, person)) for person in (alice, bob)] == [ALERTS, ALERTS]
        assert sum(paged.pop((lap, 2, person)) for person in (alice, bob, charlie)) == ALERTS
        assert paged.pop((lap, 3, charlie)) == ALERTS
    assert [paged.pop((2, 0, person)) for person in (alice, bob)] == [ALERTS, ALERTS], "admins are told once at the end"
    assert not paged
    assert rows(clean, _IN_ORDER) == []

    picked = rows(clean, _TURNS)
    by_person = Counter(person for _, person, _ in picked)
    assert set(by_person) == {alice, bob, charlie}
    assert max(by_person.values()) - min(by_person.values()) <= 1, by_person
    assert {laps for *_, laps in picked} == {LAPS}, "an alert stays with whoever was picked for it"
    assert rows(clean, "SELECT key, taken FROM turns") == [("Nights/2", ALERTS)]


def rows(servers: Servers, query: str) -> list[tuple[Any, ...]]:
    with servers.admin.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


_STEPS = """
    SELECT lap, level, count(*), count(DISTINCT alert_id) FROM steps
    WHERE level > 0 AND executed_at IS NOT NULL AND outcome LIKE 'paged %' AND (epoch, tries) = (1, 0)
    GROUP BY lap, level ORDER BY lap, level
"""

_PAGES = """
    SELECT s.lap, s.level, p.person_id, count(*), count(DISTINCT p.alert_id)
    FROM pages p JOIN steps s ON s.id = p.step_id GROUP BY s.lap, s.level, p.person_id
"""

_IN_ORDER = """
    SELECT alert_id FROM (
        SELECT alert_id, executed_at - lag(executed_at) OVER (PARTITION BY alert_id ORDER BY lap, level) AS waited
        FROM steps WHERE level > 0) AS each
    WHERE waited < interval '1 minute'
"""

_TURNS = """
    SELECT p.alert_id, p.person_id, count(*) FROM pages p JOIN steps s ON s.id = p.step_id AND s.level = 2
    GROUP BY p.alert_id, p.person_id
"""
