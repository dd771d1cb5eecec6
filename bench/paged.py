"""Who would be paged, with 200 schedules: the command `paged`, from its arguments to its answer.

    python bench/paged.py [--schedules 200] [--rounds 30]

Each schedule has two layers of five people, one of them restricted to working hours, over zones with and without
daylight saving; the policy pages twelve of them on six levels, three times. The command runs in this process, so that
the figure is its own time: settings, connection, rules, rehearsal and text, without the start of Python.

Prints paged_own_p50_ms and paged_own_p95_ms.
"""

import argparse
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from click.testing import CliRunner
from sqlalchemy import select

from bench.house import figure, house, percentile
from jobs.paged import paged
from models.actions import schedules, workspaces
from models.actions.plans import save_policy
from models.plan import Level, Plan, Target, TargetKind
from models.schedule_json import schedule_from_json
from models.tables import Person
from models.words import Role
from tests.processes import Processes

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
ARGUMENTS = ["--at", "2027-03-28T02:30+01:00", "--label", "severity=critical", "--label", "team=payments"]
WARM_UP = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=30)
    wanted = parser.parse_args()
    with house("web") as heed:
        fill(heed, wanted.schedules)
        taken = [timed(heed) for _ in range(wanted.rounds + WARM_UP)][WARM_UP:]
    figure("paged_own_p50_ms", percentile(taken, 0.5), "ms")
    figure("paged_own_p95_ms", percentile(taken, 0.95), "ms")


def timed(heed: Processes) -> float:
    """Milliseconds of one run, which has to answer."""
    began = time.perf_counter()
    with mock.patch.dict("os.environ", heed.environment):
        result = CliRunner().invoke(paged, ARGUMENTS)
    milliseconds = (time.perf_counter() - began) * 1000
    if "schedule" in result.output or "level" not in result.output:
        raise SystemExit(f"paged did not answer: {result.output[:500]}")
    return milliseconds


def fill(heed: Processes, count: int) -> None:
    """Fifty people in so many schedules, and a policy over twelve of them."""
    with heed.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        session.add_all(
            Person(
                workspace_id=workspace.id,
                slack_id=f"U0DUTY{number}",
                name=f"Duty {number}",
                role=Role.RESPONDER,
                time_zone=ZONES[number % len(ZONES)],
            )
            for number in range(50)
        )
        session.flush()
        people = list(session.scalars(select(Person.id).where(Person.slack_id.like("U0DUTY%")).order_by(Person.id)))
        made = [
            schedules.put(session, heed.context.seal, workspace.id, schedule_from_json(schedule(number, people)))
            for number in range(count)
        ]
        targets = [Target(TargetKind.SCHEDULE, each) for each in made[:: max(1, count // 12)][:12]]
        pairs = [tuple(targets[each : each + 2]) for each in range(0, len(targets), 2)]
        levels = tuple(Level(pair, timedelta(minutes=10)) for pair in pairs)
        save_policy(session, workspace.id, Plan("Duty", levels, laps=3), is_default=True)


def schedule(number: int, people: list[int]) -> dict[str, Any]:
    def layer(name: str, first: int, **fields: Any) -> dict[str, Any]:
        return {
            "name": name,
            "people": [people[(first + each) % len(people)] for each in range(5)],
            "every": 1,
            "unit": "weeks",
            "handoff": "09:00",
            "zone": ZONES[number % len(ZONES)],
            "start": "2026-01-05T09:00:00+00:00",
            **fields,
        }

    daily = layer("days", number + 7, unit="days", hours="mon-fri 09:00-17:00")
    return {"name": f"Duty {number}", "layers": [layer("weeks", number, weekday="mon"), daily]}


if __name__ == "__main__":
    main()
