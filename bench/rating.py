"""From quiet to verdict, with an LLM that takes a second a call: 1,000 client messages a minute in 200 channels.

    python bench/rating.py [--minutes 4] [--messages 1000] [--channels 200]

One `rate` process and one clock, real PostgreSQL and Redis, the simulator's LLM at 1 s a call. Messages are stored as
the web process stores them, in bursts: a client writes three to seven lines, seconds apart, and then is quiet. The time
is measured from the moment at which a burst is to be rated (25 s after its last line, two minutes after its first at
the latest) to its verdict; a burst that one call does not hold counts by its last verdict. No two bursts say the same,
so that no verdict comes from the cache.

Prints rating_quiet_to_verdict_{p50,p95}_s, rating_messages_per_call, rating_uncovered and rating_worker_rss_mb.
"""

import argparse
import random
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from bench.house import figure, house, percentile
from models.actions import listening, workspaces
from models.actions.assessing import BURST_LINES
from models.actions.listening import Said
from models.conversation import QUIET, RATE_AT_LATEST
from tests.processes import Processes

LINES = (
    "Could somebody look at the export, it is slow again today",
    "It takes minutes where it took seconds last week",
    "Our team waits for the numbers every morning",
    "We tried another browser and it is the same there",
    "The second report has the same trouble",
    "Is there anything that we can do on our side",
    "Let me know if you need more details from us",
)
WHOSE = ("sales", "finance", "support", "legal", "planning", "night", "field", "training", "test", "old", "new")
WHAT = ("team", "office", "site", "warehouse", "branch", "desk", "system", "report", "page", "screen", "list", "queue")
SECONDS_BETWEEN = (2.0, 9.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--channels", type=int, default=200)
    wanted = parser.parse_args()
    with house("clock") as heed:
        heed.slack.llm.delay = 1.0
        heed.environment |= {
            "OPENAI_BASE_URL": heed.slack.llm_url,
            "OPENAI_API_KEY": "simulated",
            "OPENAI_MODEL": "simulated",
        }
        heed.start("rate")
        heed.wait_for(lambda: len(heed.rows("SELECT FROM beats WHERE name NOT LIKE 'web%'")) == 2)
        worker = psutil.Process(heed.running["rate"].pid)
        said = talk(heed, wanted.minutes, wanted.messages, wanted.channels)
        heed.wait_for(lambda: not uncovered(heed), seconds=180)
        tell(heed, said, worker)


def talk(heed: Processes, minutes: float, per_minute: int, channels: int) -> int:
    """Play the trace in real time; returns how many messages were said."""
    with heed.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
    trace = list(plan(minutes * 60, per_minute / 60, channels))
    began = time.time()
    for at, channel, line in trace:
        time.sleep(max(0.0, began + at - time.time()))
        with heed.context.db.begin() as session:
            listening.store(
                session,
                workspace.id,
                Said(f"C{channel:05}", f"{time.time():.6f}", f"UX{channel}", line, f"TX{channel}", external=True),
            )
        heed.context.bell.wake("analyze")
    return len(trace)


def plan(seconds: float, per_second: float, channels: int) -> list[tuple[float, int, str]]:
    """(when, channel, line) of every message, in order: bursts that begin at random, the same ones each time."""
    dice, found = random.Random(20261122), list[tuple[float, int, str]]()
    while len(found) < seconds * per_second:
        at, channel = dice.uniform(0, seconds), dice.randrange(channels)
        where = f"{dice.choice(WHOSE)} {dice.choice(WHAT)} and the {dice.choice(WHOSE)} {dice.choice(WHAT)}"
        for line in LINES[: dice.randint(3, len(LINES))]:
            found.append((at, channel, f"{line}, in the {where}"))
            at += dice.uniform(*SECONDS_BETWEEN)
    return sorted(found)


def uncovered(heed: Processes) -> int:
    return int(heed.rows("SELECT count(*) AS n FROM messages WHERE from_client AND rated_at IS NULL")[0].n)


def tell(heed: Processes, said: int, worker: psutil.Process) -> None:
    verdicts = heed.rows("SELECT conversation_id, covered_ts, at, tokens_in FROM assessments ORDER BY id")
    late = [waited for each in by_conversation(verdicts, heed) for waited in each]
    figure("rating_quiet_to_verdict_p50_s", percentile(late, 0.5), "s")
    figure("rating_quiet_to_verdict_p95_s", percentile(late, 0.95), "s")
    figure("rating_messages_per_call", said / max(1, len(heed.slack.llm.requests)), "messages")
    figure("rating_uncovered", uncovered(heed), "messages")
    figure("rating_worker_rss_mb", worker.memory_info().rss / 2**20, "MB")


def by_conversation(verdicts: list[Any], heed: Processes) -> list[list[float]]:
    """Seconds from the moment at which each burst was to be rated to its verdict, by conversation."""
    heard: dict[int, list[tuple[str, datetime]]] = {}
    for row in heed.rows("SELECT conversation_id, ts, received_at FROM messages WHERE from_client ORDER BY ts"):
        heard.setdefault(row.conversation_id, []).append((row.ts, row.received_at))
    found: dict[int, list[float]] = {}
    covered: dict[int, str] = {}
    begun: dict[int, list[datetime]] = {}
    for verdict in verdicts:
        before, one = covered.get(verdict.conversation_id, ""), verdict.conversation_id
        lines = [at for ts, at in heard[one] if before < ts <= verdict.covered_ts]
        burst = begun.pop(one, []) + lines
        covered[one] = verdict.covered_ts
        if len(lines) == BURST_LINES:
            begun[one] = burst
            continue
        due = min(burst[-1] + QUIET, burst[0] + RATE_AT_LATEST)
        found.setdefault(one, []).append((verdict.at - due).total_seconds())
    return list(found.values())


if __name__ == "__main__":
    main()
