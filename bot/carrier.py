"""Carries one message to one address with Apprise, in a process of its own: `python -m bot.carrier`.

What people enter leads to servers that we know nothing of. Here they can take no more than this process: `bot.contacts`
ends it after its time, its memory is bounded, nothing of ours is in its environment, and it says nothing but one line
of JSON. Names are resolved in one place, every address found must be public, and only addresses that were checked are
connected to, so that no name can turn out as another one between the look and the connection.
"""

import importlib
import json
import logging
import resource
import signal
import smtplib
import socket
import sys
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode

import apprise
import requests
import urllib3

from models.internet import is_public
from models.way_address import BadAddress, read_address

SENT, FAILED, UNREACHED, UNCLEAR, BAD, PRIVATE, REFUSED = (
    "sent", "failed", "unreached", "unclear", "bad", "private", "refused",
)  # fmt: skip
CONNECT_SECONDS, READ_SECONDS, LIFE_SECONDS = 3.0, 6.0, 12
MEMORY_BYTES = 1 << 30
ANSWER_BYTES = 1 << 20
WRONG_ADDRESS = (400, 401, 403, 404, 405, 410, 422)
PLUGINS = {
    "mailto": ("email", "NotifyEmail"),
    "twilio": ("twilio", "NotifyTwilio"),
    "vonage": ("vonage", "NotifyVonage"),
    "nexmo": ("vonage", "NotifyVonage"),
    "clicksend": ("clicksend", "NotifyClickSend"),
    "sinch": ("sinch", "NotifySinch"),
    "msgbird": ("messagebird", "NotifyMessageBird"),
    "voipms": ("voipms", "NotifyVoipms"),
    "bulksms": ("bulksms", "NotifyBulkSMS"),
    "d7sms": ("d7networks", "NotifyD7Networks"),
    "plivo": ("plivo", "NotifyPlivo"),
    "seven": ("seven", "NotifySeven"),
    "46elks": ("fortysixelks", "Notify46Elks"),
    "elks": ("fortysixelks", "Notify46Elks"),
    "sns": ("sns", "NotifySNS"),
    "whatsapp": ("whatsapp", "NotifyWhatsApp"),
    "signal": ("signal_api", "NotifySignalAPI"),
    "threema": ("threema", "NotifyThreema"),
    "tgram": ("telegram", "NotifyTelegram"),
    "ntfy": ("ntfy", "NotifyNtfy"),
    "pover": ("pushover", "NotifyPushover"),
    "gotify": ("gotify", "NotifyGotify"),
    "matrix": ("matrix", "NotifyMatrix"),
    "discord": ("discord", "NotifyDiscord"),
    "workflow": ("workflows", "NotifyWorkflows"),
    "workflows": ("workflows", "NotifyWorkflows"),
    "json": ("custom_json", "NotifyJSON"),
}
"""Module and class by scheme, loaded one at a time: Apprise would load all of its 150. A last "s" means TLS."""
URGENT = {"ntfy": "max", "ntfys": "max", "pover": "high", "gotify": "high", "gotifys": "high"}
"""How a service makes a phone ring louder; what somebody has written into their address stays."""


class NotPublic(OSError):
    """A host of an address stands in no public network."""


class Watch:
    """What happened on the wire, which Apprise tells with a mere True or False."""

    def __init__(self, allow_private: bool) -> None:
        self.allow_private = allow_private
        self.connected = False
        self.was_private = False
        self.timed_out = False
        self.status = 0
        self.wait = 0
        self._checked: set[str] = set()
        self._resolve = socket.getaddrinfo
        self._connect = socket.socket.connect

    def begin(self) -> None:
        """From now on every name and connection of this process is looked at."""
        watch = self

        def getaddrinfo(*given: Any, **named: Any) -> list[Any]:
            found = watch._resolve(*given, **named)
            for *_, place in found:
                watch.check(str(place[0]))
            return found

        def connect(sock: socket.socket, place: Any) -> None:
            if not isinstance(place, tuple) or place[0] not in watch._checked:
                watch.check(str(place[0]) if isinstance(place, tuple) else "")
            watch._connect(sock, place)
            watch.connected = True

        socket.getaddrinfo = getaddrinfo
        socket.socket.connect = connect  # type: ignore[assignment, method-assign]
        requests.Session.send = _bounded(self, requests.Session.send)  # type: ignore[method-assign]

    def check(self, address: str) -> None:
        """Raises NotPublic."""
        if not (self.allow_private and address) and not is_public(address):
            self.was_private = True
            raise NotPublic("not a public address")
        self._checked.add(address)


