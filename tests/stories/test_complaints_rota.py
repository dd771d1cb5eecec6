"""What users of other products complained about, second part: whom a level reaches.

`make mutants` takes out the cure of each complaint and requires its story to fail.
"""

from datetime import datetime, timedelta

import pytest

from jobs.duty import check
from models.db import now_of
from models.plan import Level, Target
from models.routing import LevelCondition
from models.words import Severity
from tests.world import SHIFT, World, everything, labels

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)
MINUTES = timedelta(minutes=1)
EVERYBODY = ("alice", "bob", "charlie")


def travel(world: World, moment: datetime) -> None:
    """Be at this moment, wherever the present is, and let everything happen that is due by then."""
    with world.context.db.begin() as session:
        SHIFT.seconds += (moment - now_of(session)).total_seconds()
    world.settle()


def whom(world: World, moment: str) -> set[str]:
    """Who is paged by an alert that comes at this moment, and is over at once."""
    travel(world, datetime.fromisoformat(moment))
    title = f"At {moment}"
    world.signal(title, key=moment)
    paged = {
        who
        for who in EVERYBODY
        for page in world.pages(who)
        if title in page.text and labels(page)[:1] == ["Acknowledge"]
    }
    world.signal(title, key=moment, status="resolved")
    return paged


def laid_down(world: World, **layer: object) -> Target:
    """A schedule of the weeks around the night of 2027-03-28, in which Berlin's clock jumps from 02:00 to 03:00."""
    travel(world, datetime.fromisoformat("2027-03-20T00:00+01:00"))
    people = ("charlie", "bob")[: 1 if "hours" in layer else 2]
    return world.schedule("Rota", *people, **{"zone": "Europe/Berlin", **layer})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "more", "turns"),
    [
        (
            "days",
            {"handoff": "02:30", "start": "2027-03-27"},
            {
                "2027-03-27T02:31+01:00": {"charlie"},
                "2027-03-28T01:55+01:00": {"charlie"},
                "2027-03-28T03:00:01+02:00": {"bob"},
                "2027-03-28T02:30+01:00": {"bob"},
                "2027-03-29T02:25+02:00": {"bob"},
                "2027-03-29T02:31+02:00": {"charlie"},
            },
        ),
        (
            "days",
            {"handoff": "09:00", "start": "2027-03-26"},
            {
                "2027-03-27T08:55+01:00": {"charlie"},
                "2027-03-27T09:01+01:00": {"bob"},
                "2027-03-28T02:30+01:00": {"bob"},
                "2027-03-28T08:55+02:00": {"bob"},
                "2027-03-28T09:01+02:00": {"charlie"},
                "2027-03-29T08:55+02:00": {"charlie"},
                "2027-03-29T09:01+02:00": {"bob"},
            },
        ),
        (
            "weeks",
            {"handoff": "09:00", "start": "2027-03-22", "weekday": "monday"},
            {
                "2027-03-22T09:01+01:00": {"charlie"},
                "2027-03-28T02:30+01:00": {"charlie"},
                "2027-03-29T08:55+02:00": {"charlie"},
                "2027-03-29T09:01+02:00": {"bob"},
                "2027-04-05T08:55+02:00": {"bob"},
                "2027-04-05T09:01+02:00": {"charlie"},
            },
        ),
    ],
    ids=["a hand-off in the hour that is skipped", "daily at nine", "weekly at nine"],
)
def test_complaint_6_daylight_saving(world: World, unit: str, more: dict[str, str], turns: dict[str, set[str]]) -> None:
    """ "Daylight saving": hand-offs came an hour late after the change, or twice, or never."""
    world.plan(Level((laid_down(world, unit=unit, **more),), 5 * MINUTES))
    assert {moment: whom(world, moment) for moment in turns} == turns


def test_complaint_6_weekdays(world: World) -> None:
    """ "Weekdays": Friday's hours reached into Saturday, and Monday began when it was Monday somewhere else."""
    office = laid_down(world, hours="mon-fri 00:00-17:00", handoff="00:00", start="2027-03-22")
    world.plan(Level((office,), 5 * MINUTES), Level(world.targets("bob"), 5 * MINUTES))
    reached = {
        "2027-03-26T16:55+01:00": {"charlie"},
        "2027-03-26T17:01+01:00": {"bob"},
        "2027-03-27T00:30+01:00": {"bob"},
        "2027-03-28T02:30+01:00": {"bob"},
        "2027-03-28T12:00+02:00": {"bob"},
        "2027-03-28T23:55+02:00": {"bob"},
        "2027-03-29T00:10+02:00": {"charlie"},
        "2027-03-29T16:55+02:00": {"charlie"},
        "2027-03-29T17:01+02:00": {"bob"},
    }
    assert {moment: whom(world, moment) for moment in reached} == reached


