"""The table of mutants fits the code and the stories, and a trial's verdict is no accident."""

import ast
from functools import cache

import pytest

from tests.mutants.mutant import Mutant
from tests.mutants.mutants import MUTANTS
from tests.mutants.trial import ROOT, Run, Stale, Verdict, judge, without_cure

COMPLAINTS = range(2, 10)


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.taken_out)
def test_every_cure_stands_once_in_its_file_and_the_code_without_it_is_still_code(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    changed = without_cure(mutant, source)
    assert changed != source
    compile(changed, mutant.file, "exec")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.taken_out)
def test_every_mutant_names_a_story_of_its_complaint(mutant: Mutant) -> None:
    file, _, name = mutant.test.partition("::")
    assert name in functions_of(file)


def test_every_complaint_has_a_cure_that_can_be_taken_out() -> None:
    assert {each.complaint for each in MUTANTS} >= set(COMPLAINTS)


def test_no_cure_is_named_twice() -> None:
    assert len({each.taken_out for each in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("source", ["", "cure cure"])
def test_a_table_that_does_not_fit_the_code_says_so(source: str) -> None:
    mutant = Mutant("tests/x.py", 2, "rings", "jobs/clock.py", "cure", "", "x")
    with pytest.raises(Stale, match=r'jobs/clock.py: the cure "rings" stands there \d times; mend the table'):
        without_cure(mutant, source)


@pytest.mark.parametrize(
    ("code", "output", "may_hang", "verdict", "why"),
    [
        (1, "FAILED tests/x.py::y - AssertionError: charlie was paged\n1 failed in 2 s", False, "killed",
         "AssertionError: charlie was paged"),
        (0, "1 passed in 2 s", False, "survived", ""),
        (1, "ERROR tests/x.py::y - RuntimeError\n1 error in 2 s", False, "broken", "1 error in 2 s"),
        (2, "ERROR tests/x.py\n1 error in 2 s", False, "broken", "1 error in 2 s"),
        (4, "", False, "broken", ""),
        (None, "no tests ran", False, "hung", "no tests ran"),
        (None, "no tests ran", True, "killed", "no tests ran"),
    ],
)  # fmt: skip
def test_only_a_story_that_fails_kills(code: int | None, output: str, may_hang: bool, verdict: str, why: str) -> None:
    mutant = Mutant("tests/x.py", 2, "rings", "jobs/clock.py", "cure", "", "x", may_hang)
    trial = judge(mutant, Run(code, output, 2.0))
    assert (trial.verdict, trial.why) == (Verdict(verdict), why)
