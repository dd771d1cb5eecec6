"""Keeping conversations in a file, so that a simulator that is started again shows them."""

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from simulator.state import Channel, Json, Message, User, UserGroup, View, Workspace, World

DERIVED = {"index", "threads"}


def save(world: World, path: Path) -> None:
    """Write everything but open modals and installed apps; the file is replaced in one step."""
    state = {
        "offset": world.clock.offset,
        "workspaces": {name: _workspace(workspace) for name, workspace in world.workspaces.items()},
    }
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(json.dumps(state), encoding="utf-8")
    os.replace(draft, path)


def load(world: World, path: Path) -> None:
    """Put what was saved over the default world. Nothing happens when there is no file. Raises ValueError."""
    if not path.exists():
        return
    state = json.loads(path.read_text(encoding="utf-8"))
    world.clock.offset = max(world.clock.offset, state["offset"])
    for name, saved in state["workspaces"].items():
        if name in world.workspaces:
            _restore(world.workspaces[name], saved)
    stamps = (m.ts for w in world.workspaces.values() for c in w.channels.values() for m in c.messages)
    world.not_before(max(stamps, default="0.0"))


def _workspace(workspace: Workspace) -> Json:
    return {
        "users": [_plain(user) for user in workspace.users.values() if not user.is_bot],
        "channels": [_plain(channel) for channel in workspace.channels.values()],
        "homes": [_plain(view) for view in workspace.homes.values()],
        "usergroups": [_plain(group) for group in workspace.usergroups.values()],
        "files": workspace.files,
    }


def _plain(thing: User | Channel | Message | View | UserGroup) -> Json:
    values: dict[str, Any] = {one.name: getattr(thing, one.name) for one in fields(thing) if one.name not in DERIVED}
    if isinstance(thing, Channel):
        values["messages"] = [_plain(message) for message in thing.messages]
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
