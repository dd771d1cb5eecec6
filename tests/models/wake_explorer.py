"""Searches every state of the wake-up protocol's model that can be reached, breadth first, so that a broken promise is
shown by one of its shortest histories.

Time passes only when every process that can act has acted in this tick, save for a few stalls: a world has so many of
them, and each lets one process stay behind for one tick. With that, "looked at within the bound" is a question about
single states: is there one in which a due row has been waiting for longer than the bound?
A fault strikes between any two actions: a process crashes (and is back a moment later, or, but for the clock, never),
Redis is emptied, or goes away. It may come back at any moment, as it was or empty, or stay away.
"""

from collections import Counter, deque
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from tests.models.wake_actions import ACTIONS
from tests.models.wake_state import (
    HELD,
    LOOKED,
    SECOND,
    UNWRITTEN,
    WAITING,
    Process,
    Protocol,
    Redis,
    Row,
    State,
    Turn,
    replaced,
    ticks,
    touched,
)

RESTART, BEAT_EVERY = ticks(1.5), ticks(2)
LONG_AGO = -1


class World(NamedTuple):
    """What there is, and what may happen to it.

    `dues` are the ticks after its commit at which a row may fall due; a writer commits at any tick up to `written_by`.
    `minutes` are the ticks of the clock at which its work of each minute may come. `only` names the one kind of fault.
    """

    rows: int = 1
    dues: tuple[int, ...] = (0, 1, 2, 3, 5)
    written_by: int = 2
    workers: int = 1
    clocks: int = 1
    bystander: bool = False
    stalls: int = 0
    faults: int = 0
    only: str = ""
    minutes: tuple[int, ...] = (LONG_AGO, 0, 1)


class Explored(NamedTuple):
    """How many states there are, how late (in ticks) a row was in the worst, and how a promise was broken."""

    states: int
    worst: int
    history: tuple[str, ...]


Step = tuple[str, State]


def explore(world: World, protocol: Protocol, bound: int, may_be_early: bool = False) -> Explored:
    """Search until a row is later than `bound` ticks, or rung for too early, or until no state is new."""
    came_from: dict[State, Step | None] = dict.fromkeys(starts(world, protocol))
    waiting, worst = deque(came_from), 0
    while waiting:
        state = waiting.popleft()
        worst = max(worst, late(state))
        if worst > bound or (state.rang_early and not may_be_early):
            return Explored(len(came_from), worst, history(came_from, state))
        for what, after in steps(state, world, protocol):
            step = (what, state)
            if came_from.setdefault(after, step) is step:
                waiting.append(after)
    return Explored(len(came_from), worst, ())


def history(came_from: dict[State, Step | None], state: State) -> tuple[str, ...]:
    lines: list[str] = []
    while (step := came_from[state]) is not None:
        what, state = step
        lines.append(f"{state.now / SECOND:4.1f} s  {what}")
    return tuple(reversed(lines))


def endless(world: World, protocol: Protocol) -> int:
    """How many states stand on or behind a circle of actions in which time never passes; a search would not see it."""
    ways: dict[State, list[State]] = {}
    waiting = list(starts(world, protocol))
    while waiting:
        state = waiting.pop()
        if state not in ways:
            ways[state] = [] if is_over(state) else [after for _, after in actions(state, protocol)]
            waiting += [after for _, after in steps(state, world, protocol)]
    into = Counter(after for afters in ways.values() for after in afters)
    free = [state for state in ways if not into[state]]
    for state in free:
        into.subtract(ways[state])
        free += [after for after in set(ways[state]) if not into[after]]
    return len(ways) - len(free)


def late(state: State) -> int:
    """How long the row that waits longest has been due, or has been due since the last fault struck."""
    waiting = [row.due for row in state.rows if row.status in (WAITING, HELD)]
    return max(0, state.now - max(min(waiting), state.trouble)) if waiting else 0


def starts(world: World, protocol: Protocol) -> Iterator[State]:
    """All is quiet; the clock's ticks fall on the whole seconds, or between them."""
    first = "commit" if protocol.commits_before_waking else "watch"
    writers = [Process("writer", first, row=index, until=world.written_by) for index in range(world.rows)]
    others = [Process("bystander", "hold", row=0)] * world.bystander + [Process("worker", "take")] * world.workers
    for dues in product(world.dues, repeat=world.rows):
        rows = tuple(Row(due) for due in dues)
        for until, minute in product(range(SECOND), world.minutes):
            clocks = [Process("clock", "find_armed", until=until, minute=minute)] * world.clocks
            yield State(0, rows, Redis(), (*writers, *others, *clocks), world.faults, world.stalls)


