"""Who is on call by the schedules: now, next, in the days to come; overrides, and the calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.actions import oncall, schedules
from models.db import now_of
from models.oncall import Override
from models.schedule_json import schedule_from_json
from models.seal import Seal
from models.tables import Person, Workspace
from models.words import Role
from tests.models.actions.house import House, build_house

SEAL = Seal("a secret key for the tests only")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def put(session: Session, house: House, name: str, *people: str, **fields: Any) -> int:
    """A schedule whose people take turns of a day from the present minute on."""
    now = minute(session)
    layer = {
        "name": "Layer", "people": [house.people[each] for each in people], "every": 1, "unit": "days",
        "handoff": f"{now:%H:%M}", "zone": "UTC", "start": now.isoformat(), **fields,
    }  # fmt: skip
    return schedules.put(session, SEAL, house.id, schedule_from_json({"name": name, "layers": [layer]}))


def minute(session: Session) -> datetime:
    return now_of(session).astimezone(UTC).replace(second=0, microsecond=0)


def test_each_schedule_tells_who_is_on_call_and_who_is_next(session: Session) -> None:
    house = build_house(session)
    put(session, house, "nights", "alice", "bob")
    put(session, house, "Always", "charlie")
    put(session, house, "Soon", "bob", start=(minute(session) + HOUR).isoformat())
    session.get_one(Person, house.people["charlie"]).active = False
    always, nights, soon = oncall.on_duty(session, house.id)
    assert (always.schedule, always.person, always.until, always.reachable) == ("Always", "U0CHARLIE", None, False)
    assert (nights.person, nights.until, nights.following) == ("U0ALICE", minute(session) + DAY, "U0BOB")
    assert (soon.person, soon.until, soon.following) == (None, minute(session) + HOUR, "U0BOB")


def test_what_is_ahead_names_shifts_gaps_and_overrides_in_order(session: Session) -> None:
    house, now = build_house(session), minute(session)
    put(session, house, "Payments", "alice", "bob", end=(now + 2 * DAY).isoformat())
    wanted = Override(house.people["charlie"], now + 30 * HOUR, now + 50 * HOUR)
    oncall.override(session, house.id, "", wanted, house.people["alice"])
    found = oncall.ahead(session, house.id, "payments", 3, house.people["alice"])
    assert [(line.person, line.end - now, line.by_override, line.instead_of) for line in found.lines][:3] == [
        ("U0ALICE", DAY, False, None),
        ("U0BOB", 30 * HOUR, False, None),
        ("U0CHARLIE", 50 * HOUR, True, "U0BOB"),
    ]
    assert [line.person for line in found.lines[3:]] == [None]
    assert found.lines[0].start == now_of(session)
    assert found.lines[-1].end == now_of(session) + 3 * DAY


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Search", "Search"),
        ("search", "search"),
        ("SEARCH AT", "Search at night"),
        ("pay", "Payments"),
        ('"pay"', "Payments"),
    ],
)
def test_a_schedule_is_named_whatever_the_case_or_by_how_only_one_begins(
    session: Session, name: str, meant: str
) -> None:
    house = build_house(session)
    for each in ("Search", "search", "Search at night", "Payments"):
        put(session, house, each, "alice")
    assert oncall.ahead(session, house.id, name, 1, house.people["alice"]).name == meant


@pytest.mark.parametrize("name", ["", "SEARCH", "s", "nothing", "Payments and more"])
def test_what_could_mean_several_schedules_or_none_is_asked_again(session: Session, name: str) -> None:
    house = build_house(session)
    for each in ("Search", "search", "Payments"):
        put(session, house, each, "alice")
    with pytest.raises(oncall.NoSuchSchedule) as error:
        oncall.ahead(session, house.id, name, 1, house.people["alice"])
    assert sorted(error.value.names) == ["Payments", "Search", "search"]


def test_a_schedule_of_another_workspace_is_not_found(session: Session) -> None:
    house, other = build_house(session), build_house(session, "Globex")
    put(session, other, "Payments", "alice")
    wanted = Override(house.people["bob"], now_of(session), now_of(session) + HOUR)
    with pytest.raises(oncall.NoSuchSchedule):
        oncall.override(session, house.id, "Payments", wanted, house.people["alice"])
    assert oncall.on_duty(session, house.id) == ()


@pytest.mark.parametrize(
    ("who", "role", "stands_in_it", "may"),
    [
        ("charlie", Role.MEMBER, False, False),
        ("charlie", Role.GUEST, True, False),
        ("charlie", Role.RESPONDER, False, True),
        ("charlie", Role.MEMBER, True, True),
        ("alice", Role.ADMIN, False, True),
    ],
)
def test_who_may_override_and_who_may_have_the_calendar(
    session: Session, who: str, role: Role, stands_in_it: bool, may: bool
) -> None:
    house = build_house(session)
    session.get_one(Person, house.people[who]).role = role
    put(session, house, "Payments", "bob", *([who] if stands_in_it else []))
    wanted = Override(house.people["bob"], now_of(session), now_of(session) + HOUR)
    ahead = oncall.ahead(session, house.id, "", 1, house.people[who])
    assert (ahead.calendar_secret is not None) == (role is Role.ADMIN or (stands_in_it and may))
    if may:
        oncall.override(session, house.id, "", wanted, house.people[who])
    else:
        with pytest.raises(oncall.NotInSchedule):
            oncall.override(session, house.id, "", wanted, house.people[who])


def test_an_override_tells_who_would_have_been_on_call(session: Session) -> None:
    house, now = build_house(session), minute(session)
    put(session, house, "Payments", "alice", "bob", end=(now + 2 * DAY).isoformat())
    wanted = Override(house.people["charlie"], now + DAY - HOUR, now + 3 * DAY)
    name, before = oncall.override(session, house.id, "", wanted, house.people["alice"])
    assert name == "Payments"
    assert [(line.person, line.end) for line in before] == [
        ("U0ALICE", now + DAY),
        ("U0BOB", now + 2 * DAY),
        (None, now + 3 * DAY),
    ]


def test_a_calendar_begins_with_a_month_and_is_gone_with_the_installation(session: Session) -> None:
    house = build_house(session)
    put(session, house, "Payments", "alice", start="2026-01-01T00:00+00:00")
    secret = SEAL.open(oncall.ahead(session, house.id, "", 1, house.people["alice"]).calendar_secret or b"")
    found = oncall.calendar_of(session, secret)
    assert found is not None
    (shift,) = found.shifts
    now = now_of(session)
    assert (shift.start.day, shift.start.hour, shift.start.minute) == (1, 0, 0)
    assert timedelta(days=30) <= now - shift.start <= timedelta(days=62)
    assert shift.end == now + timedelta(days=90)
    assert found.names == {house.people["alice"]: "alice"}
    assert oncall.calendar_of(session, "x" * 32) is None
    session.get_one(Workspace, house.id).uninstalled_at = now
    assert oncall.calendar_of(session, secret) is None
