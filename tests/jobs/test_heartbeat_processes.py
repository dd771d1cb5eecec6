"""Heartbeats and real processes: everything is killed over a deadline, and only a silence after that is an alert."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from models.actions import heartbeats, workspaces
from models.config import Settings
from models.heartbeat import Rhythm
from tests.conftest import Servers
from tests.processes import Processes

pytestmark = pytest.mark.processes


@pytest.fixture
def house(settings: Settings, clean: Servers, tmp_path: Path) -> Iterator[Processes]:
    with Processes(settings, clean.admin, tmp_path) as made:
        yield made


def test_everything_is_killed_over_a_deadline_and_nobody_is_paged_for_it(house: Processes) -> None:
    with house.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        rhythm = Rhythm(timedelta(seconds=3), timedelta(seconds=1))
        _, secret = heartbeats.add(session, workspace.id, "backup", rhythm)
    house.start("web", "page", "clock")
    house.wait_for(lambda: bool(house.rows("SELECT FROM beats WHERE name = 'web since'")))
    assert requests.get(f"{house.url}/heartbeats/{secret}", timeout=5).status_code == 200
    house.kill("web", "page", "clock")
    house.shift(600)
    house.start("page", "clock", "web")
    expected = "SELECT FROM sources s, beats b WHERE s.expected_at > b.at AND b.name = 'web since'"
    house.wait_for(lambda: bool(house.rows(expected)))
    assert house.rows("SELECT FROM alerts") == [], "the deadline passed while nobody heard"
    house.wait_for_pages("alice", 1, seconds=25)
    house.wait_for_words("alice", "No heartbeat from backup")
    assert requests.get(f"{house.url}/heartbeats/{secret}", timeout=5).status_code == 200
    house.wait_for_words("alice", "esolved")
