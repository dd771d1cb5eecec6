"""What patterns find in other apps' messages: against Python's `re` where that can say it, and in tables."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.channel_intake import Finder, Found, Rules, is_from, make_rules, read, rules_of
from models.words import Severity

GRAFANA = Rules("C1", r"^\[FIRING:\d+\] (.*)$", r"alertname=(\S+)", r"^\[RESOLVED\] (.*)$")


@pytest.mark.parametrize(
    ("pattern", "line", "found"),
    [
        ("disk", "the disk is full", "disk"),
        ("disk (.*)", "the disk is full", "is full"),
        (r"key=(\w+);", "a key=one; b key=two;", "one"),
        (r"^(\w+):", "web-1: down", None),
        (r"^([\w-]+):", "web-1: down", "web-1"),
        (r"down$", "down or not down", "down"),
        (r"down$", "down or not", None),
        (r"(?:one|two) (three)", "two three", "three"),
        ("one|two", "it is two", "two"),
        ("(a|b)c|d", "bc", "bc"),
        ("(ab)+", "xababx", "abab"),
        (r"\((.*)\)", "a (b) c", "b"),
        (r"[(](.)", "a (b", "b"),
        ("(?i)DISK (.*)", "Disk Full", "Full"),
        ("(.*): (.*)", "a: b: c", "a: b"),
        ("( *)", "   ", None),
        ("x*", "abc", None),
    ],
)
def test_what_a_pattern_finds(pattern: str, line: str, found: str | None) -> None:
    assert Finder(pattern).find([line]) == found


def test_the_first_line_that_has_it_counts() -> None:
    assert Finder("b(.)").find(["a", "b1", "b2"]) == "1"


@given(
    st.text("ab()|*", max_size=8).filter(lambda text: "(?" not in text and "()" not in text),
    st.text("ab", max_size=8),
)
@settings(max_examples=200)
def test_a_pattern_is_found_exactly_where_python_finds_it(pattern: str, line: str) -> None:
    try:
        mine, python = Finder(pattern), re.compile(pattern)
    except (ValueError, re.error):
        return
    found = python.search(line)
    if mine.find([line]) is not None:
        assert found is not None
    elif not mine.has_group:
        assert found is None or any(not each[0] for each in python.finditer(line))


@pytest.mark.parametrize("pattern", ["(", "a{", "a**", r"(a)\1", "^a|b", "(?=a)", "a" * 401])
def test_what_is_no_pattern_is_refused_in_one_line(pattern: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        Finder(pattern)
    assert "\n" not in str(refused.value)


def test_a_hostile_line_costs_no_more_than_a_moment() -> None:
    finder = Finder("(a|a)*(a*)*b")
    for _ in range(20):
        assert finder.find(["a" * 500]) is None


@pytest.mark.parametrize(
    ("rules", "lines", "found"),
    [
        (GRAFANA, ["[FIRING:1] Disk full", "alertname=disk"], Found(True, "Disk full", "disk")),
        (GRAFANA, ["[FIRING:1] Disk full"], Found(True, "Disk full", "Disk full")),
        (GRAFANA, ["[RESOLVED] Disk full", "alertname=disk"], Found(False, "Disk full", "disk")),
        (GRAFANA, ["[RESOLVED] Disk full"], Found(False, "Disk full", "Disk full")),
        (GRAFANA, ["deployed 1.2.3"], None),
        (Rules("C1", "Problem: (.*)", resolved="is back"), ["web is back"], Found(False, "is back", "")),
        (
            Rules("C1", "(?:Problem|Solved): (.*)", resolved="^Solved"),
            ["Solved: web"],
            Found(False, "web", "web"),
        ),
        (Rules("C1", "Problem: (.*)"), ["Problem: a   b"], Found(True, "a   b", "a b")),
    ],
)
def test_what_a_message_says(rules: Rules, lines: list[str], found: Found | None) -> None:
    assert read(rules, lines) == found


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "title: must be"),
        ({"title": " "}, "title: must be"),
        ({"title": "("}, "title: character"),
        ({"title": "a", "key": "(?=b)"}, "key: "),
        ({"title": "a", "severity": "awful"}, "severity must be"),
    ],
)
def test_rules_that_are_none(said: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        make_rules("C1", said)


def test_settings_hold_what_was_typed() -> None:
    said = {"title": "a(.*)", "key": "b", "resolved": "c", "severity": "low", "from": "Grafana"}
    made = make_rules("C1", said)
    assert made == Rules("C1", "a(.*)", "b", "c", Severity.LOW, "Grafana")
    assert rules_of(made.as_settings()) == made


def test_from_whom() -> None:
    assert is_from(Rules("C1", "a"), ["B1"])
    assert is_from(Rules("C1", "a", sender="grafana"), ["B1", "Grafana"])
    assert not is_from(Rules("C1", "a", sender="grafana"), ["B2", "Datadog"])
