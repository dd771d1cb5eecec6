"""users.*, team.info, dnd.info and usergroups.*: who is who."""

from simulator.api.paging import page
from simulator.api.registry import Call, SlackError, method
from simulator.payloads import team_json, user_json
from simulator.state import Json, User, UserGroup


def _shape(call: Call, user: User) -> Json:
    return user_json(user, with_email="users:read.email" in call.app.scopes)


@method("users.info", "users:read", "4", required=("user",), user="text", include_locale="flag")
def info(call: Call) -> Json:
    return {"user": _shape(call, call.user())}


@method("users.list", "users:read", "2", cursor="text", limit="number", include_locale="flag", team_id="text")
def list_users(call: Call) -> Json:
    own = [user for user in call.workspace.users.values() if not user.is_stranger]
    users, cursor = page(call, own, max(1, len(own)))
    return {
        "members": [_shape(call, user) for user in users], "cache_ts": int(call.core.world.clock.now()),
        "response_metadata": {"next_cursor": cursor},
    }  # fmt: skip


@method("users.lookupByEmail", "users:read.email", "3", required=("email",), email="text")
def lookup_by_email(call: Call) -> Json:
    for user in call.workspace.users.values():
        if user.email.lower() == call.get("email").lower() and not user.deleted and not user.is_stranger:
            return {"user": _shape(call, user)}
    raise SlackError("users_not_found")


@method("team.info", "team:read", "3", team="text", domain="text")
def team_info(call: Call) -> Json:
    """The own team, or one that a shared channel shows to the token."""
    own = call.workspace.team
    visible = {own.id: own, **call.workspace.teams}
    team = visible.get(call.get("team", own.id))
    if team is None:
        raise SlackError("team_not_found")
    return {"team": team_json(team)}


@method("dnd.info", "dnd:read", "3", user="text", team_id="text")
def dnd_info(call: Call) -> Json:
    """Do Not Disturb is modelled as a snooze that ends at `dnd_until`."""
    user = call.user() if call.get("user") else call.bot
    now, until = int(call.core.world.clock.now()), int(user.dnd_until or 0)
    if until <= now:
        return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}
    return {
        "dnd_enabled": True, "next_dnd_start_ts": now, "next_dnd_end_ts": until, "snooze_enabled": True,
        "snooze_endtime": until, "snooze_remaining": until - now,
    }  # fmt: skip


@method("usergroups.list", "usergroups:read", "2", include_users="flag", include_count="flag",
        include_disabled="flag", team_id="text")  # fmt: skip
def list_usergroups(call: Call) -> Json:
    groups = [
        group for group in call.workspace.usergroups.values() if call.get("include_disabled") or not group.disabled
    ]
    return {"usergroups": [_group(call, group) for group in groups]}


@method("usergroups.users.list", "usergroups:read", "2", required=("usergroup",), usergroup="text",
        include_disabled="flag", team_id="text")  # fmt: skip
def list_usergroup_users(call: Call) -> Json:
    group = call.workspace.usergroups.get(call.get("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group.users}


def _group(call: Call, group: UserGroup) -> Json:
    shape: Json = {
        "id": group.id, "team_id": group.team_id, "is_usergroup": True, "is_subteam": True, "name": group.name,
        "description": group.description, "handle": group.handle, "is_external": False, "date_create": group.created,
        "date_update": group.created, "date_delete": 0, "auto_type": None, "created_by": "U0ALICE",
        "prefs": {"channels": [], "groups": []}, "user_count": len(group.users),
    }  # fmt: skip
    return shape | ({"users": group.users} if call.get("include_users") else {})
