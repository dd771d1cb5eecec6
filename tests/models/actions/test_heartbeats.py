"""Heartbeats on a real database: what a beat writes, what is missed, and how the marks of hearing are kept."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import heartbeats, sources
from models.actions.heartbeats import NotFromThere
from models.db import earliest, now_of
from models.heartbeat import Rhythm
from models.tables import Alert, RequestRow, SignalRow, Source, Workspace
from models.words import Severity, Status
from tests.models.actions.house import House, build_house, forward

FIVE = Rhythm(timedelta(minutes=5), timedelta(minutes=2), Severity.CRITICAL)


@pytest.fixture
def house(context: Context) -> House:
    with context.db.begin() as session:
        heartbeats.hear(session)
        return build_house(session)


def added(context: Context, house: House, name: str = "nightly-backup") -> str:
    with context.db.begin() as session:
        return heartbeats.add(session, house.id, name, FIVE)[1]


def beats(context: Context, secret: str) -> heartbeats.Beaten:
    with context.db.begin() as session:
        found = heartbeats.beat(session, secret)
    assert found is not None
    return found


def heard(context: Context, minutes: float) -> list[int]:
    """Time passes in which beats can be taken; then somebody looks."""
    for _ in range(int(minutes * 60 // 4)):
        forward(seconds=4)
        with context.db.begin() as session:
            heartbeats.hear(session)
    with context.db.begin() as session:
        return [number for opened in heartbeats.look(session) for number in opened]


def source_row(session: Session) -> Source:
    return session.query(Source).filter_by(kind="heartbeat").one()


def test_the_first_beat_starts_the_watch(context: Context, house: House) -> None:
    secret = added(context, house)
    assert heard(context, 20) == []
    beats(context, secret)
    with context.db.begin() as session:
        row = source_row(session)
        assert row.last_signal_at is not None
        assert row.expected_at == row.last_signal_at + FIVE.whole


def test_silence_opens_one_alert_and_the_next_beat_resolves_it(context: Context, house: House) -> None:
    secret = added(context, house)
    beats(context, secret)
    (number,) = heard(context, 7)
    assert heard(context, 10) == [], "one silence is one alert"
    with context.db.begin() as session:
        alert, row = session.get_one(Alert, number), source_row(session)
        assert (alert.title, alert.severity) == ("No heartbeat from nightly-backup", Severity.CRITICAL)
        assert "Expected every 5 minutes, with 2 minutes of grace. The last one came on" in alert.details
        assert row.last_signal_at == alert.started_at, "the last beat, not the alert"
        assert row.expected_at is None
    assert beats(context, secret).resolved == (number,)
    assert beats(context, secret).resolved == ()
    assert len(heard(context, 8)) == 1, "the next silence is another alert"


def test_a_beat_in_time_stores_nothing_but_itself(context: Context, house: House) -> None:
    secret = added(context, house)
    for _ in range(3):
        beats(context, secret)
    with context.db.begin() as session:
        assert session.query(RequestRow).count() == session.query(SignalRow).count() == 0


def test_an_alert_that_a_person_closed_does_not_hide_the_next_silence(context: Context, house: House) -> None:
    secret = added(context, house)
    beats(context, secret)
    (number,) = heard(context, 7)
    with context.db.begin() as session:
        alert = session.get_one(Alert, number)
        alert.status, alert.closed_at = Status.FALSE_POSITIVE, now_of(session)
    beats(context, secret)
    assert len(heard(context, 8)) == 1


def test_while_nobody_hears_nothing_is_due_and_afterwards_there_is_a_whole_period(
    context: Context, house: House
) -> None:
    secret = added(context, house)
    beats(context, secret)
    forward(minutes=30)
    with context.db.begin() as session:
        assert heartbeats.look(session) == [], "a worker is back before the web process"
        assert earliest(session, heartbeats.DUE) is None
    assert heard(context, 6.9) == []
    assert len(heard(context, 0.3)) == 1


def test_a_short_gap_just_before_the_deadline_counts_too(context: Context, house: House) -> None:
    secret = added(context, house)
    beats(context, secret)
    assert heard(context, 5) == []
    forward(seconds=6)
    assert heard(context, 6) == []
    assert len(heard(context, 1.2)) == 1


def test_a_process_that_starts_joins_the_marks_of_another_or_begins_anew(context: Context) -> None:
    with context.db.begin() as session:
        heartbeats.hear(session)
    forward(seconds=1)
    with context.db.begin() as session:
        started = now_of(session)
        before = heartbeats.hearing_of(session)
        heartbeats.hear(session, after=started - timedelta(seconds=2))
        joined = heartbeats.hearing_of(session)
        heartbeats.hear(session, after=started)
        anew = heartbeats.hearing_of(session)
    assert before is not None
    assert joined is not None
    assert anew is not None
    assert (joined.since, anew.since) == (before.since, started)


def test_when_to_look_next(context: Context, house: House) -> None:
    with context.db.begin() as session:
        assert earliest(session, heartbeats.DUE) is None
    expected = beats(context, added(context, house)).expected_at
    with context.db.begin() as session:
        due = earliest(session, heartbeats.DUE)
        assert due == expected + timedelta(seconds=2), "the marks must have gone beyond it"


def test_a_beat_by_name_finds_its_own_workspace(context: Context, house: House) -> None:
    added(context, house)
    with context.db.begin() as session:
        other = build_house(session, "Globex")
        assert heartbeats.beat_by_name(session, other.id, "nightly-backup") is None
        assert heartbeats.beat_by_name(session, house.id, "nightly-backup") is not None


def test_whom_nobody_knows_any_more_does_not_beat(context: Context, house: House) -> None:
    secret = added(context, house)
    with context.db.begin() as session:
        assert heartbeats.beat(session, "another") is None
        session.get_one(Workspace, house.id).uninstalled_at = now_of(session)
    with context.db.begin() as session:
        assert heartbeats.beat(session, secret) is None


def test_a_beat_from_another_network_does_not_count(context: Context, house: House) -> None:
    secret = added(context, house)
    with context.db.begin() as session:
        source_row(session).allowed_from = ["192.0.2.0/24"]
    with pytest.raises(NotFromThere), context.db.begin() as session:
        heartbeats.beat(session, secret, "198.51.100.7")
    with context.db.begin() as session:
        assert source_row(session).expected_at is None
        assert heartbeats.beat(session, secret, "192.0.2.9") is not None


def test_a_rotated_secret_beats_until_its_overlap_is_over(context: Context, house: House) -> None:
    secret = added(context, house)
    with context.db.begin() as session:
        sources.rotate(session, house.id, source_row(session).id, timedelta(hours=1))
    beats(context, secret)
    forward(minutes=61)
    with context.db.begin() as session:
        assert heartbeats.beat(session, secret) is None


def test_what_is_removed_is_expected_no_more_and_its_alert_is_resolved(context: Context, house: House) -> None:
    secret = added(context, house)
    beats(context, secret)
    (number,) = heard(context, 7)
    with context.db.begin() as session:
        assert heartbeats.listing(session, house.id)[0].alert_id == number
        assert heartbeats.remove(session, house.id, "nightly-backup") == (number,)
        assert heartbeats.remove(session, house.id, "nightly-backup") is None
        assert heartbeats.listing(session, house.id) == []
        assert session.get_one(Alert, number, populate_existing=True).status is Status.RESOLVED
        assert heartbeats.beat(session, secret) is None
