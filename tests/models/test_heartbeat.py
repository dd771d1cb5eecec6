"""When a heartbeat is missed: a table, and what holds for every rhythm and every gap in the hearing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.heartbeat import Hearing, Rhythm, deadline, in_words, is_missed, make_rhythm, rhythm_of
from models.words import Severity

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOURLY = Rhythm(timedelta(hours=1), 10 * MINUTE)
DUE = NOON + HOURLY.whole

lengths = st.integers(10, 10**7).map(lambda seconds: timedelta(seconds=seconds))
rhythms = st.builds(Rhythm, lengths, st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)))


@pytest.mark.parametrize(
    ("back", "missed"),
    [
        (-600, 70),  # Heed was there all the time
        (30, 70),  # back half an hour before the beat was due: nothing can have been lost
        (45, 70),  # the last moment at which that holds: a beat may come a quarter of an hour early
        (46, 116),  # back when the beat may have come: a whole period from then on
        (69, 139),
        (300, 370),  # back long afterwards
    ],
)
def test_a_gap_that_may_have_swallowed_the_beat_gives_a_whole_new_period(back: int, missed: int) -> None:
    hearing = Hearing(NOON + back * MINUTE, NOON + 10**5 * MINUTE)
    assert deadline(HOURLY, DUE, hearing) == NOON + missed * MINUTE


@pytest.mark.parametrize(("until", "missed"), [(69, False), (70, True), (71, True)])
def test_only_a_silence_that_was_heard_counts(until: int, missed: bool) -> None:
    assert is_missed(DUE, Hearing(NOON - MINUTE, NOON + until * MINUTE)) is missed


@given(rhythms, lengths)
@settings(max_examples=50)
def test_whoever_beats_in_time_again_after_a_gap_is_never_missed(rhythm: Rhythm, gap: timedelta) -> None:
    """Whenever Heed was away, until `back`: the first beat that it can hear comes a period later at the latest."""
    back = NOON + gap
    beats = [NOON + count * rhythm.every for count in range(1, int(gap / rhythm.every) + 3)]
    heard = next(beat for beat in beats if beat >= back)
    expected = NOON + rhythm.whole
    assert deadline(rhythm, expected, Hearing(back, heard)) >= min(heard, back + rhythm.every)


@given(rhythms, st.integers(-(10**7), 10**7))
@settings(max_examples=50)
def test_a_gap_never_brings_a_deadline_forward_and_puts_it_off_by_one_period_from_its_end(
    rhythm: Rhythm, seconds: int
) -> None:
    since = DUE + timedelta(seconds=seconds)
    assert DUE <= deadline(rhythm, DUE, Hearing(since, since)) <= max(DUE, since + rhythm.whole)


@pytest.mark.parametrize(
    ("typed", "seconds"), [("5m", 300), ("90 s", 90), ("1h30m", 5400), ("1 day", 86400), ("2 hours", 7200)]
)
def test_lengths_as_people_type_them(typed: str, seconds: int) -> None:
    assert make_rhythm(typed).every.total_seconds() == seconds


@pytest.mark.parametrize(
    ("every", "grace", "severity"),
    [("", "", ""), ("5", "", ""), ("1 month", "", ""), ("5s", "", ""), ("1000d", "", ""), ("5m", "soon", ""),
     ("5m", "40d", ""), ("5m", "", "awful"), ("5m2", "", "")],
)  # fmt: skip
def test_what_is_no_rhythm_is_said_in_one_line(every: str, grace: str, severity: str) -> None:
    with pytest.raises(ValueError, match=r"^(every|grace|severity)") as refused:
        make_rhythm(every, grace, severity)
    assert "\n" not in str(refused.value)


def test_settings_hold_what_was_typed_and_what_they_leave_out_is_usual() -> None:
    made = make_rhythm("10m", "90s", "critical")
    assert made == Rhythm(10 * MINUTE, 1.5 * MINUTE, Severity.CRITICAL)
    assert rhythm_of(made.as_settings()) == made
    assert rhythm_of({}) == Rhythm()


def test_lengths_in_words() -> None:
    assert [in_words(timedelta(seconds=each)) for each in (0, 36, 60, 5400, 90061)] == [
        "no time",
        "36 seconds",
        "1 minute",
        "1 hour 30 minutes",
        "1 day 1 hour 1 minute 1 second",
    ]
