"""HTTP routes of the page: the document, its fragments, live updates, and what a person does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from simulator.core import Core
from simulator.page import fragments
from simulator.page.actions import ACTIONS, RefusalError
from simulator.page.installing import Installation
from simulator.page.scene import display_name, resolve
from simulator.page.sidebar import ReadMarks, toasts
from simulator.page.stories import Stories
from simulator.people import People
from simulator.state import World
from simulator.story import Player

STATIC = Path(__file__).parent / "static"
KEEPALIVE_SECONDS = 15.0
MARKS = web.AppKey("marks", ReadMarks)


class Backend(Protocol):
    """What the page needs of the simulator."""

    @property
    def world(self) -> World: ...

    @property
    def core(self) -> Core: ...

    @property
    def player(self) -> Player: ...


class Watch:
    """Connects the world's changes with the open streams while the server runs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.streams: set[asyncio.Event] = set()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._due = False

    def changed(self, kind: str, what: Mapping[str, Any]) -> None:
        """A burst of changes wakes the streams once."""
        if self.loop is not None and self.streams and not self._due:
            self._due = True
            self.loop.call_soon_threadsafe(self.wake)

    def wake(self) -> None:
        self._due = False
        for stream in self.streams:
            stream.set()

    async def start(self, app: web.Application) -> None:
        self.loop = asyncio.get_running_loop()
        self.world.listeners.append(self.changed)

    async def stop(self, app: web.Application) -> None:
        self.world.listeners.remove(self.changed)
        self.loop = None
        self.wake()


WATCH = web.AppKey("watch", Watch)


class Page:
    """Request handlers over one simulator."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    async def document(self, request: web.Request) -> web.Response:
        scene = resolve(self.backend.world, request.query)
        text = fragments.page(scene, request.app[MARKS], self.backend.player)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def fragments(self, request: web.Request) -> web.Response:
        """Everything that the script compares with what it shows, and the toasts since the ts that it has seen."""
        scene = resolve(self.backend.world, request.query)
        built = fragments.build(scene, request.app[MARKS], self.backend.player)
        fresh = toasts(scene, request.query.get("since") or fragments.newest(scene))
        return web.json_response(
            {
                "fragments": {name: str(text) for name, text in built.items()},
                "toasts": [vars(toast) for toast in fresh],
                "since": fragments.newest(scene),
                "title": fragments.page_title(scene),
            }
        )

    async def suggestions(self, request: web.Request) -> web.Response:
        """What the composer completes: registered commands with their usage, people and channels."""
        world = self.backend.world
        workspace = world.workspaces.get(request.query.get("team", ""), world.workspace)
        apps = workspace.apps.values()
        return web.json_response(
            {
                "/": [{"insert": command.name, "label": f"{command.name} {command.usage_hint}".strip(),
                       "note": command.description, "from": app.name} for app in apps for command in app.commands],
                "@": [{"insert": f"@{user.name}", "label": display_name(user), "note": user.real_name}
                      for user in workspace.users.values() if not user.deleted],
                "#": [{"insert": f"#{channel.name}", "label": f"#{channel.name}", "note": channel.topic}
                      for channel in workspace.channels.values() if channel.kind == "channel"],
            }
        )  # fmt: skip

    async def act(self, request: web.Request) -> web.Response:
        """POST /sim/<action> with a JSON body; answers `{"ok": true}` or `{"ok": false, "error": sentence}`."""
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound
        body: Mapping[str, Any] = await request.json()
        try:
            result = await action(People(self.backend.core, body.get("team") or None), body)
        except RefusalError as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})
        except (KeyError, PermissionError) as problem:
            return web.json_response({"ok": False, "error": f"That did not work: {problem.args[0]}"})
        return web.json_response({"ok": True, **result})

    async def permalink(self, request: web.Request) -> web.Response:
        """Slack's own path of a message, so that a permalink whose host is replaced leads somewhere."""
        stamp = request.match_info["stamp"]
        message = f"{stamp[:-6]}.{stamp[-6:]}"
        channel = request.match_info["channel"]
        teams = [one.team.id for one in self.backend.world.workspaces.values() if channel in one.channels]
        team = f"team={teams[0]}&" if teams and teams[0] != self.backend.world.workspace.team.id else ""
        raise web.HTTPFound(f"/?{team}channel={channel}&message={message}")

    async def file(self, request: web.Request) -> web.Response:
        """A file as the page shows it."""
        workspace = self.backend.world.workspaces.get(request.match_info["team"])
        if workspace is None:
            raise web.HTTPNotFound
        return self.backend.core.files.response(workspace, request.match_info["file"])


async def events(request: web.Request) -> web.StreamResponse:
    """Server-Sent Events: one `change` whenever anything in the world changed; bursts are sent as one."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    changed = asyncio.Event()
    changed.set()
    watch = request.app[WATCH]
    watch.streams.add(changed)
    try:
        while watch.loop is not None:
            await pump(response, changed)
    except ConnectionResetError:
        pass  # the browser has left
    finally:
        watch.streams.discard(changed)
    return response


async def pump(response: web.StreamResponse, changed: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(changed.wait(), KEEPALIVE_SECONDS)
    except TimeoutError:
        await response.write(b": still here\n\n")
        return
    changed.clear()
    await response.write(b"event: change\ndata: {}\n\n")


def add_routes(app: web.Application, backend: Backend) -> None:
    """Put the page on `/` and `/sim/…` of the simulator's server."""
    page = Page(backend)
    app[MARKS] = ReadMarks()
    app[WATCH] = Watch(backend.world)
    app.on_startup.append(app[WATCH].start)
    app.on_shutdown.append(app[WATCH].stop)
    app.router.add_get("/", page.document)
    app.router.add_get("/archives/{channel}/p{stamp:\\d{16}}", page.permalink)
    app.router.add_get("/sim/fragments", page.fragments)
    app.router.add_get("/sim/files/{team}/{file}", page.file)
    app.router.add_get("/sim/suggestions", page.suggestions)
    app.router.add_get("/sim/events", events)
    app.router.add_static("/sim/static", STATIC)
    Stories(backend.player).add_routes(app)
    Installation(backend.core).add_routes(app)
    app.router.add_post("/sim/{action}", page.act)
