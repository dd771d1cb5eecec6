"""The fault suite: `python -m tests.chaos [--seconds 180] [--seed 1]`, which is `make chaos-short`, or `make chaos`.

Prints one JSON object: what was accepted, lost, missed, late and doubled, in all and by kind of fault. Exit code 1 when
a promise broke; what was logged is then kept in a folder, which is named.
"""

import argparse
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

from tests.chaos.breaking import Breaker
from tests.chaos.house import House
from tests.chaos.load import Load
from tests.chaos.oracle import Post
from tests.chaos.report import Evidence, Least, Verdict, judge, table
from tests.chaos.schedule import LONG_FORM_SECONDS, MIDDLE_FORM_SECONDS, planned
from tests.chaos.watch import KEY, Watch

KEPT = Path(__file__).resolve().parent.parent.parent / "var" / "chaos"
STARTING_SECONDS = 24.0
"""What starting, judging and stopping take, about. On a busy machine that takes longer; the faults are the same."""
QUIET_SECONDS = 28.0
"""At the end nothing breaks for so long, so that what was put off last can be seen."""
RATE, SHORT_RATE = 3.2, 2.5
"""Alerts a second."""
EVERY, EACH_BOUT = 40.0, 6
SHORT_EVERY, SHORT_EACH_BOUT = 25.0, 7
LONG = Least(accepted=5000, faults=200, in_calm=1000, in_flight=3)
SHORT = Least(accepted=200, faults=25, in_calm=50)
TOLD_EVERY = 10.0

