"""Who is on call: asked in Slack, changed by overrides, read by calendar programs."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.views.parts import on
from jobs.duty import check
from models.actions import checking, schedules
from models.db import now_of
from models.plan import Level
from models.reachability import Rules
from models.schedule_json import schedule_from_json
from models.tables import Entry, Notice, OverrideRow, Workspace
from models.tables import Schedule as ScheduleRow
from tests.models.actions.house import build_house
from tests.world import World

BERLIN = ZoneInfo("Europe/Berlin")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NO_SCHEDULE = "There is no schedule. Schedules are laid down in a file: `app.py apply FILE`."


def told(world: World, who: str, words: str) -> str:
    """The words, and nothing else, that answer a command."""
    return world.heed(who, words).rsplit("\n[", 1)[0]


def now(world: World) -> datetime:
    """The present minute, at which `world.schedule` lets its layer begin."""
    with world.context.db.begin() as session:
        return now_of(session).astimezone(UTC).replace(second=0, microsecond=0)


def overrides(world: World) -> list[OverrideRow]:
    with world.context.db.begin() as session:
        return session.query(OverrideRow).order_by(OverrideRow.id).all()


def test_who_is_on_call_now_and_who_is_next(world: World) -> None:
    begun = now(world)
    assert told(world, "charlie", "oncall").startswith("*Level 1:*")
    assert "Schedules" not in told(world, "charlie", "oncall")
    world.schedule("Payments", "alice", "bob")
    world.schedule("Search", "bob", start=(begun + HOUR).isoformat())
    world.schedule("Nights", "bob", end=(begun + 2 * HOUR).isoformat())
    world.schedule("Always", "alice")
    lines = [
        "• *Always*: <@U0ALICE>, and no change in sight",
        f"• *Nights*: <@U0BOB> until {on(begun + 2 * HOUR)}, then :warning: *nobody*",
        f"• *Payments*: <@U0ALICE> until {on(begun + DAY)}, then <@U0BOB>",
        f"• *Search*: :warning: *nobody* until {on(begun + HOUR)}, then <@U0BOB>",
    ]
    assert told(world, "charlie", "oncall").endswith("\n*Schedules*\n" + "\n".join(lines))
    shows = "`/heed schedule NAME` shows the next 14 days of one."
    assert told(world, "charlie", "schedule") == "\n".join([*lines, shows])
    world.slack.deactivate("bob")
    world.sync()
    assert "• *Nights*: <@U0BOB>, :warning: *who cannot be paged* until" in told(world, "charlie", "oncall")


def test_the_next_days_of_a_schedule_with_its_gaps_and_a_picture_to_follow(world: World) -> None:
    begun = now(world)
    schedule = world.schedule("Payments", "alice", "bob", every=5, end=(begun + 12 * DAY).isoformat())
    shown = told(world, "charlie", "schedule pay")
    lines = shown.splitlines()
    assert lines[0] == "*Payments*, the next 14 days. A picture follows as a direct message."
    assert lines[1] == ":warning: It has 1 gap: nobody is on call then."
    assert lines[2].endswith(f"– {on(begun + 5 * DAY)}: <@U0ALICE>")
    assert lines[3] == f"• {on(begun + 5 * DAY)} – {on(begun + 10 * DAY)}: <@U0BOB>"
    assert lines[4] == f"• {on(begun + 10 * DAY)} – {on(begun + 12 * DAY)}: <@U0ALICE>"
    assert lines[5].startswith(f"• {on(begun + 12 * DAY)} – ")
    assert lines[5].endswith(": :warning: *nobody*")
    with world.context.db.begin() as session:
        (wish,) = session.query(Notice).filter_by(kind="picture").all()
    assert (wish.person_id, wish.detail) == (world.person("charlie").id, {"schedule": schedule.id})


def test_an_unknown_schedule_names_those_that_there_are(world: World) -> None:
    for words in ("schedule", "schedule Payments", "override @bob 2h"):
        assert told(world, "alice", words) == NO_SCHEDULE
    for name in ("Payments", "Search", "Search at night"):
        world.schedule(name, "alice")
    assert told(world, "alice", "schedule <x>") == (
        "There is no schedule “&lt;x&gt;”. There are: Payments, Search, Search at night."
    )
    assert told(world, "alice", "schedule sea").startswith("There is no schedule “sea”."), "two begin like that"
    assert told(world, "alice", "schedule “SEARCH”").startswith("*Search*,")
    assert told(world, "alice", "override @bob 2h") == ("Which schedule? There are: Payments, Search, Search at night.")
    assert overrides(world) == []


def address(world: World, who: str) -> str:
    """The calendar's address as somebody is told it; empty when they are not."""
    found = re.search(r"`\S+(/calendars/\S+\.ics)`", told(world, who, "schedule Payments"))
    return world.url + found[1] if found else ""


