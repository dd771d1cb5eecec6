"""The Prometheus rules and the dashboard in docs/operating/: they are well formed, fire when they should, and name
only figures that exist."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.metrics import NAMES

FOLDER = Path(__file__).parent.parent.parent / "docs" / "operating"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
FUNCTIONS = {"sum", "max", "min", "time", "histogram_quantile", "by", "and", "or", "unless"}
WIDTH = 24


def figures(expression: str) -> set[str]:
    """The names of metrics in an expression of PromQL."""
    bare = re.sub(r"\{[^}]*\}|by \([^)]*\)|\"[^\"]*\"", "", expression)
    return set(re.findall(r"[a-z_][a-z_0-9]*", bare)) - FUNCTIONS


def exists(figure: str) -> bool:
    bare = re.sub(r"_(bucket|gcount|gsum)$", "", figure)
    return figure == "up" or figure in NAMES or (bare in NAMES and bare.endswith("lateness_seconds"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_rule_names_figures_that_exist_and_says_what_to_do(rule: dict[str, Any]) -> None:
    named = figures(rule["expr"])
    assert named
    assert [each for each in named if not exists(each)] == []
    assert rule["labels"]["severity"] in ("critical", "high", "medium", "low")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]


def panels() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("title", "expression"), list(panels()))
def test_every_panel_names_figures_that_exist(title: str, expression: str) -> None:
    named = figures(expression)
    assert named, title
    assert [each for each in named if not exists(each)] == []


def test_every_figure_is_on_the_dashboard_and_no_panel_lies_on_another() -> None:
    shown = {re.sub(r"_(bucket|gcount|gsum)$", "", each) for _, expression in panels() for each in figures(expression)}
    assert shown == set(NAMES)
    taken = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < WIDTH


def test_every_rule_is_proved_by_a_case_in_which_it_fires() -> None:
    cases = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    fires = {each["alertname"] for case in cases for each in case["alert_rule_test"] if each["exp_alerts"]}
    assert fires == {rule["alert"] for rule in RULES}


@pytest.mark.promtool
@pytest.mark.parametrize("words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_promtool_finds_nothing_wrong(words: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout + done.stderr
