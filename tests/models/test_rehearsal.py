"""The dry run of an alert by tables: who is paged when, what is passed over and why, and how it ends."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from models.escalation import RETRY_WHEN_NOBODY, STEPS_A_MINUTE
from models.hours import parse_hours
from models.matching import Subject, parse_matchers
from models.oncall import Override, Schedule
from models.plan import Level, Plan, Target, TargetKind
from models.reach import Case, Crew
from models.rehearsal import Ending, Outcome, Rehearsal, rehearse
from models.rotation import Rotation, Unit
from models.routing import LevelCondition, Silence
from models.wall_clock import Weekday
from models.words import Severity

ALICE, BOB, CHARLIE, GONE = 1, 2, 3, 9
NIGHT = datetime.fromisoformat("2027-03-28T02:30+01:00")
"""A time that no clock in Berlin shows: that night it goes from 02:00 to 03:00."""
FIVE = timedelta(minutes=5)
NIGHTS = Schedule(
    "Nights",
    (
        Rotation(
            "Day", (ALICE, BOB), 1, Unit.DAYS, "Europe/Berlin", datetime(2027, 3, 27, 1, 35, tzinfo=UTC), time(2, 35)
        ),
    ),
)
"""Alice and Bob take turns daily at 02:35 in Berlin; on the 28th that is the moment of the skip, 03:00."""
OFFICE = Schedule(
    "Office",
    (
        Rotation(
            "Week", (CHARLIE,), 1, Unit.WEEKS, "Europe/Berlin", datetime(2027, 3, 1, tzinfo=UTC), time(9),
            Weekday.MONDAY, hours=parse_hours("mon-fri 09:00-17:00"),
        ),
    ),
)  # fmt: skip
CREW = Crew(frozenset({ALICE, BOB, CHARLIE}), (ALICE, BOB), {1: NIGHTS, 2: OFFICE}, {7: (BOB, CHARLIE)})
ON_NIGHTS, ON_OFFICE = Target(TargetKind.SCHEDULE, 1), Target(TargetKind.SCHEDULE, 2)
ADMINS, OWNER = Target(TargetKind.ADMINS), Target(TargetKind.OWNER)
ROBIN = Target(TargetKind.ROUND_ROBIN, members=tuple(Target(TargetKind.PERSON, each) for each in (ALICE, BOB)), key="r")
PAYMENTS = Subject({"team": "payments"}, Severity.HIGH)


def person(number: int) -> Target:
    return Target(TargetKind.PERSON, number)


def level(*targets: Target, timeout: timedelta = FIVE, when: LevelCondition | None = None) -> Level:
    return Level(targets, timeout, when)


def plan(*levels: Level, laps: int = 1) -> Plan:
    return Plan("Any", levels, laps)


def silence(number: int, begins: int, ends: int, matchers: str = 'team="payments"') -> Silence:
    """A silence from and until so many minutes after the night's start."""
    start, end = NIGHT + timedelta(minutes=begins), NIGHT + timedelta(minutes=ends)
    return Silence(str(number), parse_matchers(matchers), start, end, "alice")


def run(
    rehearsed: Plan,
    subject: Subject = PAYMENTS,
    silences: tuple[Silence, ...] = (),
    start: datetime = NIGHT,
    crew: Crew = CREW,
    case: Case | None = None,
    turns: dict[str, int] | None = None,
) -> Rehearsal:
    return rehearse(rehearsed, subject, crew, silences, start, case or Case(), turns or {})


def told(rehearsal: Rehearsal) -> list[str]:
    """Every line in short: `5: 1/2 paged 1 2`."""
    found = []
    for line in rehearsal.lines:
        words = [f"{line.minutes:g}: {line.lap}/{line.level}", line.outcome.value, *map(str, line.people)]
        if line.outcome is Outcome.HELD:
            words.append(line.silence)
        found.append(" ".join(words))
    return found


@dataclass(frozen=True)
class Example:
    sentence: str
    plan: Plan
    lines: list[str]
    ending: Ending = Ending.EXHAUSTED
    everywhere: bool = True
    silences: tuple[Silence, ...] = ()
    subject: Subject = PAYMENTS
    case: Case = field(default_factory=Case)


