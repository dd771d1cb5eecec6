"""What Redis has been told, read by MONITOR, in the words of the wake-up protocol's model."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from redis.client import Monitor

from bot.context import Context
from models.bell import FLAG_SECONDS, RINGS, connect, flag_of

JOB = "escalate"
FLAG, QUEUE, ARMED = flag_of(JOB), "rq:queue:page", "rq:scheduler:scheduled_jobs"
SAID = {
    f"WATCH {FLAG}": "watch",
    f"EXISTS {FLAG}": "exists",
    f"DEL {FLAG}": "hush",
    f"LMOVE {QUEUE} ": "take",
    f"ZSCORE {ARMED} {JOB}-": "check_armed",
    rf"HSET rq:job:{JOB}-\d+ created_at": "save_job",
    rf"ZADD {ARMED} \d+ {JOB}-": "arm",
    f"ZRANGEBYSCORE {ARMED} ": "find_armed",
    f"ZREM {ARMED} ": "disarm",
}
"""What Redis is told, and which action of the model that is. An echo says it itself."""


@contextmanager
def heard(context: Context) -> Iterator[list[str]]:
    """Fills the list, at the end, with the actions that Redis has seen meanwhile."""
    done: list[str] = []
    client = connect(context.settings.redis_url, timeout=5)
    with client.monitor() as monitor:  # type: ignore[no-untyped-call]
        yield done
        context.bell.redis.echo("the end")
        done += actions(list(commands(monitor)))
    client.close()


def commands(monitor: Monitor) -> Iterator[str]:
    """What Redis has been told until the end."""
    while (command := monitor.next_command()["command"]) != "ECHO the end":  # type: ignore[no-untyped-call]
        yield command


def actions(lines: list[str]) -> Iterator[str]:
    """Everything between MULTI and EXEC is one action."""
    transaction: list[str] | None = None
    for line in lines:
        if line == "MULTI":
            transaction = []
        elif line == "EXEC":
            yield from action_of_all(transaction or [])
            transaction = None
        elif transaction is not None:
            transaction.append(line)
        elif line.startswith("ECHO "):
            yield line.removeprefix("ECHO ")
        else:
            yield from (action for said, action in SAID.items() if re.match(said, line))


def action_of_all(transaction: list[str]) -> list[str]:
    whole = "\n".join(transaction)
    if f"DEL rq:job:{JOB}-" in whole:
        return ["forget_job"]
    if f"RPUSH {QUEUE} {JOB}-" in whole:
        return ["move_job"]
    if f"RPUSH {QUEUE} " in whole and RINGS[JOB].function in whole:
        return ["exec_ring" if f"SET {FLAG} 1 EX {FLAG_SECONDS}" in whole else "ring_regardless"]
    return []
