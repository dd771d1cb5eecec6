"""usergroups.*: groups of people that can be mentioned, with Slack's restrictions."""

import re

from simulator.api.registry import TAKES_JSON, Call, SlackError, method
from simulator.state import Json, UserGroup, new_id

HANDLE = re.compile(r"[a-z0-9._-]{1,21}")
ABOUT = {"name": "text", "handle": "text", "description": "text", "channels": "list", "include_count": "flag"}
SHOWN = {"include_users": "flag", "include_count": "flag"}


@method("usergroups.list", "usergroups:read", "2", required=(), **SHOWN, include_disabled="flag")
def list_usergroups(call: Call) -> Json:
    groups = [
        group for group in call.workspace.usergroups.values() if call.get("include_disabled") or not group.disabled
    ]
    return {"usergroups": [_shape(call, group) for group in groups]}


@method("usergroups.users.list", "usergroups:read", "2", required=("usergroup",), usergroup="text",
        include_disabled="flag")  # fmt: skip
def list_usergroup_users(call: Call) -> Json:
    return {"users": _group(call).users}


@method("usergroups.create", "usergroups:write", "2", TAKES_JSON, required=("name",), **ABOUT)
def create(call: Call) -> Json:
    _need_plan(call)
    now = int(call.core.world.clock.now())
    handle = call.get("handle") or re.sub(r"[^a-z0-9._-]", "-", call.get("name").lower())[:21]
    _check_free(call, call.get("name"), handle)
    group = UserGroup(
        new_id("S"), call.workspace.team.id, handle, call.get("name"), call.get("description", ""), created=now,
        updated=now,
    )  # fmt: skip
    call.workspace.usergroups[group.id] = group
    return _changed(call, group, "subteam_created")


@method("usergroups.update", "usergroups:write", "2", TAKES_JSON, required=("usergroup",), usergroup="text",
        **ABOUT)  # fmt: skip
def update(call: Call) -> Json:
    _need_plan(call)
    group = _group(call)
    name, handle = call.get("name") or group.name, call.get("handle") or group.handle
    _check_free(call, name, handle, group)
    group.name, group.handle = name, handle
    group.description = call.get("description", group.description)
    return _changed(call, group, "subteam_updated")


@method("usergroups.enable", "usergroups:write", "2", TAKES_JSON, required=("usergroup",), usergroup="text",
        include_count="flag")  # fmt: skip
def enable(call: Call) -> Json:
    return _switch(call, disabled=False)


@method("usergroups.disable", "usergroups:write", "2", TAKES_JSON, required=("usergroup",), usergroup="text",
        include_count="flag")  # fmt: skip
def disable(call: Call) -> Json:
    return _switch(call, disabled=True)


@method("usergroups.users.update", "usergroups:write", "2", TAKES_JSON, required=("usergroup",),
        usergroup="text", users="list", include_count="flag")  # fmt: skip
def update_users(call: Call) -> Json:
    """A group cannot be emptied, and takes no guests, bots, strangers or deactivated people."""
    _need_plan(call)
    group = _group(call)
    names = list(dict.fromkeys(call.get("users", [])))
    if not names:
        raise SlackError("no_users_provided")
    for name in names:
        user = call.workspace.users.get(name)
        if user is None or user.is_bot or user.is_restricted or user.is_stranger or user.deleted:
            raise SlackError("invalid_users")
    before, group.users = group.users, names
    answer = _changed(call, group, "subteam_updated")
    event = {
        "type": "subteam_members_changed", "subteam_id": group.id, "team_id": group.team_id,
        "date_update": group.updated, "added_users": [name for name in names if name not in before],
        "removed_users": [name for name in before if name not in names], "event_ts": call.core.world.next_ts(),
    }  # fmt: skip
    call.core.delivery.event(call.workspace, "subteam_members_changed", event, None)
    answer["usergroup"]["users"] = names
    return answer


def _switch(call: Call, disabled: bool) -> Json:
    _need_plan(call)
    group = _group(call)
    if group.disabled is disabled:
        raise SlackError("already_disabled" if disabled else "already_enabled")
    group.disabled = disabled
    return _changed(call, group, "subteam_updated")


def _group(call: Call) -> UserGroup:
    group = call.workspace.usergroups.get(call.get("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _need_plan(call: Call) -> None:
    if not call.workspace.is_paid:
        raise SlackError("paid_teams_only")


def _check_free(call: Call, name: str, handle: str, own: UserGroup | None = None) -> None:
    if not HANDLE.fullmatch(handle):
        raise SlackError("invalid_handle")
    others = [group for group in call.workspace.usergroups.values() if group is not own]
    if any(group.name == name for group in others):
        raise SlackError("name_already_exists")
    taken = {group.handle for group in others}
    taken |= {user.name for user in call.workspace.users.values()}
    taken |= {channel.name for channel in call.workspace.channels.values()}
    if handle in taken:
        raise SlackError("handle_already_exists")


def _changed(call: Call, group: UserGroup, kind: str) -> Json:
    group.updated = int(call.core.world.clock.now())
    event = {"type": kind, "subteam": _shape(call, group, full=True), "event_ts": call.core.world.next_ts()}
    call.core.delivery.event(call.workspace, kind, event, None)
    call.core.world.changed("usergroup", usergroup_id=group.id)
    return {"usergroup": _shape(call, group)}


def _shape(call: Call, group: UserGroup, full: bool = False) -> Json:
    shape: Json = {
        "id": group.id, "team_id": group.team_id, "is_usergroup": True, "is_subteam": True, "name": group.name,
        "description": group.description, "handle": group.handle, "is_external": False, "date_create": group.created,
        "date_update": group.updated, "date_delete": group.updated if group.disabled else 0, "auto_type": None,
        "auto_provision": False, "enterprise_subteam_id": "", "created_by": call.bot.id, "updated_by": call.bot.id,
        "deleted_by": call.bot.id if group.disabled else None, "prefs": {"channels": [], "groups": []},
    }  # fmt: skip
    if full or call.get("include_users"):
        shape["users"] = list(group.users)
    if full or call.get("include_count"):
        shape["user_count"] = len(group.users)
    return shape
