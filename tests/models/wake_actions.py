"""The actions of the wake-up protocol's model, each atomic; tests/models/wake_state.py says what they act on."""

from collections.abc import Callable

from tests.models.wake_state import (
    AHEAD,
    CLOCK_EVERY,
    FLAG,
    HELD,
    LOOKED,
    NEVER,
    NOW,
    OVERDUE,
    SECOND,
    SILENT,
    UNWRITTEN,
    WAITING,
    Redis,
    State,
    Turn,
    earliest_due,
    rung,
    with_item,
    without,
)


def commit(turn: Turn) -> list[State]:
    """A row is due so long after its commit; then its writer wakes, unless a mistake is made."""
    index, now, protocol = turn.process.row, turn.state.now, turn.protocol
    due = turn.state.rows[index].due
    wakes = protocol.commits_before_waking and (protocol.wakes_for_later or due == 0)
    return [turn.writes(index, WAITING, due=now + due).goes("watch" if wakes else "gone")]


def watch(turn: Turn) -> list[State]:
    return [turn.goes("exists") if turn.state.redis.is_up else after_waking(turn)]


def exists(turn: Turn) -> list[State]:
    redis = turn.state.redis
    return [after_waking(turn) if redis.flag or not redis.is_up else turn.goes("exec_ring")]


def exec_ring(turn: Turn) -> list[State]:
    """MULTI, set the flag, enqueue, EXEC: all of it, or nothing when the flag was touched meanwhile."""
    redis = turn.state.redis
    if turn.process.is_touched or not redis.is_up:
        return [after_waking(turn)]
    expires = turn.state.now + FLAG if turn.protocol.flag_expires else NEVER
    return [after_waking(turn, rung(redis, NOW)._replace(flag=expires))]


def after_waking(turn: Turn, redis: Redis | None = None) -> State:
    if turn.process.role != "writer":
        return after_looking(turn._replace(state=turn.goes("", redis, is_touched=False)))
    is_written = turn.state.rows[turn.process.row].status != UNWRITTEN
    return turn.goes("gone" if is_written else "commit", redis, is_touched=False)


def hold(turn: Turn) -> list[State]:
    return [turn.writes(turn.process.row, HELD).goes("release")]


def release(turn: Turn) -> list[State]:
    return [turn.writes(turn.process.row, WAITING).goes("gone")]


def ring_first(turn: Turn) -> list[State]:
    """A worker that starts rings every job once, regardless of the flag."""
    return [turn.goes("take", rung(turn.state.redis, NOW))]


def take(turn: Turn) -> list[State]:
    """A ring whose job is gone from Redis is passed over."""
    redis = turn.state.redis
    job, rest = redis.queue[0], redis._replace(queue=redis.queue[1:])
    if job != NOW and job not in redis.jobs:
        return [turn.goes("take", rest)]
    return [turn.goes("hush" if turn.protocol.hushes_before_looking else "claim", rest, job=job)]


def hush(turn: Turn) -> list[State]:
    redis = turn.state.redis
    quiet = redis._replace(flag=0) if redis.is_up else redis
    if turn.protocol.hushes_before_looking or turn.process.role == "clock":
        return [turn.goes("claim", quiet)]
    return [after_job(turn._replace(state=turn.goes("", quiet)))]


def claim(turn: Turn) -> list[State]:
    """Lock one due row that nobody holds; without one, batches are over."""
    rows, now = turn.state.rows, turn.state.now
    due = [(row.due, index) for index, row in enumerate(rows) if row.status == WAITING and row.due <= now]
    if due:
        _, index = min(due)
        return [turn.writes(index, HELD).goes("settle", row=index)]
    return [turn.goes("last_look") if turn.protocol.looks_last else after_looking(turn)]


def settle(turn: Turn) -> list[State]:
    """Commit the batch, which was full. After a second of batches a look wakes again instead of going on."""
    settled = turn.writes(turn.process.row, LOOKED)
    return [settled.goes(at, row=-1) for at in ("claim", "watch")]


def last_look(turn: Turn) -> list[State]:
    due = earliest_due(turn.state)
    return [after_looking(turn) if due is None else turn.goes("check_armed", due=due)]


