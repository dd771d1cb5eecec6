"""Signals over HTTP, single and in batches of 100, beside the floor: plain single-row inserts on the same server.

    python bench/intake.py [--seconds 5] [--processes 2]

Prints for each number of connections (1, 8, 32) what is committed a second, new and duplicate, and the floor; CPU time
an alert and the web process's memory; and as the marks intake_single_per_s, intake_single_vs_floor, intake_p99_ms
(all with 8 connections, new alerts) and intake_batch100_per_s.
"""

import argparse
import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.house import figure, house, percentile
from models.actions.workspaces import active, put_source
from models.db import normal_url
from tests.processes import Processes

CONNECTIONS = (1, 8, 32)
BATCH = 100
NEW, DUPLICATE = "new", "duplicate"
SECRET = "a-secret-of-the-intake-benches"


@dataclass(frozen=True)
class Taken:
    """What a run came to: requests a second, and each request's time in milliseconds."""

    per_s: float
    times: list[float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--processes", default="2", help="web processes, one for each core")
    asked = parser.parse_args()
    seconds = asked.seconds
    with house("web", WEB_PROCESSES=asked.processes) as heed:
        with heed.context.db.begin() as session:
            put_source(session, active(session)[0].id, "alertmanager", "bench", SECRET)
        web = psutil.Process(heed.running["web"].pid)
        floors = {number: floor(heed, number, seconds) for number in CONNECTIONS}
        for number in CONNECTIONS:
            figure(f"intake_floor_c{number}_per_s", floors[number], "rows/s")
            for kind in (NEW, DUPLICATE):
                tell(heed, web, number, kind, 1, seconds, floors[number])
        for number in CONNECTIONS:
            for kind in (NEW, DUPLICATE):
                tell(heed, web, number, kind, BATCH, seconds, 0.0)
        figure("intake_web_rss_mb", sum(each.memory_info().rss for each in family(web)) / 2**20, "MB")


def tell(
    heed: Processes, web: psutil.Process, connections: int, kind: str, size: int, seconds: float, lowest: float
) -> None:
    """Run once and print; the marks are those with 8 connections and new alerts."""
    before, stored = cpu(web), alerts(heed)
    run = drive(heed.port, connections, lambda one, number: payload(kind, one, number, size), seconds)
    taken = run.per_s * size
    opened = alerts(heed) - stored
    expected = len(run.times) * size if kind == NEW else 0
    if kind == NEW and opened != expected:
        raise SystemExit(f"{expected} alerts were answered 202, {opened} are stored")
    what = "single" if size == 1 else f"batch{size}"
    name = f"intake_{what}_{kind}_c{connections}"
    figure(f"{name}_per_s", taken, "alerts/s")
    figure(f"{name}_p99_ms", percentile(run.times, 0.99), "ms")
    figure(f"{name}_web_cpu_ms", (cpu(web) - before) * 1000 / (len(run.times) * size), "ms an alert")
    if connections == 8 and kind == NEW:
        figure(f"intake_{what}_per_s", taken, "alerts/s")
        if size == 1:
            figure("intake_single_vs_floor", taken / lowest, "ratio")
            figure("intake_p99_ms", percentile(run.times, 0.99), "ms")


def payload(kind: str, connection: int, number: int, size: int) -> bytes:
    """One request of Alertmanager's webhook with `size` alerts; duplicates are the same ones each time."""
    stamp = "same" if kind == DUPLICATE else f"{time.monotonic_ns()}-{number}"
    fired = datetime(2026, 11, 22, 3, tzinfo=UTC).isoformat()
    found = [
        {
            "status": "firing",
            "labels": {"alertname": "HighLatency", "severity": "warning", "pod": f"web-{each}", "cluster": "eu-1"},
            "annotations": {
                "summary": f"p99 latency of web-{each} is above 2 s",
                "runbook_url": "https://wiki.example/r",
            },
            "startsAt": fired,
            "generatorURL": "http://prometheus.example:9090/graph?g0.expr=latency",
            "fingerprint": f"{connection}-{stamp}-{each}",
        }
        for each in range(size)
    ]
    body = json.dumps({"version": "4", "status": "firing", "receiver": "heed", "alerts": found}).encode()
    head = (
        f"POST /alerts/alertmanager/{SECRET} HTTP/1.1\r\nHost: heed\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def drive(port: int, connections: int, make: Callable[[int, int], bytes], seconds: float) -> Taken:
    """`connections` threads, each sending its requests one after the other on one connection for `seconds`."""
    times: list[list[float]] = [[] for _ in range(connections)]
    until = time.monotonic() + seconds

    def run(one: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < until:
                request = make(one, len(times[one]))
                started = time.perf_counter()
                wire.sendall(request)
                answer(wire)
                times[one].append((time.perf_counter() - started) * 1000)

    began = time.monotonic()
    threaded(run, connections)
    flat = [each for one in times for each in one]
    return Taken(len(flat) / (time.monotonic() - began), flat)


def answer(wire: socket.socket) -> None:
    """Read one answer; anything but 202 ends the bench."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += wire.recv(65536) or _lost(data)
    head, body = data.split(b"\r\n\r\n", 1)
    if b" 202 " not in head.split(b"\r\n", 1)[0]:
        raise SystemExit(f"Heed answered {data[:300]!r}")
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1]
    )
    while len(body) < length:
        body += wire.recv(65536) or _lost(body)


def _lost(data: bytes) -> bytes:
    raise SystemExit(f"the connection ended after {data[:100]!r}")


def floor(heed: Processes, connections: int, seconds: float) -> float:
    """Rows a second of plain inserts, each committed, by psycopg on the same server."""
    url = (
        normal_url(heed.environment["DATABASE_URL"]).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    counts = [0] * connections
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("CREATE TABLE IF NOT EXISTS floor (id bigint GENERATED ALWAYS AS IDENTITY, key text, title text)")
    until = time.monotonic() + seconds

    def run(one: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while time.monotonic() < until:
                connection.execute(
                    "INSERT INTO floor (key, title) VALUES (%s, %s)", (f"{one}-{counts[one]}", "Disk full")
                )
                counts[one] += 1

    began = time.monotonic()
    threaded(run, connections)
    return sum(counts) / (time.monotonic() - began)


def threaded(run: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=run, args=(one,)) for one in range(number)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def alerts(heed: Processes) -> int:
    return int(heed.rows("SELECT count(*) AS number FROM alerts")[0].number)


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def cpu(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    return sum(each.cpu_times().user + each.cpu_times().system for each in family(process))


if __name__ == "__main__":
    main()
