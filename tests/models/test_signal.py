"""`decide` by a table (rule 9 of the design), `fold`, and what late, doubled and disordered signals come to."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.signal import QUIET_AFTER_CLOSING, REPLICAS, Decision, Known, Signal, decide, fold
from models.words import Severity, Status

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(hours=2)
LATER = NOW - timedelta(hours=1)
EARLIER = NOW - timedelta(hours=3)
JUST_CLOSED = NOW - timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)

FIRING = Signal("key:disk", firing=True, title="Disk full")
RESOLVED = replace(FIRING, firing=False)
OPEN = Known(Status.OPEN, Severity.HIGH, None, None, None)
ACKNOWLEDGED = replace(OPEN, status=Status.ACKNOWLEDGED)
CLOSED = replace(OPEN, status=Status.RESOLVED, closed_at=JUST_CLOSED)
FALSE_POSITIVE = replace(CLOSED, status=Status.FALSE_POSITIVE)


@dataclass(frozen=True)
class Case:
    sentence: str
    signal: Signal
    known: Known | None
    decision: Decision


def s(signal: Signal, at: datetime) -> Signal:
    return replace(signal, started_at=at)


def k(known: Known, at: datetime, **more: datetime) -> Known:
    return replace(known, started_at=at, **more)  # type: ignore[arg-type]


CASES = [
    Case("a key that is not known opens an alert", FIRING, None, Decision.OPEN),
    Case("resolved without anything open is ignored", RESOLVED, None, Decision.IGNORE_UNKNOWN),
    Case("firing again on an open alert is a repeat", FIRING, OPEN, Decision.REPEAT),
    Case("firing again on an acknowledged alert is a repeat", FIRING, ACKNOWLEDGED, Decision.REPEAT),
    Case("firing less badly is a repeat", replace(FIRING, severity=Severity.LOW), OPEN, Decision.REPEAT),
    Case("firing worse raises an open alert", replace(FIRING, severity=Severity.CRITICAL), OPEN, Decision.RAISE),
    Case(
        "firing worse raises an acknowledged alert",
        replace(FIRING, severity=Severity.CRITICAL),
        ACKNOWLEDGED,
        Decision.RAISE,
    ),
    Case("resolved closes an open alert", RESOLVED, OPEN, Decision.RESOLVE),
    Case("resolved closes an acknowledged alert", RESOLVED, ACKNOWLEDGED, Decision.RESOLVE),
    Case("the same problem with the same start is a repeat", s(FIRING, BEGAN), k(OPEN, BEGAN), Decision.REPEAT),
    Case("a new start on a live alert is a repeat", s(FIRING, LATER), k(OPEN, BEGAN), Decision.REPEAT),
    Case("a late firing of an earlier problem is ignored", s(FIRING, EARLIER), k(OPEN, BEGAN), Decision.IGNORE_LATE),
    Case(
        "a late firing of an earlier problem does not raise either",
        s(replace(FIRING, severity=Severity.CRITICAL), EARLIER),
        k(OPEN, BEGAN),
        Decision.IGNORE_LATE,
    ),
    Case(
        "a late resolved of an earlier problem does not close this one",
        s(RESOLVED, EARLIER),
        k(OPEN, BEGAN),
        Decision.IGNORE_LATE,
    ),
    Case(
        "a firing that began a little earlier is the same problem, as another replica saw it",
        s(FIRING, BEGAN - REPLICAS),
        k(OPEN, BEGAN),
        Decision.REPEAT,
    ),
    Case(
        "… and raises if it is worse",
        s(replace(FIRING, severity=Severity.CRITICAL), BEGAN - REPLICAS),
        k(OPEN, BEGAN),
        Decision.RAISE,
    ),
    Case(
        "… and is an earlier problem a microsecond before",
        s(FIRING, BEGAN - REPLICAS - MICROSECOND),
        k(OPEN, BEGAN),
        Decision.IGNORE_LATE,
    ),
    Case(
        "a resolved of an earlier start that ended after this one began closes it: it is the same problem",
        replace(RESOLVED, started_at=EARLIER, ended_at=BEGAN),
        k(OPEN, BEGAN),
        Decision.RESOLVE,
    ),
    Case(
        "a resolved of an earlier start that ended before this one began does not",
        replace(RESOLVED, started_at=EARLIER, ended_at=BEGAN - MICROSECOND),
        k(OPEN, BEGAN),
        Decision.IGNORE_LATE,
    ),
    Case(
        "a resolved of an earlier start without an end does not, however little earlier",
        s(RESOLVED, BEGAN - MICROSECOND),
        k(OPEN, BEGAN),
        Decision.IGNORE_LATE,
    ),
    Case(
        "what another replica saw begin a little earlier comes back like the same start",
        s(FIRING, BEGAN - REPLICAS),
        k(CLOSED, BEGAN, source_resolved_at=NOW - timedelta(seconds=20)),
        Decision.OPEN,
    ),
    Case(
        "… and stays closed like the same start",
        s(FIRING, BEGAN - REPLICAS),
        k(CLOSED, BEGAN),
        Decision.IGNORE_CLOSED,
    ),
    Case("a resolved of the same start closes it", s(RESOLVED, BEGAN), k(OPEN, BEGAN), Decision.RESOLVE),
    Case(
        "a resolved of a later start closes it: the firing between was lost",
        s(RESOLVED, LATER),
        k(OPEN, BEGAN),
        Decision.RESOLVE,
    ),
    Case("a resolved without a time closes an alert with one", RESOLVED, k(OPEN, BEGAN), Decision.RESOLVE),
    Case(
        "what was closed by a person does not open again with the same start, however long ago",
        s(FIRING, BEGAN),
        k(CLOSED, BEGAN, closed_at=NOW - timedelta(days=9)),
        Decision.IGNORE_CLOSED,
    ),
    Case(
        "nor does it within seconds of its own resolved: it was sent before that",
        s(FIRING, BEGAN),
        k(CLOSED, BEGAN, source_resolved_at=NOW - timedelta(seconds=19)),
        Decision.IGNORE_CLOSED,
    ),
    Case(
        "firing again with the same start later than that has come back: its source had lost sight of it",
        s(FIRING, BEGAN),
        k(CLOSED, BEGAN, source_resolved_at=NOW - timedelta(seconds=20)),
        Decision.OPEN,
    ),
    Case(
        "nor does what was marked as a false positive",
        s(FIRING, BEGAN),
        k(FALSE_POSITIVE, BEGAN),
        Decision.IGNORE_CLOSED,
    ),
    Case("a new start opens at once after closing", s(FIRING, LATER), k(CLOSED, BEGAN), Decision.OPEN),
    Case("a new start opens after a false positive too", s(FIRING, LATER), k(FALSE_POSITIVE, BEGAN), Decision.OPEN),
    Case("a late firing does not open what was closed", s(FIRING, EARLIER), k(CLOSED, BEGAN), Decision.IGNORE_LATE),
    Case("resolved on what a person has closed is noted for the coming edge", RESOLVED, CLOSED, Decision.NOTE_RESOLVED),
    Case(
        "resolved after resolved is noted again, and harmless",
        RESOLVED,
        replace(CLOSED, source_resolved_at=JUST_CLOSED),
        Decision.NOTE_RESOLVED,
    ),
    Case(
        "a resolved → firing edge opens at once, for a sender without times",
        FIRING,
        replace(CLOSED, source_resolved_at=JUST_CLOSED),
        Decision.OPEN,
    ),
    Case("without times and edge, nothing opens in the minutes after closing", FIRING, CLOSED, Decision.IGNORE_CLOSED),
    Case(
        "… not even a microsecond before five minutes are over",
        FIRING,
        replace(CLOSED, closed_at=NOW - QUIET_AFTER_CLOSING + MICROSECOND),
        Decision.IGNORE_CLOSED,
    ),
    Case(
        "… and at five minutes any trigger opens",
        FIRING,
        replace(CLOSED, closed_at=NOW - QUIET_AFTER_CLOSING),
        Decision.OPEN,
    ),
    Case(
        "a sender that has begun to tell times is treated like one without, once",
        s(FIRING, LATER),
        CLOSED,
        Decision.IGNORE_CLOSED,
    ),
    Case("a sender that has stopped telling times too", FIRING, k(CLOSED, BEGAN), Decision.IGNORE_CLOSED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_decide(case: Case) -> None:
    assert decide(case.signal, case.known, NOW) is case.decision


def test_every_decision_has_a_case() -> None:
    assert {case.decision for case in CASES} == set(Decision)


@pytest.mark.parametrize("worse", Severity)
@pytest.mark.parametrize("known", Severity)
def test_only_a_worse_severity_raises(worse: Severity, known: Severity) -> None:
    decision = decide(replace(FIRING, severity=worse), replace(OPEN, severity=known), NOW)
    assert (decision is Decision.RAISE) == (worse.value < known.value)


def apply(known: Known | None, signal: Signal, now: datetime) -> Known | None:
    """What the shell writes for a decision; it keeps the newest start that it has heard of."""
    decision = decide(signal, known, now)
    if decision is Decision.OPEN:
        return Known(Status.OPEN, signal.severity, signal.started_at, None, None)
    if known is None or decision in (Decision.IGNORE_CLOSED, Decision.IGNORE_UNKNOWN, Decision.IGNORE_LATE):
        return known
    newest = max((at for at in (known.started_at, signal.started_at) if at is not None), default=None)
    known = replace(known, started_at=newest)
    if decision is Decision.RESOLVE:
        return replace(known, status=Status.RESOLVED, closed_at=now, source_resolved_at=now)
    if decision is Decision.NOTE_RESOLVED:
        return replace(known, source_resolved_at=now)
    return known


STARTS = st.integers(0, 4).map(lambda hours: BEGAN + timedelta(hours=hours))
TIMED = st.builds(Signal, key=st.just("key:disk"), firing=st.booleans(), title=st.just("Disk full"), started_at=STARTS)
ARRIVALS = st.lists(TIMED, min_size=1, max_size=12)


def is_over(signals: list[Signal]) -> bool:
    """Whether the newest problem that the sender told of is resolved; a resolved has the start of its problem."""
    newest = max(signal.started_at for signal in signals if signal.started_at is not None)
    return any(not signal.firing for signal in signals if signal.started_at == newest)


@given(ARRIVALS)
def test_late_doubled_and_disordered_signals_end_in_the_state_of_the_newest_problem(signals: list[Signal]) -> None:
    """Within seconds, as they do."""
    assume(signals[0].firing)
    known: Known | None = None
    for second, signal in enumerate(signals):
        known = apply(known, signal, NOW + timedelta(seconds=second))
    assert known is not None
    assert known.status.is_live != is_over(signals)


@given(ARRIVALS)
def test_what_fires_minutes_after_all_that_was_said_of_it_is_live_if_it_is_the_newest(signals: list[Signal]) -> None:
    assume(signals[0].firing)
    known: Known | None = None
    for signal in signals:
        known = apply(known, signal, NOW)
    newest = max(each.started_at for each in signals if each.started_at is not None)
    known = apply(known, replace(signals[0], started_at=newest), NOW + timedelta(minutes=5))
    assert known is not None
    assert known.status.is_live


@given(ARRIVALS)
def test_the_same_signal_twice_in_a_row_changes_no_status(signals: list[Signal]) -> None:
    known: Known | None = None
    for minute, signal in enumerate(signals):
        once = apply(known, signal, NOW + timedelta(minutes=minute))
        known = apply(once, signal, NOW + timedelta(minutes=minute, seconds=1))
        assert known is once or (known is not None and once is not None and known.status is once.status)


@given(ARRIVALS, st.sampled_from([Status.RESOLVED, Status.FALSE_POSITIVE]))
def test_what_a_person_has_closed_opens_again_only_for_a_newer_start(signals: list[Signal], how: Status) -> None:
    closed = replace(CLOSED, status=how, started_at=BEGAN + timedelta(hours=2))
    for minute, signal in enumerate(signals):
        if decide(signal, closed, NOW + timedelta(minutes=minute)) is Decision.OPEN:
            assert signal.firing
            assert signal.started_at is not None
            assert closed.started_at is not None
            assert signal.started_at > closed.started_at


def test_fold_keeps_one_signal_a_key_sorted_by_key() -> None:
    signals = [Signal(key, True, title) for key, title in (("b", "1"), ("a", "2"), ("b", "3"))]
    assert [(each.key, each.title) for each in fold(signals)] == [("a", "2"), ("b", "3")]
    assert fold([]) == []


def test_fold_keeps_the_last_of_a_sender_without_times() -> None:
    assert fold([RESOLVED, FIRING]) == [FIRING]
    assert fold([FIRING, RESOLVED]) == [RESOLVED]


@given(ARRIVALS)
def test_a_batch_folds_to_the_newest_problem_by_the_senders_time_and_resolved_ends_it(signals: list[Signal]) -> None:
    (folded,) = fold(signals)
    assert folded.started_at == max(signal.started_at for signal in signals if signal.started_at is not None)
    assert folded.firing != is_over(signals)


@given(st.lists(st.builds(Signal, key=st.sampled_from("abcdef"), firing=st.booleans(), title=st.text(max_size=3))))
def test_any_order_of_a_batch_locks_in_the_same_order(signals: list[Signal]) -> None:
    keys = [signal.key for signal in fold(signals)]
    assert keys == sorted({signal.key for signal in signals})
    assert keys == [signal.key for signal in fold(reversed(signals))]
