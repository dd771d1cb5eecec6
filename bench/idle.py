"""What a Heed costs that has nothing to do: memory and processor time of each process, connections to the database.

    python bench/idle.py [--seconds 20]

Prints memory_idle_mb (all processes, without PostgreSQL and Redis) and memory_idle_<process>_mb, where memory that
processes share is divided between them (PSS), memory_idle_rss_mb, where it is counted once for each, idle_cpu_percent
(of one core, all together) and idle_connections.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from sqlalchemy import text

from bench.house import figure, house
from tests.processes import Processes

MB = 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    wanted = parser.parse_args()
    with house() as heed:
        heed.wait_until_all_beat()
        time.sleep(3)
        before = processor_seconds(heed)
        time.sleep(wanted.seconds)
        spent = processor_seconds(heed) - before
        sizes = {name: sum(each.memory_full_info().pss for each in family(heed, name)) / MB for name in heed.running}
        whole = sum(each.memory_info().rss for name in heed.running for each in family(heed, name)) / MB
        with heed.admin.connect() as connection:
            open_now = connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'heed'"))
    figure("memory_idle_mb", sum(sizes.values()), "MB")
    figure("memory_idle_rss_mb", whole, "MB")
    for name, size in sizes.items():
        figure(f"memory_idle_{name}_mb", size, "MB")
    figure("idle_cpu_percent", 100 * spent / wanted.seconds, "%")
    figure("idle_connections", float(open_now or 0), "")


def family(heed: Processes, name: str) -> list[psutil.Process]:
    """A process of ours with those that it has started."""
    parent = psutil.Process(heed.running[name].pid)
    return [parent, *parent.children(recursive=True)]


def processor_seconds(heed: Processes) -> float:
    times = [each.cpu_times() for name in heed.running for each in family(heed, name)]
    return sum(each.user + each.system for each in times)


if __name__ == "__main__":
    main()
