"""The control API: moving the clock, setting faults, scripting the language model, reading records."""

import dataclasses
import json

from aiohttp import web

from simulator.core import Core
from simulator.faults import Fault
from simulator.people import People
from simulator.seed import add_workspace, app_from_manifest
from simulator.state import App, Json, Workspace
from simulator.story import Player

FAULT_FIELDS = {one.name for one in dataclasses.fields(Fault)} - {"id", "until"}
CLOSING = ("warning", "refresh_requested", "link_disabled", "cut")
# What people and admins can be made to do by POST /control/do/<name>: methods of People with their arguments.
DOINGS = (
    "say", "edit", "delete", "react", "command", "shortcut", "press", "open_home", "share_file", "join", "leave",
    "invite", "kick", "create_channel", "rename", "archive", "share", "unshare", "snooze", "deactivate", "change_user",
    "add_person", "install_again", "uninstall", "enable_events",
)  # fmt: skip


class Control:
    """Handlers under /control/. Bodies and answers are JSON objects; a wrong body is answered with 400."""

    def __init__(self, core: Core, player: Player) -> None:
        self.core = core
        self.player = player

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
        app.router.add_get("/control/sockets", self.sockets)
        app.router.add_post("/control/sockets", self.close_sockets)
        app.router.add_post("/control/events", self.events)
        app.router.add_get("/control/workspaces", self.workspaces)
        app.router.add_post("/control/workspaces", self.add_workspace)
        app.router.add_get("/control/apps", self.apps)
        app.router.add_post("/control/apps", self.add_app)
        app.router.add_get("/control/story", self.story)
        app.router.add_post("/control/story", self.play)
        app.router.add_delete("/control/story", self.stop)
        app.router.add_post("/control/do/{name}", self.do)

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
        """POST {"method", "kind", "times", "seconds", "status", "error", "parameter", "copies"}: see Fault."""
        body = await _body(request)
        if not {"method", "kind"} <= set(body) <= FAULT_FIELDS:
            return web.json_response({"error": f"fields are {sorted(FAULT_FIELDS)}"}, status=400)
        try:
            fault = self.core.faults.add(**body)
        except ValueError as problem:
            return web.json_response({"error": str(problem)}, status=400)
        return web.json_response(dataclasses.asdict(fault))

    async def clear_faults(self, request: web.Request) -> web.Response:
        """DELETE, of one fault with ?id=."""
        if "id" in request.query:
            self.core.faults.remove(request.query["id"])
        else:
            self.core.faults.clear()
        return await self.faults(request)

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
        """POST {"enabled": rate limits count, "history": 1 call a minute with 15 messages, "events_an_hour": n}."""
        body, limits, quotas = await _body(request), self.core.limits, self.core.delivery.quotas
        limits.enabled = bool(body.get("enabled", limits.enabled))
        limits.history_limited = bool(body.get("history", limits.history_limited))
        quotas.most = int(body.get("events_an_hour", quotas.most))
        return web.json_response(
            {"enabled": limits.enabled, "history": limits.history_limited, "events_an_hour": quotas.most}
        )

    async def calls(self, request: web.Request) -> web.Response:
        """The recorded Web API calls, of ?method= only if given."""
        method = request.query.get("method")
        calls = [call for call in self.core.world.log if method in (None, call["method"])]
        return web.json_response({"calls": calls})

    async def deliveries(self, request: web.Request) -> web.Response:
        return web.json_response({"deliveries": list(self.core.delivery.log)})

    async def sockets(self, request: web.Request) -> web.Response:
        return web.json_response({"sockets": self.core.sockets.listing()})

    async def close_sockets(self, request: web.Request) -> web.Response:
        """POST {"reason": "warning"|"refresh_requested"|"link_disabled"|"cut", "app_id": optional}."""
        body = await _body(request)
        reason, app_id = body.get("reason", "refresh_requested"), body.get("app_id")
        if reason not in CLOSING:
            return web.json_response({"error": f"reason is one of {CLOSING}"}, status=400)
        if reason == "warning":
            await self.core.sockets.warn(app_id)
        elif reason == "cut":
            await self.core.sockets.cut(app_id)
        else:
            await self.core.sockets.close(reason, app_id)
        return await self.sockets(request)

    async def events(self, request: web.Request) -> web.Response:
        """POST {"release": true} sends what an out_of_order fault holds back."""
        if (await _body(request)).get("release"):
            self.core.delivery.release()
        return web.json_response({"in_flight": self.core.delivery.in_flight})

    async def workspaces(self, request: web.Request) -> web.Response:
        teams = [dataclasses.asdict(one.team) for one in self.core.world.workspaces.values()]
        return web.json_response({"workspaces": teams})

    async def add_workspace(self, request: web.Request) -> web.Response:
        """POST {"name": "Southwind"}."""
        try:
            workspace = add_workspace(self.core.world, str((await _body(request)).get("name", "")))
        except ValueError as problem:
            return web.json_response({"error": str(problem)}, status=400)
        return web.json_response(dataclasses.asdict(workspace.team))

    async def apps(self, request: web.Request) -> web.Response:
        """Every installation with its tokens and secrets."""
        found = [_app(one, app) for one in self.core.world.workspaces.values() for app in one.apps.values()]
        return web.json_response({"apps": found})

    async def add_app(self, request: web.Request) -> web.Response:
        """POST {"manifest": {…}, "workspace"?, "request_url"?, "bot_token"?, "app_token"?, "signing_secret"?}."""
        body = await _body(request)
        try:
            workspace = self.core.world.find_workspace(body.pop("workspace", None))
            config = app_from_manifest(body.pop("manifest"))
            app = self.core.installing.add(workspace, dataclasses.replace(config, **body))
        except (KeyError, TypeError) as problem:
            return web.json_response({"error": f"that is no app: {problem}"}, status=400)
        return web.json_response(_app(workspace, app))

    async def story(self, request: web.Request) -> web.Response:
        """What can be played, and how far the story is that is being played."""
        player = self.player
        return web.json_response(
            {"stories": list(player.stories), "running": player.running, "done": player.done, "note": player.note,
             "problem": player.problem}
        )  # fmt: skip

    async def play(self, request: web.Request) -> web.Response:
        """POST {"name", "variables"?: {name: value}, "pace"?: seconds between steps}."""
        body = await _body(request)
        try:
            self.player.start(str(body.get("name")), body.get("variables"), body.get("pace"))
        except KeyError as problem:
            return web.json_response({"error": f"there is no story {problem}"}, status=404)
        return await self.story(request)

    async def stop(self, request: web.Request) -> web.Response:
        self.player.stop()
        return await self.story(request)

    async def do(self, request: web.Request) -> web.Response:
        """POST /control/do/say {"user": "dora", "channel": "acme", "text": "…", "workspace"?}: see DOINGS."""
        name, body = request.match_info["name"], await _body(request)
        if name not in DOINGS:
            return web.json_response({"error": f"there are {', '.join(DOINGS)}"}, status=404)
        try:
            people = People(self.core, self.core.world.find_workspace(body.pop("workspace", None)).team.id)
            result = await getattr(people, name)(**body)
        except (KeyError, TypeError, ValueError, PermissionError) as problem:
            return web.json_response({"error": str(problem.args[0])}, status=400)
        return web.json_response({"done": name, "result": _plain(result)})


def _app(workspace: Workspace, app: App) -> Json:
    return dataclasses.asdict(app) | {"team_id": workspace.team.id}


def _plain(result: object) -> object:
    """What an action gives back, as JSON: the fields of a message, person or channel."""
    if not dataclasses.is_dataclass(result) or isinstance(result, type):
        return None
    fields = {one.name: getattr(result, one.name) for one in dataclasses.fields(result)}
    return {name: value for name, value in fields.items() if isinstance(value, str | int | float | bool | None)}


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
