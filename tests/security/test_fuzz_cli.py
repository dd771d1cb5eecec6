"""The command line with anything behind it: exit code 0, 1 or 2, no traceback, and what was wrong is said."""

from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import app
from models.config import MissingSettings
from tests.security.fuzzing import LONG, NASTY, Count, edited, edits, tries
from tests.security.scene import House

pytestmark = pytest.mark.timeout(0 if LONG else 300)
STAYS = ("run", "web", "worker", "clock", "socket", "simulator")
"""Commands that do not end by themselves: only their --help and wrong options are tried."""
EXAMPLE = """
version: 1
policies:
- name: Everything
  default: true
  laps: 2
  levels:
  - {targets: [admins], timeout: 5m}
"""
WORDS = st.sampled_from(
    ["add", "list", "show", "test", "rotate", "change", "remove", "import", "generic", "prod", "generic prod",
     "heartbeat", "FILE", "CSV", "JSONL", "nothing", "1", "-1", "0", "99999999999999999999", "--json", "--dry-run",
     "--help", "--workspace", "T0ONE", "--at", "2027-03-28T02:30+01:00", "2027-99-01", "--label", "severity=critical",
     "severity=", "=x", "--client", "Acme ALPHA", "--engine", "embedded", "--every", "5m", "--allow-from",
     "192.0.2.0/24", "300.0.0.1", "--expression", "title=a[", "title=a.b", "--severity", "worst", "--"]
) | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)  # fmt: skip
"""No argument holds a zero character: it ends there."""


@pytest.fixture
def folder(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A working directory with a file of each kind, and the settings of the house."""
    house.furnish("T0ONE", "ALPHA")
    settings = house.context.settings
    monkeypatch.chdir(tmp_path)
    for field in ("database_url", "redis_url", "heed_var"):
        monkeypatch.setenv(field.upper(), str(getattr(settings, field)))
    monkeypatch.setenv("HEED_SECRET_KEY", settings.heed_secret_key.get_secret_value())
    (tmp_path / "FILE").write_text(EXAMPLE)
    (tmp_path / "CSV").write_text("name,tier,channels\nAcme,gold,#acme\n")
    (tmp_path / "JSONL").write_text('{"text": "I cancel", "label": "critical"}\n')
    return tmp_path


def run(count: Count, arguments: list[str]) -> None:
    """One call; what MissingSettings says is told by the program's own front door."""
    count.inputs += 1
    found = CliRunner().invoke(app.main, arguments)
    if isinstance(found.exception, MissingSettings):
        return
    known = found.exception is None or isinstance(found.exception, SystemExit)
    assert known, f"{arguments}: {found.exception!r}"
    assert found.exit_code in (0, 1, 2), f"{arguments}: {found.exit_code}"
    assert "Traceback" not in found.output
    if found.exit_code:
        count.refused += 1
        assert len(found.output.strip()) > 8, f"{arguments} failed without a word"


def test_arguments_may_be_anything(folder: Path) -> None:
    count = Count("cli_arguments")
    ending = [name for name in app.COMMANDS if name not in STAYS]

    @tries(short=100, long=2_000)
    @given(name=st.sampled_from(ending), words=st.lists(WORDS, max_size=5))
    def one(name: str, words: list[str]) -> None:
        run(count, [name, *words])

    @tries(short=20, long=1_000)
    @given(name=st.sampled_from(STAYS) | st.text(max_size=6), words=st.lists(st.text(max_size=8), max_size=3))
    def stays(name: str, words: list[str]) -> None:
        run(count, [name, "--no-such-option", *words])

    one()
    stays()
    count.tell()
    assert folder.exists()


def test_a_file_may_hold_anything(folder: Path) -> None:
    count, example = Count("cli_files"), yaml.safe_load(EXAMPLE)
    names = st.sampled_from(["apply", "clients"])
    lines = st.lists(st.text(max_size=12) | st.sampled_from([str(each)[:40] for each in NASTY]), max_size=4)

    @tries(short=60, long=2_000)
    @given(changes=edits, name=names, rows=st.lists(lines, max_size=3), raw=st.none() | st.binary(max_size=40))
    def one(changes: list[Any], name: str, rows: list[list[str]], raw: bytes | None) -> None:
        if name == "apply":
            text = yaml.safe_dump(edited(example, changes), allow_unicode=False)
            (folder / "FILE").write_bytes(text.encode() if raw is None else raw)
            run(count, ["apply", "FILE", "--dry-run"])
        else:
            text = "name,tier,channels\n" + "\n".join(",".join(each) for each in rows)
            (folder / "CSV").write_bytes(text.encode("utf-8", "replace") if raw is None else raw)
            run(count, ["clients", "import", "CSV"])

    one()
    count.tell()


def test_every_command_that_ends_by_itself_is_tried() -> None:
    assert set(STAYS) < set(app.COMMANDS)
    assert all(
        isinstance(app.Commands().get_command(click.Context(app.main), name), click.Command) for name in app.COMMANDS
    )