def test_the_calendar_is_for_admins_and_for_whoever_stands_in_the_schedule(world: World) -> None:
    begun = now(world)
    world.schedule("Payments", "bob", "charlie", every=30)
    assert address(world, "alice") == address(world, "charlie") != ""
    answer = requests.get(address(world, "alice"), timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [event["summary"] for event in events][:2] == [
        "Payments: bob on call",
        "Payments: charlie on call",
    ]
    assert [event.decoded("dtstart") for event in events][:3] == [begun, begun + 30 * DAY, begun + 60 * DAY]
    again = Calendar.from_ical(requests.get(address(world, "alice"), timeout=10).content).walk("VEVENT")
    assert [event["uid"] for event in again] == [event["uid"] for event in events]
    world.schedule("Payments", "bob")
    assert address(world, "charlie") == ""


def test_a_wrong_secret_or_an_uninstalled_workspace_has_no_calendar(world: World) -> None:
    world.schedule("Payments", "bob")
    url = address(world, "bob")
    gone = {"error": "no calendar has this address: `/heed schedule NAME` shows it"}
    wrong = requests.get(f"{world.url}/calendars/{'x' * 32}.ics", timeout=10)
    assert (wrong.status_code, wrong.json()) == (404, gone)
    assert requests.post(url, timeout=10).status_code == 405
    with world.context.db.begin() as session:
        session.query(Workspace).one().uninstalled_at = now_of(session)
    answer = requests.get(url, timeout=10)
    assert (answer.status_code, answer.json()) == (404, gone)


def test_an_override_puts_somebody_on_call_at_once_and_pages_them(world: World) -> None:
    target = world.schedule("Payments", "alice")
    world.plan(Level((target,), timedelta(minutes=5)))
    answer = told(world, "alice", "override @bob 2h")
    (row,) = overrides(world)
    assert row.ends_at - row.starts_at == 2 * HOUR
    assert answer == (
        f"<@U0BOB> takes over *Payments* from <@U0ALICE>, from {on(row.starts_at)} until {on(row.ends_at)}."
    )
    assert f"<@U0BOB> by an override until {on(row.ends_at)}, then <@U0ALICE>" in told(world, "charlie", "oncall")
    world.expect_page("bob", "You are on call for *Payments*", "by an override")
    world.signal("Card payments fail")
    world.expect_page("bob", "Card payments fail")
    assert not [each for each in world.pages("alice") if "Card payments fail" in each.text]
    world.forward(hours=2)
    world.signal("Card payments fail again")
    world.expect_page("alice", "Card payments fail again")


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2026-12-24 09:00 to 2026-12-27 09:00", "2026-12-24T09:00", "2026-12-27T09:00"),
        ("2026-12-24 18:00 to 6:00 payments", "2026-12-24T18:00", "2026-12-25T06:00"),
    ],
)
def test_an_override_by_dates_is_meant_by_the_clock_of_whoever_types_it(
    world: World, words: str, start: str, end: str
) -> None:
    year = str(now(world).year)
    world.schedule("Payments", "alice")
    told(world, "alice", f"override @bob {words.replace('2026', year)}")
    (row,) = overrides(world)
    expected = [datetime.fromisoformat(each.replace("2026", year)).replace(tzinfo=BERLIN) for each in (start, end)]
    assert [row.starts_at, row.ends_at] == expected


def test_an_override_tells_whom_it_covers(world: World) -> None:
    begun = now(world)
    world.schedule("Payments", "alice", "bob", unit="hours", handoff="00:00", end=(begun + 4 * HOUR).isoformat())
    both = "<@U0CHARLIE> takes over *Payments* from <@U0ALICE>, <@U0BOB>, from"
    assert told(world, "alice", "override @charlie 3h").startswith(both)
    assert told(world, "bob", "override @charlie 1h").startswith("<@U0CHARLIE> is on call for *Payments* anyway, and")
    assert ", and fills a gap, from" in told(world, "bob", "override @charlie 8h")
    world.schedule("Search", "bob", start=(begun + 9 * HOUR).isoformat())
    assert "<@U0BOB> is on call for *Search*, where nobody was, from" in told(world, "bob", "override @bob 1h search")


def test_an_override_is_taken_back_and_whoever_was_on_call_is_again(world: World) -> None:
    world.schedule("Payments", "alice", every=2)
    told(world, "alice", "override @bob 2h")
    told(world, "alice", "override @bob tomorrow 9:00 to 18:00")
    assert "*Payments*: <@U0BOB> by an override" in told(world, "charlie", "oncall")
    refused = told(world, "charlie", "override end @bob")
    assert "Only admins, responders and those who stand in it" in refused
    assert told(world, "alice", "override end @bob").startswith("All 2 overrides of <@U0BOB> in *Payments* ended.")
    assert "*Payments*: <@U0ALICE>, and no change in sight" in told(world, "charlie", "oncall")
    assert told(world, "alice", "override end @bob").startswith("<@U0BOB> has no override in *Payments*")
    assert told(world, "alice", "override end").startswith("Whose?")


