"""How long `run` takes until alerts can be taken: the first time in an empty folder, and again after that.

    python bench/start.py [--rounds 3]

The environment is installed already; the embedded PostgreSQL and Redis, the simulator and all of Heed's processes are
in the time, which ends with the first 200 of /readyz.

Prints start_first_s and start_warm_s (the slowest of the rounds).
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import requests

from bench.house import figure
from models.embedded import free_port

APP = Path(__file__).resolve().parent.parent / "app.py"
AT_MOST = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="heed-bench-") as folder:
        with started(Path(folder)) as first:
            figure("start_first_s", first, "s")
        taken = []
        for _ in range(rounds):
            with started(Path(folder)) as seconds:
                taken.append(seconds)
    figure("start_warm_s", max(taken), "s")


@contextlib.contextmanager
def started(folder: Path) -> Iterator[float]:
    """`run` with its data in this folder, ended afterwards; the seconds until it was ready."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    environment = kept | {"HOME": str(folder), "HEED_VAR": str(folder / "var"), "PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(APP), "run"],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.monotonic() - began > AT_MOST:
                raise SystemExit(f"`run` did not become ready within {AT_MOST} seconds")
            time.sleep(0.05)
        yield time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


if __name__ == "__main__":
    main()
