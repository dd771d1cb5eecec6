"""How figures are kept, compared and written down; the programs that measure them are run by hand."""

import json
import re
from pathlib import Path

import pytest

from bench.__main__ import AIMS, BEGIN, END, HERE, PAGE, PROGRAMS, lines, say, written

FOUND = {"value": 84.1, "unit": "ms", "on": "2026-11-22", "program": "latency"}


def test_every_program_is_listed() -> None:
    assert sorted(PROGRAMS) == sorted(path.stem for path in HERE.glob("[a-z]*.py") if path.stem != "house")


def test_every_figure_with_an_aim_is_printed_by_a_program() -> None:
    sources = "".join((HERE / f"{name}.py").read_text() for name in PROGRAMS)
    printed = re.compile("|".join(map(re.escape, AIMS)))
    assert set(printed.findall(sources)) == set(AIMS)


def test_figures_are_found_among_whatever_else_a_program_says() -> None:
    output = 'people imported\n{"figure": "home_p95_ms", "value": 98.0, "unit": "ms"}\n{"other": 1}\n'
    assert [found["figure"] for found in lines(output)] == ["home_p95_ms"]


def test_the_table_takes_the_place_of_the_one_before_and_nothing_else() -> None:
    page = f"# Performance\n\n{BEGIN}\nold\n{END}\n## More\n"
    once = written(page, {"latency_webhook_p50_ms": FOUND})
    assert "| `latency_webhook_p50_ms` | 84.1 ms |  | 2026-11-22 |\n" in once
    assert once.startswith("# Performance\n\n")
    assert once.endswith(f"{END}\n## More\n")
    assert "old" not in once
    assert written(once, {"latency_webhook_p50_ms": FOUND}) == once
    assert BEGIN in PAGE.read_text()


def test_a_figure_is_told_with_its_ratio_to_the_one_before(capsys: pytest.CaptureFixture[str]) -> None:
    say("home_p95_ms", {"value": 75.0, "unit": "ms"}, {"value": 150.0})
    say("home_p95_ms", {"value": 75.0, "unit": "ms"}, None)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["before"], first["ratio"]) == (150.0, 0.5)
    assert "ratio" not in second


def test_a_program_stands_where_the_page_says() -> None:
    for name in re.findall(r"python bench/(\w+)\.py", Path(PAGE).read_text()):
        assert name in PROGRAMS
