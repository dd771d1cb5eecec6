"""The HTTP side of the Web API: faults, tokens, scopes, limits, and Slack's way of saying no."""

from collections.abc import Mapping

from aiohttp import web

from simulator.api import arguments
from simulator.api.registry import APP_LEVEL, METHODS, NO_TOKEN, Call, Method, SlackError
from simulator.breaking import broken, cut
from simulator.core import Core
from simulator.state import App, Json, Workspace

NEED_TEAM = {
    "conversations.list", "dnd.info", "dnd.teamInfo", "usergroups.list", "usergroups.users.list", "users.conversations",
    "users.list",
}  # fmt: skip
NOBODY = App("", "", "", "", "", "", "")


class Endpoint:
    """Answers /api/<method>."""

    def __init__(self, core: Core) -> None:
        self.core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self.core.faults.take(name)
        if (instead := await broken(request, fault, self.core.world.clock)) is not None:
            return instead
        response = await self._answer(request, name)
        if fault is not None and fault.kind == "cut_after":
            return cut(request)
        return response

    async def _answer(self, request: web.Request, name: str) -> web.Response:
        record: Json = {"method": name, "args": {}, "token": _bearer(request), "at": self.core.world.clock.now()}
        try:
            body, headers = await self._call(request, name, record)
        except SlackError as problem:
            body, headers = {"ok": False, "error": problem.code, **problem.more}, {}
        record["error"] = body.get("error", "")
        self.core.world.log.append(record)
        self.core.world.changed("call", method=name, error=record["error"])
        status = 429 if record["error"] == "ratelimited" else 200
        if status == 429:
            headers["Retry-After"] = str(body["retry_after"])
        return web.json_response(body, status=status, headers=headers)

    async def _call(self, request: web.Request, name: str, record: Json) -> tuple[Json, dict[str, str]]:
        method = METHODS.get(name)
        raw = await arguments.read(request, json_allowed=method is None or method.takes_json)
        record["args"] = {key: value for key, value in raw.items() if key not in arguments.SECRETS}
        record["token"] = record["token"] or str(raw.get("token", ""))
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        workspace, app = self._authorise(method, record["token"], raw)
        wait = self.core.limits.wait_for(name, method.tier, workspace.team.id, app.id, str(raw.get("channel", "")))
        if wait:
            raise SlackError("ratelimited", retry_after=wait)
        call = Call(self.core, workspace, app, method, arguments.convert(method, raw))
        record["args"] = {key: value for key, value in call.arguments.items() if key not in arguments.SECRETS}
        body = {"ok": True} | method.handler(call)
        accepted = ",".join(scope for scope in method.accepted_scopes() if scope)
        return body, {"x-oauth-scopes": ",".join(app.scopes), "x-accepted-oauth-scopes": accepted}

    def _authorise(self, method: Method, token: str, raw: Json) -> tuple[Workspace, App]:
        """Who calls. Raises not_authed, invalid_auth, token_revoked, not_allowed_token_type, missing_scope …"""
        if method.needs_token == NO_TOKEN:
            workspace = self.core.world.workspace
            return workspace, next(iter(workspace.apps.values()), NOBODY)
        if not token:
            raise SlackError("not_authed")
        found = self.core.world.app_by_token(token)
        if found is None:
            raise SlackError(self.core.world.revoked.get(token, "invalid_auth"))
        workspace, app = found
        if app.org:
            workspace = self._place(method, app, raw)
            app = workspace.apps[app.id]
        if (token == app.app_token) is not (method.needs_token == APP_LEVEL):
            raise SlackError("not_allowed_token_type")
        accepted = [scope for scope in method.accepted_scopes() if scope]
        if accepted and not set(accepted) & set(app.scopes):
            needed = ",".join(accepted) if isinstance(method.scopes, Mapping) else accepted[0]
            raise SlackError("missing_scope", needed=needed, provided=",".join(app.scopes))
        return workspace, app

    def _place(self, method: Method, app: App, raw: Json) -> Workspace:
        """The workspace that an organisation's token means. Raises missing_argument, team_access_not_granted."""
        places = [one for one in self.core.world.within(app.org) if app.id in one.apps]
        if raw.get("team_id"):
            for one in places:
                if one.team.id == raw["team_id"]:
                    return one
            raise SlackError("team_access_not_granted")
        if method.name in NEED_TEAM:
            raise SlackError("missing_argument", response_metadata={"messages": ["[ERROR] missing: team_id"]})
        named = {str(raw.get(name)) for name in ("user", "user_id", "users", "channel", "channel_id")}
        named.add(self.core.triggers.whose(str(raw.get("trigger_id", ""))))
        for one in places:
            if named & {*one.channels, *one.users} or one.find_view(str(raw.get("view_id", "-"))):
                return one
        return places[0]


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
