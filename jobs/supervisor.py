"""Keeps child processes running: whatever exits is started again within a second, for ever, until told to stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

log = structlog.get_logger()

APP = Path(__file__).resolve().parent.parent / "app.py"
PARENT = "HEED_PARENT"
STOP_SECONDS = 20.0
RESTART_SECONDS = 0.5


class Supervisor:
    """Runs `python app.py …` for each child; children have a session of their own, so Ctrl-C reaches only us."""

    def __init__(self, children: Mapping[str, Sequence[str]], environment: Mapping[str, str] | None = None) -> None:
        self._commands = children
        self._environment = {**os.environ, **(environment or {}), PARENT: str(os.getpid())}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()

    def start(self, name: str) -> None:
        command = [sys.executable, str(APP), *self._commands[name]]
        self._running[name] = subprocess.Popen(command, env=self._environment, start_new_session=True)

    def stop(self) -> None:
        """Ask `run` to end; safe in a signal handler."""
        self._stopping.set()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def run(self, first: Callable[[], None] = lambda: None) -> int:
        """Start what does not run yet, call `first`, and keep everything running until `stop`; returns 0."""
        for name in self._commands:
            if name not in self._running:
                self.start(name)
        first()
        while not self._stopping.wait(RESTART_SECONDS):
            for name, process in list(self._running.items()):
                code = process.poll()
                if code is not None:
                    log.warning("process ended and is started again", process=name, code=code)
                    self.start(name)
        self.end()
        return 0

    def end(self) -> None:
        """SIGTERM to all, in the reverse order of their start; what does not end in 20 s is killed. Harmless twice."""
        for process in reversed(self._running.values()):
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for name, process in self._running.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("process did not end in time and is killed", process=name)
                process.kill()
                process.wait()


def follow_parent() -> None:
    """End with SIGTERM when the supervisor that started this process is gone, so that no orphan goes on working."""
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()
