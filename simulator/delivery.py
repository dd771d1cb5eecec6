"""Sending events, interactions and commands to apps: when, how often, in what order, and what is kept of it."""

import asyncio
import json
import urllib.parse
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from simulator.faults import EVENTS, Fault, Faults
from simulator.payloads import event_envelope
from simulator.posting import Poster
from simulator.quota import Quotas
from simulator.socket import Sockets
from simulator.state import App, Channel, Json, Workspace, World, new_id

ORDER_SECONDS = 0.5  # how long an event waits (in real time) for the one before it in the same conversation
RETRY_AFTER_SECONDS = (0, 0, 60, 300)  # the first attempt, then at once, after a minute, after five
EVERY_APP_HEARS = {
    "channel_archive", "channel_created", "channel_id_changed", "channel_left", "channel_rename", "channel_shared",
    "channel_unarchive", "channel_unshared", "group_left", "subteam_created", "subteam_members_changed",
    "subteam_updated", "team_join", "user_change",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What the app said. `problem` is "" or Slack's word for what went wrong, such as operation_timeout."""

    problem: str = ""
    body: Json | None = None

    @property
    def ok(self) -> bool:
        return not self.problem


@dataclass
class Held:
    """An event that waits until `left` later ones were sent."""

    app: App
    envelope: Json
    left: int


@dataclass
class Turn:
    """An event's place in its conversation: it follows `previous`; `done` is set when it was tried once."""

    previous: asyncio.Event | None
    done: asyncio.Event


class Delivery:
    """Knows how each app listens. `log` keeps the last attempts: kind, payload, attempt, problem, at."""

    def __init__(self, world: World, sockets: Sockets, faults: Faults) -> None:
        self.world = world
        self.sockets = sockets
        self.faults = faults
        self.quotas = Quotas(world.clock)
        self.poster = Poster()
        self.log: deque[Json] = deque(maxlen=5000)
        self.in_flight = 0  # attempts under way or due now; what waits for the clock does not count
        self._held: list[Held] = []
        self._turns: dict[tuple[str, str], asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def answer_seconds(self) -> float:
        """How long an app may take to answer. In real time: apps do not run on the simulated clock."""
        return self.poster.seconds

    @answer_seconds.setter
    def answer_seconds(self, seconds: float) -> None:
        self.poster.seconds = seconds

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
                or app.events_disabled
                or not self._reachable(app)
                or not self._hears(app, subscription, channel)
            ):
                continue
            envelope = event_envelope(self.world, workspace, app, event, bool(channel and channel.is_ext_shared))
            allowed, minute = self.quotas.allow(workspace.team.id, app.id)
            if allowed:
                self._queue(app, envelope)
            elif minute is not None:
                self._send(app, _rate_limited(workspace, app, minute))

    async def interact(self, app: App, payload: Json) -> Answer:
        """Send an interaction and wait at most three seconds for the answer."""
        return await self._ask(app, "interactive", payload, {"payload": json.dumps(payload)})

    async def command(self, app: App, fields: dict[str, str]) -> Answer:
        """Send a slash command and wait at most three seconds for the answer."""
        return await self._ask(app, "slash_commands", dict(fields), fields)

    def release(self) -> None:
        """Send what is held back now."""
        held, self._held = self._held, []
        for one in held:
            self._send(one.app, one.envelope)

    async def close(self) -> None:
        """Drop what is still to be sent."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.poster.close()

    def _hears(self, app: App, subscription: str, channel: Channel | None) -> bool:
        return channel is None or subscription in EVERY_APP_HEARS or app.bot_user_id in channel.members

    def _reachable(self, app: App) -> bool:
        return self.sockets.connected(app.id) or self.world.request_url(app) is not None

    def _queue(self, app: App, envelope: Json) -> None:
        """Send an event, or do with it what a fault says."""
        fault = self.faults.take(f"{EVENTS}.{envelope['event']['type']}")
        if fault is None:
            self._overtake(app, self._send(app, envelope))
        elif fault.kind == "out_of_order":
            self._held.append(Held(app, envelope, max(1, fault.copies - 1)))
        else:
            for copied in _copies(fault, envelope):
                self._send(app, copied, fault.seconds if fault.kind == "late" else 0, in_turn=False)

    def _overtake(self, app: App, task: "asyncio.Task[None]") -> None:
        """An event was sent: those that it overtakes come after it."""
        for held in [one for one in self._held if one.app is app]:
            held.left -= 1
            if held.left == 0:
                self._held.remove(held)
                self._send(app, held.envelope, after=task)

    def _send(
        self, app: App, envelope: Json, late: float = 0, after: "asyncio.Task[None] | None" = None, in_turn: bool = True
    ) -> "asyncio.Task[None]":
        self.in_flight += 1
        place = _place(envelope)
        turn = Turn(None, asyncio.Event())
        if in_turn and place:
            turn.previous = self._turns.get((app.id, place))
            self._turns[app.id, place] = turn.done
        return self._spawn(self._deliver(app, envelope, late, after, turn))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver(
        self, app: App, envelope: Json, late: float, after: "asyncio.Task[None] | None", turn: Turn
    ) -> None:  # fmt: skip
        place = app.id, _place(envelope)
        try:
            if after is not None:
                await asyncio.wait({after})
            if late:
                await self._idle_until(self.world.clock.now() + late)
            await self._wait_for_turn(turn)
            await self._attempts(app, envelope, turn)
        finally:
            turn.done.set()
            if self._turns.get(place) is turn.done:
                del self._turns[place]
            self.in_flight -= 1
            self.world.nudge()

    async def _wait_for_turn(self, turn: Turn) -> None:
        """What happened first in a conversation is tried first, unless the app is slow: tests would be a lottery."""
        if turn.previous is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(turn.previous.wait(), ORDER_SECONDS)

    async def _attempts(self, app: App, envelope: Json, turn: Turn) -> None:
        problem, started = "", self.world.clock.now()
        for attempt, wait in enumerate(RETRY_AFTER_SECONDS):
            # Counted from the last attempt's start: a test may move the clock as soon as it sees that attempt fail.
            await self._idle_until(max(started + wait, self.faults.away_until() or 0))
            started = self.world.clock.now()
            problem = await self._attempt(app, envelope, attempt, problem)
            turn.done.set()
            if problem in ("", "no_retry") or app.events_disabled or envelope["type"] == "app_rate_limited":
                return

    async def _idle_until(self, due: float) -> None:
        """Wait for the clock, and do not count as busy meanwhile."""
        if due <= self.world.clock.now():
            return
        self.in_flight -= 1
        self.world.nudge()
        try:
            await self.world.clock.sleep_until(due)
        finally:
            self.in_flight += 1

    async def _attempt(self, app: App, envelope: Json, attempt: int, last_problem: str) -> str:
        if self.sockets.connected(app.id):
            reason = "timeout" if last_problem else ""
            answer = await self.sockets.send(app.id, "events_api", envelope, self.answer_seconds, attempt, reason)
            problem = "timeout" if answer is None else ""
        elif (url := self.world.request_url(app)) is None:
            problem = "connection_failed"
        else:
            problem = await self._post_event(app, url, envelope, attempt, last_problem)
        self._record(app, envelope.get("event", envelope)["type"], envelope, attempt, problem)
        if self.quotas.attempted(envelope["team_id"], app.id, bool(problem)):
            app.events_disabled = True
            self.world.changed("events_disabled", app_id=app.id)
        return problem

    async def _post_event(self, app: App, url: str, envelope: Json, attempt: int, last_problem: str) -> str:
        headers = {"Content-Type": "application/json"}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": last_problem}
        problem, _, answered = await self.poster.post(url, app.signing_secret, json.dumps(envelope).encode(), headers)
        return "no_retry" if problem and answered.get("X-Slack-No-Retry") == "1" else problem

    async def _ask(self, app: App, kind: str, payload: Json, form: dict[str, str]) -> Answer:
        self.in_flight += 1
        try:
            if self.faults.away_until() is not None:
                answer = Answer("operation_timeout")
            elif self.sockets.connected(app.id):
                body = await self.sockets.send(app.id, kind, payload, self.answer_seconds)
                answer = Answer("operation_timeout") if body is None else Answer(body=body or None)
            elif (url := self.world.request_url(app)) is None:
                answer = Answer("dispatch_failed")
            else:
                headers = {"Content-Type": "application/x-www-form-urlencoded"}
                body_sent = urllib.parse.urlencode(form).encode()
                problem, text, _ = await self.poster.post(url, app.signing_secret, body_sent, headers)
                answer = _answer(problem, text)
        finally:
            self.in_flight -= 1
        self._record(app, str(payload.get("type", kind)), payload, 0, answer.problem)
        return answer

    def _record(self, app: App, kind: str, payload: Json, attempt: int, problem: str) -> None:
        self.log.append(
            {"app_id": app.id, "kind": kind, "payload": payload, "attempt": attempt, "problem": problem,
             "at": self.world.clock.now()}
        )  # fmt: skip
        self.world.changed("delivered", event=kind, problem=problem)


def _place(envelope: Json) -> str:
    """The conversation that an event is about, or ""."""
    event = envelope.get("event", {})
    place = event.get("channel") or event.get("channel_id") or event.get("item", {}).get("channel", "")
    return place if isinstance(place, str) else str(place.get("id", ""))


def _copies(fault: Fault, envelope: Json) -> list[Json]:
    """The envelopes that a fault makes of one."""
    if fault.kind == "lost":
        return []
    if fault.kind == "duplicate":
        return [envelope] * fault.copies
    if fault.kind == "new_ids":
        return [envelope, *(envelope | {"event_id": new_id("Ev")} for _ in range(fault.copies - 1))]
    return [envelope]


def _rate_limited(workspace: Workspace, app: App, minute: int) -> Json:
    """The outer event that comes in place of the others, at most once a minute."""
    return {
        "token": "verification-token", "type": "app_rate_limited", "team_id": workspace.team.id,
        "minute_rate_limited": minute, "api_app_id": app.id,
    }  # fmt: skip


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
