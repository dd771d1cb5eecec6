"""Stories: a scripted day, read from YAML and played by the simulated people.

A step has one verb (VERBS) and may have `name` (the message that it made or found), `optional` (a failure does not
end the story) and `pause` (real seconds before it, in place of the story's `pace`).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from simulator.forms import blocks_of, elements
from simulator.people import People
from simulator.state import Channel, Json, Message

FOLDER = Path(__file__).parent / "stories"
POST_SECONDS = 10.0
WAIT_SECONDS = 10.0


class StoryError(Exception):
    """Why a story cannot be read, or a step could not be played."""


@dataclass(frozen=True)
class Story:
    """`variables` maps names, which stand as {name} in texts, to what they mean; `pace` is in real seconds."""

    name: str
    about: str
    steps: tuple[Json, ...]
    pace: float = 2.5
    variables: Mapping[str, str] = field(default_factory=dict)


def read_story(path: Path) -> Story:
    """A story file. Raises StoryError when it is none."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        story = Story(
            found["name"], found.get("about", ""), tuple(found["steps"]), float(found.get("pace", 2.5)),
            found.get("variables") or {},
        )  # fmt: skip
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise StoryError(f"{path.name} is no story: {problem}") from None
    for step in story.steps:
        verb_of(step)
    return story


def verb_of(step: Json) -> str:
    """The one verb of a step. Raises StoryError."""
    verbs = set(step) - {"name", "optional", "pause"}
    if len(verbs) != 1 or not verbs <= set(VERBS):
        raise StoryError(f"a step has one of {', '.join(VERBS)}, not {sorted(verbs)}")
    return verbs.pop()


