"""Sending events, interactions and commands to apps: over a socket when one is open, else as signed HTTP."""

import asyncio
import hashlib
import hmac
import json
import time
import urllib.parse
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulator.payloads import event_envelope
from simulator.socket import Sockets
from simulator.state import App, Channel, Json, Workspace, World

ANSWER_SECONDS = 3.0
RETRY_AFTER_SECONDS = (0, 0, 60, 300)  # the first attempt, then at once, after a minute, after five
EVERY_APP_HEARS = {"channel_rename", "channel_created", "team_join", "user_change", "app_uninstalled", "tokens_revoked"}


@dataclass(frozen=True)
class Answer:
    """What the app said. `problem` is "" or Slack's word for what went wrong, such as operation_timeout."""

    problem: str = ""
    body: Json | None = None

    @property
    def ok(self) -> bool:
        return not self.problem


class Delivery:
    """Knows how each app listens. `log` keeps the last attempts: kind, payload, attempt, problem, at."""

    def __init__(self, world: World, sockets: Sockets) -> None:
        self.world = world
        self.sockets = sockets
        self.log: deque[Json] = deque(maxlen=5000)
        self.in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def anyone_listens(self, workspace: Workspace, channel: Channel) -> bool:
        """False when no app could receive an event of this conversation, so that none need be built."""
        return any(self._hears(app, "", channel) and self._reachable(app) for app in workspace.apps.values())

    def event(
        self, workspace: Workspace, subscription: str, event: Json, channel: Channel | None, only: App | None = None
    ) -> None:
        """Queue an event for every app that subscribed to it and may see it; returns at once."""
        for app in [only] if only else list(workspace.apps.values()):
            if (
                subscription not in app.events
                or not self._reachable(app)
                or not self._hears(app, subscription, channel)
            ):
                continue
            envelope = event_envelope(self.world, workspace, app, event, bool(channel and channel.is_ext_shared))
            self._spawn(self._deliver(app, envelope))

    async def interact(self, app: App, payload: Json) -> Answer:
        """Send an interaction and wait at most three seconds for the answer."""
        return await self._ask(app, "interactive", payload, {"payload": json.dumps(payload)})

    async def command(self, app: App, fields: dict[str, str]) -> Answer:
        """Send a slash command and wait at most three seconds for the answer."""
        return await self._ask(app, "slash_commands", dict(fields), fields)

    async def close(self) -> None:
        """Drop what is still to be sent."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _hears(self, app: App, subscription: str, channel: Channel | None) -> bool:
        return channel is None or subscription in EVERY_APP_HEARS or app.bot_user_id in channel.members

    def _reachable(self, app: App) -> bool:
        return self.sockets.connected(app.id) or app.request_url is not None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, app: App, envelope: Json) -> None:
        problem, started = "", self.world.clock.now()
        for attempt, wait in enumerate(RETRY_AFTER_SECONDS):
            # Counted from the last attempt's start: a test may move the clock as soon as it sees that attempt fail.
            await self.world.clock.sleep_until(started + wait)
            started = self.world.clock.now()
            problem = await self._attempt(app, envelope, attempt, problem)
            if problem in ("", "no_retry"):
                return

    async def _attempt(self, app: App, envelope: Json, attempt: int, last_problem: str) -> str:
        self.in_flight += 1
        try:
            if self.sockets.connected(app.id):
                acknowledged = await self.sockets.send(
                    app.id, "events_api", envelope, ANSWER_SECONDS, attempt, last_problem and "timeout"
                )
                problem = "timeout" if acknowledged is None else ""
            elif app.request_url is None:
                problem = "connection_failed"
            else:
                problem = await self._post_event(app, envelope, attempt, last_problem)
        finally:
            self.in_flight -= 1
        self._record(app, envelope["event"]["type"], envelope, attempt, problem)
        return problem

    async def _post_event(self, app: App, envelope: Json, attempt: int, last_problem: str) -> str:
        headers = {"Content-Type": "application/json"}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": last_problem}
        problem, _, answered = await self._post(app, json.dumps(envelope).encode(), headers)
        return "no_retry" if problem and answered.get("X-Slack-No-Retry") == "1" else problem

    async def _ask(self, app: App, kind: str, payload: Json, form: dict[str, str]) -> Answer:
        self.in_flight += 1
        try:
            if self.sockets.connected(app.id):
                body = await self.sockets.send(app.id, kind, payload, ANSWER_SECONDS)
                answer = Answer("operation_timeout") if body is None else Answer(body=body or None)
            elif app.request_url is None:
                answer = Answer("dispatch_failed")
            else:
                headers = {"Content-Type": "application/x-www-form-urlencoded"}
                problem, text, _ = await self._post(app, urllib.parse.urlencode(form).encode(), headers)
                answer = _answer(problem, text)
        finally:
            self.in_flight -= 1
        self._record(app, str(payload.get("type", kind)), payload, 0, answer.problem)
        return answer

    async def _post(self, app: App, body: bytes, headers: dict[str, str]) -> tuple[str, str, dict[str, str]]:
        """Returns the problem or "", the answer's text, and its headers."""
        if self._session is None:
            # Fresh connections: a kept-alive one that the app closed would lose an interaction, which has no retry.
            # As many as it takes: waiting for a free one would count against the app's three seconds.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            async with self._session.post(
                str(app.request_url), data=body, headers=headers | signature(app.signing_secret, body), timeout=timeout
            ) as response:
                text = await response.text()
                return "" if response.status < 300 else "http_error", text, dict(response.headers)
        except TimeoutError:
            return "http_timeout", "", {}
        except (aiohttp.ClientError, OSError):
            return "connection_failed", "", {}

    def _record(self, app: App, kind: str, payload: Json, attempt: int, problem: str) -> None:
        self.log.append(
            {"app_id": app.id, "kind": kind, "payload": payload, "attempt": attempt, "problem": problem,
             "at": self.world.clock.now()}
        )  # fmt: skip
        self.world.changed("delivered", event=kind, problem=problem)


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


def _answer(problem: str, text: str) -> Answer:
    if problem:
        return Answer("operation_timeout" if problem == "http_timeout" else "dispatch_failed")
    if not text.strip():
        return Answer()
    try:
        body = json.loads(text)
    except ValueError:
        return Answer(body={"text": text})
    return Answer(body=body if isinstance(body, dict) else {"text": text})
