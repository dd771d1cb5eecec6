"""The synchronous half of the Python API: acting as people and looking at what they see, from any thread."""

import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from simulator.arranging import Arranging
from simulator.core import Core
from simulator.delivery import Answer
from simulator.people import People
from simulator.state import App, Channel, Json, Message, User, View, Workspace, World

Result = TypeVar("Result")


class Acting(Arranging):
    """Mixed into Simulator. People and channels are given by name or id."""

    core: Core

    @property
    def world(self) -> World:
        raise NotImplementedError

    @property
    def people(self) -> People:
        raise NotImplementedError

    @property
    def workspace(self) -> Workspace:
        """The workspace whose people act."""
        return self.people.workspace

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the server's loop and wait for it."""
        raise NotImplementedError

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """Write typed text; a person's name as the channel means the direct conversation with them."""
        return self.do(self.people.say(user, channel, text, thread_ts))

    def share_file(
        self, user: str, channel: str, name: str, content: bytes, text: str = "", thread_ts: str | None = None
    ) -> Message:
        """Put a file (an image is shown as one) into a conversation."""
        return self.do(self.people.share_file(user, channel, name, content, text, thread_ts))

    def edit(self, user: str, message: Message, text: str) -> Message:
        return self.do(self.people.edit(user, message.channel_id, message.ts, text))

    def delete(self, user: str, message: Message) -> None:
        self.do(self.people.delete(user, message.channel_id, message.ts))

    def react(self, user: str, message: Message, emoji: str) -> None:
        self.do(self.people.react(user, message.channel_id, message.ts, emoji))

    def press(
        self, user: str, message: Message, action_id: str, value: str | None = None, block_id: str | None = None
    ) -> Answer:
        """Press a message's button and wait for the app's answer."""
        return self.do(self.people.press(user, message.channel_id, message.ts, action_id, value, block_id))

    def act(
        self, user: str, where: Message | View, action_id: str, payload: Any = None, block_id: str | None = None
    ) -> Answer:
        """Press or choose in a message or a view; see People.act."""
        container = {"type": "view", "view_id": where.id} if isinstance(where, View) else {
            "type": "message", "channel_id": where.channel_id, "message_ts": where.ts
        }  # fmt: skip
        return self.do(self.people.act(user, container, action_id, payload, block_id))

    def command(self, user: str, channel: str, text: str) -> Answer:
        """Run "/name rest"."""
        return self.do(self.people.command(user, channel, text))

    def shortcut(self, user: str, callback_id: str, message: Message | None = None) -> Answer:
        """Use a global shortcut, or a message shortcut on a message."""
        place = (message.channel_id, message.ts) if message else (None, None)
        return self.do(self.people.shortcut(user, callback_id, *place))

    def open_home(self, user: str, app: str | None = None) -> View | None:
        return self.do(self.people.open_home(user, app))

    def submit(self, user: str, view: View | None = None, values: Json | None = None) -> dict[str, str] | None:
        """Submit a modal (the person's top one): values by block_id or action_id. Returns errors or None."""
        chosen = view or self.modal(user)
        if chosen is None:
            raise KeyError(f"{user} has no modal open")
        return self.do(self.people.submit_view(user, chosen.id, values))

    def close(self, user: str, view: View, clear: bool = False) -> None:
        self.do(self.people.close_view(user, view.id, clear))

    def user(self, name: str) -> User:
        return self.workspace.user(name)

    def channel(self, name: str) -> Channel:
        return self.workspace.channel(name)

    def app(self, name: str | None = None) -> App:
        return self.people.app(name)

    def messages(self, where: str, app: str | None = None, user: str | None = None) -> list[Message]:
        """What is to be seen in a channel, or in the app's direct conversation with the person named.

        Threads are included; ephemeral messages only those of `user`.
        """
        workspace = self.workspace
        try:
            return workspace.channel(where).visible(user and workspace.user(user).id)
        except KeyError:
            return self.dm(where, app)

    def dm(self, user: str, app: str | None = None) -> list[Message]:
        """The app's own direct messages to a person, ephemeral ones included."""
        workspace = self.workspace
        person, installed = workspace.user(user), self.people.app(app)
        channel = workspace.im(person.id, installed.bot_user_id)
        if channel is None:
            return []
        return [message for message in channel.visible(person.id) if message.app_id == installed.id]

    def home(self, user: str, app: str | None = None) -> View | None:
        """What the app has published for a person."""
        workspace = self.workspace
        return workspace.homes.get((self.people.app(app).id, workspace.user(user).id))

    def modal(self, user: str) -> View | None:
        """The topmost modal that a person has open."""
        workspace = self.workspace
        stack = workspace.modals.get(workspace.user(user).id)
        return stack[-1] if stack else None

    def calls(self, method: str | None = None) -> list[Json]:
        """Recorded Web API calls: method, args, token, at (epoch seconds), error ("" when it went well)."""
        return [call for call in list(self.world.log) if method in (None, call["method"])]

    def deliveries(self, kind: str | None = None) -> list[Json]:
        """Recorded attempts to reach the app: kind, payload, attempt, problem, at."""
        return [one for one in list(self.core.delivery.log) if kind in (None, one["kind"])]

    def wait_for(self, predicate: Callable[[], Result | None], timeout: float = 10) -> Result:
        """The predicate's first true value, asked again after every change. Raises TimeoutError (real seconds)."""
        due = time.monotonic() + timeout
        while True:
            seen = self.world.version
            if value := predicate():
                return value
            with self.world.condition:
                left = due - time.monotonic()
                if left <= 0 or not self.world.condition.wait_for(lambda: self.world.version != seen, left):  # noqa: B023
                    raise TimeoutError("it did not happen in the simulator")

    def settle(self, timeout: float = 10) -> None:
        """Wait until no attempt to reach an app is under way (retries that wait for the clock do not count)."""
        self.do(self._turn())
        self.wait_for(lambda: self.core.delivery.in_flight == 0, timeout)

    async def _turn(self) -> None:
        """Lets tasks that were just made begin."""


class Visit(Acting):
    """The same API for the people of one workspace among several."""

    def __init__(self, simulator: Acting, people: People) -> None:
        self.core = simulator.core
        self._simulator = simulator
        self._people = people

    @property
    def world(self) -> World:
        return self.core.world

    @property
    def people(self) -> People:
        return self._people

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the server's loop and wait for it."""
        return self._simulator.do(work)