ONLY_CRITICAL = LevelCondition(frozenset({Severity.CRITICAL}))
IN_OFFICE_HOURS = LevelCondition(windows=parse_hours("mon-fri 09:00-17:00"), zone="Europe/Berlin")
SHORT = timedelta(seconds=1)
EXAMPLES = [
    Example(
        "levels follow each other after their timeouts, lap after lap",
        plan(level(person(ALICE)), level(person(BOB), person(CHARLIE), timeout=timedelta(minutes=7)), laps=2),
        ["0: 1/1 paged 1", "5: 1/2 paged 2 3", "12: 2/1 paged 1", "17: 2/2 paged 2 3"],
    ),
    Example(
        "whoever is on call in a night in which the clock skips an hour is paged",
        plan(level(ON_NIGHTS), laps=2),
        ["0: 1/1 paged 2", "5: 2/1 paged 2"],
    ),
    Example(
        "an empty level is passed over at once, and that is a failure",
        plan(level(ON_OFFICE), level(person(ALICE))),
        ["0: 1/1 nobody to page", "0: 1/2 paged 1"],
        everywhere=False,
    ),
    Example(
        "a level for another severity is passed over, and that is none",
        plan(level(ON_OFFICE, when=ONLY_CRITICAL), level(person(ALICE))),
        ["0: 1/1 not for this alert", "0: 1/2 paged 1"],
    ),
    Example(
        "a level for other hours is passed over, and that is none",
        plan(level(person(BOB)), level(ON_OFFICE, when=IN_OFFICE_HOURS)),
        ["0: 1/1 paged 2", "5: 1/2 not for this alert"],
    ),
    Example(
        "a level for this severity that is empty is a failure",
        plan(level(person(GONE), when=ONLY_CRITICAL), level(person(ALICE))),
        ["0: 1/1 nobody to page", "0: 1/2 paged 1"],
        everywhere=False,
        subject=replace(PAYMENTS, severity=Severity.CRITICAL),
    ),
    Example(
        "conditions that pass over every level reach nobody",
        plan(level(person(ALICE), when=ONLY_CRITICAL)),
        ["0: 1/1 not for this alert"],
        Ending.NOBODY,
        everywhere=False,
    ),
    Example(
        "a lap that reaches nobody ends it, because it is tried again for ever",
        plan(level(person(GONE)), level(ON_OFFICE), laps=3),
        ["0: 1/1 nobody to page", "0: 1/2 nobody to page"],
        Ending.NOBODY,
        everywhere=False,
    ),
    Example("without levels it ends at once", plan(), [], Ending.NO_LEVELS, everywhere=False),
    Example(
        "a silence holds it, and one that begins before that ends holds it further",
        plan(level(person(ALICE)), level(person(BOB))),
        ["0: 1/1 held by a silence 4", "30: 1/1 paged 1", "35: 1/2 paged 2"],
        silences=(silence(4, -10, 20), silence(5, 10, 30), silence(6, 0, 90, 'team="search"')),
    ),
    Example(
        "a silence that begins later holds the levels after it, and the end",
        plan(level(person(ALICE)), level(person(BOB))),
        ["0: 1/1 paged 1", "5: 1/2 held by a silence 4", "8: 1/2 paged 2", "13: 1/0 held by a silence 5"],
        silences=(silence(4, 2, 8), silence(5, 12, 60)),
    ),
    Example(
        "in a round robin it is one member's turn for all laps",
        plan(level(ROBIN), laps=3),
        ["0: 1/1 paged 2", "5: 2/1 paged 2", "10: 3/1 paged 2"],
    ),
    Example(
        "two levels of the same round robin share the turn",
        plan(level(ROBIN), level(ROBIN)),
        ["0: 1/1 paged 2", "5: 1/2 paged 2"],
    ),
    Example(
        "the client's owner is paged",
        plan(level(OWNER, Target(TargetKind.GROUP, 7))),
        ["0: 1/1 paged 1 2 3"],
        case=Case(owner=ALICE),
    ),
    Example(
        "more levels than the ceiling allows in a minute wait for the next one",
        plan(*(level(person(ALICE), timeout=SHORT) for _ in range(STEPS_A_MINUTE + 1))),
        [
            *(f"{number / 60:g}: 1/{number + 1} paged 1" for number in range(10)),
            f"{10 / 60:g}: 1/11 too many levels within a minute",
            f"{70 / 60:g}: 1/11 paged 1",
        ],
    ),
    Example(
        "ten levels in exactly a minute are not too many",
        plan(*(level(person(ALICE), timeout=timedelta(seconds=6)) for _ in range(12))),
        [f"{number / 10:g}: 1/{number + 1} paged 1" for number in range(12)],
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.sentence)
def test_the_dry_run(example: Example) -> None:
    found = run(example.plan, example.subject, example.silences, case=example.case, turns={"r": 1})
    assert told(found) == example.lines
    assert (found.ending, found.reaches_everywhere) == (example.ending, example.everywhere)


def test_in_the_night_of_the_change_the_turn_changes_when_the_clock_skips() -> None:
    before = datetime.fromisoformat("2027-03-28T01:58+01:00")
    found = run(plan(level(ON_NIGHTS, timeout=timedelta(minutes=1)), laps=4), start=before)
    assert [line.people for line in found.lines] == [(ALICE,), (ALICE,), (BOB,), (BOB,)]


def test_when_the_clock_is_set_back_a_level_still_waits_for_its_timeout_alone() -> None:
    start = datetime.fromisoformat("2027-10-31T02:50+02:00")
    found = run(plan(level(person(ALICE), timeout=timedelta(minutes=20)), laps=3), start=start)
    assert [line.at for line in found.lines] == [
        datetime(2027, 10, 31, hour, minute, tzinfo=UTC) for hour, minute in ((0, 50), (1, 10), (1, 30))
    ]
    assert found.ends_at == datetime(2027, 10, 31, 1, 50, tzinfo=UTC)


def test_an_override_during_the_run_counts_from_its_start() -> None:
    cover = Override(CHARLIE, NIGHT + timedelta(minutes=5), NIGHT + timedelta(minutes=10))
    crew = replace(CREW, schedules={1: replace(NIGHTS, overrides=(cover,))})
    found = run(plan(level(ON_NIGHTS), laps=3), crew=crew)
    assert [line.people for line in found.lines] == [(BOB,), (CHARLIE,), (BOB,)]


def test_the_lines_tell_why_nobody_is_paged_and_until_when_it_is_held() -> None:
    found = run(plan(level(ON_OFFICE, when=ONLY_CRITICAL), level(person(ALICE))), silences=(silence(4, 0, 20),))
    held, skipped, _ = found.lines
    assert (held.silence, held.until) == ("4", NIGHT + timedelta(minutes=20))
    assert skipped.why == "the level is for critical only, the alert is high"


def test_a_silence_about_the_renewal_holds_by_the_day_that_it_is_then() -> None:
    subject = Subject(days_to_renewal=10)
    held = silence(4, 0, 3 * 24 * 60, "days_to_renewal>8")
    found = run(plan(level(person(ALICE), timeout=timedelta(days=1)), laps=2), subject, (held,))
    assert told(found)[0] == "0: 1/1 held by a silence 4"
    late = run(plan(level(person(ALICE), timeout=timedelta(days=2)), laps=2), subject, (replace_start(held),))
    assert told(late) == ["0: 1/1 paged 1", "2880: 2/1 paged 1"]


def replace_start(held: Silence) -> Silence:
    """The silence from its second day on, when its matcher holds for nobody's alert any more."""
    return replace(held, starts_at=held.starts_at + timedelta(days=1))


def test_the_times_are_in_utc_and_count_from_the_start() -> None:
    found = run(plan(level(person(ALICE)), laps=2))
    assert [(line.at, line.at.tzinfo, line.minutes) for line in found.lines] == [
        (NIGHT, UTC, 0),
        (NIGHT + FIVE, UTC, 5),
    ]
    assert (found.ends_at, found.lap) == (NIGHT + 2 * FIVE, 2)


def test_nobody_reachable_ends_at_its_first_retry() -> None:
    crew = replace(CREW, active=frozenset())
    found = run(plan(level(person(ALICE)), laps=9), crew=crew)
    assert (found.ending, found.ends_at, len(found.lines)) == (Ending.NOBODY, NIGHT, 1)
    assert timedelta(minutes=5) == RETRY_WHEN_NOBODY


def test_what_goes_on_for_too_long_is_broken_off() -> None:
    many = run(plan(level(person(ALICE), timeout=timedelta(minutes=1)), laps=5000))
    assert (many.ending, len(many.lines), many.reaches_everywhere) == (Ending.BROKEN_OFF, 1000, True)
    years = run(plan(level(person(ALICE), timeout=timedelta(days=399)), laps=5))
    assert (years.ending, len(years.lines)) == (Ending.BROKEN_OFF, 2)
    held = run(plan(level(person(ALICE))), silences=(silence(4, -1, 60 * 24 * 1000),))
    assert (held.ending, held.reaches_everywhere) == (Ending.BROKEN_OFF, False)


def test_the_levels_that_are_empty_are_named() -> None:
    found = run(plan(level(person(GONE)), level(person(ALICE)), level(ON_OFFICE), laps=2))
    assert found.empty_levels == (1, 3)


def test_a_level_that_is_empty_in_one_lap_only_is_a_failure() -> None:
    cover = Schedule("Short", (replace(OFFICE.layers[0], hours=parse_hours("sun 00:00-03:32")),))
    crew = replace(CREW, schedules={1: cover})
    found = run(plan(level(ON_NIGHTS), level(person(ALICE)), laps=2), crew=crew)
    assert told(found)[0] == "0: 1/1 paged 3"
    assert (found.empty_levels, found.reaches_everywhere) == ((1,), False)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        run(plan(level(person(ALICE))), start=NIGHT.replace(tzinfo=None))
