"""One game of the state machine: the house, what is on its way, what was seen so far, and transactions that meet."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hypothesis import note
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions.delivering import Envelope, Lease
from models.db import now_of
from models.plan import Plan
from models.words import Status
from tests.models.actions.house import House, build_house
from tests.models.actions.machine_invariants import broken
from tests.models.actions.machine_policies import lay_out
from tests.world import SHIFT


@dataclass(frozen=True)
class Deed:
    """One transaction: what it does in its session, and what is noted (and told) of that once it has committed."""

    kind: str
    words: str
    act: Callable[[Session], Any]
    told: Callable[[Any], str]


class Meeting(StrEnum):
    """How two transactions meet."""

    HELD = "the second runs while the first has not committed yet"
    UNDONE = "the second runs while the first is about to be rolled back"
    LATE = "the first has begun, and acts only after the second has committed"


@dataclass
class Flight:
    """A post on its way to somebody: claimed, perhaps looked at for the last time, its receipt not yet written."""

    lease: Lease
    envelope: Envelope
    alerts: frozenset[int]
    cleared: bool = False


@dataclass(frozen=True)
class Seen:
    """An alert as the tables showed it after the last transaction."""

    id: int
    status: Status
    epoch: int
    due_pages: int
    plan: str


class Undone(Exception):
    """The transaction is rolled back, as by a crash before its commit."""


@dataclass
class Stage:
    """What all games share: the house, its policies, the threads and connections, the races that were reached."""

    context: Context
    admin: Connection
    pool: ThreadPoolExecutor
    house: House
    plans: dict[str, Plan]
    races: Counter[str] = field(default_factory=Counter)


def set_up(context: Context, admin: Connection, pool: ThreadPoolExecutor) -> Stage:
    with context.db.begin() as session:
        house = build_house(session)
        return Stage(context, admin, pool, house, lay_out(session, context.seal, house))


@dataclass
class Play:
    """One game. `facts` are what the invariants cannot know from the tables."""

    stage: Stage
    flights: list[Flight] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    leased: dict[int, datetime] = field(default_factory=dict)
    claims: set[tuple[int, int]] = field(default_factory=set)
    silences: list[int] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    alerts: list[Seen] = field(default_factory=list)
    hurries: list[dict[str, Any]] = field(default_factory=list)
    starts: list[dict[str, Any]] = field(default_factory=list)
    waits: dict[tuple[int, int], str] = field(default_factory=dict)
    frozen: dict[tuple[int, int], str] = field(default_factory=dict)
    alone: bool = True

    def __post_init__(self) -> None:
        SHIFT.seconds = 0.0
        self.stage.admin.exec_driver_sql(_EMPTY)

    # what happens

    def reached(self, race: str) -> None:
        self.stage.races[race] += 1

    def perform(self, deed: Deed, commits: bool = True) -> Any:
        """The deed by itself; returns what it did. Rolled back, it has to leave nothing behind."""
        if commits:
            found = self.run(deed)
            note(f"{deed.words}: {deed.told(found)}")
            return found
        before = self.stage.admin.execute(_EVERYTHING).all()
        self.run(deed, commits=False)
        assert self.stage.admin.execute(_EVERYTHING).all() == before
        note(f"{deed.words}: rolled back")
        return None

    def run(self, deed: Deed, commits: bool = True) -> Any:
        found = None
        with suppress(Undone), self.stage.context.db.begin() as session:
            found = deed.act(session)
            if not commits:
                raise Undone
        return found

    def meet(self, first: Deed, second: Deed, how: Meeting) -> None:
        """Both deeds at the same time, on two connections."""
        self.alone = False
        if how is Meeting.LATE:
            with self.stage.context.db.begin() as session:
                now_of(session)
                self.perform(second)
                found = first.act(session)
            note(f"begun before that, {first.words}: {first.told(found)}")
            waited = False
        else:
            waited = self._overlap(first, second, commits=how is Meeting.HELD)
        self.reached(f"at once: {second.kind} {'waited for' if waited else 'went past'} {first.kind}")
        if how is Meeting.UNDONE:
            self.reached(f"rolled back while another went on: {first.kind}")
        self.alone = True

    def _overlap(self, first: Deed, second: Deed, commits: bool) -> bool:
        found, waited = None, False
        with suppress(Undone), self.stage.context.db.begin() as session:
            found = first.act(session)
            other = self.stage.pool.submit(self.run, second)
            waited = self._waits(other)
            if not commits:
                raise Undone
        theirs = other.result(10)
        note(f"{first.words}: {first.told(found) if commits else 'rolled back'}")
        note(f"{'after waiting' if waited else 'meanwhile'}, {second.words}: {second.told(theirs)}")
        return waited

    def _waits(self, other: Future[Any]) -> bool:
        """Return once `other` waits for a lock, or has come to its end."""
        for _ in range(5000):
            if other.done():
                return False
            if self.stage.admin.execute(_WAITING).scalar_one():
                return True
        raise AssertionError("a transaction neither ends nor waits for a lock")

    # what is to be known

    def hurry(self, now: datetime, alert_id: int | None) -> None:
        """From now on this alert (None: any) may go on before the time of its level is over."""
        self.hurries.append({"alert_id": alert_id, "at": now.isoformat()})

    def reached_one_of(self, words: str, beginnings: tuple[str, ...]) -> None:
        """Count the one with which `words` begins."""
        for each in beginnings:
            if words.startswith(each):
                self.reached(f"reached: {each}")

    def in_flight(self, alert_id: int) -> list[Flight]:
        return [flight for flight in self.flights if alert_id in flight.alerts]

    # what has to hold

    def check(self) -> None:
        """Every invariant, on what is committed now."""
        waits = [{"alert_id": alert, "epoch": epoch, "until": at} for (alert, epoch), at in self.waits.items()]
        with self.stage.context.db.begin() as session:
            wrong = broken(session, {"hurries": self.hurries, "starts": self.starts, "waits": waits})
            rows = session.execute(_SEEN).all()
        now = [Seen(row.id, Status(row.status), row.epoch, row.due_pages, row.plan) for row in rows]
        wrong += self._turned_back(now)
        assert not wrong, "\n".join(wrong)
        self.alerts = now

    def _turned_back(self, now: list[Seen]) -> list[str]:
        """Within an epoch a status only goes from open to acknowledged, and the plan stays as it is frozen."""
        before, wrong = {each.id: each for each in self.alerts}, []
        for each in now:
            was = before.get(each.id, each)
            steps = (was.status, each.status)
            if each.epoch < was.epoch:
                wrong.append(f"an epoch never goes back: alert {each.id}")
            if each.epoch == was.epoch and steps not in ((was.status, was.status), (Status.OPEN, Status.ACKNOWLEDGED)):
                wrong.append(f"a status never goes back: alert {each.id}: {steps}")
            if self.frozen.setdefault((each.id, each.epoch), each.plan) != each.plan:
                wrong.append(f"a plan stays as it was when the alert opened: alert {each.id}")
        return wrong


def moment(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


_EMPTY = """
    TRUNCATE alerts, signals, steps, pages, posts, entries, silences, turns, policies RESTART IDENTITY CASCADE;
    UPDATE people SET active = true, lease = NULL, leased_until = NULL, retry_at = NULL;
    UPDATE workspaces SET retry_at = NULL, failures = 0, rules_mark = CAST(gen_random_uuid() AS text);
"""

_WAITING = text("""
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
""")

_SEEN = text("""
    SELECT id, status, epoch, md5(CAST(plan AS text)) AS plan,
           (SELECT count(*) FROM pages p WHERE p.alert_id = alerts.id AND p.state = 'due') AS due_pages
    FROM alerts ORDER BY id
""")

_EVERYTHING = text(" UNION ALL ".join(
    f"SELECT '{table}', count(*), md5(coalesce(string_agg(CAST(row AS text), ',' ORDER BY CAST(row AS text)), ''))"
    f" FROM {table} AS row"
    for table in ("alerts", "steps", "pages", "posts", "entries", "signals", "turns", "silences", "people")
))  # fmt: skip
