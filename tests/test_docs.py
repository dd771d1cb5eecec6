"""The documentation against the code: settings, commands, tests that are named, links."""

import ast
import re
from pathlib import Path

import pytest

import app
from bot.sources import tools
from bot.views.replies import HELP
from models.config import Settings

ROOT = Path(__file__).parent.parent
DOCS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_command_is_documented() -> None:
    text = "\n".join(path.read_text() for path in DOCS)
    for command in app.COMMANDS:
        assert f"app.py {command}" in text or f"`{command}`" in text, command


def test_every_source_has_a_section() -> None:
    headings = set(re.findall(r"^## (.+)$", (ROOT / "docs" / "sources.md").read_text(), re.MULTILINE))
    assert headings >= {tool.name for tool in tools().values()}


def test_help_lists_every_subcommand() -> None:
    listed = {usage.split()[0] for usages in HELP.values() for usage in usages}
    source = (ROOT / "bot" / "listeners" / "command.py").read_text()
    table = source[source.index("SUBCOMMANDS: ") :]
    assert listed == set(re.findall(r'^    "([\w-]+)":', table, re.MULTILINE))


@pytest.mark.parametrize("page", ["origins", "promises", "security"])
def test_tests_that_are_named_exist(page: str) -> None:
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / f"{page}.md").read_text())
    assert len(named) > 20
    for file, name in named:
        path = ROOT / "tests" / file
        assert path.exists(), file
        functions = {each.name for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef)}
        assert not name or name in functions, f"{file}::{name}"


def test_links_between_pages_lead_somewhere() -> None:
    for path in DOCS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
