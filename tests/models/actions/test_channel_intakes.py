"""What is posted in a channel, taken once and in whatever order it comes; and what becomes of the channel."""

from datetime import UTC, datetime

import pytest

from bot.context import Context
from models.actions import channel_intakes, moving, sources
from models.actions.channel_intakes import AppMessage, moment_of
from models.actions.receiving import Received
from models.channel_intake import Rules
from models.tables import Alert
from tests.models.actions.house import House, build_house

RULES = Rules("C0ALERTS", "FIRING: (.*)", resolved="RESOLVED: (.*)")
WRITTEN, EDITED = "1700000000.000100", "1700000300.000200"


@pytest.fixture
def house(context: Context) -> House:
    with context.db.begin() as session:
        made = build_house(session)
        channel_intakes.put(session, made.id, "alerts", RULES, made.people["alice"])
        return made


def said(words: str, ts: str = WRITTEN, edited: str = "", channel: str = "C0ALERTS") -> AppMessage:
    return AppMessage(channel, ts, (words,), ("U0GRAFANA", "Grafana"), is_change=bool(edited), edited_ts=edited)


def take(context: Context, house: House, message: AppMessage) -> Received:
    with context.db.begin() as session:
        return channel_intakes.take(session, house.id, message)


def test_a_message_counts_once_and_its_alert_leads_to_it(context: Context, house: House) -> None:
    assert take(context, house, said("FIRING: disk")).opened == (1,)
    assert take(context, house, said("FIRING: disk")) == Received()
    with context.db.begin() as session:
        alert = session.get_one(Alert, 1)
        assert alert.link == "https://northwind.slack.com/archives/C0ALERTS/p1700000000000100"
        assert alert.labels == {"channel": "alerts", "app": "Grafana"}
        assert alert.started_at == datetime(2023, 11, 14, 22, 13, 20, 100, UTC)


def test_a_message_that_its_own_change_has_overtaken_opens_nothing(context: Context, house: House) -> None:
    assert take(context, house, said("RESOLVED: disk", edited=EDITED)).ignored == 1
    assert take(context, house, said("FIRING: disk")) == Received()


def test_the_same_change_counts_once(context: Context, house: House) -> None:
    take(context, house, said("FIRING: disk"))
    for count in (1, 0):
        assert len(take(context, house, said("FIRING: disk", edited=EDITED)).repeated) == count


def test_a_channel_that_is_not_read_says_nothing_and_neither_does_one_of_another_workspace(
    context: Context, house: House
) -> None:
    assert take(context, house, said("FIRING: disk", channel="C0OTHER")) == Received()
    with context.db.begin() as session:
        other = build_house(session, "Globex")
    assert take(context, other, said("FIRING: disk")) == Received()


def test_a_channel_with_a_new_id_is_read_on(context: Context, house: House) -> None:
    with context.db.begin() as session:
        moving.rename(session, house.id, "C0ALERTS", "C0NEW")
    assert take(context, house, said("FIRING: disk")) == Received()
    assert take(context, house, said("FIRING: disk", channel="C0NEW")).opened == (1,)


def test_a_channel_is_laid_down_anew_or_stopped_and_begun_again(context: Context, house: House) -> None:
    alice = house.people["alice"]
    with context.db.begin() as session:
        channel_intakes.put(session, house.id, "alerts", Rules("C0ALERTS", "DOWN (.*)"), alice)
        assert [each.title for each in channel_intakes.listing(session, house.id)] == ["DOWN (.*)"]
        assert channel_intakes.stop(session, house.id, "C0ALERTS", alice)
        assert not channel_intakes.stop(session, house.id, "C0ALERTS", alice)
        assert channel_intakes.listing(session, house.id) == []
    assert take(context, house, said("DOWN web")) == Received()
    with context.db.begin() as session:
        channel_intakes.put(session, house.id, "alerts", RULES, alice)
    assert take(context, house, said("FIRING: web", "1700000001.000100")).opened == (1,)


def test_only_admins_say_what_is_read(context: Context, house: House) -> None:
    for change in (
        lambda session: channel_intakes.put(session, house.id, "alerts", RULES, house.people["charlie"]),
        lambda session: channel_intakes.stop(session, house.id, "C0ALERTS", house.people["charlie"]),
    ):
        with pytest.raises(sources.NotAllowed), context.db.begin() as session:
            change(session)


@pytest.mark.parametrize(
    ("ts", "microsecond"), [("1700000000.000100", 100), ("1700000000", 0), ("1700000000.5", 500000)]
)
def test_when_a_message_was_written(ts: str, microsecond: int) -> None:
    assert moment_of(ts) == datetime(2023, 11, 14, 22, 13, 20, microsecond, UTC)
