"""What each kind of fault does to the house. Every function returns when the fault is over."""

import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field

import requests
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.embedded import free_port
from simulator.faults import EVERY
from tests.chaos import previous
from tests.chaos.house import POISONED, House
from tests.chaos.load import Load
from tests.chaos.schedule import BY_NAME, LONG_OUTAGE, Fault

MANY = 100_000
AT_ONCE = 40
POSTING, HISTORY = "chat.postMessage", "conversations.history"
STARTS_WITHIN = 60.0
PAUSE_SECONDS = 3.0
"""Between two starts of the previous release's processes, as when machines are exchanged one after the other."""
POISON = "UPDATE alerts SET plan = '{\"levels\": 7}', next_step_at = now() WHERE key LIKE :key"
SLACK_FAULTS: dict[str, list[tuple[str, str, dict[str, float]]]] = {
    "Slack 429": [(EVERY, "rate_limited", {"seconds": 3})],
    "Slack 5xx": [(EVERY, "status", {"status": 503})],
    "Slack slow": [(EVERY, "slow", {"seconds": 2})],
    "answers dropped": [(POSTING, "cut_after", {})],
    "Slack out": [(EVERY, "away", {})],
    LONG_OUTAGE: [(EVERY, "away", {})],
    "look-ups fail": [(POSTING, "cut_after", {}), (HISTORY, "status", {"status": 500})],
    "LLM out": [("llm", "status", {"status": 500})],
    "events doubled": [("events.message", "duplicate", {})],
    "events reordered": [("events.message", "out_of_order", {})],
    "post in flight": [(POSTING, "slow", {"seconds": 2})],
}


