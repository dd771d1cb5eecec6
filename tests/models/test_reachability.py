"""The reachability check by a table: one English sentence a case, and what it finds."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from models.hours import parse_hours
from models.matching import parse_matchers
from models.oncall import Schedule
from models.plan import Level, Plan, Target, TargetKind
from models.reach import Crew
from models.reachability import FindingKind, Rules, findings
from models.rotation import Rotation, Unit
from models.routing import Route

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FIVE = timedelta(minutes=5)
ALICE, BOB, CHARLIE = (Target(TargetKind.PERSON, number) for number in (1, 2, 3))
ADMINS, OWNER = Target(TargetKind.ADMINS), Target(TargetKind.OWNER)
ROTA, GROUP, CHANNEL = Target(TargetKind.SCHEDULE, 5), Target(TargetKind.GROUP, 6), Target(TargetKind.CHANNEL, 9)
ROUND = Target(TargetKind.ROUND_ROBIN, members=(ALICE, BOB), key="Nights/1")
CREW = Crew(active=frozenset({1, 2, 9}), admins=(1,))
LAYER = Rotation("Layer", (1, 2), 1, Unit.DAYS, "UTC", NOW - timedelta(days=1), time(9))
ALWAYS = Schedule("Payments", (LAYER,))


def plan(*levels: tuple[Target, ...]) -> Plan:
    return Plan("Nights", tuple(Level(targets, FIVE) for targets in levels), laps=1)


@dataclass(frozen=True)
class Case:
    sentence: str
    rules: Rules
    found: dict[FindingKind, str] = field(default_factory=dict)
    crew: Crew = CREW


def rules(*levels: tuple[Target, ...], schedule: Schedule | None = None, **fields: object) -> Rules:
    schedules = {5: schedule} if schedule is not None else {}
    return replace(Rules((plan(*levels),), schedules=schedules), **fields)  # type: ignore[arg-type]


CASES = [
    Case("everybody can be reached", rules((ALICE,), (BOB, ROTA), (ADMINS,), schedule=ALWAYS)),
    Case("a person who is deactivated, and the level that has only them", rules((ALICE,), (CHARLIE,)),
         {FindingKind.DEACTIVATED: 'policy "Nights"', FindingKind.DEAD_LEVEL: 'policy "Nights", level 2'}),
    Case("a person who is deactivated beside one who is not", rules((CHARLIE, ALICE)),
         {FindingKind.DEACTIVATED: 'policy "Nights"'}),
    Case("a schedule with somebody who is deactivated", rules((ROTA,), schedule=Schedule("Payments", (
        replace(LAYER, people=(1, 3)),))), {FindingKind.DEACTIVATED: 'schedule "Payments"'}),
    Case("a schedule that covers only office hours", rules((ROTA,), (ALICE,), schedule=Schedule("Payments", (
        replace(LAYER, hours=parse_hours("mon-fri 09:00-17:00")),))),
         {FindingKind.EMPTY_SLOT: 'schedule "Payments"'}),
    Case("a schedule that no policy uses may be empty", rules((ALICE,), schedule=Schedule("Payments", (
        replace(LAYER, people=(3,), end=NOW),)))),
    Case("a level whose schedule is gone", rules((ALICE,), (ROTA,)),
         {FindingKind.DEAD_LEVEL: 'policy "Nights", level 2'}),
    Case("a level whose group is empty", rules((GROUP,), (ALICE,), groups={6: ()}),
         {FindingKind.DEAD_LEVEL: 'policy "Nights", level 1'}),
    Case("a group of whom one is there", rules((GROUP,), groups={6: (3, 2)})),
    Case("a round robin of whom one is there", rules((ROUND,)), {FindingKind.DEACTIVATED: 'policy "Nights"'},
         Crew(frozenset({2}), ())),
    Case("a channel that is there, and the owner of a client, who cannot be known", rules((CHANNEL,), (OWNER,))),
    Case("admins, when there are none", rules((ADMINS,)), {FindingKind.DEAD_LEVEL: 'policy "Nights", level 1'},
         Crew(frozenset({2}), ())),
    Case("a policy without levels", rules(), {FindingKind.DEAD_LEVEL: 'policy "Nights"'}),
    Case("a level without targets", rules((), (ALICE,)), {FindingKind.DEAD_LEVEL: 'policy "Nights", level 1'}),
    Case("somebody with quiet hours whom only Slack reaches", rules((ALICE,), quiet=frozenset({1})),
         {FindingKind.ONLY_SLACK: 'policy "Nights"'}),
    Case("somebody with quiet hours and another way", rules((ALICE,), quiet=frozenset({1}),
         other_ways=frozenset({1}))),
    Case("a route that an earlier one covers", rules((ALICE,), routes=(
        Route("all"), Route("payments", parse_matchers('team="payments"')))),
         {FindingKind.DEAD_ROUTE: 'route "payments"'}),
    Case("a route to a policy that does not exist", rules((ALICE,), routes=(Route("all", policy="Days"),)),
         {FindingKind.NO_POLICY: 'route "all"'}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_findings(case: Case) -> None:
    found = findings(case.rules, case.crew, NOW)
    assert {each.kind: each.where for each in found} == case.found
    assert all(each.text.endswith(".") for each in found)


def test_every_kind_of_finding_has_a_case() -> None:
    assert {kind for case in CASES for kind in case.found} == set(FindingKind)


def test_an_empty_slot_tells_when_it_begins_and_how_much_is_missing() -> None:
    until = NOW + timedelta(days=3)
    schedule = Schedule("Payments", (replace(LAYER, end=until),))
    (found,) = findings(rules((ROTA,), schedule=schedule), CREW, NOW)
    assert found.moment == until
    assert "264 hours" in found.text


def test_what_begins_after_14_days_is_not_told_yet() -> None:
    for days, count in ((13, 1), (15, 0)):
        schedule = Schedule("Payments", (replace(LAYER, end=NOW + timedelta(days=days)),))
        assert len(findings(rules((ROTA,), schedule=schedule), CREW, NOW)) == count
