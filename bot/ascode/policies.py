"""The section `policies`: whom an alert pages, level by level."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.ascode.faults import did_you_mean
from bot.ascode.fields import (
    Fields,
    Item,
    Wrong,
    again_and_again,
    items,
    text,
    whole,
    yes_or_no,
)
from bot.ascode.names import NO_CHANNEL, Names
from models.actions.configuring import Configured
from models.durations import duration, spelled_duration
from models.plan import Level, Plan, Target, TargetKind
from models.routing_json import condition_from_json, condition_to_json
from models.schedule_check import Problem

Resolve = Callable[[TargetKind, str], int]
"""The row id of whom a target of this kind names."""

POLICY = ("name", "default", "laps", "acknowledge_timeout", "levels")
LEVEL = ("targets", "timeout", "when")
WORDS = (TargetKind.ADMINS.value, TargetKind.OWNER.value)
NAMED = (TargetKind.PERSON, TargetKind.SCHEDULE, TargetKind.GROUP, TargetKind.CHANNEL)
MEMBERS = (TargetKind.PERSON, TargetKind.SCHEDULE)
MOST_LEVELS, MOST_LAPS, MOST_TARGETS = 20, 20, 50
DEFAULT_LAPS, DEFAULT_TIMEOUT = 1, "5m"


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The policy at `path`; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, POLICY)
    item: Item = {"name": fields.required("name", text)}
    if fields.optional("default", yes_or_no):
        item["default"] = True
    item["laps"] = fields.optional("laps", whole(1, MOST_LAPS)) or DEFAULT_LAPS
    timeout = fields.optional("acknowledge_timeout", duration)
    if timeout is not None:
        item["acknowledge_timeout"] = spelled_duration(timeout)
    levels = fields.items("levels", least=1, most=MOST_LEVELS)
    return {**item, "levels": [_level(each, place, names, wrong) for place, each in levels]}


def present(known: Configured, names: Names) -> list[Item]:
    """The policies as they are, the default one first."""
    stored = sorted(known.policies, key=lambda each: (not each.is_default, each.plan.policy))
    return [_item(each.plan, each.is_default, names) for each in stored]


def plan_of(item: Item, resolve: Resolve) -> Plan:
    """The plan that an item without faults describes."""
    timeout = item.get("acknowledge_timeout")
    return Plan(
        policy=item["name"],
        levels=tuple(
            _level_of(level, f"{item['name']}/{number}", resolve) for number, level in enumerate(item["levels"], 1)
        ),
        laps=item["laps"],
        acknowledge_timeout=duration(timeout) if timeout is not None else None,
    )


def schedules_named(item: Item) -> set[str]:
    """The schedules that the policy's levels page."""
    targets = [target for level in item["levels"] for target in level["targets"]]
    members = [each for target in targets for each in _members(target)]
    return {each["schedule"] for each in (*targets, *members) if isinstance(each, dict) and "schedule" in each}


def _members(target: Any) -> list[Any]:
    return list(target.get("round_robin", ())) if isinstance(target, dict) else []


