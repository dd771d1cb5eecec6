"""Takes out the cures of the complaints one by one: `python -m tests.mutants`, or with the numbers of some complaints.

Prints a line for each and a JSON object at the end. Exit code 0: every story noticed; 1: one did not; 2: wrong usage.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutant import Mutant
from tests.mutants.mutants import MUTANTS
from tests.mutants.trial import ALL_PASSED, ALL_SECONDS, Trial, Verdict, copy_tree, run, try_out

AT_A_TIME = 2
"""Each brings its own PostgreSQL and Redis, and a busy machine makes stories time out."""


def main(arguments: Sequence[str]) -> int:
    try:
        wanted = {int(each) for each in arguments} or {each.complaint for each in MUTANTS}
    except ValueError:
        say("usage: python -m tests.mutants [NUMBER OF A COMPLAINT]…")
        return 2
    mutants = [each for each in MUTANTS if each.complaint in wanted]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="heed-mutants-") as folder:
        trees = [copy_tree(Path(folder) / str(number)) for number in range(AT_A_TIME)]
        if not is_green(trees[0], mutants):
            return 1
        trials = try_all(trees, mutants)
    return sum_up(trials, time.monotonic() - started)


def try_all(trees: Sequence[Path], mutants: Sequence[Mutant]) -> list[Trial]:
    """Every mutant's trial in turn, as many at a time as there are copies of the tree."""
    free = SimpleQueue[Path]()
    for each in trees:
        free.put(each)

    def in_a_free_tree(mutant: Mutant) -> Trial:
        tree = free.get()
        try:
            return try_out(tree, mutant)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(len(trees)) as pool:
        return [told(each) for each in pool.map(in_a_free_tree, mutants)]


def is_green(tree: Path, mutants: Sequence[Mutant]) -> bool:
    """Whether the stories pass while every cure is there; otherwise says what they said."""
    stories = list(dict.fromkeys(each.test for each in mutants))
    ended = run(tree, stories, ALL_SECONDS)
    if ended.code != ALL_PASSED:
        say(f"{ended.output}\nthe stories fail with every cure in place, so nothing can be proved")
        return False
    say(f"green     {len(stories)} stories with every cure in place ({ended.seconds:.1f} s)")
    return True


def told(trial: Trial) -> Trial:
    mutant = trial.mutant
    say(f"{trial.verdict:9} {mutant.complaint:2} without: {mutant.taken_out} ({trial.seconds:.1f} s) {trial.why[:160]}")
    return trial


def sum_up(trials: Sequence[Trial], seconds: float) -> int:
    """Print the summary; returns the exit code."""
    alive = [each for each in trials if each.verdict is not Verdict.KILLED]
    summary = {
        "mutants": len(trials),
        "killed": len(trials) - len(alive),
        "not_killed": [f"{each.mutant.complaint}: {each.mutant.taken_out}: {each.verdict}" for each in alive],
        "seconds": round(seconds, 1),
    }
    say(json.dumps(summary))
    return 1 if alive else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
