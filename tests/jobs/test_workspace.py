"""`workspace`: what is laid down for a whole workspace is shown and changed, and what is wrong is said."""

import json

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from jobs.workspace import workspace
from models.tables import Entry, Workspace
from tests.jobs.files import Files
from tests.world import World


def run(*words: str) -> Result:
    return CliRunner().invoke(workspace, words, catch_exceptions=False)


def test_what_is_laid_down_is_shown(world: World, files: Files) -> None:
    assert run().stdout.splitlines()[1:] == ["keep-texts: 7d", "reply-within: 30m", "tokens-a-day: any"]
    assert json.loads(run("--json").stdout)["keep-texts"] == "7d"


def test_what_is_said_is_changed_and_written_down_and_the_rest_stays(world: World, files: Files) -> None:
    changed = run("--keep-texts", "3d", "--tokens-a-day", "200000", "--json")
    told = json.loads(changed.stdout)
    assert (told["keep-texts"], told["reply-within"], told["tokens-a-day"]) == ("3d", "30m", 200_000)
    run("--tokens-a-day", "any", "--reply-within", "1h")
    with world.context.db.begin() as session:
        row = session.scalars(select(Workspace)).one()
        assert (row.text_days, row.reply_within_s, row.daily_tokens) == (3, 3600, None)
        noted = session.scalars(select(Entry).where(Entry.kind == "workspace_changed").order_by(Entry.id)).all()
        assert [each.detail for each in noted] == [
            {"text_days": 3, "daily_tokens": 200_000},
            {"daily_tokens": None, "reply_within_s": 3600},
        ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--keep-texts", "12h"), "--keep-texts must be whole days from 1d to 30d, not 12h"),
        (("--keep-texts", "31d"), "--keep-texts must be whole days from 1d to 30d, not 31d"),
        (("--reply-within", "soon"), '--reply-within must be a duration such as 30s, 5m, 2h or 1d, not "soon"'),
        (("--tokens-a-day", "-1"), "--tokens-a-day must be a whole number up to 999999999, or any"),
        (("--workspace", "T0NOBODY"), "say which workspace with --workspace"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(
    world: World, files: Files, words: tuple[str, ...], why: str
) -> None:
    before = files.everything()
    refused = run(*words)
    assert (refused.exit_code, why in refused.output) == (2, True), refused.output
    assert files.everything() == before
