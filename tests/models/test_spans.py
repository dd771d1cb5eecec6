"""Spans of time as people type them: what is understood, what is meant in the nights of a change of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.spans import HORIZON, SHOWN, Span, parse_span

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 25, 13, 30, tzinfo=BERLIN)


def berlin(words: str, now: datetime = WEDNESDAY) -> tuple[str, str, str]:
    """(start, end, rest) as the clock in Berlin shows them, with the offset."""
    span = parse_span(words, now, BERLIN)
    start, end = (f"{each.astimezone(BERLIN):%Y-%m-%d %H:%M%z}" for each in (span.start, span.end))
    return start.removesuffix("+0100"), end.removesuffix("+0100"), span.rest


NOW = "2026-11-25 13:30"


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2h", NOW, "2026-11-25 15:30"),
        ("90m", NOW, "2026-11-25 15:00"),
        ("1h30m", NOW, "2026-11-25 15:00"),
        ("1h 30m", NOW, "2026-11-25 15:00"),
        ("for 2 hours", NOW, "2026-11-25 15:30"),
        ("45 minutes", NOW, "2026-11-25 14:15"),
        ("3d", NOW, "2026-11-28 13:30"),
        ("1w2d", NOW, "2026-12-04 13:30"),
        ("until 18:00", NOW, "2026-11-25 18:00"),
        ("until 9:00", NOW, "2026-11-26 09:00"),
        ("until 13:30", NOW, "2026-11-26 13:30"),
        ("until today 18:00", NOW, "2026-11-25 18:00"),
        ("until tomorrow 9:00", NOW, "2026-11-26 09:00"),
        ("until 9am tomorrow", NOW, "2026-11-26 09:00"),
        ("UNTIL Fri 9:00", NOW, "2026-11-27 09:00"),
        ("until friday at 12 pm", NOW, "2026-11-27 12:00"),
        ("until sunday 12am", NOW, "2026-11-29 00:00"),
        ("until wed 14:00", NOW, "2026-11-25 14:00"),
        ("until wed 9:00", NOW, "2026-12-02 09:00"),
        ("until 2026-12-24 09:00", NOW, "2026-12-24 09:00"),
        ("till 2026-12-24T09:00", NOW, "2026-12-24 09:00"),
        ("tomorrow 9:00 to 18:00", "2026-11-26 09:00", "2026-11-26 18:00"),
        ("tomorrow 9:00-18:00", "2026-11-26 09:00", "2026-11-26 18:00"),
        ("tomorrow 22:00 until 6:00", "2026-11-26 22:00", "2026-11-27 06:00"),
        ("tomorrow 9:00 to 9:00", "2026-11-26 09:00", "2026-11-27 09:00"),
        ("fri 18:00 to mon 9:00", "2026-11-27 18:00", "2026-11-30 09:00"),
        ("fri 18:00 to fri 9:00", "2026-11-27 18:00", "2026-12-04 09:00"),
        ("from mon 9:00 for 2h", "2026-11-30 09:00", "2026-11-30 11:00"),
        ("2026-12-24 09:00 to 2026-12-27 09:00", "2026-12-24 09:00", "2026-12-27 09:00"),
        ("9:00 to 18:00", "2026-11-26 09:00", "2026-11-26 18:00"),
        ("14:00 to 18:00", "2026-11-25 14:00", "2026-11-25 18:00"),
        ("today 9:00 to 18:00", NOW, "2026-11-25 18:00"),
        ("2026-11-20 9:00 to tomorrow 9:00", NOW, "2026-11-26 09:00"),
    ],
)
def test_what_is_understood_on_a_wednesday_at_half_past_one(words: str, start: str, end: str) -> None:
    assert berlin(words) == (start, end, "")
    assert berlin(f"  {words}, Deploy of 10:00  ") == (start, end, "Deploy of 10:00")


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("2h 3d printer is broken", "3d printer is broken"),
        ("2h - moving house", "moving house"),
        ("until 18:00 to fix the database", "to fix the database"),
        ("tomorrow 9:00 to 18:00 Payments", "Payments"),
        ("until fri 9:00 tomorrow we deploy", "tomorrow we deploy"),
        ("2h Ünïcode", "Ünïcode"),
    ],
)
def test_the_words_after_a_span_are_kept(words: str, rest: str) -> None:
    assert parse_span(words, WEDNESDAY, BERLIN).rest == rest


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "How long, or until when?"),
        ("   ", "How long, or until when?"),
        ("soon", "I don't understand “soon” as a time."),
        ("deploy 2h", "I don't understand “deploy 2h” as a time."),
        ("2hdeploy", "I don't understand “2hdeploy” as a time."),
        ("2h30", "I don't understand “2h30” as a time."),
        ("-2h", "I don't understand “-2h” as a time."),
        ("until", "I don't understand “until” as a time."),
        ("until lunch", "I don't understand “lunch” as a time."),
        ("until friday", "“friday” needs a time too, such as `friday 9:00`."),
        ("until 2026-12-24", "“2026-12-24” needs a time too, such as `2026-12-24 9:00`."),
        ("until 25:00", "“25:00” is no time of day."),
        ("until 9:75", "“9:75” is no time of day."),
        ("until 13pm", "“13pm” is no time of day."),
        ("until 2026-02-30 9:00", "There is no day 2026-02-30."),
        ("until today 9:00", "“until today 9:00” is over already."),
        ("today 9:00 to 10:00", "“today 9:00 to 10:00” is over already."),
        ("tomorrow 9:00", "When does it end? Please say `tomorrow 9:00 to …`, or `until tomorrow 9:00` to begin now."),
        ("tomorrow 9:00 to lunch", "I don't understand “lunch” as a time."),
        ("tomorrow 9:00 to today 18:00", "“tomorrow 9:00 to today 18:00” ends before it begins."),
        ("0h0m", "That is no time at all."),
        ("999w", "That is more than two years."),
        ("until 2199-01-01 9:00", "“2199-01-01 9:00” is too far away."),
        ("1999-01-01 1:00 to 2:00", "“1999-01-01 1:00” is too far away."),
        ("mon 9:00 for 9999d", "That is more than two years."),
    ],
)
def test_what_is_not_understood_is_told_in_one_line_with_an_example(words: str, told: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_span(words, WEDNESDAY, BERLIN)
    line = str(error.value)
    assert line.startswith(told)
    assert "\n" not in line
    assert "`" in line, "there is no example"


@pytest.mark.parametrize(
    ("words", "now", "start", "end"),
    [
        # 2026-10-25: at 3:00 summer time it is 2:00 once more
        ("until 2:30", "2026-10-25T01:00+02:00", "2026-10-25 01:00+0200", "2026-10-25 02:30"),
        ("until 2:30", "2026-10-25T02:45+02:00", "2026-10-25 02:45+0200", "2026-10-25 02:30"),
        ("until 2:30", "2026-10-25T02:45+01:00", "2026-10-25 02:45", "2026-10-26 02:30"),
        ("2:30 to 4:00", "2026-10-25T01:00+02:00", "2026-10-25 02:30+0200", "2026-10-25 04:00"),
        ("2:30 for 1h", "2026-10-25T01:00+02:00", "2026-10-25 02:30+0200", "2026-10-25 02:30"),
        ("4h", "2026-10-25T01:00+02:00", "2026-10-25 01:00+0200", "2026-10-25 04:00"),
        ("1d", "2026-10-24T12:00+02:00", "2026-10-24 12:00+0200", "2026-10-25 12:00"),
        ("24h", "2026-10-24T12:00+02:00", "2026-10-24 12:00+0200", "2026-10-25 11:00"),
        # 2026-03-29: at 2:00 it is 3:00
        ("until 2:30", "2026-03-29T01:00+01:00", "2026-03-29 01:00", "2026-03-29 03:00+0200"),
        ("2:30 to 4:00", "2026-03-29T01:00+01:00", "2026-03-29 03:00+0200", "2026-03-29 04:00+0200"),
        ("1d", "2026-03-28T12:00+01:00", "2026-03-28 12:00", "2026-03-29 12:00+0200"),
        ("1d1h", "2026-03-28T01:30+01:00", "2026-03-28 01:30", "2026-03-29 03:30+0200"),
    ],
)
def test_in_the_nights_of_a_change_of_the_clock(words: str, now: str, start: str, end: str) -> None:
    assert berlin(words, datetime.fromisoformat(now)) == (start, end, "")


def test_what_lies_wholly_in_the_skipped_hour_is_no_span() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        parse_span("2:15 to 2:45", datetime.fromisoformat("2026-03-29T01:00+01:00"), BERLIN)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        parse_span("2h", datetime(2026, 1, 1), BERLIN)


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)).map(
    lambda each: each.replace(microsecond=0)
)
PIECES = st.sampled_from(
    ["2h", "1h30m", "3d", "0m", "9999w", "for", "from", "until", "till", "to", "-", "–", "at", "today", "tomorrow",
     "mon", "friday", "Sunday", "9:00", "24:00", "9am", "13 pm", "2026-12-24", "2026-02-30", "0000-00-00",
     "9999-12-31", "2026-12-24T09:00", "deploy", ",", "ſun", "K", "İ", "١:٠٠", "`", "\n", ""]
)  # fmt: skip
TYPED = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES).map("".join))


def span_or_line(words: str, now: datetime, zone: ZoneInfo) -> Span | str:
    try:
        return parse_span(words, now, zone)
    except ValueError as error:
        return str(error)


@given(TYPED, MOMENTS, ZONES)
@example("until 9999-12-31 23:59", WEDNESDAY, ZoneInfo("Pacific/Apia"))
@example("0001-01-01 0:00 to 1:00", WEDNESDAY, ZoneInfo("Asia/Kathmandu"))
def test_whatever_is_typed_gives_a_span_ahead_or_one_line_with_an_example(
    words: str, now: datetime, zone: ZoneInfo
) -> None:
    span = span_or_line(words, now, zone)
    if isinstance(span, str):
        assert "\n" not in span
        assert "`" in span
        assert len(span) < 300 + SHOWN
        return
    assert now <= span.start < span.end <= now + HORIZON
    assert span.start.tzinfo is UTC
    assert span.end.tzinfo is UTC
    assert words.strip().endswith(span.rest) or not span.rest


@given(st.integers(0, 99), st.integers(0, 99), MOMENTS, ZONES, st.sampled_from(["", " deploy"]))
def test_hours_and_minutes_are_time_that_passes(
    hours: int, minutes: int, now: datetime, zone: ZoneInfo, rest: str
) -> None:
    if hours or minutes:
        lasting = timedelta(hours=hours, minutes=minutes)
        assert parse_span(f"{hours}h{minutes}m{rest}", now, zone) == Span(now, now + lasting, rest.strip())


@given(st.integers(0, 23), st.integers(0, 59), MOMENTS, ZONES)
def test_until_a_time_is_the_next_moment_at_which_the_clock_shows_it(
    hour: int, minute: int, now: datetime, zone: ZoneInfo
) -> None:
    end = parse_span(f"until {hour}:{minute:02}", now, zone).end
    assert now < end <= now + timedelta(hours=26)
    shown = end.astimezone(zone)
    before = (end - timedelta(seconds=1)).astimezone(zone)
    assert (shown.hour, shown.minute) == (hour, minute) or shown.utcoffset() != before.utcoffset()


@given(st.integers(1, 300), MOMENTS, ZONES)
def test_days_end_at_the_same_time_by_the_clock(days: int, now: datetime, zone: ZoneInfo) -> None:
    end = parse_span(f"{days}d", now, zone).end.astimezone(zone)
    before, begun = (end - timedelta(seconds=1)).astimezone(zone), now.astimezone(zone)
    assert end.time() == begun.time() or end.utcoffset() != before.utcoffset()
