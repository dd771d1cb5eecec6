"""Changing the key that seals: everything sealed is found, a part at a time, while others go on writing."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import LargeBinary, select

from app import main
from bot.context import Context
from jobs.rotating import rotate
from models import link
from models.actions import resealing
from models.actions.resealing import BATCH, SEALED
from models.actions.workspaces import Installation, install, put_source
from models.config import Settings
from models.seal import Seal, SealBroken
from models.tables import Base, Person, Schedule, Way, Workspace

OLD = "a secret key for the tests only"
NEW = "another secret key for the tests"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
NORTHWIND = Installation("T0NORTHWIND", "Northwind", "https://northwind.slack.com/", "U0BOT")


@pytest.fixture
def renewed(context: Context) -> Seal:
    """The seal of a house whose key is changing."""
    return Seal(NEW, [OLD])


@pytest.fixture
def workspace_id(context: Context) -> int:
    """A workspace with one of everything that is sealed, by the old key."""
    seal = context.seal
    with context.db.begin() as session:
        home = install(session, seal, NORTHWIND, "xoxb-1").id
        put_source(session, home, "sentry", "prod", "secret", signing_secret=seal.close("signed"))
        put_source(session, home, "generic", "unsigned", "another")
        session.add(
            Schedule(
                workspace_id=home, name="Primary", layers=[], calendar_secret=seal.close("calendar"),
                calendar_fingerprint="f", told_until=SINCE,
            )
        )  # fmt: skip
        person = Person(workspace_id=home, slack_id="U0ALICE", name="alice")
        session.add(person)
        session.flush()
        session.add(
            Way(
                workspace_id=home, person_id=person.id, kind="mail", label="a…@x", address=seal.close("mailto://x"),
                created_at=SINCE,
            )
        )  # fmt: skip
    return home


def test_every_column_of_bytes_is_sealed_and_known() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert found == {place.name for place in SEALED}, "add the column to models/actions/resealing.py"


@pytest.mark.usefixtures("workspace_id")
def test_everything_is_sealed_anew_once_and_says_the_same(context: Context, renewed: Seal) -> None:
    first = {column.name: (column.resealed, column.current) for column in rotate(context.db, renewed)}
    assert first == dict.fromkeys((place.name for place in SEALED), (1, 0))
    assert [(column.resealed, column.current) for column in rotate(context.db, renewed)] == [(0, 1)] * len(SEALED)
    assert opened(context, Seal(NEW)) == ["xoxb-1", "signed", "calendar", "mailto://x"]
    with pytest.raises(SealBroken):
        opened(context, Seal(OLD))


@pytest.mark.usefixtures("workspace_id")
def test_a_dry_run_counts_and_changes_nothing(context: Context, renewed: Seal) -> None:
    assert [column.resealed for column in rotate(context.db, renewed, dry_run=True)] == [1] * len(SEALED)
    assert opened(context, Seal(OLD)) == ["xoxb-1", "signed", "calendar", "mailto://x"]


def test_what_was_stopped_half_way_goes_on_where_it_was(context: Context, renewed: Seal) -> None:
    count = 2 * BATCH + 30
    with context.db.begin() as session:
        for number in range(count):
            install(session, context.seal, replace(NORTHWIND, team_id=f"T{number}"), f"xoxb-{number}")
    with context.db.begin() as session:
        batch = resealing.reseal(session, renewed, SEALED[0], 0, dry_run=False)
    assert (batch.resealed, batch.last is None) == (BATCH, False)
    tokens = next(rotate(context.db, renewed))
    assert (tokens.resealed, tokens.current, tokens.broken) == (count - BATCH, BATCH, [])
    with context.db.begin() as session:
        sealed = session.execute(select(Workspace.team_id, Workspace.token)).all()
    assert all(Seal(NEW).open(token) == f"xoxb-{team[1:]}" for team, token in sealed)


def test_what_somebody_writes_meanwhile_stays(context: Context, workspace_id: int, renewed: Seal) -> None:
    class Slow(Seal):
        """While it opens, the workspace is installed again."""

        def open(self, sealed: bytes) -> str:
            with context.db.begin() as session:
                session.get_one(Workspace, workspace_id).token = renewed.close("xoxb-2")
            return super().open(sealed)

    with context.db.begin() as session:
        batch = resealing.reseal(session, Slow(NEW, [OLD]), SEALED[0], 0, dry_run=False)
    assert batch.resealed == 0
    with context.db.begin() as session:
        assert renewed.open(session.get_one(Workspace, workspace_id).token) == "xoxb-2"


def test_a_row_that_no_key_opens_is_named_and_stops_none_of_the_others(
    context: Context, workspace_id: int, renewed: Seal
) -> None:
    with context.db.begin() as session:
        session.get_one(Workspace, workspace_id).token = Seal("a key that is lost for ever").close("xoxb-1")
    found = list(rotate(context.db, renewed))
    assert [column.broken for column in found] == [[workspace_id], [], [], []]
    assert [column.resealed for column in found] == [0, 1, 1, 1]


def test_links_that_went_out_before_are_good_while_the_old_key_is_set() -> None:
    address = link.make(Seal(OLD), "https://heed.example.com", 1, 2, 3, 1, SINCE)
    token = address.rpartition("/")[2]
    assert link.read(Seal(NEW, [OLD]), token).alert_id == 3
    with pytest.raises(link.Forged):
        link.read(Seal(NEW), token)


# the command


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `rotate-keys` with settings of its own, and gives the exit code and what it said."""

    def run(*words: str, **more: str) -> tuple[int, str]:
        changed = settings.model_copy(update={name: SecretStr(value) for name, value in more.items()})
        monkeypatch.setattr(Settings, "of_running", lambda: changed)
        done = CliRunner().invoke(main, ["rotate-keys", *words])
        return done.exit_code, done.output

    return run


KEYS = {"heed_secret_key": NEW, "heed_old_secret_keys": f" {OLD} , "}


@pytest.mark.usefixtures("workspace_id")
def test_the_command_counts_and_says_what_comes_next(command: Any) -> None:
    code, said = command("--dry-run", **KEYS)
    assert (code, said.splitlines()[0]) == (0, "workspaces.token: 1 to seal anew, 0 with the newest key already")
    assert "Nothing has changed yet" in said
    code, said = command(**KEYS)
    assert (code, said.splitlines()[0]) == (0, "workspaces.token: 1 sealed anew, 0 with the newest key already")
    code, said = command(**KEYS)
    assert "take HEED_OLD_SECRET_KEYS away" in said
    assert "xoxb" not in said
    assert NEW not in said


@pytest.mark.usefixtures("workspace_id")
def test_without_the_old_key_the_command_fails_and_says_which_setting_is_missing(command: Any) -> None:
    code, said = command("--json", heed_secret_key=NEW)
    assert code == 1
    assert [len(json.loads(line)["broken"]) for line in said.splitlines()] == [1, 1, 1, 1]
    assert "HEED_OLD_SECRET_KEYS" in command(heed_secret_key=NEW)[1]


def opened(context: Context, seal: Seal) -> list[str]:
    """What stands sealed in the house, column by column."""
    with context.db.begin() as session:
        return [
            seal.open(sealed)
            for place in SEALED
            for sealed in session.scalars(select(place.column).where(place.column.is_not(None)))
        ]