def _level(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    fields = Fields(data, path, wrong, LEVEL)
    targets = [
        _target(each, place, names, wrong) for place, each in fields.items("targets", least=1, most=MOST_TARGETS)
    ]
    timeout = fields.optional("timeout", duration)
    item: Item = {"targets": targets, "timeout": spelled_duration(timeout) if timeout else DEFAULT_TIMEOUT}
    when = data.get("when") if isinstance(data, Mapping) else None
    condition = _condition(when, f"{path}.when", wrong) if when is not None else None
    return {**item, "when": condition} if condition else item


def _condition(data: object, path: str, wrong: Wrong) -> Item | None:
    if not Fields(data, path, wrong, ("severities", "windows", "zone")).is_object or not isinstance(data, Mapping):
        return None
    known = {name: data[name] for name in ("severities", "windows", "zone") if name in data}
    found = again_and_again(lambda left: condition_from_json(left, path), known, path, wrong, {"zone": "UTC"})
    return condition_to_json(found) if found is not None else None


def _target(data: object, path: str, names: Names, wrong: Wrong) -> Any:
    """A target as one word or an object with one field; None for what is neither."""
    kinds = (*(kind.value for kind in NAMED), TargetKind.ROUND_ROBIN.value)
    if isinstance(data, str):
        if data not in WORDS:
            hint = did_you_mean(data, WORDS) or ", or an object such as {person: alice}"
            wrong.append(Problem(path, f'must be admins or owner, not "{data[:60]}"{hint}'))
        return data
    if not isinstance(data, Mapping) or len(data) != 1:
        wrong.append(Problem(path, f"must be admins, owner, or an object with one of {', '.join(kinds)}"))
        return None
    fields = Fields(data, path, wrong, kinds)
    if TargetKind.ROUND_ROBIN.value not in data:
        return _named(data, fields, path, names, wrong, NAMED)
    members = items(data[TargetKind.ROUND_ROBIN.value], f"{path}.round_robin", wrong, least=1, most=MOST_TARGETS)
    return {"round_robin": [_member(each, place, names, wrong) for place, each in members]}


def _member(data: object, path: str, names: Names, wrong: Wrong) -> Any:
    if not isinstance(data, Mapping) or len(data) != 1:
        wrong.append(Problem(path, "must be an object with one of person, schedule"))
        return None
    fields = Fields(data, path, wrong, MEMBERS)
    return _named(data, fields, path, names, wrong, MEMBERS)


def _named(
    data: Mapping[str, object], fields: Fields, path: str, names: Names, wrong: Wrong, kinds: tuple[TargetKind, ...]
) -> Item:
    readers: dict[TargetKind, Callable[[object], str]] = {
        TargetKind.PERSON: names.person,
        TargetKind.SCHEDULE: names.schedule,
        TargetKind.GROUP: lambda word: names.spelled_group(names.group(word)),
        TargetKind.CHANNEL: lambda word: names.spelled_channel(names.channel(word)),
    }
    for kind in kinds:
        if kind.value not in data:
            continue
        if data[kind.value] is None:
            text = NO_CHANNEL if kind is TargetKind.CHANNEL else "is empty"
            wrong.append(Problem(f"{path}.{kind}", text))
        return {kind.value: fields.optional(kind.value, readers[kind])}
    return {}


def _item(plan: Plan, is_default: bool, names: Names) -> Item:
    item: Item = {"name": plan.policy, **({"default": True} if is_default else {}), "laps": plan.laps}
    if plan.acknowledge_timeout is not None:
        item["acknowledge_timeout"] = spelled_duration(plan.acknowledge_timeout)
    return {**item, "levels": [_level_item(level, names) for level in plan.levels]}


def _level_item(level: Level, names: Names) -> Item:
    """What a target stands for may be gone; it pages nobody, and is left out."""
    targets = [found for each in level.targets if (found := _target_item(each, names)) is not None]
    item: Item = {"targets": targets, "timeout": spelled_duration(level.timeout)}
    when = condition_to_json(level.when) if level.when is not None else {}
    return {**item, "when": when} if when else item


def _target_item(target: Target, names: Names) -> Any:
    kind, row_id = target.kind, target.id
    match kind:
        case TargetKind.ADMINS | TargetKind.OWNER:
            return kind.value
        case TargetKind.ROUND_ROBIN:
            members = [found for each in target.members if (found := _target_item(each, names)) is not None]
            return {kind.value: members} if members else None
        case TargetKind.PERSON:
            return {kind.value: names.spelled_person(row_id)} if row_id and names.has_person(row_id) else None
        case TargetKind.SCHEDULE:
            schedule = names.known.schedules.get(row_id or 0)
            return {kind.value: schedule.name} if schedule is not None else None
        case TargetKind.GROUP:
            group = names.group_of_row(row_id)
            return {kind.value: names.spelled_group(group)} if group is not None else None
        case TargetKind.CHANNEL:
            channel = names.channel_of_row(row_id)
            return {kind.value: names.spelled_channel(channel)} if channel is not None else None


def _level_of(item: Item, key: str, resolve: Resolve) -> Level:
    return Level(
        targets=tuple(
            _target_of(target, f"{key}/{number}", resolve) for number, target in enumerate(item["targets"], 1)
        ),
        timeout=duration(item["timeout"]),
        when=condition_from_json(item["when"], "when") if "when" in item else None,
    )


def _target_of(target: Any, key: str, resolve: Resolve) -> Target:
    if isinstance(target, str):
        return Target(TargetKind(target))
    ((word, named),) = target.items()
    kind = TargetKind(word)
    if kind is TargetKind.ROUND_ROBIN:
        return Target(kind, members=tuple(_target_of(each, key, resolve) for each in named), key=key)
    return Target(kind, resolve(kind, named))
