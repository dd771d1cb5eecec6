"""`advance` by a table: one English sentence a case, the effects and the reason it gives."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from models.escalation import (
    A_MINUTE,
    RETRY_WHEN_NOBODY,
    STEPS_A_MINUTE,
    Advance,
    Effect,
    Exhaust,
    Hold,
    LeaveForDigest,
    PageLevel,
    PassOver,
    Reach,
    Reason,
    Remind,
    Reopen,
    ReopenCause,
    Silence,
    State,
    TellNobodyReachable,
    TellNoLevels,
    TellRunaway,
    advance,
    coming,
    people_of,
)
from models.plan import Level, Plan, Target, TargetKind
from models.routing import LevelCondition
from models.words import Severity, Status

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FIVE = timedelta(minutes=5)
TEN = timedelta(minutes=10)
ALICE, BOB, CHARLIE = (Target(TargetKind.PERSON, number) for number in (1, 2, 3))
ADMINS = Target(TargetKind.ADMINS)
REACH: Reach = {ALICE: (1,), BOB: (2,), CHARLIE: (3,), ADMINS: (1, 2)}
WITHOUT_BOB: Reach = {ALICE: (1,), CHARLIE: (3,), ADMINS: (1,)}
ONLY_CHARLIE: Reach = {CHARLIE: (3,)}
NOBODY: Reach = {}
PLAN = Plan("Nights", (Level((ALICE,), FIVE), Level((BOB,), TEN), Level((CHARLIE,), FIVE)), laps=2)
ONLY_CRITICAL_FIRST = Plan(
    "Critical first",
    (Level((ALICE,), FIVE, LevelCondition(frozenset({Severity.CRITICAL}))), Level((BOB,), TEN)),
    laps=2,
)
FRESH = State(Status.OPEN, PLAN, next_step_at=NOW)

ACKNOWLEDGED = State(Status.ACKNOWLEDGED, replace(PLAN, acknowledge_timeout=timedelta(minutes=30)), next_step_at=NOW)


def at(level: int, lap: int = 1, reached: bool = True, tries: int = 0) -> State:
    """An open alert that is at this level of this lap, its next step due now."""
    return replace(FRESH, level=level, lap=lap, reached=reached, tries=tries)


@dataclass(frozen=True)
class Case:
    sentence: str
    state: State
    reason: Reason
    effects: tuple[Effect, ...] = ()
    becomes: tuple[int, int] | None = None
    next_step_at: datetime | None = None
    reach: Reach | None = None
    hold: Hold | None = None


CASES = [
    Case(
        "level 1 is paged at opening and its timeout runs after its page",
        FRESH,
        Reason.PAGED,
        (PageLevel(1, 1, (1,), NOW + FIVE),),
        (1, 1),
        NOW + FIVE,
    ),
    Case(
        "without an answer the next level is paged, with its own timeout",
        at(1),
        Reason.PAGED,
        (PageLevel(1, 2, (2,), NOW + TEN),),
        (1, 2),
        NOW + TEN,
    ),
    Case(
        "after the last level the second lap begins at level 1",
        at(3),
        Reason.PAGED,
        (PageLevel(2, 1, (1,), NOW + FIVE),),
        (2, 1),
        NOW + FIVE,
    ),
    Case(
        "after the last level of the last lap the escalation is exhausted",
        at(3, lap=2),
        Reason.EXHAUSTED,
        (Exhaust(2, 3),),
        (2, 3),
        None,
    ),
    Case(
        "a level that has nobody is passed over without waiting",
        at(1),
        Reason.PAGED,
        (PassOver(1, 2), PageLevel(1, 3, (3,), NOW + FIVE)),
        (1, 3),
        NOW + FIVE,
        WITHOUT_BOB,
    ),
    Case(
        "several empty levels are passed over in one step",
        FRESH,
        Reason.PAGED,
        (PassOver(1, 1), PassOver(1, 2), PageLevel(1, 3, (3,), NOW + FIVE)),
        (1, 3),
        NOW + FIVE,
        ONLY_CHARLIE,
    ),
    Case(
        "an empty last level is passed over into the next lap",
        at(2),
        Reason.PAGED,
        (PassOver(1, 3), PageLevel(2, 1, (1,), NOW + FIVE)),
        (2, 1),
        NOW + FIVE,
        {ALICE: (1,)},
    ),
    Case(
        "an empty last level of the last lap ends the escalation at once",
        at(2, lap=2),
        Reason.EXHAUSTED,
        (PassOver(2, 3), Exhaust(2, 3)),
        (2, 3),
        None,
        {ALICE: (1,)},
    ),
    Case(
        "a lap that reached nobody is tried again from level 1 after five minutes",
        FRESH,
        Reason.NOBODY,
        (PassOver(1, 1), PassOver(1, 2), PassOver(1, 3), TellNobodyReachable(1, NOW + RETRY_WHEN_NOBODY)),
        (1, 0),
        NOW + RETRY_WHEN_NOBODY,
        NOBODY,
    ),
    Case(
        "when every page of a lap failed, the lap counts as one that reached nobody",
        at(3, reached=False),
        Reason.NOBODY,
        (TellNobodyReachable(1, NOW + RETRY_WHEN_NOBODY),),
        (1, 0),
        NOW + RETRY_WHEN_NOBODY,
    ),
    Case(
        "a later lap that reached nobody is tried again as the same lap",
        at(3, lap=2, reached=False, tries=4),
        Reason.NOBODY,
        (TellNobodyReachable(2, NOW + RETRY_WHEN_NOBODY),),
        (2, 0),
        NOW + RETRY_WHEN_NOBODY,
    ),
    Case(
        "when somebody can be reached again, the retried lap pages them",
        at(0, reached=False, tries=3),
        Reason.PAGED,
        (PageLevel(1, 1, (1,), NOW + FIVE),),
        (1, 1),
        NOW + FIVE,
    ),
    Case(
        "a policy without levels is told once and not tried again",
        replace(FRESH, plan=Plan("Empty", (), 3)),
        Reason.NO_LEVELS,
        (TellNoLevels("Empty"),),
        (1, 0),
        None,
    ),
    Case(
        "a step that was overdue for hours runs its timeout from now, not from when it was due",
        replace(at(1), next_step_at=NOW - timedelta(hours=6)),
        Reason.PAGED,
        (PageLevel(1, 2, (2,), NOW + TEN),),
        (1, 2),
        NOW + TEN,
    ),
    Case(
        "a step that came too early is stale and changes nothing",
        replace(at(1), next_step_at=NOW + timedelta(microseconds=1)),
        Reason.NOT_DUE,
        (),
        (1, 1),
        NOW + timedelta(microseconds=1),
    ),
    Case(
        "a step of an alert that waits for nothing is stale",
        replace(at(3, lap=2), next_step_at=None, exhausted=True),
        Reason.NOT_DUE,
        (),
        (2, 3),
        None,
    ),
    *(
        Case(f"an alert that is {status.label} waits for nothing", replace(FRESH, status=status), Reason.NOT_LIVE, (),
             (1, 0), None)
        for status in Status if not status.is_live
    ),
    Case(
        "a silence holds whatever is due until it ends",
        at(1),
        Reason.SILENCED,
        (Silence(7, NOW + TEN),),
        (1, 1),
        NOW + TEN,
        hold=Hold(7, NOW + TEN),
    ),
    Case(
        "ten levels paged within a minute are the ceiling: it goes on a minute later",
        replace(at(1), recent=STEPS_A_MINUTE),
        Reason.RUNAWAY,
        (TellRunaway(NOW + A_MINUTE),),
        (1, 1),
        NOW + A_MINUTE,
    ),
    Case(
        "nine levels within a minute are still allowed",
        replace(at(1), recent=STEPS_A_MINUTE - 1),
        Reason.PAGED,
        (PageLevel(1, 2, (2,), NOW + TEN),),
        (1, 2),
        NOW + TEN,
    ),
    Case(
        "a level for other severities is passed over at once, with its reason",
        replace(FRESH, plan=ONLY_CRITICAL_FIRST),
        Reason.PAGED,
        (PassOver(1, 1, "the level is for critical only, the alert is high"), PageLevel(1, 2, (2,), NOW + TEN)),
        (1, 2),
        NOW + TEN,
    ),
    Case(
        "a level for this severity is paged",
        replace(FRESH, plan=ONLY_CRITICAL_FIRST, severity=Severity.CRITICAL),
        Reason.PAGED,
        (PageLevel(1, 1, (1,), NOW + FIVE),),
        (1, 1),
        NOW + FIVE,
    ),
    Case(
        "no page has arrived by the end of the last lap, as when Slack is out: it is not given up, but tried again",
        replace(at(level=3, lap=2), delivered=False),
        Reason.NOBODY,
        (TellNobodyReachable(2, NOW + RETRY_WHEN_NOBODY),),
        (2, 0),
        NOW + RETRY_WHEN_NOBODY,
    ),
    Case(
        "acknowledged for four fifths of the timeout: whoever acknowledged is reminded",
        replace(ACKNOWLEDGED, level=2),
        Reason.REMINDED,
        (Remind(NOW + timedelta(minutes=6)),),
        (1, 2),
        NOW + timedelta(minutes=6),
    ),
    Case(
        "reminded and still not resolved: it is open again, and level 1 is paged at once",
        replace(ACKNOWLEDGED, level=3, lap=2, reminded=True, exhausted=True, tries=2),
        Reason.PAGED,
        (Reopen(ReopenCause.TIMEOUT), PageLevel(1, 1, (1,), NOW + FIVE)),
        (1, 1),
        NOW + FIVE,
    ),
    Case(
        "a snooze that is over opens the alert again, whatever the policy's timeout",
        replace(ACKNOWLEDGED, plan=PLAN, level=2, snoozed=True),
        Reason.PAGED,
        (Reopen(ReopenCause.SNOOZE_OVER), PageLevel(1, 1, (1,), NOW + FIVE)),
        (1, 1),
        NOW + FIVE,
    ),
    Case(
        "one that never was to page anybody is open again and waits for the digest",
        replace(ACKNOWLEDGED, exhausted=True, reminded=True),
        Reason.QUIET,
        (Reopen(ReopenCause.TIMEOUT), LeaveForDigest()),
        (1, 0),
        None,
    ),
    Case(
        "without an acknowledge timeout an acknowledged alert waits for nothing",
        replace(ACKNOWLEDGED, plan=PLAN),
        Reason.NOTHING_LEFT,
        (),
        (1, 0),
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_advance(case: Case) -> None:
    taken = advance(case.state, REACH if case.reach is None else case.reach, NOW, case.hold)
    assert (taken.reason, taken.effects) == (case.reason, case.effects)
    assert (taken.state.lap, taken.state.level) == case.becomes
    assert taken.state.next_step_at == case.next_step_at


def test_every_reason_and_every_effect_has_a_case() -> None:
    assert {case.reason for case in CASES} == set(Reason)
    assert {type(effect) for case in CASES for effect in case.effects} == set(Effect.__args__)


def take(state: State, reach: Reach = REACH, now: datetime = NOW) -> Advance:
    return advance(state, reach, now)


def test_closed_is_looked_at_before_staleness() -> None:
    gone = replace(FRESH, status=Status.RESOLVED, next_step_at=None)
    assert take(gone).reason is Reason.NOT_LIVE


def test_only_the_end_of_an_escalation_marks_it_exhausted() -> None:
    exhausted = {
        case.reason for case in CASES if advance(case.state, case.reach or REACH, NOW, case.hold).state.exhausted
    }
    assert exhausted == {Reason.EXHAUSTED, Reason.NO_LEVELS, Reason.NOT_DUE, Reason.QUIET}


def test_a_retried_lap_counts_its_tries_and_a_reached_one_keeps_the_count() -> None:
    first = take(FRESH, NOBODY).state
    second = take(first, NOBODY, NOW + FIVE).state
    reached = take(second, REACH, NOW + 2 * FIVE).state
    assert [first.tries, second.tries, reached.tries] == [1, 2, 2]
    assert [first.reached, second.reached, reached.reached] == [False, False, True]


def test_a_new_lap_has_reached_nobody_until_it_pages() -> None:
    begun = take(at(3, reached=True)).state
    assert (begun.lap, begun.level, begun.reached) == (2, 1, True)
    nobody_now = take(at(3, reached=True), NOBODY)
    assert nobody_now.reason is Reason.NOBODY
    assert nobody_now.state.lap == 2


def test_somebody_behind_two_targets_of_a_level_is_paged_once_and_in_the_order_of_the_targets() -> None:
    level = Level((CHARLIE, ADMINS, ALICE, BOB), FIVE)
    assert people_of(level, REACH) == (3, 1, 2)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (FRESH, (1, 1)),
        (at(1), (1, 2)),
        (at(3), (2, 1)),
        (at(3, lap=2), None),
        (at(0, lap=2, reached=False), (2, 1)),
        (replace(at(1), next_step_at=None), None),
    ],
    ids=[
        "a fresh alert waits for level 1",
        "after level 1 comes level 2",
        "after the last level comes the next lap",
        "after the last level of the last lap comes the end",
        "a retried lap begins at level 1",
        "an alert that waits for nothing has no coming step",
    ],
)
def test_the_coming_step(state: State, expected: tuple[int, int] | None) -> None:
    assert coming(state) == expected
