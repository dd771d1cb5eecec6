"""The only sender to ways besides Slack. Like `bot.slack` it never retries: what happened is returned, the rows decide.

Apprise tells whether a service took a message, and no more; what else is known comes from the wire (`bot.carrier`).
Nothing can be looked up afterwards, so what was unclear may arrive twice. Each message has a process of its own, which
costs a third of a second, and this one neither memory nor trust.
"""

import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.slack import PERSON, NotSent, Refused, Sent, Unclear

TIMEOUT_SECONDS = 10.0
WAIT_SECONDS = 4.0
AT_ONCE = 4
"""Messages on their way at the same time; another one waits for four seconds."""
LATER = timedelta(seconds=30)
BUSY = timedelta(seconds=5)
_ROOT = Path(__file__).resolve().parent.parent
_KEPT = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")

_ROOM = threading.BoundedSemaphore(AT_ONCE)
"""For the whole process, however many senders it makes."""

Outcome = Sent | NotSent | Unclear | Refused


class Contacts:
    """Sends to addresses that people have entered, and that lead nowhere but to the public internet.

    `allow_private` is for those who run a gateway of their own in a private network.
    """

    def __init__(self, allow_private: bool, timeout: float = TIMEOUT_SECONDS) -> None:
        self._allow_private = allow_private
        self._timeout = timeout

    def send(self, address: str, title: str, body: str, critical: bool) -> Outcome:
        """Send plain text to an address; takes 15 seconds at most. No outcome tells anything of the address."""
        if not _ROOM.acquire(timeout=WAIT_SECONDS):
            return NotSent(BUSY, "many messages are on their way", outage=False)
        try:
            return self._carry({"address": address, "title": title, "body": body, "critical": critical})
        finally:
            _ROOM.release()

    def _carry(self, errand: dict[str, Any]) -> Outcome:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "bot.carrier"],
                input=json.dumps({**errand, "allow_private": self._allow_private}).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env={
                    **{name: os.environ[name] for name in _KEPT if name in os.environ},
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                timeout=self._timeout,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Unclear(f"no answer within {self._timeout:g} seconds")
        except OSError as error:
            return NotSent(LATER, f"no process could be started: {type(error).__name__}", outage=False)
        return _outcome(done.stdout)


def _outcome(said: bytes) -> Outcome:
    """What the carrier's line of JSON means."""
    try:
        told = json.loads(said)
    except ValueError:
        return Unclear("the message's process ended without a word")
    status = f" (HTTP {told['status']})" if told["status"] else ""
    match told["outcome"]:
        case "sent":
            return Sent("", "")
        case "bad":
            return Refused(PERSON, "the address cannot be read")
        case "private":
            return Refused(PERSON, "the address leads into a private network")
        case "refused":
            return Refused(PERSON, f"the service refused the address or its keys{status}")
        case "unclear":
            return Unclear(f"the service gave no clear answer{status}")
        case "unreached":
            return NotSent(LATER, "the service cannot be reached", outage=False)
    wait = timedelta(seconds=told["wait"]) if told["wait"] else LATER
    return NotSent(wait, f"the service did not take it{status}", outage=False)
