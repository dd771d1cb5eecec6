"""A real Alertmanager, to be pointed at Heed: its webhook, and its PagerDuty receiver with another address."""

import json
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from models.embedded import free_port

PROGRAM = "prometheus-alertmanager"
HURRIED = {"group_wait": "50ms", "group_interval": "500ms", "repeat_interval": "1h"}
HOUR = timedelta(hours=1)


class Alertmanager:
    """One process with one receiver; `receiver` is what that holds besides its name, as in its configuration."""

    def __init__(self, folder: Path, receiver: dict[str, Any]) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = folder / "alertmanager.log"
        self._started: dict[str, str] = {}
        config = folder / "alertmanager.json"
        route = {"receiver": "heed", "group_by": ["alertname", "service"], **HURRIED}
        config.write_text(json.dumps({"route": route, "receivers": [{"name": "heed", **receiver}]}))
        options = {
            "config.file": config,
            "storage.path": folder / "alertmanager",
            "web.listen-address": self.url.removeprefix("http://"),
            "cluster.listen-address": "",
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [PROGRAM, *(f"--{name}={value}" for name, value in options.items())], stdout=log, stderr=log
            )

    def __enter__(self) -> "Alertmanager":
        poll(self._is_ready)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def fires(self, *alerts: dict[str, str]) -> None:
        """These alerts, which are told by their labels, fire."""
        self._tell(alerts, datetime.now(UTC) + HOUR)

    def is_over(self, *alerts: dict[str, str]) -> None:
        """These alerts fire no more."""
        self._tell(alerts, datetime.now(UTC))

    def _tell(self, alerts: tuple[dict[str, str], ...], until: datetime) -> None:
        body = [
            {
                "labels": labels,
                "annotations": {"summary": f"{labels['alertname']} on {labels['instance']}"},
                "startsAt": self._started.setdefault(json.dumps(labels), datetime.now(UTC).isoformat()),
                "endsAt": until.isoformat(),
            }
            for labels in alerts
        ]
        answer = requests.post(f"{self.url}/api/v2/alerts", json=body, timeout=10)
        assert answer.status_code == 200, answer.text

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        try:
            return requests.get(f"{self.url}/-/ready", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False


def poll(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Ask again and again until it holds; raises AssertionError when it does not in time (real seconds)."""
    due = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < due, "it did not happen"
        time.sleep(0.02)
