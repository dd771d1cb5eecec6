"""What `/heed heartbeat` answers."""

from collections.abc import Sequence

from bot.views.parts import SECTION_LENGTH, first_lines, on, quoted
from models.heartbeat import HeartbeatLine, Rhythm, in_words

ONLY = "Only admins add and remove heartbeats. `/heed heartbeat` lists them."
USAGE = (
    "`/heed heartbeat add nightly-backup every:1d grace:1h` adds one, and "
    "`/heed heartbeat remove nightly-backup` expects it no more."
)


def listing(lines: Sequence[HeartbeatLine]) -> str:
    if not lines:
        return f"Nothing is expected to beat. {USAGE}"
    silent = sum(line.is_silent for line in lines)
    head = f"*Heartbeats*: {len(lines)}, of which {silent} silent" if silent else f"*Heartbeats*: {len(lines)}"
    shown = sorted(lines, key=lambda line: not line.is_silent)
    return first_lines([head, *map(_line, shown), USAGE], SECTION_LENGTH)


def _line(line: HeartbeatLine) -> str:
    if line.rhythm is None:
        return f"• :warning: *{quoted(line.name, 80)}*: its settings cannot be read; remove it and add it again"
    return f"• {_state(line)} *{quoted(line.name, 80)}*, every {in_words(line.rhythm.every)}{_told(line)}"


def _state(line: HeartbeatLine) -> str:
    if line.is_silent:
        return ":red_circle:"
    return ":large_green_circle:" if line.last_at is not None else ":white_circle:"


def _told(line: HeartbeatLine) -> str:
    if line.last_at is None:
        return ": nothing has come yet, so nothing is expected"
    told = f": last beat {on(line.last_at)}"
    if line.expected_at is not None:
        return f"{told}, the next one by {on(line.expected_at)}"
    return f"{told}, *silent*" + (f" (#{line.alert_id})" if line.alert_id is not None else "")


def added(name: str, rhythm: Rhythm, address: str) -> str:
    """The only time that its address is shown."""
    return (
        f"*{quoted(name, 80)}* is expected every {in_words(rhythm.every)}, with {in_words(rhythm.grace)} of grace, "
        f"from its first beat on. Its silence is {rhythm.severity.label}. Have the job call this when it is done:\n"
        f"```curl -fsS -m 10 --retry 3 {address}```\n"
        "The address is a secret and is shown only now."
    )


def removed(name: str, resolved: Sequence[int]) -> str:
    ended = f" #{resolved[0]} is resolved." if resolved else ""
    return f"*{quoted(name, 80)}* is expected no more, and its address takes nothing.{ended}"


def no_such(name: str) -> str:
    return f"There is no heartbeat “{quoted(name, 80)}”. `/heed heartbeat` lists them."


def there_already(name: str) -> str:
    return f"There is a heartbeat “{quoted(name, 80)}” already. Remove it first, or choose another name."


def not_understood(why: str) -> str:
    return f"I did not understand that: {why}. {USAGE}"
