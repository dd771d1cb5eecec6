"""users.*, bots.info, team.info and dnd.*: who is who."""

from simulator.api.paging import page
from simulator.api.registry import Call, SlackError, method
from simulator.maxima import MOST
from simulator.payloads import member_json, team_json
from simulator.state import Json, User


def _shape(call: Call, user: User) -> Json:
    has_email = "users:read.email" in call.app.scopes
    return member_json(call.core.world, call.workspace, user, {call.bot.id}, has_email)


@method("users.info", "users:read", "4", required=("user",), user="text", include_locale="flag")
def info(call: Call) -> Json:
    return {"user": _shape(call, call.user())}


@method("users.list", "users:read", "2", cursor="text", limit="number", include_locale="flag")
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


@method("bots.info", "users:read", "3", bot="text")
def bots_info(call: Call) -> Json:
    for app in call.workspace.apps.values():
        if app.bot_id == call.get("bot", call.app.bot_id):
            return {
                "bot": {
                    "id": app.bot_id, "deleted": False, "name": app.name, "updated": 0, "app_id": app.id,
                    "user_id": app.bot_user_id, "icons": {},
                }
            }  # fmt: skip
    raise SlackError("bot_not_found")


@method("dnd.info", "dnd:read", "3", user="text")
def dnd_info(call: Call) -> Json:
    """Do Not Disturb is modelled as a snooze that ends at `dnd_until`."""
    user = call.user() if call.get("user") else call.bot
    shape = _dnd(call, user)
    now, until = int(call.core.world.clock.now()), int(user.dnd_until or 0)
    if until <= now:
        return shape | {"snooze_enabled": False}
    return shape | {"snooze_enabled": True, "snooze_endtime": until, "snooze_remaining": until - now}


@method("dnd.teamInfo", "dnd:read", "2", required=("users",), users="list")
def dnd_team_info(call: Call) -> Json:
    names = call.get("users")
    if len(names) > MOST["dnd people"]:
        raise SlackError("too_many_users")
    people = (call.workspace.users.get(name) for name in names)
    return {"users": {user.id: _dnd(call, user) for user in people if user is not None}}


def _dnd(call: Call, user: User) -> Json:
    now, until = int(call.core.world.clock.now()), int(user.dnd_until or 0)
    if until <= now:
        return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    return {"dnd_enabled": True, "next_dnd_start_ts": now, "next_dnd_end_ts": until}