class Player:
    """Plays one story at a time. Lives in the server's loop.

    `note` is what the page shows, `done` and `total` count steps, `problem` is why it ended early.
    """

    def __init__(self, people: People, folder: Path | None = None, variables: Mapping[str, str] | None = None) -> None:
        self.people = people
        self.world = people.world
        self.stories = {story.name: story for story in _all(folder)}
        self.variables = dict(variables or {})
        self.story: Story | None = None
        self.done = 0
        self.note = self.problem = ""
        self._named: dict[str, Message] = {}
        self._given: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, name: str, variables: Mapping[str, str] | None = None, pace: float | None = None) -> None:
        """Begin a story, in place of a running one. Raises KeyError."""
        story = self.stories[name]
        self.stop()
        self._task = asyncio.get_running_loop().create_task(self.play(story, variables, pace))

    def stop(self) -> None:
        """End the running story, if any."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.story = None
        self.world.changed("story")

    async def play(
        self, story: Story, variables: Mapping[str, str] | None = None, pace: float | None = None
    ) -> None:  # fmt: skip
        """Play all steps. What went wrong is kept in `problem`."""
        self.story, self.done, self.note, self.problem = story, 0, story.name, ""
        self._named, self._given = {}, {**self.variables, **(variables or {})}
        for step in story.steps:
            await asyncio.sleep(step.get("pause", story.pace) if pace is None else pace)
            try:
                await self._step(step)
            except (StoryError, KeyError, PermissionError) as problem:
                if not step.get("optional"):
                    self.problem = f"{verb_of(step)}: {problem.args[0]}"
                    break
            self.done += 1
            self.world.changed("story", done=self.done)
        self.world.changed("story", done=self.done)

    async def _step(self, step: Json) -> None:
        verb = verb_of(step)
        message = await VERBS[verb](self, self._filled(step[verb]))
        if message is not None and step.get("name"):
            self._named[step["name"]] = message

    def _filled(self, part: Any) -> Any:
        """The step with its variables filled in."""
        if isinstance(part, str):
            for name, value in self._given.items():
                part = part.replace(f"{{{name}}}", value)
            return part
        if isinstance(part, list):
            return [self._filled(one) for one in part]
        return {key: self._filled(one) for key, one in part.items()} if isinstance(part, dict) else part

    def _message(self, name: str) -> Message:
        if name not in self._named:
            raise StoryError(f"no message is named {name}")
        return self._named[name]

    async def _note(self, text: str) -> None:
        self.note = text

    async def _say(self, step: Json) -> Message:
        thread = self._message(step["in_thread_of"]) if "in_thread_of" in step else None
        where = thread.channel_id if thread else step["where"]
        return await self.people.say(step["who"], where, step["text"], thread.ts if thread else None)

    async def _react(self, step: Json) -> None:
        message = self._message(step["to"])
        await self.people.react(step["who"], message.channel_id, message.ts, step["emoji"])

    async def _command(self, step: Json) -> None:
        answer = await self.people.command(step["who"], step["where"], step["text"])
        if not answer.ok:
            raise StoryError(answer.problem)

    async def _press(self, step: Json) -> None:
        """The first button of a named message whose words match."""
        message, pattern = self._message(step["message"]), re.compile(step["button"], re.IGNORECASE)
        for element, block in elements(blocks_of(message)):
            if element["type"] == "button" and pattern.search(element["text"]["text"]):
                container = {"type": "message", "channel_id": message.channel_id, "message_ts": message.ts}
                chosen = {"value": element["value"]} if element.get("value") else None
                await self.people.act(step["who"], container, element["action_id"], chosen, block["block_id"])
                return
        raise StoryError(f"no button matches {step['button']}")

    async def _post(self, step: Json) -> None:
        """JSON to any address, as a monitoring tool sends it."""
        if not step["url"].startswith(("http://", "https://")):
            raise StoryError("there is no address to post to")
        try:
            timeout = aiohttp.ClientTimeout(total=POST_SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.post(
                step["url"], json=step.get("json"), headers=step.get("headers")
            ) as response:  # fmt: skip
                if response.status >= 300:
                    raise StoryError(f"{step['url']} answered {response.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise StoryError(f"{step['url']}: {type(problem).__name__}") from None

    async def _forward(self, step: Json) -> None:
        self.world.changed("clock", now=self.world.clock.forward(**step))

    async def _wait(self, step: Json) -> Message:
        """For a message of an app in a channel (`where`) or to a person (`dm`) that holds `text` (a pattern)."""
        moved, loop = asyncio.Event(), asyncio.get_running_loop()

        def changed(kind: str, what: Json) -> None:
            loop.call_soon_threadsafe(moved.set)

        self.world.listeners.append(changed)
        try:
            async with asyncio.timeout(step.get("seconds", WAIT_SECONDS)):
                while (found := self._found(step)) is None:
                    await moved.wait()
                    moved.clear()
                return found
        except TimeoutError:
            raise StoryError(f"nothing came to {step.get('dm') or step.get('where')}") from None
        finally:
            self.world.listeners.remove(changed)

    def _found(self, step: Json) -> Message | None:
        pattern = re.compile(step.get("text", ""), re.IGNORECASE)
        for channel in self._places(step):
            for message in reversed(channel.visible()):
                if message.app_id and pattern.search(f"{message.text} {message.blocks}"):
                    return message
        return None

    def _places(self, step: Json) -> list[Channel]:
        workspace = self.people.workspace
        if "dm" not in step:
            return [workspace.channel(step["where"])]
        person = workspace.user(step["dm"])
        ims = (workspace.im(person.id, app.bot_user_id) for app in workspace.apps.values())
        return [channel for channel in ims if channel is not None]


VERBS: dict[str, Callable[[Player, Any], Awaitable[Message | None]]] = {
    "note": Player._note,
    "say": Player._say,
    "react": Player._react,
    "command": Player._command,
    "press": Player._press,
    "post": Player._post,
    "forward": Player._forward,
    "wait": Player._wait,
}


def _all(folder: Path | None) -> list[Story]:
    """The stories that come with the simulator, and those of one more folder."""
    return [*_shipped(), *(_of(folder) if folder is not None else ())]


@cache
def _shipped() -> list[Story]:
    return _of(FOLDER)


def _of(folder: Path) -> list[Story]:
    return [read_story(path) for path in sorted(folder.glob("*.yml"))]