def steps(state: State, world: World, protocol: Protocol) -> Iterator[Step]:
    """All that can happen next; nothing of interest can once every row has been looked at."""
    if is_over(state):
        return
    yield from actions(state, protocol)
    if state.faults:
        struck = state._replace(faults=state.faults - 1, trouble=state.now)
        yield from (fault for fault in faults(struck) if world.only in fault[0])
    if not state.redis.is_up:
        yield "Redis is back", state._replace(redis=state.redis._replace(is_up=True))
        yield "Redis is back, emptied", state._replace(redis=Redis())
    stalled = sum(must_act(state, process) for process in state.processes)
    if stalled <= state.stalls:
        yield "time passes", tick(state._replace(stalls=state.stalls - stalled))


def is_over(state: State) -> bool:
    return all(row.status == LOOKED for row in state.rows)


def actions(state: State, protocol: Protocol) -> Iterator[Step]:
    """What each process can do next."""
    for me, process in enumerate(state.processes):
        if can_act(state, process):
            for after in ACTIONS[process.at](Turn(state, me, protocol)):
                yield f"{process.role} {me}: {process.at}", after


def can_act(state: State, process: Process) -> bool:
    match process.at:
        case "gone" | "down":
            return False
        case "take":
            return state.redis.is_up and bool(state.redis.queue)
        case "ring_first":
            return state.redis.is_up
        case "find_armed":
            return process.until <= state.now
        case "hold":
            return state.rows[process.row].status == WAITING
    return True


def must_act(state: State, process: Process) -> bool:
    """Whoever can act has to, before time passes; a writer may come later, a bystander need not come at all."""
    if process.role == "writer" and state.rows[process.row].status == UNWRITTEN:
        return process.until <= state.now
    return process.at != "hold" and can_act(state, process)


def tick(state: State) -> State:
    """Half a second later: the flag may run out, whoever was down may start, a worker at rest may beat."""
    now, redis, processes = state.now + 1, state.redis, state.processes
    if redis.flag and redis.flag <= now:
        redis, processes = redis._replace(flag=0), touched(processes)
    processes = tuple(started(each) if each.at == "down" and each.until <= now else each for each in processes)
    rests = any(each.at == "take" for each in processes) and not redis.queue
    is_rung = redis.is_up and any(each.role == "clock" and each.at != "down" for each in processes)
    beats = now % BEAT_EVERY == 0 and rests and is_rung
    return state._replace(now=now, redis=redis, processes=processes, beat=now if beats else state.beat)


def started(process: Process) -> Process:
    """A worker rings for every job first; a clock begins with the work of a minute."""
    return Process(process.role, "ring_first" if process.role == "worker" else "find_armed")


def faults(state: State) -> Iterator[Step]:
    """Every fault that can strike now."""
    for me, process in enumerate(state.processes):
        for end in ends(state, process):
            yield f"{process.role} {me} crashes and is {end.at}", crashed(state, me, end)
    if state.redis.is_up:
        cut_off = state._replace(processes=touched(state.processes))
        yield "Redis is away", cut_off._replace(redis=state.redis._replace(is_up=False))
        if state.redis != Redis():
            yield "Redis is emptied", (cut_off if state.redis.flag else state)._replace(redis=Redis())


def ends(state: State, process: Process) -> tuple[Process, ...]:
    """What a process may be after a crash: down for a moment, or gone."""
    gone, down = Process(process.role, "gone", row=process.row), Process(process.role, "down", state.now + RESTART)
    if process.at in ("gone", "down") or has_not_begun(state, process):
        return ()
    return {"worker": (gone, down), "clock": (down,)}.get(process.role, (gone,))


def has_not_begun(state: State, process: Process) -> bool:
    """A writer that crashes before its commit, and a bystander before it holds anything, never were."""
    return process.at == "hold" or (process.role == "writer" and state.rows[process.row].status == UNWRITTEN)


def crashed(state: State, me: int, end: Process) -> State:
    """What the process held locked is free again; the ring in its hand is lost."""
    process, rows = state.processes[me], state.rows
    if process.at in ("settle", "release"):
        rows = replaced(rows, process.row, rows[process.row]._replace(status=WAITING))
    return state._replace(rows=rows, processes=replaced(state.processes, me, end))