@dataclass
class Breaker:
    """Does the faults of a schedule, each in a thread of its own, and records when they really began and ended."""

    house: House
    load: Load
    done: list[Fault] = field(default_factory=list)
    active: dict[str, float] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failed_lookups: int = 0
    previous_commit: str = ""

    def __post_init__(self) -> None:
        self._locks: dict[str, AbstractContextManager[object]] = {
            each.uses: threading.Lock() for each in BY_NAME.values() if each.uses
        }
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fault")
        self._begun: list[tuple[Fault, Future[None]]] = []
        self._old = self.house.folder / "previous"
        self.previous_commit = previous.unpack(self._old)
        if not self.previous_commit:
            self.skipped["previous release"] = "the history does not reach back to it"
        if not self.house.servers.disk.is_small:
            self.skipped["disk full"] = "no small disk may be mounted here"

    def run(self, faults: list[Fault], begin: float) -> None:
        """Start them all as their moments come; `begin` is epoch seconds. Returns when the last has begun."""
        for fault in faults:
            self._over.wait(max(0.0, begin + fault.begin - time.time()))
            if fault.kind in self.skipped:
                continue
            self._begun.append((fault, self._pool.submit(self._do, fault)))

    def wait(self) -> list[str]:
        """Until every fault is over; returns what went wrong in breaking things."""
        found = [(fault.kind, future.exception()) for fault, future in self._begun]
        return [f"{kind} could not be done: {type(error).__name__}: {error}" for kind, error in found if error]

    def close(self) -> None:
        """End every fault at once, as each ends by itself: what it stopped is started again. Harmless twice."""
        self._over.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, fault: Fault) -> None:
        with self._locks.get(BY_NAME[fault.kind].uses, nullcontext()):
            began = time.time()
            self.active[fault.kind] = began
            try:
                self._break(fault)
            finally:
                self.active.pop(fault.kind, None)
                self.done.append(Fault(fault.kind, began, time.time() - began, fault.path))

    def _break(self, fault: Fault) -> None:
        word, _, name = fault.kind.partition(" ")
        if word in ("kill", "terminate"):
            self.house.end(name, hard=word == "kill")
            self._over.wait(fault.length)
            self.house.again(name)
        elif fault.kind == "post in flight":
            self._slack(fault, lambda: self.load.fly(time.time() + fault.length))
        elif fault.kind in SLACK_FAULTS:
            self._slack(fault, lambda: self._last(fault))
        else:
            doings: dict[str, Callable[[Fault], None]] = {
                "Redis stopped": self._redis_stopped,
                "Redis flushed": lambda _: self.house.servers.flush_redis(),
                "Redis restarted empty": self._redis_killed,
                "PostgreSQL restarted": self._postgres_restarted,
                "connections cut": lambda _: self.house.servers.cut_connections(),
                "disk full": self._disk_full,
                "statement timeouts": lambda fault: self.house.servers.hold_alerts(fault.length),
                "poison row": self._poison,
                "previous release": self._beside,
            }
            doings[fault.kind](fault)

    def _last(self, fault: Fault) -> None:
        self._over.wait(fault.length)

    def _slack(self, fault: Fault, meanwhile: Callable[[], None]) -> None:
        faults = self.house.slack.faults
        seconds = {"seconds": fault.length} if fault.kind in ("Slack out", LONG_OUTAGE) else {}
        set_up = [
            faults.add(method, kind, MANY, **(details | seconds)) for method, kind, details in SLACK_FAULTS[fault.kind]
        ]
        try:
            meanwhile()
        finally:
            for each in set_up:
                faults.remove(each.id)
                if each.method == HISTORY and each.times is not None:
                    self.failed_lookups += MANY - each.times
            if fault.kind == "events reordered":
                self.house.slack.do(self._release())

    async def _release(self) -> None:
        self.house.slack.core.delivery.release()

    def _redis_stopped(self, fault: Fault) -> None:
        self.house.servers.redis.stop()
        self._over.wait(fault.length)
        self.house.servers.redis.start()

    def _redis_killed(self, fault: Fault) -> None:
        self.house.servers.kill_redis()
        self._over.wait(fault.length)
        self.house.servers.redis.start()

    def _postgres_restarted(self, fault: Fault) -> None:
        self.house.servers.stop_postgres()
        self._over.wait(fault.length)
        self.house.servers.bring_postgres_back()

    def _disk_full(self, fault: Fault) -> None:
        with self.house.servers.disk.full():
            self._over.wait(fault.length)
        self.house.servers.bring_postgres_back()

    def _poison(self, fault: Fault) -> None:
        """An alert whose plan cannot be read; it is due all the time, and nothing else may be late because of it."""
        case = self.load.new(self.house.intakes["Northwind", POISONED])
        case.is_poisoned = True
        self.load.send(case, "nobody", 0)
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and not self._over.is_set():
            with suppress(DBAPIError), self.house.servers.admin.connect() as connection:
                if connection.execute(text(POISON), {"key": f"%{case.key}"}).rowcount:
                    return
            self._over.wait(0.5)
        if not self._over.is_set():
            raise TimeoutError("there was no row to break")

    def _beside(self, fault: Fault) -> None:
        """The previous release's web, page worker and clock on the same database; half of the alerts go to it."""
        port = free_port()
        old = list[subprocess.Popen[bytes]]()
        try:
            for command in (["web"], ["clock"], ["worker", "page"]):
                old.append(self._start_old(command, port))
                self._wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
                self._over.wait(PAUSE_SECONDS)
            self.load.other_url = f"http://127.0.0.1:{port}"
            self._over.wait(fault.length)
        finally:
            self.load.other_url = ""
            for process in old:
                process.terminate()
            for process in old:
                process.wait(30)

    def _start_old(self, command: list[str], port: int) -> subprocess.Popen[bytes]:
        environment = self.house.environment | {"PORT": str(port)}
        with (self.house.folder / "previous.log").open("ab") as log:
            process = subprocess.Popen(
                previous.command(self._old, *command), env=environment, cwd=self._old, stdout=log, stderr=log
            )
        self.house.beside.append(process)
        return process

    def _wait_until_it_answers(self, address: str) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and not self._over.is_set():
            with suppress(requests.RequestException):
                if requests.get(address, timeout=1).ok:
                    return
            self._over.wait(0.2)
        raise TimeoutError("the previous release did not start")
