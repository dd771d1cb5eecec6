"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from simulator.state import Json, World

MAXIMUM_CONNECTIONS = 10
CONNECTION_SECONDS = 18060  # what Slack announces; the connection is not really ended after it


@dataclass
class Connection:
    app_id: str
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)


class Sockets:
    """The open connections of all apps. Each payload goes to one of an app's connections, in turn."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connections: list[Connection] = []
        self._tickets: dict[str, str] = {}
        self._turn = 0

    def connected(self, app_id: str) -> bool:
        return any(connection.app_id == app_id for connection in self.connections)

    def ticket(self, app_id: str) -> str:
        """A word that opens one connection for the app, once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = app_id
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The websocket endpoint: hello, then acknowledgements until either side ends it."""
        app_id = self._tickets.pop(request.query.get("ticket", ""), None)
        if app_id is None or sum(c.app_id == app_id for c in self.connections) >= MAXIMUM_CONNECTIONS:
            return web.Response(status=403)
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        connection = Connection(app_id, socket)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello(app_id))
            self.world.changed("socket", app_id=app_id, connected=True)
            await self._listen(connection)
        finally:
            self._forget(connection)
        return socket

    async def send(
        self, app_id: str, kind: str, payload: Json, timeout: float, attempt: int = 0, reason: str = ""
    ) -> Json | None:
        """Send one envelope to one connection. Returns the payload of its acknowledgement ({} if it had
        none), or None when nothing came within `timeout` seconds."""
        mine = [connection for connection in self.connections if connection.app_id == app_id]
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
        try:
            async with asyncio.timeout(timeout):
                await connection.socket.send_json(envelope)
                return await answer
        except (TimeoutError, ConnectionError):
            return None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def close(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to reconnect and end it."""
        for connection in list(self.connections):
            try:
                await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
                await connection.socket.close()
            except ConnectionError:
                continue

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                answer = json.loads(frame.data)
            except ValueError:
                continue
            waiting = connection.waiting.get(str(answer.get("envelope_id")))
            if waiting is not None and not waiting.done():
                payload = answer.get("payload")
                waiting.set_result(payload if isinstance(payload, dict) else {})

    def _hello(self, app_id: str) -> Json:
        return {
            "type": "hello",
            "connection_info": {"app_id": app_id},
            "num_connections": sum(connection.app_id == app_id for connection in self.connections),
            "debug_info": {
                "host": "simulator", "build_number": 1, "approximate_connection_time": CONNECTION_SECONDS,
            },
        }  # fmt: skip

    def _forget(self, connection: Connection) -> None:
        self.connections.remove(connection)
        for waiting in connection.waiting.values():
            waiting.set_exception(ConnectionError("the socket was closed"))
        self.world.changed("socket", app_id=connection.app_id, connected=False)
