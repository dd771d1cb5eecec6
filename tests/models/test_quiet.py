"""Slack's Do Not Disturb on other days than the one it told of, in the nights of the change too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.quiet import is_quiet

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


NIGHT = berlin(1, 22), berlin(2, 8)
NOON = berlin(1, 12), berlin(1, 13)


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        (NIGHT, berlin(1, 22), True),
        (NIGHT, berlin(2, 7, 59), True),
        (NIGHT, berlin(2, 8), False),
        (NIGHT, berlin(1, 21, 59), False),
        (NIGHT, berlin(9, 3), True),
        (NIGHT, berlin(9, 12), False),
        (NIGHT, berlin(28, 7, 30), True),
        (NIGHT, berlin(28, 8), False),
        (NIGHT, berlin(15, 7, 30, month=7), True),
        (NIGHT, berlin(15, 8, month=7), False),
        (NIGHT, berlin(1, 3) - timedelta(days=400), True),
        (NOON, berlin(5, 12, 30), True),
        (NOON, berlin(5, 13), False),
        ((berlin(1, 9), berlin(3, 9)), berlin(20, 4), True),
        ((berlin(1, 9), berlin(1, 9)), berlin(1, 9), False),
        ((berlin(2, 9), berlin(1, 9)), berlin(1, 12), False),
        ((None, berlin(1, 9)), berlin(1, 8), False),
        ((berlin(1, 9), None), berlin(1, 10), False),
        ((berlin(31, 2, 30, month=10), berlin(31, 4, month=10)), berlin(31, 3, 30, month=10), True),
    ],
)
def test_the_same_hours_are_quiet_every_day(
    hours: tuple[datetime | None, datetime | None], at: datetime, quiet: bool
) -> None:
    assert is_quiet(*hours, BERLIN, at) is quiet


def test_the_hours_are_those_of_the_person_s_clock() -> None:
    assert is_quiet(*NIGHT, ZoneInfo("UTC"), berlin(15, 7, 30, month=7)) is True
    assert is_quiet(*NIGHT, ZoneInfo("UTC"), berlin(15, 8, 30, month=7)) is True
    assert is_quiet(*NIGHT, ZoneInfo("UTC"), berlin(15, 9, month=7)) is False
