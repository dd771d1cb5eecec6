"""One mutant's trial: the cure is taken out of a copy of the tree, and the story has to fail there."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parent.parent.parent
LEFT_OUT = (".git", ".venv", "var", ".env", "__pycache__", "*.egg-info", "build", "dist", ".*_cache", ".hypothesis")
STORY_SECONDS, ALL_SECONDS, END_SECONDS = 120, 900, 30
ALL_PASSED, SOME_FAILED = 0, 1


class Verdict(StrEnum):
    """`BROKEN`: the tests did not get as far as failing, so nothing was proved."""

    KILLED = "killed"
    SURVIVED = "survived"
    HUNG = "hung"
    BROKEN = "broken"


@dataclass(frozen=True)
class Run:
    """How a run of pytest ended; `code` is None when it had to be stopped."""

    code: int | None
    output: str
    seconds: float


@dataclass(frozen=True)
class Trial:
    """What came of one mutant, and what the story said about it."""

    mutant: Mutant
    verdict: Verdict
    why: str
    seconds: float


class Stale(Exception):
    """The table does not fit the code any more."""


def without_cure(mutant: Mutant, source: str) -> str:
    """`source` with the cure taken out; raises Stale unless it stands there exactly once."""
    count = source.count(mutant.cure)
    if count != 1:
        raise Stale(f'{mutant.file}: the cure "{mutant.taken_out}" stands there {count} times; mend the table')
    return source.replace(mutant.cure, mutant.instead)


def copy_tree(folder: Path) -> Path:
    """The whole tree without what tools keep in it."""
    return Path(shutil.copytree(ROOT, folder / "tree", ignore=shutil.ignore_patterns(*LEFT_OUT)))


def run(tree: Path, tests: Sequence[str], seconds: float) -> Run:
    """Run these tests in the copy, for so many seconds at most.

    Nothing is compiled to files, which could be stale, and lines are wide, so that pytest tells why a test failed.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "300"}
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return Run(None, _stop(process), time.monotonic() - started)
    return Run(process.returncode, output, time.monotonic() - started)


def _stop(process: subprocess.Popen[str]) -> str:
    """End pytest as Ctrl-C would, so that it stops the servers it has started."""
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=END_SECONDS)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


def judge(mutant: Mutant, ended: Run) -> Trial:
    """What a run of the mutant's story proves."""
    failures = [line.partition(" - ")[2] for line in ended.output.splitlines() if line.startswith("FAILED ")]
    if ended.code is None:
        verdict = Verdict.KILLED if mutant.may_hang else Verdict.HUNG
    elif ended.code == ALL_PASSED:
        verdict = Verdict.SURVIVED
    elif ended.code == SOME_FAILED and failures:
        verdict = Verdict.KILLED
    else:
        verdict = Verdict.BROKEN
    last = ended.output.strip().splitlines()[-1:] if verdict is not Verdict.SURVIVED else []
    return Trial(mutant, verdict, "".join(failures[:1] or last), ended.seconds)


def try_out(tree: Path, mutant: Mutant) -> Trial:
    """Take the cure out, run its story, put the cure back; raises Stale."""
    file = tree / mutant.file
    source = file.read_text(encoding="utf-8")
    file.write_text(without_cure(mutant, source), encoding="utf-8")
    try:
        return judge(mutant, run(tree, [mutant.test], STORY_SECONDS))
    finally:
        file.write_text(source, encoding="utf-8")
