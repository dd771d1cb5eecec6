"""The wake-up protocol (rules 1 to 3 of docs/design.md) as a model that tests/models/wake_explorer.py can search.

Time goes in ticks of half a second, so that a row can fall due in the middle of one. Four kinds of process share the
rows (PostgreSQL) and one Redis (the flag, the queue, what rq-scheduler holds, the hashes of its jobs):
- a writer commits one row, due now or later, and wakes: watch, exists, then flag and ring in one exec;
- a worker takes a ring, hushes, claims and settles one row at a time until none is due, looks last, arms a second;
- the clock, each second, moves what is armed into the queue, probes for overdue rows and rings regardless, arms again
  each minute, and looks by itself while Redis is away or no worker beats;
- a bystander holds a due row locked for a while and does nothing for it.
Each function of tests/models/wake_actions.py is one atomic action; between any two of them every other process may act,
crash, stall, or find Redis emptied. `Protocol` names what can be built wrong; its defaults are what is built.
"""

from typing import Any, NamedTuple

from jobs import clock
from models.bell import FLAG_SECONDS

SECOND = 2
"""Ticks in a second."""


def ticks(seconds: float) -> int:
    return round(seconds * SECOND)


FLAG, NEVER = ticks(FLAG_SECONDS), 10**6
OVERDUE, SILENT = ticks(clock.OVERDUE.total_seconds()), ticks(clock.WORKER_SILENT.total_seconds())
CLOCK_EVERY, AHEAD = ticks(clock.TICK_SECONDS), ticks(clock.AHEAD.total_seconds())
NOW = -1
"""A ring for now in the queue; every other number there is the armed second that stands in the job's id."""
SAME_RINGS = 3
"""More equal rings than this are not kept: a look that is not made can only break the promise, never keep it."""
UNWRITTEN, WAITING, HELD, LOOKED = range(4)


class Protocol(NamedTuple):
    """What the writers, the workers and the clock do; each default is as built, each other value a mistake."""

    commits_before_waking: bool = True
    wakes_for_later: bool = True
    hushes_before_looking: bool = True
    looks_last: bool = True
    flag_expires: bool = True
    rounds_up: bool = True
    arms_only_what_is_to_come: bool = True
    probes: bool = True
    probe_honours_flag: bool = False
    stands_in: bool = True


class Row(NamedTuple):
    """`due` is a tick; of a row that is not written yet, how many ticks after the commit it will fall due."""

    due: int
    status: int = UNWRITTEN


class Redis(NamedTuple):
    """`flag` is the tick at which it expires, 0 when it is not set; `armed` and `jobs` are whole seconds."""

    flag: int = 0
    queue: tuple[int, ...] = ()
    armed: tuple[int, ...] = ()
    jobs: tuple[int, ...] = ()
    is_up: bool = True


class Process(NamedTuple):
    """`at` names the action that comes next, the other fields are what the process remembers until then.

    `until` is the tick before which a writer need not act, and a clock at rest or whoever is down cannot. `minute` is
    how many ticks of the clock come before its work of each minute.
    """

    role: str
    at: str
    until: int = 0
    row: int = -1
    job: int = NOW
    due: int = 0
    second: int = 0
    is_touched: bool = False
    duties: tuple[str, ...] = ()
    to_move: tuple[int, ...] = ()
    redis_failed: bool = False
    minute: int = 0


class State(NamedTuple):
    """`beat` is when a worker last beat, `trouble` when the last fault struck; faults and stalls are those left."""

    now: int
    rows: tuple[Row, ...]
    redis: Redis
    processes: tuple[Process, ...]
    faults: int = 0
    stalls: int = 0
    beat: int = 0
    trouble: int = 0
    rang_early: bool = False


class Turn(NamedTuple):
    """One process about to act."""

    state: State
    me: int
    protocol: Protocol

    @property
    def process(self) -> Process:
        return self.state.processes[self.me]

    def goes(self, at: str, redis: Redis | None = None, **memory: Any) -> State:
        """The state in which this process comes to `at` next, having changed Redis and what it remembers."""
        state = self.state
        processes = replaced(state.processes, self.me, self.process._replace(at=at, **memory))
        if redis is not None and redis.flag != state.redis.flag:
            processes = touched(processes)
        return State(state.now, state.rows, redis or state.redis, processes, *state[4:])

    def writes(self, index: int, status: int, due: int | None = None) -> "Turn":
        """This turn after one row was written; the process goes on from there."""
        row = self.state.rows[index]
        rows = replaced(self.state.rows, index, Row(row.due if due is None else due, status))
        return self._replace(state=self.state._replace(rows=rows))


def replaced(items: tuple[Any, ...], index: int, item: Any) -> tuple[Any, ...]:
    return (*items[:index], item, *items[index + 1 :])


def touched(processes: tuple[Process, ...]) -> tuple[Process, ...]:
    """The flag changed, or a connection broke: whoever watches the flag will fail to exec."""
    return tuple(each._replace(is_touched=True) if each.at in ("exists", "exec_ring") else each for each in processes)


def rung(redis: Redis, job: int) -> Redis:
    same = redis.queue[-SAME_RINGS:] == (job,) * SAME_RINGS
    return redis if same else redis._replace(queue=(*redis.queue, job))


def with_item(items: tuple[int, ...], item: int) -> tuple[int, ...]:
    return tuple(sorted({*items, item}))


def without(items: tuple[int, ...], item: int) -> tuple[int, ...]:
    return tuple(each for each in items if each != item)


def earliest_due(state: State) -> int | None:
    """What `DUE` finds; it takes no locks, so it sees rows that others hold."""
    return min((row.due for row in state.rows if row.status in (WAITING, HELD)), default=None)
