"""What the settings themselves give away, before anything is asked: keys, addresses, ways in, the port."""

import errno
import ipaddress
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from jobs.checks.finding import Finding, mend, ok, warn
from models.config import Settings
from models.seal import Seal

PATIENCE_SECONDS = 3


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at each setting; nothing outside this machine is asked."""
    yield _secret_key(settings)
    yield from _ways_in(settings)
    yield from _base_url(settings)
    yield _port(settings)


def _secret_key(settings: Settings) -> Finding:
    key = settings.heed_secret_key.get_secret_value()
    if not key:
        say = "set HEED_SECRET_KEY; make one with `openssl rand -hex 32`"
        return mend("secret key", "secret-key-missing", say)
    try:
        Seal(key)
    except ValueError as error:
        return mend("secret key", "secret-key-short", str(error))
    return ok("secret key", "set")


def _ways_in(settings: Settings) -> Iterator[Finding]:
    """How Slack's events reach Heed: over a socket or over HTTP, and one of them only."""
    socket_token = settings.slack_app_token.get_secret_value()
    signing = settings.slack_signing_secret.get_secret_value()
    if socket_token and not socket_token.startswith("xapp-"):
        say = "SLACK_APP_TOKEN must begin with xapp-: Slack app, Basic Information, App-Level Tokens"
        yield mend("slack events", "app-token-wrong-kind", say)
    elif socket_token and signing:
        say = (
            "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: with Socket Mode on, Slack sends nothing to the "
            "Request URL. Unset the one that you do not use"
        )
        yield warn("slack events", "two-ways-in", say)
    elif socket_token:
        yield ok("slack events", "Socket Mode")
    elif signing:
        yield ok("slack events", f"HTTP: the request URL is {settings.base_url}/slack/events")
    else:
        say = "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP: Slack app, Basic Information)"
        yield mend("slack events", "no-way-in", say)
    yield from _installing(settings)


def _installing(settings: Settings) -> Iterator[Finding]:
    client, secret = settings.slack_client_id, settings.slack_client_secret.get_secret_value()
    if bool(client) != bool(secret):
        missing = "SLACK_CLIENT_SECRET" if client else "SLACK_CLIENT_ID"
        say = f"set {missing} too, or neither: both stand in the Slack app's Basic Information"
        yield mend("slack installing", "client-half-set", say)


def _base_url(settings: Settings) -> Iterator[Finding]:
    """The address by which Slack, monitoring tools and people outside Slack reach `web`."""
    address = urlsplit(settings.base_url)
    if is_local(address.hostname or ""):
        yield _here(settings)
    elif address.scheme != "https":
        say = f"{settings.base_url} is not https: Slack refuses it, and secrets travel in the clear. Set HEED_BASE_URL"
        yield mend("base url", "base-url-not-https", say)
    else:
        yield ok("base url", settings.base_url)
        yield from _proxies(settings)


def _here(settings: Settings) -> Finding:
    """An address of this machine: enough for a simulated Slack, too little for the real one."""
    if is_local(urlsplit(settings.slack_api_url).hostname or ""):
        return ok("base url", f"{settings.base_url}, and Slack is simulated here too")
    if settings.slack_app_token.get_secret_value():
        say = f"{settings.base_url} is this machine only: monitoring elsewhere cannot reach it. Set HEED_BASE_URL"
        return warn("base url", "base-url-default", say)
    say = f"{settings.base_url} is this machine only, Slack cannot reach it: set HEED_BASE_URL to the public address"
    return mend("base url", "base-url-local", say)


def _proxies(settings: Settings) -> Iterator[Finding]:
    if settings.heed_proxies == 0:
        say = (
            "HEED_BASE_URL is https, which `web` does not speak by itself, so a proxy stands before it: set "
            "HEED_PROXIES to how many, or every sender looks like the proxy"
        )
        yield warn("proxies", "proxies-unset", say)


def _port(settings: Settings) -> Finding:
    """Whether `web` could listen, or does so already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.heed_host, settings.port))
        except OSError as error:
            return _taken(settings, error)
    return ok("port", f"{settings.port} is free; `web` does not run here")


def _taken(settings: Settings, error: OSError) -> Finding:
    if error.errno != errno.EADDRINUSE:
        say = f"`web` cannot listen on {settings.heed_host}:{settings.port} ({error.strerror}): set HEED_HOST or PORT"
        return mend("port", "port-unusable", say)
    if _is_heed(settings.port):
        return ok("port", f"`web` answers on {settings.port}")
    say = f"another program listens on {settings.port}: end it, or set PORT to a free one"
    return mend("port", "port-taken", say)


def _is_heed(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE_SECONDS) as answer:
            return bool(json.load(answer) == {"status": "ok"})
    except (urllib.error.URLError, OSError, ValueError):
        return False


def is_local(host: str) -> bool:
    """Whether a host is this machine by its name or number; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
