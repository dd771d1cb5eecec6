"""YAML as it is read here: texts stay texts, every place has its line, nothing in a file is obeyed."""

import pytest

from bot.ascode.faults import Fault, WrongFile
from bot.ascode.tree import MOST_VALUES, parse


def faults(text: str) -> list[str]:
    """Everything that is wrong with a text as YAML, whether or not it can be read."""
    try:
        return [str(each) for each in parse(text).faults]
    except WrongFile as wrong:
        return [str(each) for each in wrong.faults]


@pytest.mark.parametrize(
    "written",
    ["17:00", "09:00", "on", "off", "yes", "no", "y", "true", "2026-11-23", "2026-11-23T09:00:00Z", "1_000", "0x1f",
     "010", "1e3", "12", ".inf", "=", "<<"],
)  # fmt: skip
def test_what_yaml_makes_something_else_of_stays_the_text_that_stands_there(written: str) -> None:
    assert parse(f"handoff: {written}").value == {"handoff": written}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("laps: 3", 3),
        ("every: +2", 2),
        ("version: 1", 1),
        ('laps: "3"', "3"),
        ("laps: 1.5", "1.5"),
        ("laps: 12345678901", "12345678901"),
        ("default: true", True),
        ("continue: False", False),
        ("default: yes", "yes"),
        ('default: "true"', "true"),
        ("name: null", None),
        ("name: ~", None),
        ("name:", None),
        ('name: "null"', "null"),
        ("name: |\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_only_the_fields_that_are_numbers_or_yes_and_no_are_read_so(line: str, value: object) -> None:
    (found,) = parse(line).value.values()
    assert found == value
    assert type(found) is type(value)


def test_every_place_has_its_line() -> None:
    tree = parse(
        "# a comment\nversion: 1\npolicies:\n  - name: A\n    levels:\n      - targets: [admins,\n          owner]\n"
    )
    assert tree.lines["version"] == 2
    assert tree.lines["policies[0]"] == 4
    assert tree.lines["policies[0].levels[0].targets[1]"] == 7
    assert tree.fault("policies[0].levels[0].timeout", "is missing").line == 6
    assert tree.fault("policies[0].levels[0].when.zone", "is missing").line == 6
    assert tree.fault("routes[2].name", "x").line == 1
    assert tree.fault("", "x") == Fault(1, "", "x")


def test_what_is_named_by_an_anchor_stands_in_every_place() -> None:
    tree = parse("a: &people [alice, bob]\nb: *people\n")
    assert tree.value == {"a": ["alice", "bob"], "b": ["alice", "bob"]}
    assert not tree.faults


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: the file is empty"),
        ("# nothing\n", "1: the file is empty"),
        ("a: 1\nb: [1, 2\nc: 3\n", "3: a bracket is not closed, or a comma is missing"),
        ("a: 1\nb: 'x\n", "3: a quote or a bracket is not closed"),
        ("a:\n  - b: 1\n c: 2\n", "3: the indentation does not fit the lines above"),
        ("a: b: c\n", "1: a colon is not allowed here: put the text in quotes, or mend the indentation"),
        ("a: 1\nb\nc: 2\n", "3: a field's name needs a colon after it"),
        ("a: 1\n\tb: 2\n", "2: a tab stands here; indent with spaces"),
        ("a: 1\nb: @alice\n", "2: a text that begins with @ or ` needs quotes"),
        ("a: 1\n---\nb: 2\n", "2: but found another document"),
        ("a: 1\nb: 2\na: 3\n", "3: a: stands here twice, first in line 1"),
        ("a:\n  - b: 1\n    c: 2\n    b: 3\n", "4: a[0].b: stands here twice, first in line 2"),
        ("a: 1\n[b]: 2\n", "2: a field's name must be a word"),
        ("a: 1\nb: !!python/object:os.system x\n", "2: b: the tag !!python/object:os.system means nothing here"),
        ("a: 1\nb: !secret x\n", "2: b: the tag !secret means nothing here"),
        ("a: &x\n  - 1\n  - *x\n", "1: a[1]: stands within itself"),
        ("a: 1\nb: *nothing\n", "2: found undefined alias 'nothing'"),
        ("a: 1\nb: \x07\n", "2: the character '\\x07' is not allowed"),
        ("[" * 2000, "1: the values are nested too deeply"),
    ],
)
def test_what_is_no_yaml_or_means_nothing_is_told_with_its_line(text: str, told: str) -> None:
    assert [each for each in faults(text) if each.startswith(told)], faults(text)


def test_a_file_that_multiplies_itself_is_refused() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    assert f"there are more than {MOST_VALUES} values" in faults(f"l0: &l0 [x]\n{levels}\n")[0]
