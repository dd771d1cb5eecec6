"""The HTTP side of response_url and of uploads."""

import json

from aiohttp import web

from simulator.breaking import broken, cut
from simulator.core import Core
from simulator.responses import ResponseError
from simulator.triggers import TriggerError


class Hooks:
    """Answers POST /hooks/<kind>/<team>/<key>."""

    def __init__(self, core: Core) -> None:
        self.core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        fault = self.core.faults.take("response_url")
        if (instead := await broken(request, fault, self.core.world.clock)) is not None:
            return instead
        response = await self._answer(request)
        return cut(request) if fault is not None and fault.kind == "cut_after" else response

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """POST /upload/v1/<id>: a file's bytes."""
        fault = self.core.faults.take("upload")
        instead = await broken(request, fault, self.core.world.clock)
        return instead if instead is not None else await self.core.files.receive(request)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text())
        except ValueError:
            return _refused(400, "invalid_payload")
        if not isinstance(body, dict):
            return _refused(400, "invalid_payload")
        try:
            hook = self.core.triggers.use(request.match_info["key"])
            self.core.responses.apply(hook, body)
        except TriggerError as problem:
            return _refused(404, problem.code)
        except ResponseError as problem:
            return _refused(400, problem.code)
        self.core.world.log.append(
            {"method": "response_url", "args": body, "token": "", "at": self.core.world.clock.now(), "error": ""}
        )
        self.core.world.changed("call", method="response_url", error="")
        return web.json_response({"ok": True})


def _refused(status: int, code: str) -> web.Response:
    return web.json_response({"ok": False, "error": code}, status=status)