def check_armed(turn: Turn) -> list[State]:
    """Round up to the second, one that is still to come, and see whether it is armed."""
    due, now, redis = turn.process.due, turn.state.now, turn.state.redis
    second = -(-due // SECOND) if turn.protocol.rounds_up else due // SECOND
    if turn.protocol.arms_only_what_is_to_come:
        second = max(second, now // SECOND + 1)
    if not redis.is_up or second in redis.armed:
        return [after_arming(turn)]
    state = turn.goes("save_job", second=second, due=0)
    return [state._replace(rang_early=second * SECOND < due)]


def save_job(turn: Turn) -> list[State]:
    redis = turn.state.redis
    if not redis.is_up:
        return [after_arming(turn)]
    return [turn.goes("arm", redis._replace(jobs=with_item(redis.jobs, turn.process.second)))]


def arm(turn: Turn) -> list[State]:
    redis = turn.state.redis
    if redis.is_up:
        redis = redis._replace(armed=with_item(redis.armed, turn.process.second))
    return [after_arming(turn._replace(state=turn.goes("", redis)))]


def after_arming(turn: Turn) -> State:
    return after_looking(turn._replace(state=turn.goes("", due=0, second=0)))


def after_looking(turn: Turn) -> State:
    if turn.process.role == "clock":
        return next_duty(turn)
    return after_job(turn) if turn.protocol.hushes_before_looking else turn.goes("hush")


def after_job(turn: Turn) -> State:
    return turn.goes("take") if turn.process.job == NOW else turn.goes("forget_job")


def forget_job(turn: Turn) -> list[State]:
    """`result_ttl=0`: a job that ended is deleted, even if its id has been armed again meanwhile."""
    redis = turn.state.redis
    if redis.is_up:
        redis = redis._replace(jobs=without(redis.jobs, turn.process.job))
    return [turn.goes("take", redis, job=NOW)]


def find_armed(turn: Turn) -> list[State]:
    """The clock's tick begins: read the seconds that have come."""
    redis, now = turn.state.redis, turn.state.now
    come = tuple(second for second in redis.armed if second * SECOND <= now)
    at = "move_job" if come and redis.is_up else "probe"
    return [turn.goes(at, until=now + CLOCK_EVERY, to_move=come if redis.is_up else (), redis_failed=not redis.is_up)]


def move_job(turn: Turn) -> list[State]:
    """Into the queue; an armed second whose job is gone is dropped."""
    redis, second = turn.state.redis, turn.process.to_move[0]
    if not redis.is_up:
        return [turn.goes("probe", to_move=(), redis_failed=True)]
    return [turn.goes("disarm", rung(redis, second) if second in redis.jobs else redis)]


def disarm(turn: Turn) -> list[State]:
    redis, (second, *later) = turn.state.redis, turn.process.to_move
    if not redis.is_up:
        return [turn.goes("probe", to_move=(), redis_failed=True)]
    left = redis._replace(armed=without(redis.armed, second))
    return [turn.goes("move_job" if later else "probe", left, to_move=tuple(later))]


def probe(turn: Turn) -> list[State]:
    """One reading of PostgreSQL decides what else this tick has to do."""
    process, now, due = turn.process, turn.state.now, earliest_due(turn.state)
    duties, to_arm = [], 0
    if turn.protocol.probes and due is not None and now - due > OVERDUE:
        duties.append("watch" if turn.protocol.probe_honours_flag else "ring_regardless")
    if process.minute == 0 and due is not None and now < due < now + AHEAD:
        duties.append("check_armed")
        to_arm = due
    if turn.protocol.stands_in and (process.redis_failed or now - turn.state.beat > SILENT):
        duties.append("hush")
    known = turn.goes("", duties=tuple(duties), redis_failed=False, due=to_arm, minute=max(-1, process.minute - 1))
    return [next_duty(turn._replace(state=known))]


def ring_regardless(turn: Turn) -> list[State]:
    redis = turn.state.redis
    return [next_duty(turn._replace(state=turn.goes("", rung(redis, NOW) if redis.is_up else redis)))]


def next_duty(turn: Turn) -> State:
    duties = turn.process.duties
    return turn.goes(duties[0], duties=duties[1:]) if duties else turn.goes("find_armed")


ACTIONS: dict[str, Callable[[Turn], list[State]]] = {
    action.__name__: action
    for action in (
        commit, watch, exists, exec_ring, hold, release,
        ring_first, take, hush, claim, settle, last_look, check_armed, save_job, arm, forget_job,
        find_armed, move_job, disarm, probe, ring_regardless,
    )
}  # fmt: skip
