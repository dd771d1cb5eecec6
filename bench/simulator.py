"""The simulated Slack under load: 300 posted messages a second, limits off, while it keeps its state in a file.

    python bench/simulator.py [--seconds 20] [--rate 300]

Prints simulator_posted_per_s, simulator_cpu_ms_per_message, simulator_post_{p50,p99}_ms, simulator_longest_pause_ms
(how long any request waited, the saving of the state file included), simulator_saved_messages and simulator_memory_mb.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import aiohttp
import psutil

from bench.house import figure, percentile

PROBE_SECONDS = 0.02
WORDS = "The checkout answers 502 again, and this time it is our biggest client who has noticed. " * 2
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": f"*Critical* {WORDS}"}},
    {
        "type": "actions",
        "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Acknowledge"}, "action_id": "ack"}],
    },
]


@contextmanager
def simulator(state_file: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A simulator in a process of its own: its address and the process."""
    command = [sys.executable, "-m", "simulator.cli", "--port", "0", "--state-file", str(state_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1].rstrip("/"), psutil.Process(process.pid)
        finally:
            process.terminate()


async def post(session: aiohttp.ClientSession, url: str, number: int, waits: list[float]) -> None:
    started = time.perf_counter()
    body = {"channel": "C0ACME", "text": f"{WORDS}{number}", "blocks": BLOCKS}
    async with session.post(f"{url}/api/chat.postMessage", json=body) as response:
        answer = await response.json()
    assert answer["ok"], answer
    waits.append(time.perf_counter() - started)


async def probe(session: aiohttp.ClientSession, url: str, pauses: list[float]) -> None:
    """Ask for something small again and again; how long each answer took."""
    while True:
        started = time.perf_counter()
        async with session.get(f"{url}/control/faults") as response:
            await response.read()
        pauses.append(time.perf_counter() - started)
        await asyncio.sleep(PROBE_SECONDS)


async def load(url: str, rate: float, seconds: float) -> tuple[list[float], list[float], float]:
    """Post at that rate. Returns the waits, the probe's waits (both in seconds), and how long it all took."""
    waits: list[float] = []
    pauses: list[float] = []
    headers = {"Authorization": "Bearer xoxb-simulator"}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=64)) as session:
        probing = asyncio.create_task(probe(session, url, pauses))
        begun, posts = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            posts.append(asyncio.create_task(post(session, url, number, waits)))
        await asyncio.gather(*posts)
        took = time.perf_counter() - begun
        probing.cancel()
    return waits, pauses, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="simulator-bench-") as folder:
        state_file = Path(folder) / "state.json"
        with simulator(state_file) as (url, process):
            waits, pauses, took = asyncio.run(load(url, given.rate, given.seconds))
            memory, times = process.memory_info().rss / 1024**2, process.cpu_times()
        saved = json.loads(state_file.read_text("utf-8"))["workspaces"]["T0NORTHWIND"]["channels"]
        figure("simulator_posted_per_s", len(waits) / took, "1/s")
        figure("simulator_cpu_ms_per_message", 1000 * (times.user + times.system) / len(waits), "ms")
        figure("simulator_post_p50_ms", 1000 * percentile(waits, 0.5), "ms")
        figure("simulator_post_p99_ms", 1000 * percentile(waits, 0.99), "ms")
        figure("simulator_longest_pause_ms", 1000 * max(pauses), "ms")
        figure("simulator_saved_messages", sum(len(channel["messages"]) for channel in saved), "messages")
        figure("simulator_memory_mb", memory, "MB")


if __name__ == "__main__":
    main()