def test_what_is_wrong_with_an_override_is_said_and_changes_nothing(world: World) -> None:
    world.schedule("Payments", "alice")
    usage = "Whom, and for how long? `/heed override @person 2h`, or `/heed override @person tomorrow 9:00 to 18:00`."
    examples = "Please say for example `2h`, `until 18:00`, `until fri 9:00` or `tomorrow 9:00 to 18:00`."
    nobody = "cannot be on call: only active people of this workspace can. Nothing has changed."
    for words, answer in (
        ("override", usage),
        ("override 2h", usage),
        ("override @nobody 2h", "I don't know @nobody. Choose the person from Slack's list. Nothing has changed."),
        ("override @bob", usage),
        ("override @bob <soon>", f"I don't understand “&lt;soon&gt;” as a time. {examples} Nothing has changed."),
        ("override @dora 2h", f"<@U0DORA> {nobody}"),
        ("override @gwen 2h", f"<@U0GWEN> {nobody}"),
        ("override @bob 2h search", "There is no schedule “search”. There is: Payments."),
    ):
        assert told(world, "alice", words) == answer
    assert overrides(world) == []


def test_only_admins_responders_and_whoever_stands_in_the_schedule_override_it(world: World) -> None:
    world.schedule("Payments", "alice", "bob")
    may_not = (
        "Only admins, responders and those who stand in it may change who is on call for *Payments*. "
        "Nothing has changed."
    )
    assert told(world, "charlie", "override @charlie 2h") == may_not
    assert "Only full members" in world.heed("gwen", "override @bob 2h", channel="general")
    assert overrides(world) == []
    world.schedule("Search", "charlie")
    assert told(world, "charlie", "override @bob 2h Search").startswith("<@U0BOB> takes over *Search*")
    assert told(world, "charlie", "override @bob 2h Payments") == may_not
    world.heed("alice", "role @charlie responder")
    assert told(world, "charlie", "override @bob 2h Payments").startswith("<@U0BOB> takes over *Payments*")


def test_schedules_of_another_workspace_are_neither_seen_nor_changed(world: World) -> None:
    with world.context.db.begin() as session:
        other = build_house(session, "Globex")
        layer = {
            "name": "Layer", "people": [other.people["alice"]], "every": 1, "unit": "days", "handoff": "09:00",
            "zone": "UTC", "start": "2026-01-01",
        }  # fmt: skip
        made = schedule_from_json({"name": "Secrets", "layers": [layer]})
        schedules.put(session, world.context.seal, other.id, made)
    for words in ("schedule", "schedule Secrets", "override @bob 2h Secrets"):
        assert told(world, "alice", words) == NO_SCHEDULE
    assert "Secrets" not in told(world, "alice", "oncall")
    assert overrides(world) == []
    with world.context.db.begin() as session:
        assert session.query(ScheduleRow).count() == 1


def test_a_schedule_that_cannot_be_read_keeps_no_other_hand_off_back_and_the_admins_are_told(world: World) -> None:
    world.schedule("Broken", "alice", "bob", every=1, unit="hours")
    world.schedule("Payments", "alice", "charlie", every=1, unit="hours")
    with world.context.db.begin() as session:
        layers = [{"name": "Layer", "zone": "Nowhere/At_All"}]
        session.execute(update(ScheduleRow).where(ScheduleRow.name == "Broken").values(layers=layers))
    world.forward(minutes=61)
    world.expect_page("charlie", "on call for *Payments*")
    for seconds in (21, 41, 81, 161):
        assert not [page for page in world.pages("alice") if "Broken" in page.text]
        world.forward(seconds=seconds)
    (notice,) = [page for page in world.pages("alice") if "Broken" in page.text]
    assert "hand-offs of the schedule *Broken* failed five times" in notice.text


def test_a_check_that_fails_is_noted_and_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.context.db.begin() as session:
        other = build_house(session, "Southwind").id
        here = session.scalar(select(Workspace.id).where(Workspace.id != other))
    whole = checking.rules_of

    def rules_of(session: Session, workspace_id: int) -> Rules:
        if workspace_id == here:
            raise KeyError("layers")
        return whole(session, workspace_id)

    monkeypatch.setattr(checking, "rules_of", rules_of)
    check(world.context)
    with world.context.db.begin() as session:
        assert session.get_one(Workspace, other).checked_at is not None
        noted = session.scalars(select(Entry).where(Entry.kind == "check_failed")).one()
        assert (noted.workspace_id, noted.high, noted.detail) == (here, True, {"error": "KeyError"})
