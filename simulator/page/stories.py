"""The story button: what can be played, what is being played, and the routes for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator.story import Player


class Stories:
    """Handlers for POST /sim/story/play and /sim/story/stop."""

    def __init__(self, player: Player) -> None:
        self.player = player

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/sim/story/play", self.play)
        app.router.add_post("/sim/story/stop", self.stop)

    async def play(self, request: web.Request) -> web.Response:
        """`{name, variables: {name: value}, pace?}`."""
        body: Mapping[str, Any] = await request.json()
        try:
            self.player.start(body["name"], body.get("variables"), body.get("pace"))
        except KeyError:
            return web.json_response({"ok": False, "error": "There is no such story."})
        return web.json_response({"ok": True})

    async def stop(self, request: web.Request) -> web.Response:
        self.player.stop()
        return web.json_response({"ok": True})
