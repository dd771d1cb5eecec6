"""auth.*, api.test and apps.*: the app itself."""

from simulator.api.registry import APP_LEVEL, NO_TOKEN, TAKES_JSON, Call, method
from simulator.state import Json


@method("api.test", "", "4", TAKES_JSON, needs_token=NO_TOKEN, error="text", foo="text")
def api_test(call: Call) -> Json:
    return {"args": {name: value for name, value in call.arguments.items() if name != "token"}}


@method("auth.test", "", "special", TAKES_JSON)
def auth_test(call: Call) -> Json:
    team = call.workspace.team
    return {
        "url": f"https://{team.domain}.slack.com/", "team": team.name, "user": call.bot.name, "team_id": team.id,
        "user_id": call.bot.id, "bot_id": call.app.bot_id, "is_enterprise_install": False,
    }  # fmt: skip


@method("apps.connections.open", "", "1", TAKES_JSON, needs_token=APP_LEVEL)
def connections_open(call: Call) -> Json:
    base = call.core.triggers.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={call.core.sockets.ticket(call.app.id)}&app_id={call.app.id}"}
