"""Tokens of programs: who makes them, what is kept of them, and whom they stop working for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import people, tokens
from models.actions.tokens import BadName, Bearer, NotAllowed
from models.db import now_of
from models.seal import fingerprint
from models.tables import Person, Token, Workspace
from models.words import Role
from tests.models.actions.house import House, build_house, entries, forward


def make(session: Session, house: House, name: str = "grafana", by: str = "alice") -> str:
    return tokens.make(session, house.id, house.people[by], name)


def row(session: Session) -> Token:
    return session.scalars(select(Token).execution_options(populate_existing=True)).one()


def used(session: Session, secret: str) -> Bearer:
    found = tokens.use(session, secret)
    assert found is not None
    return found


def test_a_token_acts_in_its_workspace_for_whoever_made_it(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    mine, theirs = make(session, here), make(session, there, by="bob")
    assert used(session, mine) == Bearer(here.id, here.people["alice"], "grafana")
    assert used(session, theirs) == Bearer(there.id, there.people["bob"], "grafana")
    assert entries(session) == ["token_made", "token_made"]


def test_only_the_fingerprint_is_kept(session: Session) -> None:
    secret = make(session, build_house(session))
    session.flush()
    assert secret.startswith("heed_")
    assert len(secret) > 30
    stored = session.execute(text("SELECT t::text || e::text FROM tokens t, entries e")).scalar_one()
    assert secret.removeprefix("heed_") not in stored
    assert row(session).fingerprint == fingerprint(secret)


@pytest.mark.parametrize("shown", ["", "heed_", "heed_wrong", "grafana", "heed_\x00", "heed_é"])
def test_what_was_never_made_is_nobody(session: Session, shown: str) -> None:
    secret = make(session, build_house(session))
    assert tokens.use(session, shown) is None
    assert tokens.use(session, secret.upper()) is None
    assert tokens.use(session, fingerprint(secret)) is None


def test_a_revoked_token_is_nobody_and_its_name_is_free(session: Session) -> None:
    house = build_house(session)
    old = make(session, house, "Grafana")
    assert tokens.revoke(session, house.id, house.people["bob"], " grafana ") == "Grafana"
    assert tokens.revoke(session, house.id, house.people["bob"], "grafana") is None
    assert tokens.use(session, old) is None
    assert used(session, make(session, house, "grafana")).token == "grafana"
    assert entries(session) == ["token_made", "token_revoked", "token_made"]


def test_another_workspaces_token_is_neither_listed_nor_revoked(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    secret = make(session, here)
    assert tokens.live(session, there.id, there.people["alice"]) == []
    assert tokens.revoke(session, there.id, there.people["alice"], "grafana") is None
    assert used(session, secret)
    make(session, there)


def test_a_workspace_that_has_removed_heed_is_not_read_any_more(session: Session) -> None:
    house = build_house(session)
    secret = make(session, house)
    session.get_one(Workspace, house.id).uninstalled_at = now_of(session)
    session.flush()
    assert tokens.use(session, secret) is None


@pytest.mark.parametrize("act", [tokens.make, tokens.revoke], ids=["make", "revoke"])
@pytest.mark.parametrize("role", [Role.RESPONDER, Role.MEMBER, Role.GUEST])
def test_only_admins_make_revoke_and_list(session: Session, role: Role, act: Callable[..., object]) -> None:
    house = build_house(session)
    make(session, house)
    charlie = session.get_one(Person, house.people["charlie"])
    charlie.role = role
    session.flush()
    with pytest.raises(NotAllowed):
        act(session, house.id, charlie.id, "grafana")
    with pytest.raises(NotAllowed):
        tokens.live(session, house.id, charlie.id)
    assert row(session).revoked_at is None


def test_an_admin_of_another_workspace_is_none_here(session: Session) -> None:
    here, there = build_house(session), build_house(session, "Southwind")
    with pytest.raises(NotAllowed):
        tokens.make(session, here.id, there.people["alice"], "grafana")


@pytest.mark.parametrize(
    "name", ["", "  ", "-x", "_x", "a" * 61, "a`b", "a\nb\x00", "<@U0ALICE>", "a*b", "🦊"], ids=ascii
)
def test_a_name_that_could_not_be_typed_again_is_refused(session: Session, name: str) -> None:
    with pytest.raises(BadName, match="1 to 60 letters"):
        make(session, build_house(session), name)


@pytest.mark.parametrize("name", ["grafana-dashboard", "9", "Ops: wall/2 @home", "Überwachung", "a" * 60])
def test_other_names_are_kept_as_they_are_typed(session: Session, name: str) -> None:
    house = build_house(session)
    make(session, house, f" {name}  ")
    assert [each.name for each in tokens.live(session, house.id, house.people["alice"])] == [name]


def test_a_name_is_taken_once_in_whatever_case(session: Session) -> None:
    house = build_house(session)
    make(session, house, "Grafana")
    with pytest.raises(BadName, match="there is a token grafana already"):
        make(session, house, "grafana")


def test_two_admins_who_make_the_same_token_at_once_make_one(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)

    def attempt(who: str) -> bool:
        try:
            with context.db.begin() as session:
                return bool(make(session, house, by=who))
        except BadName:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ["alice", "bob"])) == [False, True]


def test_the_use_is_remembered_once_a_minute_at_most(context: Context) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        secret = make(session, house)
    moments = []
    for _ in range(4):
        with context.db.begin() as session:
            used(session, secret)
        with context.db.begin() as session:
            (line,) = tokens.live(session, house.id, house.people["alice"])
            moments.append(line.last_used_at)
        forward(seconds=25)
    assert moments[0] is not None
    assert moments[0] == moments[1] == moments[2] != moments[3]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"active": False}, "the token grafana acts for bob, who is not active any more"),
        ({"role": Role.MEMBER}, "the token grafana acts for bob, who is neither admin nor responder any more"),
        ({"role": Role.GUEST}, "the token grafana acts for bob, who is neither admin nor responder any more"),
    ],
    ids=["deactivated", "member", "guest"],
)
def test_a_token_stops_with_its_makers_role_and_works_again_with_it(
    session: Session, change: dict[str, object], why: str
) -> None:
    house = build_house(session)
    secret = make(session, house, by="bob")
    bob = session.get_one(Person, house.people["bob"])
    for name, value in change.items():
        setattr(bob, name, value)
    session.flush()
    assert used(session, secret).refusal.startswith(why)
    assert row(session).last_used_at is None
    assert [each.works for each in tokens.live(session, house.id, house.people["alice"])] == [False]
    bob.active = True
    people.set_role(session, house.id, bob.id, Role.RESPONDER, by=house.people["alice"])
    session.flush()
    assert used(session, secret).refusal == ""
