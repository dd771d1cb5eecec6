"""People as they are imported, and roles as admins set them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import people
from models.actions.people import LastAdmin
from models.person import Profile, role_of
from models.words import Role
from tests.models.actions.house import House, build_house, entries


def names(session: Session, house: House) -> list[str]:
    return [person.name for person in people.admins(session, house.id)]


def role(session: Session, house: House, who: str) -> Role:
    found = people.find(session, house.id, f"U0{who.upper()}")
    assert found is not None
    session.refresh(found)
    return found.role


@pytest.mark.parametrize(
    ("is_admin", "is_guest", "expected"),
    [(True, False, Role.ADMIN), (False, False, Role.MEMBER), (False, True, Role.GUEST), (True, True, Role.GUEST)],
)
def test_slack_decides_the_role_that_somebody_begins_with(is_admin: bool, is_guest: bool, expected: Role) -> None:
    assert role_of(Profile("U1", "x", is_admin=is_admin, is_guest=is_guest)) is expected


def test_people_are_added_and_refreshed_and_never_doubled(session: Session) -> None:
    house = build_house(session)
    dave = Profile("U0DAVE", "dave", time_zone="Europe/Berlin")
    people.import_people(session, house.id, [dave, Profile("U0ERIN", "erin", is_admin=True)])
    people.import_people(session, house.id, [Profile("U0DAVE", "Dave D.", active=False)])
    people.import_people(session, house.id, [])
    assert names(session, house) == ["alice", "bob", "erin"]
    found = people.find(session, house.id, "U0DAVE")
    assert found is not None
    session.refresh(found)
    assert (found.name, found.active, found.role) == ("Dave D.", False, Role.MEMBER)


def test_the_same_person_in_two_workspaces_is_two_people(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    people.import_people(session, here.id, [Profile("U0ALICE", "alice", is_guest=True)])
    assert (role(session, here, "alice"), role(session, there, "alice")) == (Role.GUEST, Role.ADMIN)
    assert people.by_ids(session, there.id, here.people.values()) == {}
    assert people.by_ids(session, here.id, [here.people["bob"]])[here.people["bob"]].name == "bob"


def test_a_role_that_was_set_by_hand_survives_the_import_except_for_guests(session: Session) -> None:
    house = build_house(session)
    people.set_role(session, house.id, house.people["charlie"], Role.RESPONDER, by=house.people["alice"])
    people.set_role(session, house.id, house.people["bob"], Role.MEMBER, by=house.people["alice"])
    session.flush()
    people.import_people(session, house.id, [Profile("U0CHARLIE", "charlie"), Profile("U0BOB", "bob", is_admin=True)])
    assert (role(session, house, "charlie"), role(session, house, "bob")) == (Role.RESPONDER, Role.MEMBER)
    people.import_people(session, house.id, [Profile("U0CHARLIE", "charlie", is_guest=True)])
    assert role(session, house, "charlie") is Role.GUEST


def test_a_role_that_was_not_set_by_hand_follows_slack(session: Session) -> None:
    house = build_house(session)
    people.import_people(session, house.id, [Profile("U0CHARLIE", "charlie", is_admin=True), Profile("U0BOB", "bob")])
    assert (role(session, house, "charlie"), role(session, house, "bob")) == (Role.ADMIN, Role.MEMBER)


def test_the_last_admin_cannot_be_removed(session: Session) -> None:
    house = build_house(session)
    alice, bob = house.people["alice"], house.people["bob"]
    people.set_role(session, house.id, bob, Role.MEMBER, by=alice)
    session.flush()
    with pytest.raises(LastAdmin):
        people.set_role(session, house.id, alice, Role.RESPONDER, by=alice)
    people.set_role(session, house.id, alice, Role.ADMIN, by=alice)
    session.flush()
    assert names(session, house) == ["alice"]
    assert entries(session) == ["role_set", "role_set"]


def test_an_admin_who_has_left_does_not_count_as_another_one(session: Session) -> None:
    house = build_house(session)
    people.import_people(session, house.id, [Profile("U0BOB", "bob", is_admin=True, active=False)])
    assert names(session, house) == ["alice"]
    with pytest.raises(LastAdmin):
        people.set_role(session, house.id, house.people["alice"], Role.MEMBER, by=house.people["alice"])


def test_nobody_gets_a_role_in_a_workspace_that_is_not_theirs(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    with pytest.raises(LookupError):
        people.set_role(session, here.id, there.people["charlie"], Role.ADMIN, by=here.people["alice"])
    assert role(session, there, "charlie") is Role.MEMBER


def test_two_admins_who_remove_each_other_at_the_same_moment_leave_one(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
    alice, bob = house.people["alice"], house.people["bob"]

    def remove(person: int, by: int) -> bool:
        try:
            with context.db.begin() as session:
                people.set_role(session, house.id, person, Role.MEMBER, by=by)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(1) as pool:
        with context.db.begin() as session:
            people.set_role(session, house.id, bob, Role.MEMBER, by=alice)
            session.flush()
            other = pool.submit(remove, alice, bob)
            session.connection().exec_driver_sql("SELECT pg_sleep(0.2)")
        removed = other.result(10)
    with context.db.begin() as session:
        assert not removed
        assert names(session, house) == ["alice"]


def test_somebody_whom_slack_lists_twice_is_imported_once(session: Session) -> None:
    house = build_house(session)
    people.import_people(session, house.id, [Profile("U0DAVE", "dave"), Profile("U0DAVE", "dave again")])
    assert people.find(session, house.id, "U0DAVE") is not None
