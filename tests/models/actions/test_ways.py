"""Ways besides Slack as rows: whose they are, how many, what a code proves, and what their removal takes with it."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import way_errands, ways
from models.actions.way_errands import Errand, Task
from models.actions.ways import Refused
from models.db import earliest
from models.seal import Seal
from models.tables import Notice, Page, Person, Way
from models.way import ADDED_AN_HOUR, WAYS_A_PERSON, Verdict, WayState
from models.words import PageState, Role
from tests.models.actions.house import House, build_house, entries, forward, page_first_level

SEAL = Seal("a secret key for the tests only")
ADDRESS = "ntfy://S3cret-topic"


def add(session: Session, house: House, who: str = "alice", label: str = "ntfy") -> int:
    return ways.add(session, house.id, house.people[who], "ntfy", label, SEAL.close(ADDRESS), 120, None)


def confirmed(session: Session, house: House, who: str = "alice") -> int:
    way_id = add(session, house, who)
    errand = claimed(session)
    assert ways.confirm(session, SEAL, house.id, house.people[who], way_id, errand.code) is Verdict.RIGHT
    return way_id


def claimed(session: Session) -> Errand:
    found = way_errands.claim(session, SEAL)
    assert found is not None
    return found


def states(session: Session, house: House, who: str = "alice") -> list[WayState]:
    session.flush()
    return [line.state for line in ways.lines(session, house.id, house.people[who])]


def test_a_way_is_used_only_once_its_person_has_confirmed_it(session: Session) -> None:
    house = build_house(session)
    alice = house.people["alice"]
    way_id = add(session, house)
    assert states(session, house) == [WayState.CODE_WANTED]
    assert ways.of_people(session, [alice]) == {}
    errand = claimed(session)
    assert (errand.task, errand.way_id, len(errand.code)) == (Task.CODE, way_id, 6)
    assert states(session, house) == [WayState.UNCONFIRMED]
    wrong = f"{(int(errand.code) + 1) % 10**6:06d}"
    assert ways.confirm(session, SEAL, house.id, alice, way_id, wrong) is Verdict.WRONG
    assert ways.confirm(session, SEAL, house.id, alice, way_id, errand.code) is Verdict.RIGHT
    assert states(session, house) == [WayState.WORKS]
    (found,) = ways.of_people(session, [alice, house.people["bob"]])[alice]
    assert (found.id, found.kind, found.important_after_s, found.default_after_s) == (way_id, "ntfy", 120, None)
    assert SEAL.open(found.address) == ADDRESS
    assert entries(session) == ["way_added", "way_confirmed"]


def test_neither_address_nor_code_is_stored_as_it_is(session: Session) -> None:
    house = build_house(session)
    add(session, house)
    errand = claimed(session)
    session.flush()
    stored = session.execute(text("SELECT string_agg(w::text, '') FROM ways w")).scalar_one()
    stored += session.execute(text("SELECT string_agg(e::text, '') FROM entries e")).scalar_one()
    assert "S3cret" not in stored
    assert ADDRESS.encode().hex() not in stored
    way = session.scalars(select(Way)).one()
    assert errand.code not in way.code


def test_only_their_person_changes_them_and_only_in_their_workspace(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    way_id = confirmed(session, here)
    for workspace_id, person_id in ((here.id, here.people["bob"]), (there.id, there.people["alice"])):
        for wish in (
            lambda w, p: ways.ask_test(session, w, p, way_id),
            lambda w, p: ways.ask_code(session, w, p, way_id),
            lambda w, p: ways.set_waits(session, w, p, way_id, 0, 0),
            lambda w, p: ways.confirm(session, SEAL, w, p, way_id, "123456"),
        ):
            with pytest.raises(Refused, match="this way is gone"):
                wish(workspace_id, person_id)
    assert ways.lines(session, there.id, there.people["alice"]) == []
    with pytest.raises(Refused):
        ways.remove(session, SEAL, there.id, way_id, by=there.people["alice"])


def test_an_admin_may_remove_a_way_of_another_and_a_member_may_not(session: Session) -> None:
    house = build_house(session)
    mine, charlies = confirmed(session, house), confirmed(session, house, "charlie")
    with pytest.raises(Refused, match="only admins"):
        ways.remove(session, SEAL, house.id, mine, by=house.people["charlie"])
    assert ways.remove(session, SEAL, house.id, charlies, by=house.people["bob"]) == "ntfy"
    assert ways.remove(session, SEAL, house.id, mine, by=house.people["alice"]) == "ntfy"
    with pytest.raises(Refused, match="gone already"):
        ways.remove(session, SEAL, house.id, mine, by=house.people["alice"])
    assert {SEAL.open(way.address) for way in session.scalars(select(Way))} == {""}
    assert ways.of_people(session, list(house.people.values())) == {}


def test_what_was_due_by_a_removed_way_is_due_no_more(session: Session) -> None:
    house = build_house(session)
    way_id, other = confirmed(session, house), confirmed(session, house, "bob")
    page_first_level(session, house)
    step = session.execute(text("SELECT id, alert_id FROM steps LIMIT 1")).one()
    for number, (way, who) in enumerate(((way_id, "alice"), (other, "bob"))):
        session.add(
            Page(
                workspace_id=house.id, alert_id=step.alert_id, step_id=step.id, person_id=house.people[who],
                way=f"by hand {number}", way_id=way, kind="new", severity=2, epoch=1,
                due_at=text("heed_now()"), try_at=text("heed_now()"),
            )
        )  # fmt: skip
    session.flush()
    ways.remove(session, SEAL, house.id, way_id, by=house.people["alice"])
    found = session.scalars(select(Page).where(Page.way.like("by hand%")).order_by(Page.id)).all()
    assert [page.state for page in found] == [PageState.CANCELLED, PageState.DUE]
    assert found[0].result == "this way was removed"


def test_there_are_limits_for_ways_and_for_adding_them(session: Session) -> None:
    house = build_house(session)
    made = [add(session, house) for _ in range(WAYS_A_PERSON)]
    with pytest.raises(Refused, match="which is the most"):
        add(session, house)
    ways.remove(session, SEAL, house.id, made[0], by=house.people["alice"])
    with pytest.raises(Refused, match=f"{ADDED_AN_HOUR} ways within the last hour"):
        add(session, house)
    assert add(session, house, "bob")


@pytest.mark.parametrize("change", [{"active": False}, {"role": Role.GUEST}, {"is_channel": True}])
def test_guests_channels_and_people_who_left_have_no_ways(session: Session, change: dict[str, object]) -> None:
    house = build_house(session)
    way_id = confirmed(session, house)
    add(session, house)
    session.execute(update(Person).where(Person.id == house.people["alice"]).values(**change))
    assert ways.of_people(session, [house.people["alice"]]) == {}
    assert way_errands.claim(session, SEAL) is None
    with pytest.raises(Refused, match="only full members"):
        add(session, house)
    with pytest.raises(Refused):
        ways.ask_test(session, house.id, house.people["alice"], way_id)


def test_codes_and_tests_wait_a_minute_for_the_next(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        first, way_id = add(session, house), add(session, house, "bob")
        assert claimed(session).way_id == first
        assert claimed(session).way_id == way_id
        with pytest.raises(Refused, match="within the last minute"):
            ways.ask_code(session, house.id, house.people["bob"], way_id)
    forward(minutes=2)
    with context.db.begin() as session:
        ways.ask_code(session, house.id, house.people["bob"], way_id)
        errand = claimed(session)
        assert ways.confirm(session, SEAL, house.id, house.people["bob"], way_id, errand.code) is Verdict.RIGHT
        with pytest.raises(Refused, match="confirmed within the last minute"):
            ways.ask_test(session, house.id, house.people["bob"], way_id)
        with pytest.raises(Refused, match="confirm this way first"):
            ways.ask_test(session, house.id, house.people["alice"], first)
    forward(minutes=2)
    with context.db.begin() as session:
        ways.ask_test(session, house.id, house.people["bob"], way_id)
        assert states(session, house, "bob") == [WayState.TESTING]
        assert earliest(session, way_errands.DUE) is not None
        assert claimed(session).task is Task.TEST
        assert earliest(session, way_errands.DUE) is None


def test_its_person_is_told_of_a_failure_and_of_every_test(session: Session) -> None:
    house = build_house(session)
    add(session, house)
    errand = claimed(session)
    way_errands.came_of(session, errand, "", is_lost=False)
    assert session.scalars(select(Notice)).all() == []
    way_errands.came_of(session, errand, "the service cannot be reached", is_lost=True)
    gone = ways.confirm(session, SEAL, house.id, house.people["alice"], errand.way_id, errand.code)
    assert gone is Verdict.TOO_LATE
    (told,) = session.scalars(select(Notice)).all()
    assert told.detail == {"task": "code", "label": "ntfy", "why": "the service cannot be reached"}
    ways.ask_code(session, house.id, house.people["alice"], errand.way_id)
    again = claimed(session)
    assert ways.confirm(session, SEAL, house.id, house.people["alice"], again.way_id, again.code) is Verdict.RIGHT


def test_two_workers_never_send_the_same_code(context: Context) -> None:
    with context.db.begin() as session:
        add(session, build_house(session))
    with context.db.begin() as one, context.db.begin() as other:
        assert way_errands.claim(one, SEAL) is not None
        assert way_errands.claim(other, SEAL) is None
