"""Every process is killed in the middle of a storm, and twice: what was answered 2xx is there, once, and people are
told of it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from models.config import Settings
from tests.conftest import Servers
from tests.processes import Processes

pytestmark = pytest.mark.processes

ALERTS = 600
CONNECTIONS = 6
KILLED = ("web", "page", "clock", "rate") * 2
SLOWLY = 60
"""A wait's bound in seconds on a machine that does many other things."""
LONGER_THAN_ANY_CLAIM = 61
"""Seconds after which what a killed sender had in hand is taken up by another."""
UNTOLD = """
    SELECT FROM alerts a WHERE NOT EXISTS (
        SELECT FROM pages p JOIN posts po ON po.id = p.post_id
        WHERE p.alert_id = a.id AND p.state = 'sent' AND po.ts <> '') LIMIT 1
"""


class InAStorm(Processes):
    """Processes that answer slowly while they start in a storm."""

    def _web_answers(self) -> bool:
        try:
            return super()._web_answers()
        except requests.Timeout:
            return False


@pytest.fixture
def house(settings: Settings, clean: Servers, tmp_path: Path) -> Iterator[Processes]:
    with InAStorm(settings, clean.admin, tmp_path) as made:
        yield made


class Storm:
    """Senders on connections of their own, each sending an alert again until it is answered 2xx."""

    def __init__(self, house: Processes, alerts: int) -> None:
        self._house, self._numbers, self._stopping = house, iter(range(alerts)), threading.Event()
        self._lock = threading.Lock()
        self.answered = set[str]()
        self._pool = ThreadPoolExecutor(CONNECTIONS)
        self._running = [self._pool.submit(self._send) for _ in range(CONNECTIONS)]

    def _send(self) -> None:
        with requests.Session() as wire:
            while (number := self._next()) is not None:
                key = f"gust-{number}"
                while not self._stopping.is_set() and not self._is_taken(wire, key):
                    self._stopping.wait(0.05)  # as senders do; Heed is away just now

    def _next(self) -> int | None:
        with self._lock:
            return None if self._stopping.is_set() else next(self._numbers, None)

    def _is_taken(self, wire: requests.Session, key: str) -> bool:
        body = {"title": f"Latency of {key}", "key": key, "severity": "high", "labels": {"service": key[-1]}}
        try:
            answer = wire.post(f"{self._house.url}/alerts/generic/secret", json=body, timeout=10)
        except requests.RequestException:
            return False
        if answer.ok:
            with self._lock:
                self.answered.add(key)
        return answer.ok

    def wait_for(self, count: int) -> None:
        """Until so many were answered 2xx."""
        self._house.wait_for(lambda: len(self.answered) >= count, seconds=SLOWLY)

    def finish(self) -> None:
        for each in self._running:
            each.result()

    def stop(self) -> None:
        self._stopping.set()
        self._pool.shutdown()


@pytest.fixture
def storm(house: Processes) -> Iterator[Storm]:
    for name in sorted(set(KILLED)):
        house.start(name)
    house.wait_for(lambda: bool(house.rows("SELECT FROM beats WHERE name = 'worker page'")), seconds=SLOWLY)
    blowing = Storm(house, ALERTS)
    yield blowing
    blowing.stop()


def test_kill_9_of_any_process_during_a_storm_loses_nothing(house: Processes, storm: Storm) -> None:
    for part, name in enumerate(KILLED, start=1):
        storm.wait_for(ALERTS * part // (len(KILLED) + 1))
        house.kill(name)
        house.start(name)
    storm.finish()
    assert len(storm.answered) == ALERTS
    stored = house.rows("SELECT split_part(key, 'key:', 2) AS key, count(*) AS number FROM alerts GROUP BY 1")
    assert {row.key: row.number for row in stored} == dict.fromkeys(storm.answered, 1)
    house.wait_for(lambda: not house.rows("SELECT FROM alerts WHERE paged_at IS NULL LIMIT 1"), seconds=SLOWLY)
    house.shift(LONGER_THAN_ANY_CLAIM)
    house.wait_for(lambda: not house.rows(UNTOLD), seconds=SLOWLY)
    for who in ("alice", "bob"):
        assert len(house.pages(who)) < ALERTS / 10, "a storm is few posts"