def _bounded(watch: Watch, send: Any) -> Any:
    """`Session.send` that keeps no more than a megabyte of an answer, and remembers how it went."""

    def bounded(session: requests.Session, request: Any, **named: Any) -> requests.Response:
        session.trust_env = False
        try:
            answer: requests.Response = send(session, request, **{**named, "stream": True, "allow_redirects": False})
            answer._content = answer.raw.read(ANSWER_BYTES, decode_content=True)
        except requests.ConnectTimeout:
            raise
        except (requests.Timeout, urllib3.exceptions.HTTPError) as error:
            watch.timed_out = True
            raise requests.ReadTimeout(type(error).__name__) from None
        watch.status, watch.wait = answer.status_code, _seconds(answer.headers.get("Retry-After", ""))
        return answer

    return bounded


def _seconds(header: str) -> int:
    return min(int(header), 3600) if header.isdecimal() else 0


def carry(errand: dict[str, Any], watch: Watch) -> dict[str, Any]:
    """Send `body` and `title` to `address`; what came of it, in words of this file."""
    try:
        address = read_address(str(errand["address"]))
        service = _service(address.scheme, address.url, bool(errand["critical"]))
    except (BadAddress, TypeError, ValueError, KeyError, AttributeError):
        return _told(BAD)
    if service is None:
        return _told(BAD)
    house = apprise.Apprise(asset=service.asset)
    house.add(service)
    kind = apprise.NotifyType.FAILURE if errand["critical"] else apprise.NotifyType.WARNING
    watch.begin()
    try:
        told = house.notify(
            title=errand["title"], body=errand["body"], notify_type=kind, body_format=apprise.NotifyFormat.TEXT
        )
        done = bool(told)
    except (OSError, smtplib.SMTPException, ValueError, TypeError, KeyError, AttributeError):
        done = False
    return _judge(done, watch)


def _service(scheme: str, url: str, critical: bool) -> Any:
    """Apprise's service for an address, made strict; None where it cannot read it."""
    place, name = PLUGINS.get(scheme) or PLUGINS[scheme.removesuffix("s")]
    plugin = getattr(importlib.import_module(f"apprise.plugins.{place}"), name)
    found = plugin.parse_url(_urgent(scheme, url) if critical else url)
    if not found:
        return None
    asset = apprise.AppriseAsset(app_id="Heed", app_desc="Heed", storage_mode="memory", http_redirects=False)
    named = {str(name).lower() for name in found.get("qsd", {})}
    if not named <= {name.lower() for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)} | {
        "priority"
    }:
        return None  # Apprise reads options where we have seen none.
    made = plugin(**{**found, "asset": asset, "redirect": False})
    made.socket_connect_timeout, made.socket_read_timeout = CONNECT_SECONDS, READ_SECONDS
    made.request_rate_per_sec = 0
    return made


def _urgent(scheme: str, url: str) -> str:
    level = URGENT.get(scheme)
    if level is None or "priority=" in url.partition("?")[2].lower():
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'priority': level})}"


def _judge(done: bool, watch: Watch) -> dict[str, Any]:
    """Apprise says True or False; the wire tells the rest."""
    if done:
        return _told(SENT)
    if watch.was_private:
        return _told(PRIVATE)
    if not watch.connected:
        return _told(UNREACHED)
    if watch.status in WRONG_ADDRESS:
        return _told(REFUSED, watch)
    if watch.timed_out or watch.status >= 500:
        return _told(UNCLEAR, watch)
    return _told(FAILED, watch)


def _told(outcome: str, watch: Watch | None = None) -> dict[str, Any]:
    return {"outcome": outcome, "status": watch.status if watch else 0, "wait": watch.wait if watch else 0}


def _limit() -> None:
    """No more than a while, some memory, and no word to anybody."""
    signal.alarm(LIFE_SECONDS)
    for what, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, LIFE_SECONDS)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    logging.disable(logging.CRITICAL)


def main() -> NoReturn:
    _limit()
    errand = json.load(sys.stdin)
    sys.stdout.write(json.dumps(carry(errand, Watch(bool(errand["allow_private"])))))
    sys.stdout.flush()
    sys.exit(0)


if __name__ == "__main__":
    main()
