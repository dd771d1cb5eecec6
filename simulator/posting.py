"""Signed HTTP to an app, as Slack sends it."""

import hashlib
import hmac
import time

import aiohttp

from simulator.maxima import MOST


class Poster:
    """Posts to apps. `seconds` is how long an app may take to answer, in real time."""

    def __init__(self) -> None:
        self.seconds = float(MOST["answer seconds"])
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, secret: str, body: bytes, headers: dict[str, str]
    ) -> tuple[str, str, dict[str, str]]:
        """Returns the problem (or ""), the answer's text, and its headers."""
        if self._session is None:
            # Fresh connections: a kept-alive one that the app closed would lose an interaction, which has no retry.
            # As many as it takes: waiting for a free one would count against the app's three seconds.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))
        timeout = aiohttp.ClientTimeout(total=self.seconds)
        try:
            async with self._session.post(
                url, data=body, headers=headers | signature(secret, body), timeout=timeout, allow_redirects=False
            ) as response:
                text = await response.text()
                return "" if response.status < 300 else "http_error", text, dict(response.headers)
        except TimeoutError:
            return "http_timeout", "", {}
        except (aiohttp.ClientError, OSError):
            return "connection_failed", "", {}

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def signature(secret: str, body: bytes) -> dict[str, str]:
    """Slack's v0 signature headers.

    The timestamp is the real time and not the simulated one: apps compare it with their own clock.
    """
    timestamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }
