"""The "Add to Slack" page: asks a person whether an app may be installed, and sends them back to the app."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from simulator.core import Core
from simulator.installing import InstallError
from simulator.page.fragments import ENVIRONMENT
from simulator.seed import ALL_SCOPES


class Installation:
    """GET and POST /oauth/v2/authorize?client_id=&scope=&redirect_uri=&state=&team=."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/oauth/v2/authorize", self.ask)
        app.router.add_post("/oauth/v2/authorize", self.answer)
        app.router.add_get("/app_redirect", self.back)

    async def ask(self, request: web.Request) -> web.Response:
        app, scopes = self.core.world.app_by_client(request.query.get("client_id", "")), self._scopes(request)
        if app is None:
            return web.Response(status=400, text="Something went wrong: invalid_client_id")
        self._redirect(request)
        if unknown := sorted(set(scopes) - set(ALL_SCOPES)):
            return web.Response(status=400, text=f"Something went wrong: invalid_scope {', '.join(unknown)}")
        wanted = request.query.get("team")
        installers = [
            (workspace, user) for workspace in self.core.world.workspaces.values() for user in workspace.users.values()
            if wanted in (None, "", workspace.team.id) and not (user.is_bot or user.is_restricted or user.is_stranger)
        ]  # fmt: skip
        wholes = [
            (whole, user) for whole in self.core.world.organisations.values() for workspace, user in installers
            if workspace.team.enterprise_id == whole.id and user.is_owner and wanted in (None, "")
        ]  # fmt: skip
        text = ENVIRONMENT.get_template("install.html").render(
            app=app, scopes=scopes or app.scopes, installers=installers, wholes=wholes
        )  # fmt: skip
        return web.Response(text=text, content_type="text/html")

    async def back(self, request: web.Request) -> web.Response:
        """Where apps lead people back to Slack."""
        raise web.HTTPFound("/")

    async def answer(self, request: web.Request) -> web.Response:
        """Back to the app, with a code or with error=access_denied."""
        form, query = await request.post(), request.query
        target, state = self._redirect(request), query.get("state", "")
        if form.get("answer") != "allow":
            raise web.HTTPFound(_with(target, error="access_denied", state=state))
        team, _, user = str(form.get("place", "")).partition("/")
        try:
            code = self.core.installing.authorize(
                query.get("client_id", ""), team, user, self._scopes(request), query.get("redirect_uri", "")
            )
        except (InstallError, KeyError) as problem:
            return web.Response(status=400, text=f"Something went wrong: {problem.args[0]}")
        raise web.HTTPFound(_with(target, code=code, state=state))

    def _scopes(self, request: web.Request) -> list[str]:
        return [scope for scope in request.query.get("scope", "").replace(",", " ").split() if scope]

    def _redirect(self, request: web.Request) -> str:
        try:
            return self.core.installing.redirect(
                request.query.get("client_id", ""), request.query.get("redirect_uri", "")
            )  # fmt: skip
        except InstallError as problem:
            raise web.HTTPBadRequest(text=f"Something went wrong: {problem.code}") from None


def _with(address: str, **query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