MANY = """
    SELECT a.key, pe.slack_id, po.channel_id, po.ts, extract(epoch FROM p.sent_at) AS sent
    FROM pages p JOIN alerts a ON a.id = p.alert_id JOIN people pe ON pe.id = p.person_id
    JOIN posts po ON po.id = p.post_id
    WHERE p.state = 'sent' AND po.ts <> '' AND (po.is_list OR po.storm_id IS NOT NULL)
"""
"""What a post for many carries besides those that it names: only the message can be seen from outside."""
CLIENTS = """
    SELECT a.excerpt, po.channel_id, po.ts FROM pages p JOIN alerts a ON a.id = p.alert_id
    JOIN posts po ON po.id = p.post_id WHERE a.origin = 'client' AND p.state = 'sent'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180.0, help="how long it takes in all")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # the simulator's callers are killed, and it says so
    folder = Path(tempfile.mkdtemp(prefix="heed-chaos-"))
    folder.chmod(0o755)
    try:
        verdict = run(folder, asked.seconds, asked.seed)
        sys.stdout.write(json.dumps(verdict.figures) + "\n")
        sys.stderr.write(table(verdict.figures) + "\n")
        if verdict.broken:
            kept = _keep(folder, asked.seed, verdict)
            sys.stderr.write("".join(f"BROKEN: {each}\n" for each in verdict.broken) + f"What was logged: {kept}\n")
        sys.exit(1 if verdict.broken else 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(folder: Path, seconds: float, seed: int) -> Verdict:
    """Everything from start to judgement; takes about `seconds`. Whatever happens, nothing is left running."""
    started = time.monotonic()
    with ExitStack() as stack:
        house = House(folder)
        stack.callback(house.close)
        watch = Watch(house.slack)
        load = Load(house, watch, seed)
        stack.callback(load.agenda.close)
        breaker = Breaker(house, load)
        stack.callback(breaker.close)
        house.open()
        _say(f"started in {time.monotonic() - started:.0f} s")
        teller = Teller(load, breaker)
        ended = _play(teller, seconds - STARTING_SECONDS, seed)
        evidence = _gather(house, watch, load, breaker, ended)
    verdict = judge(evidence, LONG if seconds >= LONG_FORM_SECONDS else SHORT)
    verdict.figures |= {
        "seed": seed,
        "seconds": round(time.monotonic() - started),
        "refused": load.refused,
        "busiest_load": round(teller.busiest, 1),
        "previous_release": breaker.previous_commit[:12],
        "skipped": breaker.skipped,
        "restarted": sorted(set(house.died)),
        "load_problems": sorted(set(load.agenda.problems))[:10],
    }
    _note(folder, evidence)
    return verdict


def _play(teller: "Teller", seconds: float, seed: int) -> float:
    """Load and faults, then quiet; returns when nobody looked any more (epoch seconds)."""
    load, breaker = teller.load, teller.breaker
    begin, busy = time.time(), seconds - QUIET_SECONDS
    is_short = busy < MIDDLE_FORM_SECONDS
    every, each_bout = (SHORT_EVERY, SHORT_EACH_BOUT) if is_short else (EVERY, EACH_BOUT)
    faults = planned(busy, seed, every, each_bout)
    load.plan(begin, busy + QUIET_SECONDS / 2, SHORT_RATE if is_short else RATE)
    teller.start(begin)
    breaker.run(faults, begin)
    breaker.wait()
    time.sleep(max(QUIET_SECONDS, begin + seconds - time.time()))
    ended = time.time()
    load.agenda.close()
    return ended


def _gather(house: House, watch: Watch, load: Load, breaker: Breaker, ended: float) -> Evidence:
    load.land()
    seen = list(watch.seen)
    with_names = [
        Post(
            each.at,
            each.person,
            each.mark,
            each.keys if each.is_step else frozenset(),
            each.is_for_many,
            each.answered is not None,
            each.is_changed,
        )
        for each in seen
    ]
    rows = house.rows("SELECT key, status FROM alerts")
    cases = list(load.cases.values())
    words = [each.message.text + json.dumps(each.message.blocks) for each in seen if not each.keys]
    words += [row.excerpt for row in house.rows(CLIENTS) if (row.channel_id, row.ts) in watch.by_place]
    return Evidence(
        told=[each.told() for each in cases if not each.is_poisoned],
        poisoned=[each.told() for each in cases if each.is_poisoned],
        posts=[*with_names, *_carried(house.rows(MANY), watch)],
        faults=sorted(breaker.done, key=lambda fault: fault.begin),
        flights=load.flights,
        stored={found.group(): row.status for row in rows if (found := KEY.search(row.key))},
        said=load.said,
        alerted=frozenset(channel for channel in load.said if any(channel in each for each in words)),
        failed_lookups=breaker.failed_lookups,
        ended=ended,
        problems=tuple(breaker.wait()),
    )


def _carried(rows: Iterable[Any], watch: Watch) -> list[Post]:
    """What lists and storms carry besides what they name, where the message itself is there.

    One of them carries several pages about an alert that waited for the same person: they are one post.
    """
    found = dict[str, Post]()
    for row in rows:
        seen, key = watch.by_place.get((row.channel_id, row.ts)), KEY.search(row.key)
        if seen is not None and key is not None and seen.is_for_many and key.group() not in seen.keys:
            at, mark = max(seen.at, float(row.sent)), f"{seen.mark} {key.group()}"
            if mark not in found or at < found[mark].at:
                found[mark] = Post(at, seen.person, mark, frozenset({key.group()}), True)
    return list(found.values())


class Teller:
    """A line on stderr every ten seconds. `busiest` is the highest load average that the machine had."""

    def __init__(self, load: Load, breaker: Breaker) -> None:
        self.load, self.breaker = load, breaker
        self.busiest = 0.0

    def start(self, begin: float) -> None:
        self.load.agenda.at(begin + TOLD_EVERY, lambda: self._tell(begin))

    def _tell(self, begin: float) -> None:
        self.busiest = max(self.busiest, os.getloadavg()[0])
        cases = list(self.load.cases.values())
        taken, waiting = (
            sum(each.accepted is not None for each in cases),
            sum(each.tried > 0 and each.accepted is None for each in cases),
        )
        _say(
            f"{time.time() - begin:5.0f} s: {taken} accepted, {waiting} waiting, "
            f"{len(self.load.watch.seen)} posts, {len(self.breaker.done)} faults over, "
            f"now: {', '.join(sorted(self.breaker.active)) or 'calm'}"
        )
        self.load.agenda.at(time.time() + TOLD_EVERY, lambda: self._tell(begin))


def _note(folder: Path, evidence: Evidence) -> None:
    """What the oracle was given, for whoever looks for the cause."""
    lines = [*evidence.faults, *evidence.told, *evidence.posts, *evidence.flights]
    (folder / "evidence.txt").write_text("".join(f"{each}\n" for each in lines))


def _keep(folder: Path, seed: int, verdict: Verdict) -> Path:
    """The logs of a run that broke a promise, without the servers' data."""
    kept = KEPT / f"{time.strftime('%Y%m%d-%H%M%S')}-seed-{seed}"
    kept.mkdir(parents=True)
    for file in [*folder.glob("*.log"), *folder.glob("*.txt"), *folder.glob("redis/*.log")]:
        shutil.copy(file, kept)
    (kept / "report.json").write_text(json.dumps({**verdict.figures, "broken": verdict.broken}, indent=1))
    return kept


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