def test_complaint_6_hours_that_begin_in_the_hour_that_is_skipped(world: World) -> None:
    """ "Daylight saving": whoever began at 02:30 began at 03:30 in that night, or not at all."""
    nights = laid_down(world, hours="mon-sun 02:30-06:00", handoff="00:00", start="2027-03-22")
    world.plan(Level((nights,), 5 * MINUTES), Level(world.targets("bob"), 5 * MINUTES))
    reached = {
        "2027-03-27T02:25+01:00": {"bob"},
        "2027-03-27T02:31+01:00": {"charlie"},
        "2027-03-28T01:55+01:00": {"bob"},
        "2027-03-28T03:00:01+02:00": {"charlie"},
        "2027-03-28T05:55+02:00": {"charlie"},
        "2027-03-28T06:01+02:00": {"bob"},
    }
    assert {moment: whom(world, moment) for moment in reached} == reached


def test_complaint_8_somebody_unreachable_in_the_rota(world: World) -> None:
    """ "Somebody unreachable in the rota": they left, the rota still names them, and the page went nowhere."""
    world.plan(Level((world.schedule("Nights", "charlie"),), 30 * MINUTES), Level(world.targets("bob"), 5 * MINUTES))
    world.slack.deactivate("charlie")
    world.until(lambda: not world.person("charlie").active)
    world.signal("Disk full")
    world.expect_page("bob", "Disk full")
    assert "level 1 passed over: nobody to page" in world.heed("alice", "show 1")


def test_complaint_8_somebody_of_whom_only_slack_knows_that_they_have_left(world: World) -> None:
    """ "Somebody unreachable in the rota", and the event that says so was lost: the page fails, the next goes out."""
    world.plan(Level((world.schedule("Nights", "charlie"),), 30 * MINUTES), Level(world.targets("bob"), 5 * MINUTES))
    world.slack.faults.add("events.user_change", "lost")
    world.slack.deactivate("charlie")
    world.signal("Disk full")
    world.expect_page("bob", "Disk full")
    assert "could not be paged by <@U0CHARLIE>" in world.heed("alice", "show 1")


def test_complaint_8_the_admins_are_told_once_before_the_night_in_which_it_matters(world: World) -> None:
    """ "Somebody unreachable in the rota": nobody saw it before an alert came."""
    world.plan(Level((world.schedule("Nights", "charlie"),), 5 * MINUTES), Level(world.targets("bob"), 5 * MINUTES))
    check(world.context)
    world.settle()
    world.expect_no_page("alice")
    world.slack.deactivate("charlie")
    world.until(lambda: not world.person("charlie").active)
    for _ in range(3):
        check(world.context)
        world.forward(hours=24)
    for who in ("alice", "bob"):
        (notice,) = world.pages(who)
        assert "Somebody might not be reached" in everything(notice)
        assert "<@U0CHARLIE>: This person is deactivated in Slack" in everything(notice)


def nights_from_tomorrow(world: World) -> Target:
    """A schedule in which nobody stands before tomorrow."""
    with world.context.db.begin() as session:
        start = now_of(session) + timedelta(hours=24)
    return world.schedule("Nights", "charlie", start=start.replace(microsecond=0).isoformat())


def test_complaint_9_an_empty_level_still_waits_its_whole_time(world: World) -> None:
    """ "An empty level still waits its whole time": the next level's page comes in the same minute, and says why."""
    empty = Level((nights_from_tomorrow(world),), 30 * MINUTES)
    world.plan(empty, Level(world.targets("bob"), 10 * MINUTES), laps=2)
    world.signal("Disk full")
    world.expect_page("bob", "Disk full")
    assert "level 1 passed over: nobody to page" in world.heed("alice", "show 1")
    world.forward(minutes=10)
    assert len(world.pages("bob")) == 2, "the second lap passes it over at once, too"


def test_complaint_9_a_level_that_is_not_for_this_alert_does_not_wait_either(world: World) -> None:
    """ "An empty level still waits its whole time", as does one that is for other alerts."""
    critical = LevelCondition(severities=frozenset({Severity.CRITICAL}))
    world.plan(Level(world.targets("charlie"), 30 * MINUTES, when=critical), Level(world.targets("bob"), 10 * MINUTES))
    world.signal("Disk full", severity="medium")
    world.expect_page("bob", "Disk full")
    world.expect_no_page("charlie")
    assert "level 1 passed over: the level is for critical only" in world.heed("alice", "show 1")


def test_complaint_9_where_every_level_is_empty_the_admins_know_at_once_and_it_is_tried_again(world: World) -> None:
    """ "An empty level": nobody was there at all, and nobody heard of it."""
    world.plan(Level((nights_from_tomorrow(world),), 30 * MINUTES))
    world.signal("Disk full")
    world.expect_page("alice", "Nobody could be reached", "Disk full")
    world.forward(hours=23)
    assert len(world.pages("alice")) == 1
    world.forward(hours=1, minutes=5)
    assert [page for page in world.pages("charlie") if labels(page)[:1] == ["Acknowledge"]], "by now somebody is there"
