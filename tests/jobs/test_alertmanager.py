"""A real Alertmanager sends what it sends: one alert fires twice over, half of it is over, then the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.actions import reading, sources, workspaces
from models.card import Card, Filter
from models.words import Severity, Status
from tests.alertmanager import Alertmanager, poll
from tests.world import World, everything

pytestmark = pytest.mark.alertmanager

ROUTING, GENIE_KEY = "R0UT1NGKEY00000000000000000PEER1", "eb243592-faa2-4ba2-a551-1afdf565c889"
ONE, TWO = (
    {"alertname": "HighLatency", "service": "checkout", "instance": instance, "severity": severity}
    for instance, severity in (("10.0.0.1:8080", "critical"), ("10.0.0.2:8080", "warning"))
)


@pytest.fixture
def cards(world: World) -> Callable[[], list[Card]]:
    """Every alert as it stands, the oldest first, once everything that is due has happened."""

    def read() -> list[Card]:
        world.settle()
        with world.context.db.begin() as session:
            (workspace,) = workspaces.active(session)
            found = reading.listing(session, workspace.id, Filter()).cards
        return sorted(found, key=lambda card: card.id)

    return read


def shown(world: World, who: str, words: str) -> list[str]:
    """What the messages that hold these words show, once everything that is due has happened."""
    world.settle()
    return [found for each in world.pages(who) if words in (found := everything(each))]


def test_its_webhook(world: World, cards: Callable[[], list[Card]], tmp_path: Path) -> None:
    address = world.source("alertmanager")
    with Alertmanager(tmp_path, {"webhook_configs": [{"url": address, "send_resolved": True}]}) as alertmanager:
        alertmanager.fires(ONE, TWO)
        poll(lambda: len(cards()) == 2)
        (critical,) = shown(world, "alice", "Critical: HighLatency on 10.0.0.1:8080")
        (medium,) = shown(world, "alice", "Medium: HighLatency on 10.0.0.2:8080")
        assert "service=checkout" in critical
        assert "Acknowledge" in medium

        alertmanager.is_over(ONE)
        poll(lambda: Status.RESOLVED in [card.status for card in cards()])
        assert {card.severity: card.status for card in cards()} == {
            Severity.CRITICAL: Status.RESOLVED,
            Severity.MEDIUM: Status.OPEN,
        }
        assert "Resolved by its source" in shown(world, "alice", "10.0.0.1:8080")[0]
        assert "Resolved by its source" not in shown(world, "alice", "10.0.0.2:8080")[0]

        alertmanager.is_over(TWO)
        poll(lambda: {card.status for card in cards()} == {Status.RESOLVED})
    ended = shown(world, "alice", "HighLatency")
    assert len(ended) == 2
    assert all("Resolved by its source" in each for each in ended)


def test_its_pagerduty_receiver_with_another_address(
    world: World, cards: Callable[[], list[Card]], tmp_path: Path
) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        sources.put_source(session, workspace.id, "pagerduty", "prod", ROUTING)
    receiver = {"routing_key": ROUTING, "url": f"{world.url}/v2/enqueue", "send_resolved": True}
    with Alertmanager(tmp_path, {"pagerduty_configs": [receiver]}) as alertmanager:
        alertmanager.fires(ONE, TWO)
        poll(lambda: len(cards()) == 1)
        (fired,) = shown(world, "alice", "[FIRING:2] HighLatency checkout")
        assert "from pagerduty prod" in fired
        assert "10.0.0.1:8080" in fired
        assert f"{alertmanager.url.rpartition(':')[2]}/#/alerts?receiver=heed" in fired

        alertmanager.is_over(ONE)
        poll(lambda: cards()[0].count > 1)
        assert [card.status for card in cards()] == [Status.OPEN], "a part of the group fires on"
        assert "Resolved" not in shown(world, "alice", "HighLatency")[0]

        alertmanager.is_over(TWO)
        poll(lambda: cards()[0].status is Status.RESOLVED)
    assert len(cards()) == 1
    (ended,) = shown(world, "alice", "HighLatency")
    assert "Resolved by its source" in ended


def test_its_opsgenie_receiver_with_another_address(
    world: World, cards: Callable[[], list[Card]], tmp_path: Path
) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        sources.put_source(session, workspace.id, "opsgenie", "prod", GENIE_KEY)
    receiver = {"api_key": GENIE_KEY, "api_url": f"{world.url}/", "priority": "P2", "send_resolved": True}
    with Alertmanager(tmp_path, {"opsgenie_configs": [receiver]}) as alertmanager:
        alertmanager.fires(ONE, TWO)
        poll(lambda: len(cards()) == 1)
        (fired,) = shown(world, "alice", "High: [FIRING:2] HighLatency checkout")
        assert "from opsgenie prod" in fired

        alertmanager.is_over(ONE)
        poll(lambda: cards()[0].count > 1)
        assert cards()[0].status is Status.OPEN, "a part of the group fires on"

        alertmanager.is_over(TWO)
        poll(lambda: cards()[0].status is Status.RESOLVED)
    assert len(cards()) == 1
    (ended,) = shown(world, "alice", "HighLatency")
    assert "Resolved by its source" in ended
