"""From a webhook to the direct message while the LLM hangs and clients go on writing, beside the same with a calm LLM.

    python bench/hanging.py [--rounds 100]

Rounds with a calm LLM and with one that never answers take turns, ten by ten. While it hangs, 64 conversations are due
to be rated every five seconds. Prints latency_llm_{calm,hanging}_{p50,p99}_ms and latency_llm_hanging_vs_calm (p99).
"""

import argparse
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, update

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.house import figure, house, percentile
from bench.latency import WARM_UP, add_sources, timed, webhook
from bench.rating import WHAT, WHOSE
from models.actions import listening, workspaces
from models.actions.listening import Said
from models.tables import Conversation
from tests.processes import Processes

CALM, HANGING = "calm", "hanging"
BLOCK = 10
CONVERSATIONS = 64
EVERY_SECONDS = 5.0
FOR_EVER = 3600.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    with house("web", "page", "clock") as heed:
        heed.environment |= {
            "OPENAI_BASE_URL": heed.slack.llm_url,
            "OPENAI_API_KEY": "simulated",
            "OPENAI_MODEL": "simulated",
        }
        heed.start("rate")
        add_sources(heed)
        heed.wait_until_all_beat()
        numbers = iter(range(10**6))
        for _ in range(WARM_UP):
            timed(heed, webhook, next(numbers))
        taken: dict[str, list[float]] = {CALM: [], HANGING: []}
        for _ in range(0, rounds, BLOCK):
            taken[CALM] += [timed(heed, webhook, next(numbers)) for _ in range(BLOCK)]
            with hung(heed):
                taken[HANGING] += [timed(heed, webhook, next(numbers)) for _ in range(BLOCK)]
    for name, times in taken.items():
        figure(f"latency_llm_{name}_p50_ms", percentile(times, 0.5), "ms")
        figure(f"latency_llm_{name}_p99_ms", percentile(times, 0.99), "ms")
    figure("latency_llm_hanging_vs_calm", percentile(taken[HANGING], 0.99) / percentile(taken[CALM], 0.99), "ratio")


@contextmanager
def hung(heed: Processes) -> Iterator[None]:
    """The LLM does not answer, and clients write; at the end nothing is left to be rated.

    The process that rates is a new one each time: one that remembers the last time would leave the LLM alone.
    """
    asked = len(heed.slack.llm.requests)
    heed.slack.llm.delay = FOR_EVER
    heed.kill("rate")
    heed.start("rate")
    over = threading.Event()
    talking = threading.Thread(target=talk, args=(heed, over))
    talking.start()
    try:
        heed.wait_for(lambda: len(heed.slack.llm.requests) > asked, seconds=60)
        yield
    finally:
        over.set()
        talking.join()
        heed.slack.llm.delay = 0.0
        heed.wait_for(lambda: not waiting(heed), seconds=120)


def talk(heed: Processes, over: threading.Event) -> None:
    """Every five seconds each client says something that is to be rated at once."""
    with heed.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
    while not over.is_set():
        with heed.context.db.begin() as session:
            for number in range(CONVERSATIONS):
                said = f"{time.time():.6f}"
                words = f"Could somebody look at the {random.choice(WHOSE)} {random.choice(WHAT)} and its {said}"
                listening.store(
                    session,
                    workspace.id,
                    Said(f"C{number:05}", said, f"UX{number}", words, f"TX{number}", external=True),
                )
            session.execute(
                update(Conversation).where(Conversation.analyze_at > func.now()).values(analyze_at=func.now())
            )
        heed.context.bell.wake("analyze")
        over.wait(EVERY_SECONDS)


def waiting(heed: Processes) -> int:
    return int(heed.rows("SELECT count(*) AS n FROM conversations WHERE analyze_at IS NOT NULL")[0].n)


if __name__ == "__main__":
    main()
