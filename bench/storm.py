"""A storm: distinct alerts at a steady pace from one source, and in its middle one critical alert of another source.

    python bench/storm.py [--alerts 10000] [--seconds 60] [--severities high,medium,low]

Everything runs: web, both workers, the clock, and a simulated Slack that counts Slack's limits. What is not answered
2xx is sent again. Prints storm_stored (alerts in the database; there have to be as many as were answered 202),
storm_critical_s (from sending the critical alert to the direct message that the last admin got), storm_posts_per_person
and storm_posts_in_a_second (chat.postMessage, the most that anybody got), storm_web_rss_mb (the web processes at their
peak), and storm_told_s (from the last answer until every alert's pages were sent or had joined a storm's post).
"""

import argparse
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.house import figure, house
from models.actions.workspaces import active, put_source
from tests.processes import Processes
from tests.world import everything

CONNECTIONS = 8
SERVICES = ("checkout", "search", "payments", "mail", "images", "basket", "login", "stock", "prices", "reports")
SECRET = "a-secret-of-the-storm-bench"
UNRELATED = "The vault cannot be opened"
ADMINS = ("alice", "bob")
TELL_WITHIN = 120
SAMPLE_SECONDS = 0.25
STILL_DUE = "SELECT FROM alerts WHERE paged_at IS NULL LIMIT 1", "SELECT FROM pages WHERE state = 'due' LIMIT 1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--severities", default="high,medium,low", help="of the storm's alerts, in turn")
    asked = parser.parse_args()
    with house() as heed:
        heed.wait_until_all_beat()
        with heed.context.db.begin() as session:
            put_source(session, active(session)[0].id, "generic", "storm", SECRET)
        heed.slack.core.limits.enabled = True
        memory = Memory(psutil.Process(heed.running["web"].pid))
        critical = blow(heed, asked.alerts, asked.seconds, asked.severities.split(","))
        told = wait_until_told(heed)
        tell(heed, asked.alerts, critical, told, memory.stop())


class Memory(threading.Thread):
    """Watches how much memory a process and its children hold at most."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._process, self._stopping, self._peak = process, threading.Event(), 0
        self.start()

    def run(self) -> None:
        while not self._stopping.wait(SAMPLE_SECONDS):
            family = [self._process, *self._process.children(recursive=True)]
            self._peak = max(self._peak, sum(each.memory_info().rss for each in family))

    def stop(self) -> float:
        """The peak, in megabytes."""
        self._stopping.set()
        self.join()
        return self._peak / 2**20


def blow(heed: Processes, alerts: int, seconds: float, severities: Sequence[str]) -> float:
    """Send the storm at its pace, and the critical alert in its middle; when that was sent, in epoch seconds."""
    began = time.monotonic()

    def send(connection: int) -> None:
        with requests.Session() as wire:
            for number in range(connection, alerts, CONNECTIONS):
                wait_till(began + seconds * number / alerts)
                insist(wire, f"{heed.url}/alerts/generic/{SECRET}", one_of_many(number, severities))

    with ThreadPoolExecutor(CONNECTIONS) as senders:
        storm = [senders.submit(send, connection) for connection in range(CONNECTIONS)]
        wait_till(began + seconds / 2)
        sent_at = time.time()
        assert heed.signal(UNRELATED, severity="critical").status_code == 202
        for each in storm:
            each.result()
    return sent_at


def wait_till(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def insist(wire: requests.Session, address: str, alert: dict[str, object]) -> None:
    """Send it until it is answered 2xx, as senders of alerts do."""
    while not wire.post(address, json=alert, timeout=10).ok:
        time.sleep(1)


def one_of_many(number: int, severities: Sequence[str]) -> dict[str, object]:
    return {
        "title": f"Latency of pod {number} is above 2 s",
        "key": f"storm-{number}",
        "severity": severities[number % len(severities)],
        "labels": {"service": SERVICES[number % len(SERVICES)], "pod": f"pod-{number}", "cluster": "eu-1"},
        "details": "p99 2.4 s over the last five minutes, 1,200 requests a second",
    }


def wait_until_told(heed: Processes) -> float:
    """How many seconds it takes until nothing waits to be sent; ends the bench when it takes too long."""
    began = time.monotonic()
    while any(heed.rows(query) for query in STILL_DUE):
        if time.monotonic() - began > TELL_WITHIN:
            raise SystemExit(f"people were not told of everything within {TELL_WITHIN} s")
        time.sleep(0.1)
    return time.monotonic() - began


def tell(heed: Processes, alerts: int, critical: float, told: float, memory: float) -> None:
    stored = int(heed.rows("SELECT count(*) AS n FROM alerts WHERE key LIKE '%storm-%'")[0].n)
    figure("storm_stored", stored, "alerts")
    figure("storm_critical_s", max(arrived(heed, who) for who in ADMINS) - critical, "s")
    by_person = [posted(heed, who) for who in ADMINS]
    figure("storm_posts_per_person", max(len(each) for each in by_person), "posts")
    figure("storm_posts_in_a_second", max(most_in_a_second(each) for each in by_person), "posts")
    figure("storm_web_rss_mb", memory, "MB")
    figure("storm_told_s", told, "s")
    if stored != alerts:
        raise SystemExit(f"{alerts} alerts were answered 202, {stored} are stored")


def arrived(heed: Processes, who: str) -> float:
    """When this person's direct message about the unrelated alert came, in epoch seconds."""
    return min(float(each.ts) for each in heed.slack.dm(who) if UNRELATED in everything(each))


def posted(heed: Processes, who: str) -> list[float]:
    """When each chat.postMessage to this person came, in epoch seconds, in order; refused ones too."""
    channels = {each.channel_id for each in heed.slack.dm(who)}
    calls = heed.slack.calls("chat.postMessage")
    return sorted(call["at"] for call in calls if call["args"].get("channel") in channels)


def most_in_a_second(moments: Sequence[float]) -> int:
    return max((bisect_left(moments, each + 1) - place for place, each in enumerate(moments)), default=0)


if __name__ == "__main__":
    main()
