"""The writes that only a file needs: channels and groups as rows, routes in order, clients."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions.configuring import KnownClient, Place, configured, put_client, put_group, replace_routes
from models.actions.people import channel_row
from models.actions.rulebook import crews_of, rulebook_of
from models.routing import Route
from models.tables import Group, Person, RouteRow
from tests.models.actions.house import House, build_house


def active(session: Session, house: House) -> frozenset[int]:
    return crews_of(session, {house.id: rulebook_of(session, house.id)})[house.id].active


def test_a_channel_stands_among_the_people_once_and_can_be_posted_in(session: Session) -> None:
    house = build_house(session)
    row_id = channel_row(session, house.id, "C0OPS", "ops")
    assert channel_row(session, house.id, "C0OPS", "operations") == row_id
    row = session.get_one(Person, row_id, populate_existing=True)
    assert (row.name, row.dm_channel, row.is_channel) == ("operations", "C0OPS", True)
    assert row_id in active(session, house)
    known = configured(session, house.id)
    assert known.channels == (Place("C0OPS", "operations", row_id),)
    assert row_id not in {person.id for person in known.people}


def test_a_group_has_those_of_its_members_who_are_known(session: Session) -> None:
    house = build_house(session)
    mark = rulebook_of(session, house.id)
    row_id = put_group(session, house.id, Place("S0SRE", "sre", members=("U0BOB", "U0STRANGER", "U0ALICE")))
    assert put_group(session, house.id, Place("S0SRE", "srs", members=("U0BOB",))) == row_id
    group = session.get_one(Group, row_id, populate_existing=True)
    assert (group.handle, group.members) == ("srs", [house.people["bob"]])
    assert rulebook_of(session, house.id) is not mark


def test_routes_are_replaced_as_a_whole(session: Session) -> None:
    house, other = build_house(session), build_house(session, "Southwind")
    for each in (house, other):
        replace_routes(session, each.id, [Route("a"), Route("b", channel="7")])
    replace_routes(session, house.id, [Route("c")])
    assert configured(session, house.id).routes == (Route("c"),)
    assert configured(session, other.id).routes == (Route("a"), Route("b", channel="7"))


def test_a_client_is_added_and_changed(session: Session) -> None:
    house = build_house(session)
    put_client(session, house.id, KnownClient(None, "Acme", tier="gold", owner=house.people["bob"]))
    (added,) = configured(session, house.id).clients
    assert (added.name, added.team_id, added.tier, added.owner) == ("Acme", None, "gold", house.people["bob"])
    put_client(session, house.id, KnownClient(added.id, "Acme", "T0ACME"))
    (changed,) = configured(session, house.id).clients
    assert (changed.team_id, changed.tier, changed.owner, changed.channels) == ("T0ACME", "", None, ())


def test_a_stored_rule_that_cannot_be_read_counts_as_not_there(session: Session) -> None:
    house = build_house(session)
    session.add(RouteRow(workspace_id=house.id, position=0, spec={"nonsense": True}))
    session.flush()
    assert configured(session, house.id).routes == ()
    replace_routes(session, house.id, [Route("a")])
    assert session.scalar(select(func.count()).select_from(RouteRow)) == 1
