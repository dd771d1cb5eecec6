"""How late steps are with 100,000 open alerts, and how long 10,000 that fall due in the same second take.

    python bench/escalation.py [--alerts 100000] [--minutes 10] [--burst 10000]

One `page` worker and one clock, real PostgreSQL with fsync on, real Redis. The steps of `--alerts` open alerts are
spread over `--minutes`; lateness is `executed_at` less `due_at` of every step, so it ends with the beginning of the
transaction that takes it. The burst is measured until all of its pages are seen committed. Nobody is sent anything
meanwhile: the workspace is held back, because this is about escalating, not about Slack.

Prints escalation_late_{p50,p99,max}_s, escalation_steps, escalation_burst_s and escalation_burst_pages.
"""

import argparse
import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from bench.house import figure, house, percentile
from models.actions import escalating, workspaces
from models.actions.plans import save_policy
from models.db import earliest, now_of
from models.plan import Level, Plan, Target, TargetKind, plan_to_json
from tests.processes import Processes

PEOPLE = 100
LEAD_SECONDS = 5
"""The first step falls due this long after the alerts are there."""
HOUR = timedelta(hours=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--burst", type=int, default=10_000)
    wanted = parser.parse_args()
    with house("page", "clock") as heed:
        heed.wait_for(lambda: len(heed.rows("SELECT FROM beats WHERE name NOT LIKE 'web%'")) == 2)
        plan = prepare(heed)
        spread(heed, plan, wanted.alerts, wanted.minutes)
        burst(heed, plan, wanted.burst)


def prepare(heed: Processes) -> str:
    """So many people, and a policy of two levels that page one of them each; returns it as it is stored."""
    with heed.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        session.execute(
            text("""
                INSERT INTO people (workspace_id, slack_id, name)
                SELECT :workspace, 'U0BENCH' || n, 'bench ' || n FROM generate_series(1, :people) n
            """),
            {"workspace": workspace.id, "people": PEOPLE},
        )
        session.execute(text("UPDATE workspaces SET retry_at = now() + interval '1 day'"))
        anybody = [row.id for row in session.execute(text("SELECT id FROM people WHERE slack_id LIKE 'U0BENCH%'"))]
        first, second = (Level((Target(TargetKind.PERSON, each),), HOUR) for each in anybody[:2])
        plan = Plan("Bench", (first, second), laps=2)
        save_policy(session, workspace.id, plan, is_default=True)
    return json.dumps(plan_to_json(plan))


def open_alerts(heed: Processes, plan: str, count: int, over: float, key: str) -> None:
    """`count` open alerts whose first steps fall due within `over` seconds; 0: all in the same second."""
    with heed.context.db.begin() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(
            text("""
                INSERT INTO alerts (workspace_id, origin, key, title, severity, opened_at, last_seen_at, plan, level,
                                    next_step_at)
                SELECT w.id, 'signal', :key || n, 'Disk ' || n, 1 + n % 4, now(), now(), CAST(:plan AS jsonb), 0,
                       date_trunc('second', now()) + make_interval(secs => :lead + :over * n / :count)
                FROM workspaces w, generate_series(1, :count) n
            """),
            {"key": key, "plan": plan, "lead": LEAD_SECONDS, "over": over, "count": count},
        )
    heed.context.bell.wake("escalate")


def spread(heed: Processes, plan: str, count: int, minutes: float) -> None:
    open_alerts(heed, plan, count, minutes * 60, "spread-")
    with heed.admin.connect() as connection:
        connection.execute(text("ANALYZE alerts"))
    deadline = time.monotonic() + minutes * 60 + LEAD_SECONDS + 30
    while time.monotonic() < deadline and waiting(heed):
        time.sleep(1)
    late = [float(row.late) for row in steps(heed, "spread-")]
    figure("escalation_late_p50_s", percentile(late, 0.5), "s")
    figure("escalation_late_p99_s", percentile(late, 0.99), "s")
    figure("escalation_late_max_s", max(late), "s")
    figure("escalation_steps", len(late), "steps")


def burst(heed: Processes, plan: str, count: int) -> None:
    open_alerts(heed, plan, count, 0, "burst-")
    due = heed.rows("SELECT extract(epoch FROM min(next_step_at)) AS at FROM alerts WHERE key LIKE 'burst-%'")[0].at
    while waiting(heed):
        time.sleep(0.05)
    figure("escalation_burst_s", time.time() - float(due), "s")
    figure("escalation_burst_pages", pages(heed, "burst-"), "pages")


def waiting(heed: Processes) -> bool:
    """Whether any alert still waits for its first step; the second steps fall due an hour later.

    It asks for the earliest as the worker does, by the index: to count would read every alert, twenty times a second,
    on the cores that are measured.
    """
    with heed.context.db.begin() as session:
        due = earliest(session, escalating.DUE)
        return due is not None and due <= now_of(session) + HOUR / 2


def pages(heed: Processes, key: str) -> int:
    query = f"SELECT count(*) AS n FROM pages p JOIN alerts a ON a.id = p.alert_id WHERE a.key LIKE '{key}%'"
    return int(heed.rows(query)[0].n)


def steps(heed: Processes, key: str) -> list[Any]:
    """Every executed step of these alerts, with its lateness in seconds."""
    return heed.rows(f"""
        SELECT extract(epoch FROM s.executed_at - s.due_at) AS late FROM steps s JOIN alerts a ON a.id = s.alert_id
        WHERE a.key LIKE '{key}%' AND s.executed_at IS NOT NULL
    """)


if __name__ == "__main__":
    main()
