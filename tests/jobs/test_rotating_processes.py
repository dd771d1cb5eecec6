"""The key is changed by the book (docs/installing.md) while alerts come in: nothing is lost, and whatever one process
seals all the others open, though never all of them are restarted at the same moment."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from bot.signatures import signature
from models.actions import resealing, workspaces
from models.config import Settings
from models.seal import Seal
from tests.conftest import Servers
from tests.gateway import Gateway, gateway
from tests.processes import APP, Processes
from tests.shown import buttons

pytestmark = pytest.mark.processes

NEW = "another secret key for the tests"
PAUSE_SECONDS = 0.3
WORKERS = ("page", "rate", "clock")
UNTOLD = """
    SELECT FROM alerts a WHERE NOT EXISTS (
        SELECT FROM pages p JOIN posts po ON po.id = p.post_id
        WHERE p.alert_id = a.id AND p.state = 'sent' AND po.ts <> '')
"""
TWICE = "SELECT FROM pages GROUP BY alert_id, person_id HAVING count(*) > 1"


@pytest.fixture
def house(settings: Settings, clean: Servers, tmp_path: Path) -> Iterator[Processes]:
    with Processes(settings, clean.admin, tmp_path) as made:
        with made.context.db.begin() as session:
            (workspace,) = workspaces.active(session)
            sealed = made.context.seal.close("signing")
            workspaces.put_source(session, workspace.id, "generic", "signed", "signed", signing_secret=sealed)
        made.environment["CONTACTS_ALLOW_PRIVATE"] = "true"
        made.start()
        made.wait_until_all_beat()
        yield made


@pytest.fixture
def own() -> Iterator[Gateway]:
    with gateway() as made:
        yield made


class Sender:
    """Sends signed alerts, each until it is answered 2xx; `refused` are answers that no restart explains."""

    def __init__(self, house: Processes) -> None:
        self._house, self._stopping = house, threading.Event()
        self.accepted, self.refused = 0, list[int]()
        self._pool = ThreadPoolExecutor(1)
        self._running = self._pool.submit(self._send)

    def _send(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            body = json.dumps({"title": f"Disk {self.accepted} full", "key": f"disk-{self.accepted}"}).encode()
            try:
                answer = requests.post(
                    f"{self._house.url}/alerts/generic/signed",
                    data=body,
                    headers={"X-Heed-Signature": signature("signing", body), "Content-Type": "application/json"},
                    timeout=10,
                )
            except requests.RequestException:
                continue  # web is started again just now
            self.accepted += answer.ok
            if not answer.ok:
                self.refused.append(answer.status_code)

    def more(self, count: int = 3) -> None:
        """Until so many more were accepted."""
        wanted = self.accepted + count
        self._house.wait_for(lambda: self.accepted >= wanted)

    def finish(self) -> None:
        self._stopping.set()
        self._running.result()
        self._pool.shutdown()


def restart(house: Processes, *names: str) -> None:
    house.terminate(*names)
    house.forget_beats()
    house.start(*names)
    house.wait_until_all_beat()


def roll(house: Processes, sender: Sender, who: str, own: Gateway, key: str, *old: str) -> None:
    """Every process knows these keys from now on; while `web` does and the workers do not yet, it seals an address."""
    house.environment |= {"HEED_SECRET_KEY": key, "HEED_OLD_SECRET_KEYS": ",".join(old)}
    restart(house, "web")
    add_way(house, who, own)
    sender.more()
    restart(house, *WORKERS)
    sender.more()


def add_way(house: Processes, who: str, own: Gateway) -> None:
    """`web` seals the address of somebody's way, and a worker opens it to send the code there."""
    before = len(own.taken)
    assert house.slack.command(who, "ops", "/heed ways").ok
    found = next(each for each in buttons(modal(house, who, "Add a way")) if each["text"]["text"] == "Add a way")
    view = house.slack.modal(who)
    assert view is not None
    house.slack.act(who, view, found["action_id"], found["value"])
    modal(house, who, "Which service?")
    assert house.slack.submit(who, values={"way_kind": "jsons", "way_address": own.address()}) is None
    house.wait_for(lambda: len(own.taken) > before)


def modal(house: Processes, who: str, until: str) -> list[Any]:
    """The blocks of the topmost window that somebody sees, once it shows `until`."""

    def shown() -> list[Any]:
        view = house.slack.modal(who)
        return view.blocks if view is not None and until in json.dumps([view.title, view.blocks]) else []

    house.wait_for(lambda: bool(shown()))
    return shown()


def rotate(house: Processes) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(APP), "rotate-keys", "--json"],
        env=house.environment,
        cwd=house.log.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_key_is_changed_while_alerts_come_in(house: Processes, own: Gateway, settings: Settings) -> None:
    old, sender = settings.heed_secret_key.get_secret_value(), Sender(house)
    try:
        roll(house, sender, "alice", own, old, NEW)
        roll(house, sender, "bob", own, NEW, old)
        assert sum(column["resealed"] for column in rotate(house)) == 3, "the token, a signing secret, alice's way"
        sender.more()
        assert sum(column["resealed"] for column in rotate(house)) == 0
        roll(house, sender, "charlie", own, NEW)
    finally:
        sender.finish()
    assert sender.refused == []
    house.wait_for(lambda: not house.rows(UNTOLD))
    assert len(house.rows("SELECT FROM alerts")) == sender.accepted
    assert house.rows(TWICE) == []
    assert house.rows("SELECT FROM pages WHERE result LIKE 'failed here%'") == []
    assert "SealBroken" not in house.log.read_text()
    with house.context.db.begin() as session:
        for place in resealing.SEALED:
            for sealed in session.scalars(select(place.column).where(place.column.is_not(None))):
                assert Seal(NEW).open(sealed)
