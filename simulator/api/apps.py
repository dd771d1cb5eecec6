"""auth.*, api.test and apps.*: the app itself."""

from simulator.api.paging import page
from simulator.api.registry import APP_LEVEL, NO_TOKEN, TAKES_JSON, Call, method
from simulator.state import Json


@method("api.test", "", "4", TAKES_JSON, needs_token=NO_TOKEN, error="text", foo="text")
def api_test(call: Call) -> Json:
    return {"args": {name: value for name, value in call.arguments.items() if name != "token"}}


@method("auth.test", "", "special", TAKES_JSON)
def auth_test(call: Call) -> Json:
    """Whose token it is: a workspace's, or a whole organisation's."""
    team, whole = call.workspace.team, call.core.world.organisation(call.workspace)
    if whole is not None and call.app.org:
        shape: Json = {"url": f"https://{whole.domain}.enterprise.slack.com/", "team": whole.name, "team_id": whole.id}
    else:
        shape = {"url": f"https://{team.domain}.slack.com/", "team": team.name, "team_id": team.id}
    return shape | {
        "user": call.bot.name, "user_id": call.bot.id, "bot_id": call.app.bot_id,
        **({"enterprise_id": whole.id} if whole else {}), "is_enterprise_install": bool(call.app.org),
    }  # fmt: skip


@method("auth.teams.list", "", "2", cursor="text", limit="number", include_icon="flag")
def auth_teams_list(call: Call) -> Json:
    """The workspaces that the token may work in."""
    places = call.core.world.within(call.app.org) if call.app.org else [call.workspace]
    teams, cursor = page(call, [{"id": one.team.id, "name": one.team.name} for one in places], 100)
    return {"teams": teams, "response_metadata": {"next_cursor": cursor}}


@method("apps.connections.open", "", "1", TAKES_JSON, needs_token=APP_LEVEL)
def connections_open(call: Call) -> Json:
    base = call.core.triggers.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={call.core.sockets.ticket(call.app.id)}&app_id={call.app.id}"}
