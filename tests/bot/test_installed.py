"""Installations that are remembered: for a minute, not for ever, not too many, and never longer than they last."""

from dataclasses import replace

import pytest

from bot import installed
from bot.context import Context
from bot.installed import SECONDS, Installations
from models.actions import workspaces
from models.actions.workspaces import Installation, install
from models.seal import Seal
from models.tables import Workspace

NORTHWIND = Installation("T0NORTHWIND", "Northwind", "https://northwind.slack.com/", "U0BOT")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(context: Context, clock: Clock) -> Installations:
    with context.db.begin() as session:
        install(session, context.seal, NORTHWIND, "xoxb-1")
    return Installations(context.db, context.seal, clock)


def renew(context: Context, token: str) -> None:
    with context.db.begin() as session:
        install(session, context.seal, NORTHWIND, token)


def test_a_token_is_remembered_for_a_minute(context: Context, known: Installations, clock: Clock) -> None:
    assert token(known) == "xoxb-1"
    renew(context, "xoxb-2")
    clock.now = SECONDS - 1
    assert token(known) == "xoxb-1"
    clock.now = SECONDS
    assert token(known) == "xoxb-2"


def test_what_is_forgotten_is_looked_up_at_once(context: Context, known: Installations) -> None:
    assert token(known) == "xoxb-1"
    renew(context, "xoxb-2")
    known.forget("T0ELSEWHERE")
    assert token(known) == "xoxb-1"
    known.forget("T0NORTHWIND")
    assert token(known) == "xoxb-2"


def test_what_is_not_installed_is_found_as_soon_as_it_is(context: Context, known: Installations) -> None:
    assert known.find("T0SOUTHWIND", "") is None
    with context.db.begin() as session:
        install(session, context.seal, replace(NORTHWIND, team_id="T0SOUTHWIND"), "xoxb-3")
    found = known.find("T0SOUTHWIND", "")
    assert found is not None
    assert found.token == "xoxb-3"


def test_what_ends_while_it_is_looked_up_is_not_remembered(
    context: Context, known: Installations, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = workspaces.by_team

    def slow(*asked: object) -> Workspace | None:
        found = real(*asked)  # type: ignore[arg-type]
        renew(context, "xoxb-2")
        known.forget("T0NORTHWIND")
        monkeypatch.undo()
        return found

    monkeypatch.setattr(workspaces, "by_team", slow)
    assert token(known) == "xoxb-1"
    assert token(known) == "xoxb-2"


def test_only_so_many_are_remembered(context: Context, known: Installations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "AT_MOST", 3)
    with context.db.begin() as session:
        for number in range(5):
            install(session, context.seal, replace(NORTHWIND, team_id=f"T{number}"), "xoxb-3")
    assert all(known.find(f"T{number}", "") for number in range(5))
    assert len(known._known) == 3


def test_a_token_that_cannot_be_opened_is_no_installation(context: Context, known: Installations) -> None:
    lost = Installations(context.db, Seal("a key that is lost for ever"))
    assert lost.find("T0NORTHWIND", "") is None


def test_ours_are_the_ids_of_the_workspace_and_of_its_organisation(context: Context, known: Installations) -> None:
    with context.db.begin() as session:
        install(session, context.seal, replace(NORTHWIND, team_id="T0EAST", enterprise_id="E0ORG"), "xoxb-4")
    found = known.find("T0EAST", "E0ORG")
    assert found is not None
    assert set(found.ours) == {"T0EAST", "E0ORG"}
    assert not found.is_org


def token(known: Installations) -> str:
    found = known.find("T0NORTHWIND", "")
    assert found is not None
    return found.token
