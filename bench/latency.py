"""From a webhook, and from a client's message with a hard cue, to the direct message in Slack; idle machine.

    python bench/latency.py [--rounds 200]

Prints latency_webhook_{p50,p99}_ms and latency_message_{p50,p99}_ms.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.house import figure, house, percentile
from models.actions import answering, reading, workspaces
from models.answer import Answer
from models.card import Filter
from models.tables import Person
from models.words import Status
from tests.processes import Processes

ANGER = "We are terminating the contract, our lawyers will call you."
PAUSE_SECONDS = 1.2
"""More than five new alerts in five seconds are a rush, in which nobody gets more than one post a second."""
SECRETS = ("first-secret-of-the-latency-bench", "second-secret-of-the-latency-bench")
"""Of two sources in turn: more than thirty new alerts of one in a minute are a storm, which has one post for all."""
WARM_UP = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    with house() as heed:
        add_sources(heed)
        heed.wait_until_all_beat()
        for name, act in (("webhook", webhook), ("message", message)):
            taken = [timed(heed, act, number) for number in range(rounds + WARM_UP)][WARM_UP:]
            figure(f"latency_{name}_p50_ms", percentile(taken, 0.5), "ms")
            figure(f"latency_{name}_p99_ms", percentile(taken, 0.99), "ms")


def add_sources(heed: Processes) -> None:
    with heed.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        for secret in SECRETS:
            workspaces.put_source(session, workspace.id, "generic", secret, secret)


def webhook(heed: Processes, number: int) -> None:
    address = f"{heed.url}/alerts/generic/{SECRETS[number % len(SECRETS)]}"
    signal = {"title": f"Disk {number} full", "key": f"disk-{number}"}
    assert requests.post(address, json=signal, timeout=10).status_code == 202


def message(heed: Processes, number: int) -> None:
    heed.slack.say("dora", "acme", f"{ANGER} ({number})")


def timed(heed: Processes, act: Callable[[Processes, int], None], number: int) -> float:
    """Milliseconds from the act to the first admin's direct message; the alert is resolved afterwards."""
    before = len(heed.slack.dm("alice"))
    started = time.perf_counter()
    act(heed, number)
    heed.slack.wait_for(lambda: len(heed.slack.dm("alice")) > before)
    taken = (time.perf_counter() - started) * 1000
    resolve_all(heed)
    time.sleep(PAUSE_SECONDS)
    return taken


def resolve_all(heed: Processes) -> None:
    with heed.context.db.begin() as session:
        alice = session.query(Person).filter_by(slack_id=heed.slack.user("alice").id).one()
        for card in reading.listing(session, alice.workspace_id, Filter(status=Status.OPEN)).cards:
            answering.give(session, Answer.RESOLVE, alice.workspace_id, card.id, alice.id)


if __name__ == "__main__":
    main()
