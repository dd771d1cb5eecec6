"""What would keep somebody from being reached, found before the night in which it matters.

The check runs when the rules change, nightly, and at each hand-off. It names only what is certain.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from models.oncall import Schedule, gaps
from models.plan import Level, Plan, Target, TargetKind, targets_in
from models.reach import Crew
from models.routing import Route
from models.unreachable import unreachable

LOOK_AHEAD_DAYS = 14


class FindingKind(StrEnum):
    DEACTIVATED = "deactivated"
    ONLY_SLACK = "only_slack"
    EMPTY_SLOT = "empty_slot"
    DEAD_LEVEL = "dead_level"
    DEAD_ROUTE = "dead_route"
    NO_POLICY = "no_policy"


@dataclass(frozen=True)
class Finding:
    """One thing to mend: `where` it stands, and a sentence that says what is wrong and what to do.

    `person` is the row id of whom it is about; `moment` the time at which it begins to matter. The sentence leaves
    both out, so that they can be shown as a mention and in the reader's zone.
    """

    kind: FindingKind
    where: str
    text: str
    person: int | None = None
    moment: datetime | None = None


@dataclass(frozen=True)
class Rules:
    """What is checked. `quiet` are people with Do Not Disturb hours, `other_ways` those with a way besides Slack."""

    plans: tuple[Plan, ...]
    routes: tuple[Route, ...] = ()
    schedules: Mapping[int, Schedule] = field(default_factory=dict)
    groups: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    quiet: frozenset[int] = frozenset()
    other_ways: frozenset[int] = frozenset()


def findings(rules: Rules, crew: Crew, now: datetime) -> tuple[Finding, ...]:
    """Everything that is wrong, the worst kind first; empty when everybody can be reached."""
    found = [
        *(each for plan in rules.plans for each in _levels(plan, rules, crew)),
        *_slots(rules, now),
        *_policies_of_routes(rules),
        *_people(rules, crew),
        *(Finding(FindingKind.DEAD_ROUTE, f'route "{each.route}"', f"It can never be taken: {each.reason}.")
          for each in unreachable(rules.routes)),
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))


def people_named(rules: Rules) -> Iterator[tuple[int, str]]:
    """(row id, where) of everybody whom a policy or a schedule that is used names."""
    for plan in rules.plans:
        for target in targets_in(plan):
            if target.kind is TargetKind.PERSON and target.id is not None:
                yield target.id, f'policy "{plan.policy}"'
    for schedule in _used(rules).values():
        where = f'schedule "{schedule.name}"'
        yield from ((person, where) for layer in schedule.layers for person in layer.people)


def _used(rules: Rules) -> dict[int, Schedule]:
    """The schedules that some policy pages."""
    ids = {target.id for plan in rules.plans for target in targets_in(plan) if target.kind is TargetKind.SCHEDULE}
    return {key: schedule for key, schedule in rules.schedules.items() if key in ids}


def _people(rules: Rules, crew: Crew) -> Iterator[Finding]:
    for person, where in dict.fromkeys(people_named(rules)):
        if person not in crew.active:
            text = "This person is deactivated in Slack and cannot be paged. Name somebody else."
            yield Finding(FindingKind.DEACTIVATED, where, text, person)
        elif person in rules.quiet and person not in rules.other_ways:
            text = "This person has Do Not Disturb hours, and Slack is the only way to page them."
            yield Finding(FindingKind.ONLY_SLACK, where, text, person)


def _slots(rules: Rules, now: datetime) -> Iterator[Finding]:
    for schedule in _used(rules).values():
        empty = gaps(schedule, now, LOOK_AHEAD_DAYS)
        if empty:
            hours = sum((gap.end - gap.start for gap in empty), timedelta()) / timedelta(hours=1)
            many = f"There is a gap of {hours:.3g} hours" if len(empty) == 1 else f"There are {len(empty)} gaps"
            altogether = "" if len(empty) == 1 else f", {hours:.3g} hours altogether"
            text = f"{many} in the next {LOOK_AHEAD_DAYS} days{altogether}: nobody is on call then."
            yield Finding(FindingKind.EMPTY_SLOT, f'schedule "{schedule.name}"', text, moment=empty[0].start)


def _levels(plan: Plan, rules: Rules, crew: Crew) -> Iterator[Finding]:
    if not plan.levels:
        yield Finding(FindingKind.DEAD_LEVEL, f'policy "{plan.policy}"', "It has no levels, so it pages nobody.")
    for number, level in enumerate(plan.levels, start=1):
        why = _dead(level, rules, crew)
        if why is not None:
            yield Finding(FindingKind.DEAD_LEVEL, f'policy "{plan.policy}", level {number}', why)


def _dead(level: Level, rules: Rules, crew: Crew) -> str | None:
    """Why nobody can ever be reached by the level; None when somebody may be."""
    if not level.targets:
        return "It has no targets, so it is always passed over."
    if any(_may_reach(target, rules, crew) for target in level.targets):
        return None
    return "Nobody behind it can be reached, so it is always passed over."


def _may_reach(target: Target, rules: Rules, crew: Crew) -> bool:
    match target.kind:
        case TargetKind.PERSON | TargetKind.CHANNEL:
            return target.id in crew.active
        case TargetKind.ADMINS:
            return bool(crew.admins)
        case TargetKind.GROUP:
            return _any_active(rules.groups.get(target.id or 0, ()), crew)
        case TargetKind.SCHEDULE:
            schedule = rules.schedules.get(target.id or 0)
            return schedule is not None and _any_active(_everybody(schedule), crew)
        case TargetKind.ROUND_ROBIN:
            return any(_may_reach(member, rules, crew) for member in target.members)
        case TargetKind.OWNER:
            return True


def _everybody(schedule: Schedule) -> Iterator[int]:
    yield from (person for layer in schedule.layers for person in layer.people)
    yield from (override.person for override in schedule.overrides)


def _any_active(people: Iterable[int], crew: Crew) -> bool:
    return any(person in crew.active for person in people)


def _policies_of_routes(rules: Rules) -> Iterator[Finding]:
    known = {plan.policy for plan in rules.plans}
    for route in rules.routes:
        if route.policy is not None and route.policy not in known:
            text = f'Its policy "{route.policy}" does not exist; the default policy is used instead.'
            yield Finding(FindingKind.NO_POLICY, f'route "{route.name}"', text)
