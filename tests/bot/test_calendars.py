"""Calendars by reading them back, as the programs that subscribe to them do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from bot.calendars import calendar
from models.oncall import ByLayer, Shift

ALICE, BOB = 1, 2
NAMES = {ALICE: "alice", BOB: "bob"}
NINE = datetime(2027, 1, 11, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = Shift(ALICE, NINE, NINE + DAY, ByLayer("Week"))
SECOND = Shift(BOB, NINE + DAY, NINE + 2 * DAY, ByLayer("Week"))
NOW = datetime(2027, 1, 10, 12, 30, tzinfo=UTC)


def read(written: bytes) -> tuple[Calendar, list[Event]]:
    parsed = Calendar.from_ical(written)
    assert isinstance(parsed, Calendar)
    return parsed, list(parsed.events)


def events(*shifts: Shift, schedule: str = "payments", now: datetime = NOW) -> list[Event]:
    return read(calendar("Payments", shifts, NAMES, schedule, now))[1]


def uids(*shifts: Shift, schedule: str = "payments", now: datetime = NOW) -> list[str]:
    return [str(event["uid"]) for event in events(*shifts, schedule=schedule, now=now)]


def test_every_shift_is_an_event_in_utc() -> None:
    found = events(FIRST, SECOND)
    assert [str(event["summary"]) for event in found] == ["Payments: alice on call", "Payments: bob on call"]
    assert [(event.start, event.end) for event in found] == [(NINE, NINE + DAY), (NINE + DAY, NINE + 2 * DAY)]
    assert [event.stamp for event in found] == [NOW, NOW]
    assert b"\r\nDTSTART:20270111T090000Z\r\nDTEND:20270112T090000Z\r\n" in calendar("x", [FIRST], NAMES, "p", NOW)


def test_events_leave_everybody_free() -> None:
    assert [event["transp"] for event in events(FIRST)] == ["TRANSPARENT"]


def test_the_calendar_says_who_made_it_what_it_is_called_and_when_to_look_again() -> None:
    lines = calendar("Payments", [], NAMES, "payments", NOW).decode().split("\r\n")
    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Heed//On call//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME;VALUE=TEXT:Payments",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "END:VCALENDAR",
        "",
    ]


def test_a_shift_keeps_its_uid_whenever_and_wherever_it_is_asked_for() -> None:
    berlin = replace(FIRST, start=FIRST.start.astimezone(ZoneInfo("Europe/Berlin")))
    longer = replace(FIRST, end=FIRST.end + DAY)
    assert uids(FIRST) == uids(FIRST, now=NOW + DAY) == uids(berlin) == uids(longer) == uids(FIRST, SECOND)[:1]


def test_shifts_of_other_people_times_and_schedules_have_other_uids() -> None:
    others = [replace(FIRST, person=BOB), replace(FIRST, start=FIRST.start + timedelta(minutes=1))]
    assert len({*uids(FIRST, *others), *uids(FIRST, *others, schedule="support")}) == 6


def test_a_uid_does_not_tell_the_schedules_uid() -> None:
    assert b"s3cret" not in calendar("Payments", [FIRST], NAMES, "s3cret", NOW)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("semi;colon, comma", "semi;colon, comma"),
        ("back\\slash\\n", "back\\slash\\n"),
        ('"quoted": <@U1> &amp; %0A ^n', '"quoted": <@U1> &amp; %0A ^n'),
        ("two\r\nEND:VEVENT\nlines\u2028three\x85four\x0bfive", "two END:VEVENT lines three four five"),
        ("a\u202eb\u200bc\x00d\x07", "abcd"),
        ("田中 太郎 🚀", "田中 太郎 🚀"),
        ("\ud800", "somebody"),
        (" \n ", "somebody"),
        ("x" * 500, "x" * 199 + "…"),
    ],
)
def test_a_name_arrives_as_it_is_in_one_line(name: str, shown: str) -> None:
    parsed, (event,) = read(calendar("Payments", [FIRST], {ALICE: name}, "payments", NOW))
    assert str(event["summary"]) == f"Payments: {shown} on call"
    assert len(parsed.subcomponents) == 1


@given(st.text(), st.text())
def test_no_name_breaks_the_calendar(title: str, person: str) -> None:
    written = calendar(title, [FIRST, SECOND], {ALICE: person}, "payments", NOW)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    parsed, found = read(written)
    name = str(parsed["x-wr-calname"])
    assert [str(event["summary"]) for event in found][1] == f"{name}: somebody on call"
    assert len(found) == 2


def test_a_person_without_a_name_is_somebody_and_a_schedule_without_one_is_on_call() -> None:
    parsed, (event,) = read(calendar("", [FIRST], {}, "payments", NOW))
    assert str(event["summary"]) == "On call: somebody on call"
    assert str(parsed["x-wr-calname"]) == "On call"


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2027, 1, 11, 9)
    with pytest.raises(ValueError, match="needs a zone"):
        events(replace(FIRST, start=naive))
    with pytest.raises(ValueError, match="needs a zone"):
        events(FIRST, now=naive)
