"""Every source keeps the contract, and a new one needs its file and two payloads, and nothing else."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bot.sources
from bot.sources import NOT_A_SOURCE, tools
from tests.bot.sources.contract import RULES, Case, case_of

PAYLOADS = Path(bot.sources.__file__).with_name("payloads")
KINDS = sorted(tools())
DOCS = Path(__file__).parents[3] / "docs" / "sources.md"
TOY = '''
"""A toy that rings: {"bell": "door", "rings": true, "how": "loud", "since": "2026-11-22T03:00:00Z", "at": "https://…"}"""

from bot.sources.reading import labels, link, mapping, moment, severity, words
from models.signal import Signal
from models.words import Severity

NAME = "Toy"
SNIPPET = "ring at {address}\\n"
SEVERITIES = {"loud": Severity.CRITICAL, "soft": Severity.LOW}


def parse(payload):
    body = mapping(payload, "body")
    bell = words(body.get("bell"), "bell", 100)
    return [
        Signal(
            key=f"bell:{bell}",
            firing=body.get("rings") is True,
            title=f"{bell} rings",
            severity=severity(body.get("how"), table=SEVERITIES),
            link=link(body.get("at")),
            labels=labels({"bell": bell}, "bell"),
            started_at=moment(body.get("since"), "since"),
        )
    ]
'''
RINGS = '{"bell": "door", "rings": true, "how": "loud", "since": "2026-11-22T03:00:00Z", "at": "https://toy.example"}'


def test_every_file_of_the_folder_is_a_source_and_has_its_payloads() -> None:
    files = {file.stem for file in Path(bot.sources.__file__).parent.glob("*.py")} - {"__init__"} - NOT_A_SOURCE
    assert files == set(KINDS)
    assert {folder.name for folder in PAYLOADS.iterdir()} == files


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_every_source_keeps_the_contract(kind: str, rule: Callable[[Case], None]) -> None:
    rule(case_of(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_the_configuration_that_a_source_prints_is_the_one_of_the_docs(kind: str) -> None:
    tool = tools()[kind]
    section = DOCS.read_text(encoding="utf-8").partition(f"\n## {tool.name}\n")[2].partition("\n## ")[0]
    assert f"\n{tool.configuration('<address>')}```" in section


@pytest.fixture
def make_toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Case]]:
    """Adds a toy to the sources by its file and two payloads, as somebody who contributes one would."""

    def make(source: str) -> Case:
        (tmp_path / "toy.py").write_text(source, encoding="utf-8")
        payloads = tmp_path / "payloads" / "toy"
        payloads.mkdir(parents=True)
        (payloads / "firing.json").write_text(RINGS)
        (payloads / "resolved.json").write_text(RINGS.replace("true", "false"))
        return case_of("toy")

    monkeypatch.setattr(bot.sources, "__path__", [*bot.sources.__path__, str(tmp_path)])
    tools.cache_clear()
    yield make
    sys.modules.pop("bot.sources.toy", None)
    tools.cache_clear()


def test_one_file_and_two_payloads_make_a_source(make_toy: Callable[[str], Case]) -> None:
    toy = make_toy(TOY)
    assert "toy" in bot.sources.sources()
    keeps_all(toy)


def test_contributing_shows_the_same_toy() -> None:
    assert f"```python{TOY}```" in (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text()


def keeps_all(case: Case) -> None:
    for rule in RULES:
        rule(case)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('key=f"bell:{bell}"', "key=bell"),
        ('key=f"bell:{bell}"', "key=f\"bell:{bell}/{body.get('rings')}\""),
        ('body.get("rings") is True', "True"),
        ('body.get("rings") is True', 'body["rings"] is True'),
        ('words(body.get("bell"), "bell", 100)', 'str(body.get("bell"))'),
        ('link(body.get("at"))', 'str(body.get("at"))'),
        ('moment(body.get("since"), "since")', "None if body.get('rings') else moment(body.get('since'), 'since')"),
        ('severity(body.get("how"), table=SEVERITIES)', "Severity.HIGH"),
        ('"ring at {address}\\n"', '"ring at the door\\n"'),
    ],
    ids=[
        "a key without a type", "a key that changes", "nothing ends", "a field that must be there", "hostile text",
        "any link", "an end before the start", "no severity", "no address",
    ],
)  # fmt: skip
def test_the_contract_notices(make_toy: Callable[[str], Case], right: str, wrong: str) -> None:
    toy = make_toy(TOY.replace(right, wrong))
    with pytest.raises((AssertionError, KeyError)):
        keeps_all(toy)
