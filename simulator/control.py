"""The control API: moving the clock, setting faults, scripting the language model, reading records."""

import dataclasses
import json

from aiohttp import web

from simulator.core import Core
from simulator.faults import Fault
from simulator.state import Json

FAULT_FIELDS = {one.name for one in dataclasses.fields(Fault)} - {"id", "until"}


class Control:
    """Handlers under /control/. Bodies and answers are JSON objects; a wrong body is answered with 400."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/control/clock", self.clock)
        app.router.add_post("/control/clock", self.clock)
        app.router.add_get("/control/faults", self.faults)
        app.router.add_post("/control/faults", self.add_fault)
        app.router.add_delete("/control/faults", self.clear_faults)
        app.router.add_post("/control/llm", self.llm)
        app.router.add_get("/control/llm", self.llm_requests)
        app.router.add_post("/control/limits", self.limits)
        app.router.add_get("/control/calls", self.calls)
        app.router.add_get("/control/deliveries", self.deliveries)

    async def clock(self, request: web.Request) -> web.Response:
        """POST {"seconds"|"minutes"|"hours": n} moves the clock; both answer {"now": epoch seconds}."""
        body = await _body(request)
        try:
            now = self.core.world.clock.forward(**body)
        except (TypeError, ValueError) as problem:
            return web.json_response({"error": str(problem)}, status=400)
        if body:
            self.core.world.changed("clock", now=now)
        return web.json_response({"now": now})

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": self.core.faults.listing()})

    async def add_fault(self, request: web.Request) -> web.Response:
        """POST {"method", "kind", "times", "seconds", "status", "error"}: see Fault."""
        body = await _body(request)
        if not {"method", "kind"} <= set(body) <= FAULT_FIELDS:
            return web.json_response({"error": f"fields are {sorted(FAULT_FIELDS)}"}, status=400)
        try:
            fault = self.core.faults.add(**body)
        except ValueError as problem:
            return web.json_response({"error": str(problem)}, status=400)
        return web.json_response(dataclasses.asdict(fault))

    async def clear_faults(self, request: web.Request) -> web.Response:
        self.core.faults.clear()
        return web.json_response({"faults": []})

    async def llm(self, request: web.Request) -> web.Response:
        """POST {"delay": seconds, "script": [answers]}; an answer is a string or an object."""
        body = await _body(request)
        self.core.llm.delay = float(body.get("delay", self.core.llm.delay))
        for answer in body.get("script", []):
            self.core.llm.script(answer)
        return web.json_response({"delay": self.core.llm.delay})

    async def llm_requests(self, request: web.Request) -> web.Response:
        return web.json_response({"requests": list(self.core.llm.requests)})

    async def limits(self, request: web.Request) -> web.Response:
        """POST {"enabled": true} makes the rate limits count."""
        self.core.limits.enabled = bool((await _body(request)).get("enabled"))
        return web.json_response({"enabled": self.core.limits.enabled})

    async def calls(self, request: web.Request) -> web.Response:
        """The recorded Web API calls, of ?method= only if given."""
        method = request.query.get("method")
        calls = [call for call in self.core.world.log if method in (None, call["method"])]
        return web.json_response({"calls": calls})

    async def deliveries(self, request: web.Request) -> web.Response:
        return web.json_response({"deliveries": list(self.core.delivery.log)})


async def _body(request: web.Request) -> Json:
    text = await request.text()
    if not text:
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="the body is not a JSON object")
    return body
