"""The promises that only real processes can keep: killed, stopped, without Redis."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from models.actions import workspaces
from models.actions.plans import save_policy
from models.config import Settings
from models.plan import Level, Plan, Target, TargetKind
from models.tables import Person
from tests.conftest import Servers
from tests.processes import APP, Processes
from tests.world import everything

pytestmark = pytest.mark.processes


@pytest.fixture
def house(settings: Settings, clean: Servers, tmp_path: Path) -> Iterator[Processes]:
    with Processes(settings, clean.admin, tmp_path) as made:
        yield made


def policy(house: Processes, *names: str, seconds: float, laps: int = 1) -> None:
    """The default policy: a level for each person."""
    with house.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        for each in workspaces.policies(session, workspace.id):
            each.is_default = False
        session.flush()
        people = {person.slack_id: person.id for person in session.query(Person)}
        targets = [Target(TargetKind.PERSON, people[house.slack.user(name).id]) for name in names]
        levels = tuple(Level((target,), timedelta(seconds=seconds)) for target in targets)
        save_policy(session, workspace.id, Plan("Test policy", levels, laps), is_default=True)


def test_kill_worker_and_clock_and_flush_redis_between_two_levels(house: Processes, clean: Servers) -> None:
    policy(house, "charlie", "bob", seconds=300)
    house.start()
    assert house.signal("Disk full").status_code == 202
    house.wait_for_pages("charlie", 1)
    house.kill("page", "rate", "clock")
    clean.redis.client.flushall()
    house.forget_beats()
    house.shift(301)
    house.start("page", "rate", "clock")
    house.wait_for_pages("bob", 1, seconds=15)
    house.wait_until_all_beat()
    assert house.terminate("page", "rate", "clock") == [0, 0, 0]
    assert len(house.pages("bob")) == 1
    assert len(house.pages("charlie")) == 1
    outcomes = [(row.lap, row.level, row.outcome) for row in house.rows("SELECT * FROM steps ORDER BY id")]
    assert outcomes == [(1, 1, "paged 1"), (1, 2, "paged 1"), (1, 0, None)]


def test_redis_stopped_for_a_whole_escalation(house: Processes, clean: Servers) -> None:
    policy(house, "charlie", "bob", seconds=2, laps=2)
    house.start("web", "page", "clock")
    house.wait_for(lambda: bool(house.rows("SELECT FROM beats WHERE name = 'worker page'")))
    clean.redis.stop()
    try:
        assert house.signal("Disk full").status_code == 202
        ready = requests.get(f"{house.url}/readyz", timeout=5)
        assert ready.status_code == 200
        assert ready.json()["status"] == "degraded"
        assert ready.json()["redis"].startswith("away")
        house.wait_for_pages("bob", 2, seconds=40)
        late = house.rows("SELECT extract(epoch FROM max(executed_at - due_at)) AS late FROM steps")[0].late
        assert late <= 15
        assert len(house.pages("charlie")) == 2
        button = next(block for block in house.pages("bob")[-1].blocks if block["type"] == "actions")["elements"][0]
        house.slack.press("bob", house.pages("bob")[-1], button["action_id"], button["value"])
        house.wait_for_words("bob", "Acknowledged by <@U0BOB>")
    finally:
        clean.redis.start()
    house.wait_for(lambda: requests.get(f"{house.url}/readyz", timeout=5).json()["redis"] == "ok")
    house.rows("SELECT 1")
    house.wait_for(lambda: _beats_within(house, 3))


def _beats_within(house: Processes, seconds: int) -> bool:
    return bool(house.rows(f"SELECT FROM beats WHERE name = 'worker page' AND at > now() - interval '{seconds} s'"))


def test_sigterm_finishes_what_is_in_hand_and_nothing_stays_claimed(house: Processes) -> None:
    policy(house, "charlie", seconds=300)
    house.start("web", "page")
    house.slack.faults.add("chat.postMessage", "slow", seconds=2)
    house.signal("Disk full")
    house.wait_for(lambda: bool(house.rows("SELECT FROM pages WHERE attempt = 1")))
    assert house.terminate("page") == [0]
    (page,) = house.rows("SELECT state, result FROM pages")
    assert (page.state, page.result) == ("sent", "delivered")
    assert not house.rows("SELECT FROM people WHERE leased_until IS NOT NULL")
    assert len(house.pages("charlie")) == 1


def test_what_fell_due_while_nothing_ran_is_found_at_start(house: Processes) -> None:
    policy(house, "charlie", "bob", seconds=300)
    house.start("web")
    house.signal("Disk full")
    house.rows("SELECT 1")
    with house.admin.begin() as connection:
        connection.exec_driver_sql("UPDATE alerts SET next_step_at = NULL")
    house.start("page", "clock")
    house.wait_for_pages("charlie", 1)


def test_workers_end_when_their_supervisor_is_killed(house: Processes) -> None:
    with house.log.open("ab") as log:
        parent = subprocess.Popen(
            [sys.executable, str(APP), "worker"], env=house.environment, cwd=house.log.parent, stdout=log, stderr=log
        )
    house.wait_for(lambda: house.log.read_text().count("worker started") == 2)
    children = _children(parent)
    assert len(children) == 2
    parent.kill()
    parent.wait()
    house.wait_for(lambda: not any(_is_alive(pid) for pid in children))


def test_web_starts_at_once_while_the_killed_one_s_worker_still_answers(house: Processes) -> None:
    house.start("web")
    body = b'{"title": "Disk full"}'
    head = f"POST /alerts/generic/secret HTTP/1.1\r\nHost: heed\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", house.port)) as slow:
        slow.sendall(head.encode() + body[:5])
        house.wait_for(lambda: requests.get(f"{house.url}/healthz", timeout=5).ok)  # so that it is in hand by now
        house.kill("web")
        house.start("web")
        house.wait_for(lambda: bool(_children(house.running["web"])))
        slow.sendall(body[5:])
        assert slow.recv(100).startswith(b"HTTP/1.1 202")
    assert house.running["web"].poll() is None
    assert house.signal("Disk full").status_code == 202
    assert house.rows("SELECT count FROM alerts") == [(2,)]


def _children(process: "subprocess.Popen[bytes]") -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return [int(each) for each in found.stdout.split()]


def test_a_killed_child_is_started_again_and_a_second_worker_warns(house: Processes) -> None:
    with house.log.open("ab") as log:
        parent = subprocess.Popen(
            [sys.executable, str(APP), "worker"], env=house.environment, cwd=house.log.parent, stdout=log, stderr=log
        )
        try:
            house.wait_for(lambda: house.log.read_text().count("worker started") == 2)
            os.kill(_children(parent)[0], signal.SIGKILL)
            house.wait_for(lambda: house.log.read_text().count("worker started") == 3)
            second = subprocess.Popen(
                [sys.executable, str(APP), "worker"],
                env=house.environment,
                cwd=house.log.parent,
                stdout=log,
                stderr=log,
            )
            house.wait_for(lambda: "workers are running on this machine already" in house.log.read_text())
            second.terminate()
            second.wait(30)
        finally:
            parent.terminate()
            assert parent.wait(30) == 0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("command", [["web"], ["worker"], ["clock"], ["socket"], ["migrate"]])
def test_commands_without_their_settings_exit_2_and_name_what_is_missing(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(APP), *command],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "missing settings: DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_hanging_llm_does_not_touch_the_delivery_of_a_page(house: Processes) -> None:
    house.environment |= {
        "OPENAI_BASE_URL": house.slack.llm_url,
        "OPENAI_API_KEY": "sk-simulator",
        "LLM_TIMEOUT_S": "60",
    }
    house.slack.faults.add("llm", "timeout", times=None, seconds=60)
    house.start()
    house.wait_until_all_beat()
    for number in range(8):
        root = house.slack.say("dora", "acme", f"Hello ({number})")
        house.slack.say("dora", "acme", "We are cancelling the contract, our lawyers will call you.", root.ts)
    house.wait_for(lambda: len(house.slack.llm.requests) >= 8)
    assert house.signal("Disk full").status_code == 202
    assert "Disk full" in everything(house.wait_for_pages("alice", 1, seconds=5)[0])
    assert house.rows("SELECT FROM assessments") == [], "the LLM hangs still"
