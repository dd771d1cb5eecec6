"""Keeping conversations in a file, so that a simulator that is started again shows them."""

import asyncio
import base64
import json
import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from simulator.state import Channel, Json, Message, Team, User, UserGroup, View, Workspace, World

DERIVED = {"index", "threads", "messages"}
PIECE = 200


def save(world: World, path: Path) -> None:
    """Write everything but open modals and installed apps; the file is replaced in one step."""
    _replace(path, "".join(_pieces(world)))


async def save_gently(world: World, path: Path) -> None:
    """The same, in pieces between which others have their turn, so that a long history holds nobody up."""
    written = []
    for piece in _pieces(world):
        written.append(piece)
        await asyncio.sleep(0)
    await asyncio.get_running_loop().run_in_executor(None, _replace, path, "".join(written))


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def _pieces(world: World) -> Iterator[str]:
    """The file's JSON in parts of a few milliseconds each."""
    yield f'{{"offset": {json.dumps(world.clock.offset)}, "workspaces": {{'
    for number, (name, workspace) in enumerate(list(world.workspaces.items())):
        yield f"{', ' if number else ''}{json.dumps(name)}: {{"
        for key, value in _workspace(workspace).items():
            yield f"{json.dumps(key)}: {json.dumps(value)}, "
        yield '"channels": ['
        for place, channel in enumerate(list(workspace.channels.values())):
            yield ", " if place else ""
            yield from _channel(channel)
        yield "]}"
    yield "}}"


def _channel(channel: Channel) -> Iterator[str]:
    fields = json.dumps(_plain(channel))
    yield f'{fields[:-1]}, "messages": ['
    messages = list(channel.messages)
    for start in range(0, len(messages), PIECE):
        part = json.dumps([_plain(message) for message in messages[start : start + PIECE]])
        yield f"{', ' if start else ''}{part[1:-1]}"
    yield "]}"


def load(world: World, path: Path) -> None:
    """Put what was saved over the default world. Nothing happens when there is no file. Raises ValueError."""
    if not path.exists():
        return
    state = json.loads(path.read_text(encoding="utf-8"))
    world.clock.offset = max(world.clock.offset, state["offset"])
    for name, saved in state["workspaces"].items():
        if name not in world.workspaces and "team" in saved:
            world.workspaces[name] = Workspace(Team(**saved["team"]))
        if name in world.workspaces:
            _restore(world.workspaces[name], saved)
    stamps = (m.ts for w in world.workspaces.values() for c in w.channels.values() for m in c.messages)
    world.not_before(max(stamps, default="0.0"))


def _workspace(workspace: Workspace) -> Json:
    return {
        "users": [_plain(user) for user in workspace.users.values() if not user.is_bot],
        "homes": [_plain(view) for view in workspace.homes.values()],
        "usergroups": [_plain(group) for group in workspace.usergroups.values()],
        "files": workspace.files,
        "contents": {name: base64.b64encode(content).decode() for name, content in workspace.contents.items()},
        "team": vars(workspace.team),
        "teams": [vars(team) for team in workspace.teams.values()],
    }


def _plain(thing: User | Channel | Message | View | UserGroup) -> Json:
    values: dict[str, Any] = {one.name: getattr(thing, one.name) for one in fields(thing) if one.name not in DERIVED}
    return values


def _restore(workspace: Workspace, saved: Json) -> None:
    workspace.users |= {one["id"]: User(**one) for one in saved["users"]}
    for one in saved["channels"]:
        messages = [Message(**message) for message in one.pop("messages")]
        workspace.channels[one["id"]] = Channel(**one, messages=messages)
    for one in saved["homes"]:
        if one["app_id"] in workspace.apps:
            workspace.homes[(one["app_id"], one["user_id"])] = View(**one)
    workspace.usergroups = {one["id"]: UserGroup(**one) for one in saved["usergroups"]}
    workspace.files = saved["files"]
    workspace.contents = {name: base64.b64decode(text) for name, text in saved.get("contents", {}).items()}
    workspace.teams |= {one["id"]: Team(**one) for one in saved.get("teams", [])}
    # A file that a message shows is the workspace's file: one object, so that changes are seen in both.
    for message in (m for c in workspace.channels.values() for m in c.messages if m.files):
        message.files = [workspace.files.get(file["id"], file) for file in message.files]
