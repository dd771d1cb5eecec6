"""What parts do to their alert."""

from datetime import UTC, datetime, timedelta

import pytest

from models.grouping import Effect, Group, News, effect
from models.routing import Group as Place
from models.words import Severity, Status

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WITHIN, AFTER = NOW + timedelta(seconds=1), NOW
OPEN = Group(Status.OPEN, Severity.HIGH, 2, WITHIN)
ACKNOWLEDGED = Group(Status.ACKNOWLEDGED, Severity.HIGH, 2, WITHIN)
QUIET_IS_OVER = Group(Status.ACKNOWLEDGED, Severity.HIGH, 2, AFTER)


@pytest.mark.parametrize(
    ("group", "news", "expected"),
    [
        (OPEN, News(begun=3, worst=Severity.HIGH), Effect.CHANGE),
        (OPEN, News(begun=3, worst=Severity.CRITICAL), Effect.RAISE),
        (OPEN, News(worst=Severity.CRITICAL), Effect.RAISE),
        (OPEN, News(resolved=1), Effect.CHANGE),
        (OPEN, News(resolved=2), Effect.RESOLVE),
        (OPEN, News(begun=1, resolved=2, worst=Severity.LOW), Effect.CHANGE),
        (ACKNOWLEDGED, News(begun=1, worst=Severity.HIGH), Effect.CHANGE),
        (ACKNOWLEDGED, News(begun=1, worst=Severity.CRITICAL), Effect.RAISE),
        (QUIET_IS_OVER, News(begun=1, worst=Severity.HIGH), Effect.REOPEN),
        (QUIET_IS_OVER, News(worst=Severity.HIGH), Effect.CHANGE),
        (QUIET_IS_OVER, News(resolved=1), Effect.CHANGE),
        (QUIET_IS_OVER, News(begun=1, resolved=3, worst=Severity.HIGH), Effect.RESOLVE),
    ],
)
def test_a_new_part_pages_again_only_when_it_is_worse_or_after_the_window(
    group: Group, news: News, expected: Effect
) -> None:
    assert effect(group, news, NOW) is expected


def test_values_that_look_alike_when_they_are_joined_are_different_groups() -> None:
    window = timedelta(minutes=5)
    keys = {Place("pods", values, window).key for values in (("a", "b"), ("a,b",), ("ab", ""), ("", "ab"))}
    assert len(keys) == 4
