"""App Home with 100,000 alerts: from Slack's request to the published view, one after the other.

    python bench/home.py [--alerts 100000] [--rounds 40]

The alerts have the entries, steps and pages of ordinary ones; a tenth is not closed yet. Each round opens an admin's
Home, also 2,000 alerts down the list, and filtered by status and by severity; and that of a member who was paged for
every tenth alert. Slack's own answers are in the time.

Prints home_p50_ms and home_p95_ms over all of these, home_<look>_p95_ms for each, and scrape_p50_ms for /metrics of the
same house.
"""

import argparse
import json
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import requests
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import text

from bench.house import figure, house, percentile
from bot.views.home import dump_filter
from models.card import Filter
from models.words import Severity, Status
from tests.processes import Processes

WARM_UP = 3
LOOKS = {
    "open": ("alice", Filter()),
    "older": ("alice", Filter(page=200)),
    "resolved": ("alice", Filter(Status.RESOLVED)),
    "low": ("alice", Filter(None, Severity.LOW)),
    "member": ("charlie", Filter()),
}
"""Who looks, and at what; the figures are by these names."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    wanted = parser.parse_args()
    with house("web") as heed:
        fill(heed, wanted.alerts)
        taken: dict[str, list[float]] = {name: [] for name in LOOKS}
        for number in range(wanted.rounds + WARM_UP):
            for name, (who, seen) in LOOKS.items():
                milliseconds = timed(heed, who, seen)
                if number >= WARM_UP:
                    taken[name].append(milliseconds)
        scrapes = [scraped(heed) for _ in range(wanted.rounds)][WARM_UP:]
    together = [each for times in taken.values() for each in times]
    figure("home_p50_ms", percentile(together, 0.5), "ms")
    figure("home_p95_ms", percentile(together, 0.95), "ms")
    for name, times in taken.items():
        figure(f"home_{name}_p95_ms", percentile(times, 0.95), "ms")
    figure("scrape_p50_ms", percentile(scrapes, 0.5), "ms")


def scraped(heed: Processes) -> float:
    """Milliseconds of one scrape of /metrics."""
    started = time.perf_counter()
    requests.get(f"{heed.url}/metrics", timeout=10).raise_for_status()
    return (time.perf_counter() - started) * 1000


def timed(heed: Processes, who: str, seen: Filter) -> float:
    """Milliseconds from Slack's word that somebody opens Home, as they left it, until Slack has the view."""
    user = heed.slack.user(who).id
    view = {"type": "home", "private_metadata": dump_filter(seen)}
    told = {"type": "app_home_opened", "user": user, "channel": "D0BENCH", "tab": "home", "view": view}
    envelope = {
        "type": "event_callback",
        "team_id": heed.slack.workspace.team.id,
        "event_id": f"Ev{uuid.uuid4().hex}",
        "event": told,
    }
    body, stamp = json.dumps(envelope), str(int(time.time()))
    signature = SignatureVerifier("simulator-signing-secret").generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }
    before = len(heed.slack.calls("views.publish"))
    started = time.perf_counter()
    assert requests.post(f"{heed.url}/slack/events", data=body, headers=headers, timeout=10).status_code == 200
    heed.slack.wait_for(lambda: len(heed.slack.calls("views.publish")) > before)
    return (time.perf_counter() - started) * 1000


def fill(heed: Processes, count: int) -> None:
    """So many alerts over 90 days, the newest last."""
    with heed.context.db.begin() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in FILL:
            session.execute(text(statement), {"count": count} if ":count" in statement else {})
    with heed.admin.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


FILL = (
    """
    INSERT INTO alerts (workspace_id, origin, key, source_id, title, details, severity, labels, status, opened_at,
                        last_seen_at, plan, level, closed_at, closed_by, acknowledged_at, acknowledged_by, notes)
    SELECT w.id, 'signal', 'bench-' || n, s.id, 'Disk of host-' || n || ' is full', repeat('What is known of it. ', 10),
           1 + n % 4, jsonb_build_object('host', 'host-' || n, 'team', 'storage'), state.word,
           now() - interval '90 days' * (1 - n::float / :count), now() - interval '90 days' * (1 - n::float / :count),
           policy.plan, 1, CASE WHEN n % 20 > 1 THEN now() - interval '90 days' * (1 - n::float / :count) END,
           CASE WHEN n % 20 > 1 THEN admin.id END, CASE WHEN n % 20 = 1 THEN now() END,
           CASE WHEN n % 20 = 1 THEN admin.id END, CASE WHEN n % 20 > 1 THEN 'Done' ELSE '' END
    FROM generate_series(1, :count) n
    CROSS JOIN LATERAL (SELECT CASE WHEN n % 20 = 0 THEN 'open' WHEN n % 20 = 1 THEN 'acknowledged'
                                    WHEN n % 20 < 5 THEN 'false_positive' ELSE 'resolved' END AS word) state
    CROSS JOIN workspaces w
    JOIN sources s ON s.workspace_id = w.id
    JOIN people admin ON admin.workspace_id = w.id AND admin.name = 'alice'
    JOIN policies policy ON policy.workspace_id = w.id AND policy.is_default
    """,
    """
    INSERT INTO steps (workspace_id, alert_id, epoch, tries, lap, level, due_at, wake_id, executed_at, outcome)
    SELECT workspace_id, id, 1, 0, 1, 1, opened_at, '', opened_at, 'paged 2' FROM alerts
    """,
    """
    INSERT INTO pages (workspace_id, alert_id, step_id, person_id, kind, severity, epoch, state, due_at, try_at,
                       sent_at)
    SELECT a.workspace_id, a.id, s.id, p.id, 'new', a.severity, 1, 'sent', a.opened_at, a.opened_at, a.opened_at
    FROM alerts a JOIN steps s ON s.alert_id = a.id
    JOIN people p ON p.workspace_id = a.workspace_id
    WHERE p.name IN ('alice', 'bob') OR p.name = 'charlie' AND a.id % 10 = 0
    """,
    """
    INSERT INTO entries (workspace_id, alert_id, at, kind, detail)
    SELECT a.workspace_id, a.id, a.opened_at, kind, '{}'
    FROM alerts a, unnest(ARRAY['opened', 'escalated', 'resolved']) kind
    """,
)


if __name__ == "__main__":
    main()
