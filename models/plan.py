"""A policy as it is frozen into an alert: its levels, whom they page and when they apply; and that as JSON.

{"policy": "Payments", "laps": 2, "acknowledge_timeout_s": 1800, "channels": [7],
 "levels": [{"timeout_s": 300, "when": {"severities": ["critical"]},
             "targets": [{"kind": "schedule", "id": 1},
                         {"kind": "round_robin", "key": "Payments/1", "members": [{"kind": "person", "id": 3}]}]}]}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from models.routing import LevelCondition
from models.routing_json import condition_from_json, condition_to_json
from models.words import Severity


class TargetKind(StrEnum):
    """Whom a level pages. What the target's id means stands behind each."""

    PERSON = "person"  # the person's row id
    SCHEDULE = "schedule"  # the schedule's row id: whoever is on call when the level is reached
    GROUP = "group"  # the row id of a Slack user group
    ADMINS = "admins"  # None: all admins of the workspace
    CHANNEL = "channel"  # the row id under which the channel is kept among the people
    OWNER = "owner"  # None: whoever owns the alert's client
    ROUND_ROBIN = "round_robin"  # None: the members take turns, one alert each


@dataclass(frozen=True)
class Target:
    """Whom a level pages; `members` and `key`, under which the turns are counted, are for ROUND_ROBIN only."""

    kind: TargetKind
    id: int | None = None
    members: tuple["Target", ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Level:
    """One level: whom it pages, how long it waits for an answer, and when it applies (`when` None: always)."""

    targets: tuple[Target, ...]
    timeout: timedelta
    when: LevelCondition | None = None


@dataclass(frozen=True)
class Plan:
    """A policy as it stood when the alert opened. `laps` counts how often every level is reached.

    After `acknowledge_timeout` without more an acknowledged alert is open again (None: never). `channels` are the row
    ids of channels that a route posts the alert in besides.
    """

    policy: str
    levels: tuple[Level, ...]
    laps: int
    acknowledge_timeout: timedelta | None = None
    channels: tuple[int, ...] = ()

    def has_level_for(self, severity: Severity) -> bool:
        """Whether any level is for alerts of this severity, at whatever time."""
        return any(not level.when or not level.when.severities or severity in level.when.severities
                   for level in self.levels)  # fmt: skip


def targets_in(plan: Plan) -> Iterator[Target]:
    """Every target of the plan, members of a round robin after it."""
    for level in plan.levels:
        for target in level.targets:
            yield target
            yield from target.members


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """`plan` as JSON that `plan_from_json` reads back; what is unset is left out."""
    stored: dict[str, Any] = {
        "policy": plan.policy,
        "laps": plan.laps,
        "levels": [_level_to_json(level) for level in plan.levels],
    }
    if plan.acknowledge_timeout is not None:
        stored["acknowledge_timeout_s"] = plan.acknowledge_timeout.total_seconds()
    if plan.channels:
        stored["channels"] = list(plan.channels)
    return stored


def plan_from_json(stored: Mapping[str, Any]) -> Plan:
    """The plan that `plan_to_json` stored; raises KeyError or ValueError on anything else."""
    timeout = stored.get("acknowledge_timeout_s")
    return Plan(
        policy=stored["policy"],
        laps=stored["laps"],
        levels=tuple(_level_from_json(level) for level in stored["levels"]),
        acknowledge_timeout=timedelta(seconds=timeout) if timeout is not None else None,
        channels=tuple(stored.get("channels", ())),
    )


def _level_to_json(level: Level) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "timeout_s": level.timeout.total_seconds(),
        "targets": [_target_to_json(target) for target in level.targets],
    }
    return {**stored, "when": condition_to_json(level.when)} if level.when is not None else stored


def _level_from_json(stored: Mapping[str, Any]) -> Level:
    return Level(
        targets=tuple(_target_from_json(each) for each in stored["targets"]),
        timeout=timedelta(seconds=stored["timeout_s"]),
        when=condition_from_json(stored["when"], "when") if "when" in stored else None,
    )


def _target_to_json(target: Target) -> dict[str, Any]:
    if target.kind is TargetKind.ROUND_ROBIN:
        members = [_target_to_json(member) for member in target.members]
        return {"kind": target.kind.value, "key": target.key, "members": members}
    return {"kind": target.kind.value, "id": target.id}


def _target_from_json(stored: Mapping[str, Any]) -> Target:
    return Target(
        kind=TargetKind(stored["kind"]),
        id=stored.get("id"),
        members=tuple(_target_from_json(each) for each in stored.get("members", ())),
        key=stored.get("key", ""),
    )
