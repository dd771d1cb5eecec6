"""Every figure, one program after the other, on a machine that does nothing else.

    python -m bench [--compare] [NAME ...]      names of programs in bench/, such as latency; all without one

Prints each line as its program prints it, and keeps the figures in bench/figures.json and as a table in
docs/performance.md. With --compare every line tells the figure that was kept before and the ratio to it too. Exit code
1 when a program failed; its figures stay as they were.
"""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).resolve().parent
KEPT = HERE / "figures.json"
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by `make bench` -->\n", "<!-- end of figures -->\n"
PROGRAMS = (
    "latency", "hanging", "intake", "storm", "escalation", "rating", "home", "paged", "idle", "start",
    "growth", "simulator",
)  # fmt: skip
AIMS = {
    "escalation_late_p99_s": "≤ 1.5",
    "escalation_burst_s": "≤ 4",
    "paged_own_p95_ms": "≤ 300",
    "rating_quiet_to_verdict_p95_s": "≤ 3",
    "rating_messages_per_call": "≥ 3",
    "rating_worker_rss_mb": "≤ 250",
    "intake_single_per_s": "≥ 500",
    "intake_single_vs_floor": "≥ 0.2",
    "intake_batch100_per_s": "≥ 15,000",
    "intake_p99_ms": "≤ 100",
    "storm_stored": "10,000",
    "storm_critical_s": "≤ 3",
    "storm_posts_per_person": "< 60",
    "storm_posts_in_a_second": "≤ 1",
    "storm_web_rss_mb": "≤ 300",
    "home_p95_ms": "≤ 150",
    "memory_idle_mb": "≤ 400",
    "start_warm_s": "≤ 10",
}

Figures = dict[str, dict[str, Any]]
"""By name: its value, its unit, the day on which it was measured, and the program."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--compare", action="store_true", help="print the ratio to the figure kept before")
    parser.add_argument("programs", nargs="*", metavar="NAME", help=f"of {', '.join(PROGRAMS)}")
    wanted = parser.parse_args()
    unknown = [name for name in wanted.programs if name not in PROGRAMS]
    if unknown:
        parser.error(f"there is no program {', '.join(unknown)}; there are {', '.join(PROGRAMS)}")
    kept: Figures = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    failed = []
    for program in wanted.programs or PROGRAMS:
        measured, code = run(program)
        for name, found in measured.items():
            say(name, found, kept.get(name) if wanted.compare else None)
        if code:
            failed.append(program)
        else:
            kept |= measured
            KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
            PAGE.write_text(written(PAGE.read_text(), kept))
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def run(program: str) -> tuple[Figures, int]:
    """What a program measured, and its exit code; what it says besides goes to standard error."""
    sys.stderr.write(f"{program} …\n")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / f"{program}.py")], stdout=subprocess.PIPE, text=True, check=False
    )
    return {found["figure"]: kept_as(program, found) for found in lines(done.stdout)}, done.returncode


def lines(output: str) -> Iterator[dict[str, Any]]:
    """The figures among the lines of a program; whatever else it prints is passed over."""
    for line in output.splitlines():
        if line.startswith('{"figure"'):
            yield json.loads(line)


def kept_as(program: str, found: dict[str, Any]) -> dict[str, Any]:
    return {"value": found["value"], "unit": found["unit"], "on": f"{datetime.now(UTC):%Y-%m-%d}", "program": program}


def say(name: str, found: dict[str, Any], before: dict[str, Any] | None) -> None:
    line = {"figure": name, "value": found["value"], "unit": found["unit"]}
    if before is not None:
        ratio = round(found["value"] / before["value"], 3) if before["value"] else None
        line |= {"before": before["value"], "ratio": ratio}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def written(page: str, kept: Figures) -> str:
    """The page with the table of all figures in the place of the one before."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{''.join(table(kept))}{END}{tail}"


def table(kept: Figures) -> Iterable[str]:
    memory = psutil.virtual_memory().total / 2**30
    yield f"\nMeasured with {psutil.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}.\n\n"
    yield "| figure | value | aim | measured |\n|---|---|---|---|\n"
    for program in PROGRAMS:
        for name, found in kept.items():
            if found["program"] == program:
                value = f"{found['value']:,g} {found['unit']}".strip()
                yield f"| `{name}` | {value} | {AIMS.get(name, '')} | {found['on']} |\n"
    yield "\n"


if __name__ == "__main__":
    main()
