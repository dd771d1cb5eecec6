"""Who stands behind a target at a moment: the late resolving of people (rule 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.oncall import Schedule, person_at
from models.plan import Level, Target, TargetKind


@dataclass(frozen=True)
class Crew:
    """Everybody who may be paged in a workspace (row ids), its schedules and user groups by row id.

    `active` are people and channels that can be reached; `admins` are among them.
    """

    active: frozenset[int] = frozenset()
    admins: tuple[int, ...] = ()
    schedules: Mapping[int, Schedule] = field(default_factory=dict)
    groups: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What one alert adds: its client's owner, and who was picked for it in each round robin."""

    owner: int | None = None
    picks: Mapping[str, int] = field(default_factory=dict)


class ReachAt:
    """The `Reach` of one alert at one moment. `turns` counts, by key, the alerts that each round robin was given."""

    def __init__(self, crew: Crew, now: datetime, case: Case, turns: Mapping[str, int]) -> None:
        self._crew, self._now, self._case, self._turns = crew, now, case, turns

    def get(self, target: Target, default: tuple[int, ...] = (), /) -> tuple[int, ...]:
        """The people behind `target` who can be reached, in order; nobody for what does not exist any more."""
        if target.kind is TargetKind.ROUND_ROBIN:
            picked = self.picked(target)
            return (picked[0],) if picked is not None else ()
        return tuple(each for each in self._named(target) if each in self._crew.active)

    def picked(self, target: Target) -> tuple[int, int] | None:
        """(whose turn it is, how many turns are taken with it); None when no member can be reached.

        Somebody who was picked before stays picked while they can be reached; whoever cannot be reached is left out.
        """
        taken = self._turns.get(target.key, 0)
        before = self._case.picks.get(target.key)
        if before in self._crew.active and before is not None:
            return before, taken
        for offset in range(len(target.members)):
            people = self.get(target.members[(taken + offset) % len(target.members)])
            if people:
                return people[0], taken if before is not None else taken + offset + 1
        return None

    def _named(self, target: Target) -> tuple[int, ...]:
        match target.kind:
            case TargetKind.PERSON | TargetKind.CHANNEL:
                return (target.id,) if target.id is not None else ()
            case TargetKind.ADMINS:
                return self._crew.admins
            case TargetKind.GROUP:
                return self._crew.groups.get(target.id or 0, ())
            case TargetKind.OWNER:
                return (self._case.owner,) if self._case.owner is not None else ()
            case TargetKind.SCHEDULE:
                schedule = self._crew.schedules.get(target.id or 0)
                person = person_at(schedule, self._now) if schedule is not None else None
                return (person,) if person is not None else ()
        raise AssertionError(f"{target.kind} is resolved elsewhere")


def turns_taken(level: Level, reach: ReachAt, case: Case) -> dict[str, tuple[int, int]]:
    """(person, turns taken with it) by key, of the round robins that a page of `level` uses for the first time."""
    robins = (target for target in level.targets if target.kind is TargetKind.ROUND_ROBIN)
    found = {target.key: reach.picked(target) for target in robins if target.key not in case.picks}
    return {key: picked for key, picked in found.items() if picked is not None}
