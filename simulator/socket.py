"""Socket Mode: tickets, connections, envelopes and their acknowledgements, and the ends of connections."""

import asyncio
import json
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from simulator.faults import EVERY, Fault, Faults
from simulator.maxima import MOST
from simulator.state import Json, World

CONNECTION_SECONDS = 18060  # after so long, on the simulator's clock, a connection is refreshed
WARNING_SECONDS = 10


@dataclass(eq=False)
class Connection:
    app_id: str
    socket: web.WebSocketResponse
    request: web.Request
    opened: float
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    sent: int = 0

    async def say_goodbye(self, reason: str) -> None:
        """Slack's disconnect message: "warning" comes ten seconds before "refresh_requested"."""
        goodbye = {"type": "disconnect", "reason": reason, "debug_info": {"host": "simulator"}}
        try:
            await self.socket.send_json(goodbye)
        except ConnectionError:
            return


class Sockets:
    """The open connections of all apps. Each payload goes to one of an app's connections, in turn."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.connections: list[Connection] = []
        self._tickets: dict[str, str] = {}
        self._turn = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        faults.listeners.append(self._fault_was_set)

    def connected(self, app_id: str) -> bool:
        return any(connection.app_id == app_id for connection in self.connections)

    def ticket(self, app_id: str) -> str:
        """A word that opens one connection for the app, once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = app_id
        return ticket

    def listing(self) -> list[Json]:
        """The open connections as JSON: app_id, opened (epoch seconds), envelopes sent."""
        return [{"app_id": one.app_id, "opened": one.opened, "sent": one.sent} for one in self.connections]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The websocket endpoint: hello, then acknowledgements until either side ends it."""
        app_id = self._tickets.pop(request.query.get("ticket", ""), None)
        if app_id is None or self.faults.away_until() is not None:
            return web.Response(status=403 if app_id is None else 503)
        self._loop = asyncio.get_running_loop()
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        connection = Connection(app_id, socket, request, self.world.clock.now())
        if len(self._of(app_id)) >= MOST["connections"]:
            await connection.say_goodbye("too_many_websockets")
            await socket.close()
            return socket
        self.connections.append(connection)
        refreshing = asyncio.create_task(self._refresh_in_time(connection))
        try:
            await socket.send_json(self._hello(app_id))
            self.world.changed("socket", app_id=app_id, connected=True)
            await self._listen(connection)
        finally:
            refreshing.cancel()
            self._forget(connection)
        return socket

    async def send(
        self, app_id: str, kind: str, payload: Json, seconds: float, attempt: int = 0, reason: str = ""
    ) -> Json | None:
        """Send one envelope to one connection. Returns the payload of its acknowledgement ({} if it had
        none), or None when nothing came within so many real seconds."""
        mine = self._of(app_id)
        if not mine:
            return None
        self._turn += 1
        connection = mine[self._turn % len(mine)]
        envelope: Json = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = answer
        connection.sent += 1
        try:
            async with asyncio.timeout(seconds):
                await connection.socket.send_json(envelope)
                return await answer
        except (TimeoutError, ConnectionError):
            return None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def warn(self, app_id: str | None = None) -> None:
        """Announce to an app's (or to all) connections that they will be refreshed soon; they stay open."""
        for connection in self._of(app_id):
            await connection.say_goodbye("warning")

    async def close(self, reason: str = "refresh_requested", app_id: str | None = None) -> None:
        """Tell an app's (or all) connections to reconnect, and end them. `reason` is refresh_requested or
        link_disabled (Socket Mode was switched off)."""
        for connection in self._of(app_id):
            await connection.say_goodbye(reason)
            await connection.socket.close()

    async def cut(self, app_id: str | None = None) -> None:
        """Drop connections without a word, as a broken network does."""
        for connection in self._of(app_id):
            if connection.request.transport is not None:
                connection.request.transport.abort()

    def _of(self, app_id: str | None) -> list[Connection]:
        return [connection for connection in self.connections if app_id in (None, connection.app_id)]

    def _fault_was_set(self, fault: Fault) -> None:
        """When all of Slack goes away its sockets go too."""
        if (fault.method, fault.kind) == (EVERY, "away") and self._loop is not None and self.connections:
            self._later(self.cut())

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        if self._loop is None or self._loop.is_closed():
            work.close()
        else:
            asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _refresh_in_time(self, connection: Connection) -> None:
        await self.world.clock.sleep_until(connection.opened + CONNECTION_SECONDS - WARNING_SECONDS)
        await connection.say_goodbye("warning")
        await self.world.clock.sleep_until(connection.opened + CONNECTION_SECONDS)
        await connection.say_goodbye("refresh_requested")
        await connection.socket.close()

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                answer = json.loads(frame.data)
            except ValueError:
                continue
            if not isinstance(answer, dict):
                continue
            waiting = connection.waiting.get(str(answer.get("envelope_id")))
            if waiting is not None and not waiting.done():
                payload = answer.get("payload")
                waiting.set_result(payload if isinstance(payload, dict) else {})

    def _hello(self, app_id: str) -> Json:
        return {
            "type": "hello",
            "connection_info": {"app_id": app_id},
            "num_connections": len(self._of(app_id)),
            "debug_info": {
                "host": "simulator", "build_number": 1, "approximate_connection_time": CONNECTION_SECONDS,
            },
        }  # fmt: skip

    def _forget(self, connection: Connection) -> None:
        self.connections.remove(connection)
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError("the socket was closed"))
        self.world.changed("socket", app_id=connection.app_id, connected=False)
