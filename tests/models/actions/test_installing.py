"""Installing, taking away and installing again, in the rows: what is renewed, what is kept, what ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions import escalating, installing, leaving, noticing, people, workspaces
from models.actions.workspaces import Installation
from models.db import now_of
from models.person import Profile
from models.seal import Seal
from models.tables import Entry, Notice, Person, Policy, Workspace
from models.words import PageState, Role, Status
from tests.models.actions.house import alert, build_house, entries, page_first_level, pages

SEAL = Seal("a secret key for the tests only")
NORTHWIND = Installation("T0NORTHWIND", "Northwind", "https://northwind.slack.com/", "U0BOT", "E0ORG", False, "a,b", "")
ERIN, GUS = Profile("U0ERIN", "erin"), Profile("U0GUS", "gus", is_guest=True)


def test_what_a_token_alone_does_not_tell_stays(session: Session) -> None:
    made = workspaces.install(session, SEAL, replace(NORTHWIND, installed_by="U0ERIN"), "xoxb-1")
    workspaces.install(session, SEAL, replace(NORTHWIND, scopes="", name="North"), "xoxb-1")
    assert (made.scopes, made.installed_by, made.name, made.enterprise_id) == ("a,b", "U0ERIN", "North", "E0ORG")


def test_the_same_token_again_changes_nothing_that_waits(session: Session) -> None:
    made = workspaces.install(session, SEAL, NORTHWIND, "xoxb-1")
    until = now_of(session) + timedelta(minutes=1)
    workspaces.hold_back(session, made.id, until)
    session.refresh(made)
    assert workspaces.install(session, SEAL, NORTHWIND, "xoxb-1").retry_at == until
    assert workspaces.install(session, SEAL, NORTHWIND, "xoxb-2").retry_at is None
    assert made.failures == 0


def test_a_late_word_of_the_installation_before_does_not_end_this_one(session: Session) -> None:
    made = workspaces.install(session, SEAL, NORTHWIND, "xoxb-1")
    made.installed_at -= timedelta(hours=1)
    before = int((now_of(session) - timedelta(minutes=1)).timestamp())
    workspaces.install(session, SEAL, NORTHWIND, "xoxb-2")
    assert not workspaces.uninstall(session, made.id, before)
    assert workspaces.uninstall(session, made.id, before + 120)


def test_only_who_installs_first_becomes_an_admin_and_no_guest_does(session: Session) -> None:
    first = installing.add(session, SEAL, NORTHWIND, "xoxb-1", ERIN)
    assert first.is_first
    assert role(session, ERIN) is Role.ADMIN
    people.import_people(session, first.workspace_id, [ERIN])
    assert role(session, ERIN) is Role.ADMIN, "the next import does not take it away"
    again = installing.add(session, SEAL, NORTHWIND, "xoxb-1", Profile("U0HEIDI", "heidi"))
    assert not again.is_first
    assert role(session, Profile("U0HEIDI", "heidi")) is Role.MEMBER
    installing.add(session, SEAL, replace(NORTHWIND, team_id="T0SOUTH"), "xoxb-2", GUS)
    assert role(session, GUS) is Role.GUEST


def test_each_installation_is_written_down_and_told_once(session: Session) -> None:
    home = installing.add(session, SEAL, NORTHWIND, "xoxb-1", ERIN).workspace_id
    assert session.scalars(select(Entry.kind).where(Entry.workspace_id == home, Entry.high)).all() == ["installed"]
    assert session.scalars(select(Notice.kind)).all() == ["installed"]
    for _ in range(2):
        assert installing.tell_missing(session, home, ["dnd:read"])
    assert not installing.tell_missing(session, home, [])
    assert session.scalars(select(Notice.kind).order_by(Notice.id)).all() == ["installed", "scopes_missing"]


def test_the_default_policy_comes_once(session: Session) -> None:
    for token in ("xoxb-1", "xoxb-2"):
        workspaces.install(session, SEAL, NORTHWIND, token)
    assert session.scalar(select(func.count()).select_from(Policy)) == 1


# what ends


@pytest.mark.parametrize("is_gone", [True, False])
def test_what_waits_ends_where_heed_was_taken_away_and_nowhere_else(session: Session, is_gone: bool) -> None:
    house = build_house(session)
    (number,) = page_first_level(session, house)
    noticing.tell(session, house.id, [house.people["alice"]], "stale", "once", {})
    if is_gone:
        session.get_one(Workspace, house.id).uninstalled_at = now_of(session)
        session.flush()
    assert leaving.end(session) == int(is_gone)
    session.flush()
    left = alert(session, number)
    assert (left.next_step_at is None) is is_gone
    assert (left.exhausted_at is not None) is is_gone
    assert (left.status, bool(pages(session, PageState.DUE))) == (Status.OPEN, not is_gone)
    assert (session.scalars(select(Notice.try_at)).one() is None) is is_gone
    assert ("left" in entries(session, number)) is is_gone
    assert leaving.end(session) == 0
    assert escalating.rescue_stranded(session) == 0


def role(session: Session, who: Profile) -> Role:
    return session.scalars(select(Person.role).where(Person.slack_id == who.slack_id)).one()
