"""The simulator as a whole: the HTTP server, and a synchronous Python API for tests."""

import asyncio
import concurrent.futures
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

import simulator.api
from simulator import storage
from simulator.acting import Acting, Visit
from simulator.api.endpoint import Endpoint
from simulator.clock import Clock
from simulator.control import Control
from simulator.core import Core
from simulator.faults import Faults
from simulator.hooks import Hooks
from simulator.llm import LanguageModel
from simulator.page.routes import add_routes
from simulator.people import People
from simulator.seed import AppConfig, add_workspace, app_from_manifest, default_world, organise
from simulator.state import Organisation, World
from simulator.story import Player, StoryError, read_story

Result = TypeVar("Result")

LOCALHOST = "127.0.0.1"
START_SECONDS = 10.0
CALL_SECONDS = 30.0
STORY_SECONDS = 600.0
SAVE_SECONDS = 2.0
MOST_BODY_BYTES = 20 * 1024 * 1024
METHODS = simulator.api.METHODS


class Simulator(Acting):
    """A Slack workspace and a language model on 127.0.0.1.

    `start` and `stop` run it in a thread of its own; `run` runs it in the foreground. `port` 0 picks a free one.
    `app` or a parsed `manifest` says what is installed; `request_url` overrides where it listens. With
    `state_file` the conversations survive a restart. `rate_limits` makes Slack's limits count.
    `stories` is a folder with more stories for the page's button, `variables` are what they are filled in with.
    """

    def __init__(
        self,
        port: int = 0,
        request_url: str | None = None,
        manifest: Mapping[str, Any] | None = None,
        state_file: str | Path | None = None,
        *,
        app: AppConfig | None = None,
        rate_limits: bool = False,
        stories: str | Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        config = app or (app_from_manifest(manifest) if manifest is not None else AppConfig())
        config.request_url = request_url or config.request_url
        self._port = port
        self._state_file = Path(state_file) if state_file else None
        world = default_world(config)
        if self._state_file is not None:
            storage.load(world, self._state_file)
        self.core = Core(world, rate_limits)
        self._people = People(self.core)
        self.player = Player(self._people, Path(stories) if stories else None, variables)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._ready: concurrent.futures.Future[None] = concurrent.futures.Future()

    @property
    def world(self) -> World:
        return self.core.world

    @property
    def people(self) -> People:
        return self._people

    def inside(self, workspace: str) -> Visit:
        """The same API for the people of another workspace, given by id, name or domain."""
        return Visit(self, People(self.core, self.world.find_workspace(workspace).team.id))

    def add_workspace(self, name: str) -> Visit:
        """Make one more workspace. Raises ValueError when the name is taken."""
        return self.inside(self.do(self._add_workspace(name)))

    def organise(self, name: str, *workspaces: str) -> Organisation:
        """Put workspaces into one organisation, in which apps can be installed for all of them at once."""
        return self.do(self._organise(name, workspaces))

    async def _organise(self, name: str, workspaces: Sequence[str]) -> Organisation:
        return organise(self.world, name, *workspaces)

    async def _add_workspace(self, name: str) -> str:
        return add_workspace(self.world, name).team.id

    def play(self, story: str | Path, pace: float = 0, **variables: str) -> None:
        """Play a story by its name or file to its end. Raises StoryError when a step fails."""
        found = read_story(story) if isinstance(story, Path) else self.player.stories[story]
        self.do(self.player.play(found, variables, pace), STORY_SECONDS)
        if self.player.problem:
            raise StoryError(self.player.problem)

    @property
    def clock(self) -> Clock:
        return self.core.world.clock

    @property
    def faults(self) -> Faults:
        return self.core.faults

    @property
    def llm(self) -> LanguageModel:
        return self.core.llm

    @property
    def url(self) -> str:
        """Where the page is, without a slash at the end."""
        return self.core.triggers.base_url

    @property
    def api_url(self) -> str:
        """The base_url for Slack's SDK."""
        return f"{self.url}/api/"

    @property
    def llm_url(self) -> str:
        """The base_url for OpenAI's SDK."""
        return f"{self.url}/v1"

    def start(self) -> "Simulator":
        """Listen, in a thread. Returns when requests are answered. Raises OSError when the port is taken."""
        self._ready = concurrent.futures.Future()
        self._thread = threading.Thread(target=self.run, name="simulator", daemon=True)
        self._thread.start()
        self._ready.result(START_SECONDS)
        return self

    def stop(self) -> None:
        """Save, close all connections and end the thread. Harmless when it is not running."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join(START_SECONDS)
            self._thread = None

    def __enter__(self) -> "Simulator":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, announce: Callable[[str], None] | None = None) -> None:
        """Serve until `stop` is called or the thread is interrupted; `announce` gets the address."""
        try:
            asyncio.run(self._serve(announce))
        except OSError as problem:
            if self._ready.done():
                raise
            self._ready.set_exception(problem)
            if self._thread is None:
                raise

    def do(self, work: Coroutine[Any, Any, Result], seconds: float = CALL_SECONDS) -> Result:
        """Run a coroutine in the server's loop and wait for it, so many real seconds at most."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the simulator is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def application(self) -> web.Application:
        """The aiohttp application with all routes."""
        app = web.Application(client_max_size=MOST_BODY_BYTES)
        endpoint, hooks = Endpoint(self.core), Hooks(self.core)
        app.router.add_route("*", "/api/{method}", endpoint.handle)
        app.router.add_post("/hooks/{kind}/{team}/{key}", hooks.handle)
        app.router.add_post("/upload/v1/{file}", hooks.upload)
        app.router.add_get("/files-pri/{place}/{name}", self.core.files.serve)
        app.router.add_get("/files-pri/download/{place}/{name}", self.core.files.serve)
        app.router.add_get("/link/", self.core.sockets.serve)
        app.router.add_get("/v1/models", self.core.llm.models)
        app.router.add_post("/v1/chat/completions", self.core.llm.chat)
        Control(self.core, self.player).add_routes(app)
        add_routes(app, self)
        return app

    async def _serve(self, announce: Callable[[str], None] | None) -> None:
        self._stopping = asyncio.Event()
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        saving: asyncio.Task[None] | None = None
        try:
            site = web.TCPSite(runner, LOCALHOST, self._port)
            await site.start()
            self._port = runner.addresses[0][1]
            self.core.triggers.base_url = self.core.files.base_url = f"http://{LOCALHOST}:{self._port}"
            self._loop = asyncio.get_running_loop()
            if threading.current_thread() is threading.main_thread():
                self._loop.add_signal_handler(signal.SIGTERM, self._stopping.set)
            saving = asyncio.create_task(self._keep_saving())
            self._ready.set_result(None)
            if announce is not None:
                announce(self.url)
            await self._stopping.wait()
        finally:
            self.player.stop()
            self._loop = None
            if saving is not None:
                saving.cancel()
                self._save()
            await self.core.sockets.close()
            await self.core.delivery.close()
            await runner.cleanup()

    async def _keep_saving(self) -> None:
        saved, pause = self.world.version, SAVE_SECONDS
        while self._state_file is not None:
            await asyncio.sleep(pause)
            if self.world.version != saved:
                saved, started = self.world.version, time.monotonic()
                await storage.save_gently(self.world, self._state_file)
                # Saving takes time from everything else, so that long histories are saved less often.
                pause = max(SAVE_SECONDS, 20 * (time.monotonic() - started))

    def _save(self) -> None:
        if self._state_file is not None:
            storage.save(self.world, self._state_file)
