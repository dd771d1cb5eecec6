"""When a client's conversation is rated, and what a verdict does to its channel's alert."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.conversation import COOLDOWN, QUIET, RATE_AT_LATEST, ClientAlert, Verdict, judge, rate_at
from models.words import Severity, Status

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
OLD, KNOWN_TS, NEW = "1763780000.000100", "1763780100.000100", "1763780200.000100"
JUST_PAGED = NOW - timedelta(minutes=1)
COOLED = NOW - COOLDOWN
OPEN = ClientAlert(Status.OPEN, Severity.HIGH, JUST_PAGED, KNOWN_TS)
CRITICAL_OPEN = replace(OPEN, severity=Severity.CRITICAL)
ACKNOWLEDGED = replace(CRITICAL_OPEN, status=Status.ACKNOWLEDGED)
CLOSED = replace(CRITICAL_OPEN, status=Status.RESOLVED)


@dataclass(frozen=True)
class Case:
    sentence: str
    severity: Severity | None
    ts: str
    known: ClientAlert | None
    verdict: Verdict


CASES = [
    Case("a risk without a severity opens nothing", None, NEW, None, Verdict.NOTHING),
    Case("a risk without a severity joins nothing", None, NEW, OPEN, Verdict.NOTHING),
    Case("the first verdict of a channel opens an alert", Severity.MEDIUM, NEW, None, Verdict.OPEN),
    Case("a new message as bad as the open alert joins it", Severity.HIGH, NEW, OPEN, Verdict.JOIN),
    Case("a new message less bad joins it", Severity.MEDIUM, NEW, OPEN, Verdict.JOIN),
    Case("a worse one raises it", Severity.CRITICAL, NEW, OPEN, Verdict.RAISE),
    Case("a worse one raises an acknowledged alert, before the cooldown too", Severity.CRITICAL, NEW,
         replace(OPEN, status=Status.ACKNOWLEDGED), Verdict.RAISE),
    Case("the message that opened the alert is known", Severity.HIGH, KNOWN_TS, OPEN, Verdict.KNOWN),
    Case("so is an older one", Severity.HIGH, OLD, OPEN, Verdict.KNOWN),
    Case("the same message rated worse the second time raises", Severity.CRITICAL, KNOWN_TS, OPEN, Verdict.RAISE),
    Case("the message that opened a closed alert opens no other", Severity.CRITICAL, KNOWN_TS, CLOSED, Verdict.KNOWN),
    Case("not even when it is rated worse", Severity.CRITICAL, KNOWN_TS,
         replace(CLOSED, severity=Severity.MEDIUM), Verdict.KNOWN),
    Case("a new message opens after a closing, which ends the four hours early", Severity.MEDIUM, NEW, CLOSED,
         Verdict.OPEN),
    Case("and after a false positive", Severity.HIGH, NEW, replace(CLOSED, status=Status.FALSE_POSITIVE),
         Verdict.OPEN),
    Case("a critical message on an acknowledged alert waits for the cooldown", Severity.CRITICAL, NEW, ACKNOWLEDGED,
         Verdict.JOIN),
    Case("a moment before its end it still joins", Severity.CRITICAL, NEW,
         replace(ACKNOWLEDGED, paged_at=COOLED + timedelta(microseconds=1)), Verdict.JOIN),
    Case("after the cooldown it reopens", Severity.CRITICAL, NEW, replace(ACKNOWLEDGED, paged_at=COOLED),
         Verdict.REOPEN),
    Case("an open alert is being paged already, so nothing reopens", Severity.CRITICAL, NEW,
         replace(CRITICAL_OPEN, paged_at=COOLED), Verdict.JOIN),
    Case("a high message never reopens an acknowledged alert as bad", Severity.HIGH, NEW,
         replace(OPEN, status=Status.ACKNOWLEDGED, paged_at=COOLED), Verdict.JOIN),
    Case("a known message does not reopen after the cooldown", Severity.CRITICAL, KNOWN_TS,
         replace(ACKNOWLEDGED, paged_at=COOLED), Verdict.KNOWN),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_judge(case: Case) -> None:
    assert judge(case.severity, case.ts, case.known, NOW) is case.verdict


def test_every_verdict_has_a_case() -> None:
    assert {case.verdict for case in CASES} == set(Verdict)


ALERTS = st.builds(
    ClientAlert,
    status=st.sampled_from(Status),
    severity=st.sampled_from(Severity),
    paged_at=st.integers(0, 600).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    covered_ts=st.sampled_from([OLD, KNOWN_TS, NEW]),
)


@given(st.sampled_from(Severity), st.sampled_from([OLD, KNOWN_TS, NEW]), ALERTS)
def test_one_alert_a_channel_and_none_for_a_message_that_is_covered(
    severity: Severity, ts: str, known: ClientAlert
) -> None:
    verdict = judge(severity, ts, known, NOW)
    if verdict is Verdict.OPEN:
        assert not known.status.is_live
        assert ts > known.covered_ts
    if ts <= known.covered_ts:
        assert verdict in (Verdict.KNOWN, Verdict.RAISE)
    if known.status.is_live and severity < known.severity:
        assert verdict is Verdict.RAISE
    assert verdict is not Verdict.NOTHING


@pytest.mark.parametrize(
    ("first_unrated_ago", "hard_cue", "wait"),
    [
        (None, False, QUIET),
        (timedelta(seconds=10), False, QUIET),
        (RATE_AT_LATEST - timedelta(seconds=5), False, timedelta(seconds=5)),
        (RATE_AT_LATEST, False, timedelta(0)),
        (None, True, timedelta(0)),
        (timedelta(seconds=10), True, timedelta(0)),
    ],
    ids=[
        "the first message waits for quiet",
        "so does the second",
        "near the limit only the rest of the two minutes is waited",
        "at two minutes nothing is waited for",
        "a hard cue is rated at once",
        "a hard cue among others too",
    ],
)
def test_when_a_conversation_is_rated(first_unrated_ago: timedelta | None, hard_cue: bool, wait: timedelta) -> None:
    first = NOW - first_unrated_ago if first_unrated_ago is not None else None
    assert rate_at(NOW, first, hard_cue) == NOW + wait


@given(st.lists(st.integers(1, 24), min_size=1, max_size=40))
def test_somebody_who_never_stops_writing_is_rated_two_minutes_after_they_began(gaps: list[int]) -> None:
    now, due = NOW, rate_at(NOW, None, hard_cue=False)
    for gap in gaps:
        if now + timedelta(seconds=gap) >= due:
            break
        now += timedelta(seconds=gap)
        due = rate_at(now, NOW, hard_cue=False)
    assert NOW + QUIET <= due <= NOW + RATE_AT_LATEST
