"""Apps come and go: installing from a configuration or by OAuth, revoking tokens, uninstalling."""

import secrets
from dataclasses import dataclass, replace

from simulator.delivery import Delivery
from simulator.seed import AppConfig, install
from simulator.state import App, Json, Organisation, User, Workspace, World

CODE_SECONDS = 600.0


class InstallError(Exception):
    """`code` is Slack's error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Grant:
    """Somebody's permission to install an app (for a whole organisation), until it is exchanged for a token."""

    app: App
    workspace: Workspace
    user: User
    scopes: list[str]
    redirect_uri: str
    expires: float
    organisation: Organisation | None = None
    used: bool = False


class Installing:
    """Adds apps to workspaces and takes them away, with the events that Slack sends about it."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self.world = world
        self.delivery = delivery
        self._grants: dict[str, Grant] = {}

    def add(self, workspace: Workspace, config: AppConfig) -> App:
        """Install one more app. Tokens that are taken get a number at their end."""
        number = 1 + len({app.id for one in self.world.workspaces.values() for app in one.apps.values()})
        number += len(self.world.shelf)
        suffix = "APP" if number == 1 else f"APP{number}"
        config = replace(
            config, bot_token=self._free(config.bot_token), app_token=self._free(config.app_token)
        )  # fmt: skip
        bot = install(workspace, config, suffix)
        self.world.changed("app", app_id=bot.app_id)
        return workspace.apps[bot.app_id]

    def install(self, workspace: Workspace, app: App, scopes: list[str] | None = None) -> App:
        """Install an app that exists in a workspace. Where it is installed already it only gets the new scopes."""
        present = workspace.apps.get(app.id)
        if present is not None:
            present.scopes = list(dict.fromkeys([*present.scopes, *(scopes or [])]))
            return present
        elsewhere = any(self.world.installations(app.id))
        word = workspace.team.domain.upper()[:6] if elsewhere else ""
        fresh = replace(
            app, bot_user_id=f"{app.bot_user_id}{word}", bot_id=f"{app.bot_id}{word}",
            bot_token=self._free(f"{app.bot_token}-{workspace.team.domain}" if elsewhere else app.bot_token),
            scopes=list(app.scopes if scopes is None else scopes), request_url=self.world.request_url(app),
        )  # fmt: skip
        return self._move_in(workspace, fresh)

    def install_for(self, organisation: Organisation, app: App, scopes: list[str]) -> App:
        """Install an app for all workspaces of an organisation, with one token; where it is already it stays."""
        word = organisation.domain.upper()[:6]
        known = next((one for _, one in self.world.installations(app.id) if one.org == organisation.id), None)
        fresh = known or replace(
            app, bot_user_id=f"W{app.bot_user_id[1:]}{word}", bot_id=f"{app.bot_id}{word}", org=organisation.id,
            bot_token=self._free(f"{app.bot_token}-{organisation.domain}"), scopes=list(scopes),
            request_url=self.world.request_url(app),
        )  # fmt: skip
        fresh.scopes = list(dict.fromkeys([*fresh.scopes, *scopes]))
        for workspace in self.world.within(organisation.id):
            if app.id not in workspace.apps:
                self._move_in(workspace, replace(fresh))
        return fresh

    def _move_in(self, workspace: Workspace, fresh: App) -> App:
        self.world.shelf.pop(fresh.client_id, None)
        workspace.apps[fresh.id] = fresh
        handle = fresh.name.lower().replace(" ", "")
        workspace.users[fresh.bot_user_id] = User(
            fresh.bot_user_id, workspace.team.id, handle, fresh.name, fresh.name, is_bot=True, app_id=fresh.id,
            bot_id=fresh.bot_id,
        )  # fmt: skip
        self.world.changed("app", app_id=fresh.id)
        return fresh

    def uninstall(self, workspace: Workspace, app: App, error: str = "account_inactive") -> None:
        """Take an app away: its token brings `error` from now on; it hears tokens_revoked and app_uninstalled."""
        self.world.revoked[app.bot_token] = error
        stamp = self.world.next_ts()
        tokens = {"oauth": [], "bot": [app.bot_user_id]}
        for event in (
            {"type": "tokens_revoked", "tokens": tokens, "event_ts": stamp},
            {"type": "app_uninstalled", "event_ts": stamp},
        ):
            self.delivery.event(workspace, str(event["type"]), event, None, only=app)
        for one in self.world.within(app.org) if app.org else [workspace]:
            self._move_out(one, one.apps[app.id])
        if not any(self.world.installations(app.id)):
            self.world.shelf[app.client_id] = app
        self.world.changed("app", app_id=app.id)

    def _move_out(self, workspace: Workspace, app: App) -> None:
        del workspace.apps[app.id]
        workspace.users[app.bot_user_id].deleted = True
        for channel in workspace.channels.values():
            if channel.kind != "im" and app.bot_user_id in channel.members:
                channel.members.remove(app.bot_user_id)
        workspace.homes = {key: view for key, view in workspace.homes.items() if view.app_id != app.id}
        for person, stack in workspace.modals.items():
            workspace.modals[person] = [view for view in stack if view.app_id != app.id]
        self.delivery.quotas.forget(workspace.team.id, app.id)

    def authorize(self, client_id: str, team_id: str, user: str, scopes: list[str], redirect_uri: str) -> str:
        """Somebody clicks "Allow": the code that the app may exchange once. Raises InstallError or KeyError.

        `team_id` may be an organisation's.
        """
        app = self._app(client_id, redirect_uri)
        organisation = self.world.organisations.get(team_id)
        places = self.world.within(team_id) if organisation else [self.world.find_workspace(team_id)]
        workspace = next((one for one in places if user in one.users), places[0])
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._grants[code] = Grant(
            app, workspace, workspace.user(user), scopes or list(app.scopes), redirect_uri,
            self.world.clock.now() + CODE_SECONDS, organisation,
        )  # fmt: skip
        return code

    def redirect(self, client_id: str, redirect_uri: str) -> str:
        """Where to send the browser: the given address or the app's first. Raises InstallError."""
        app = self._app(client_id, redirect_uri)
        if not redirect_uri and not app.redirect_urls:
            raise InstallError("bad_redirect_uri")
        return redirect_uri or app.redirect_urls[0]

    def exchange(self, client_id: str, client_secret: str, code: str, redirect_uri: str) -> Json:
        """A code for a token: the answer of oauth.v2.access. Raises InstallError."""
        app = self._app(client_id)
        if app.client_secret != client_secret:
            raise InstallError("bad_client_secret")
        grant = self._grants.get(code)
        if grant is None or grant.app.client_id != client_id:
            raise InstallError("invalid_code")
        if grant.used:
            raise InstallError("code_already_used")
        if self.world.clock.now() > grant.expires:
            raise InstallError("code_expired")
        if redirect_uri != grant.redirect_uri:
            raise InstallError("bad_redirect_uri")
        grant.used = True
        if grant.organisation is None:
            installed = self.install(grant.workspace, app, grant.scopes)
        else:
            installed = self.install_for(grant.organisation, app, grant.scopes)
        team, whole = grant.workspace.team, self.world.organisation(grant.workspace)
        return {
            "access_token": installed.bot_token, "token_type": "bot", "scope": ",".join(installed.scopes),
            "bot_user_id": installed.bot_user_id, "app_id": installed.id,
            "team": None if grant.organisation else {"id": team.id, "name": team.name},
            "enterprise": {"id": whole.id, "name": whole.name} if whole else None,
            "is_enterprise_install": grant.organisation is not None, "authed_user": {"id": grant.user.id},
        }  # fmt: skip

    def _app(self, client_id: str, redirect_uri: str = "") -> App:
        app = self.world.app_by_client(client_id)
        if app is None:
            raise InstallError("invalid_client_id")
        if redirect_uri and app.redirect_urls and not redirect_uri.startswith(tuple(app.redirect_urls)):
            raise InstallError("bad_redirect_uri")
        return app

    def _free(self, token: str) -> str:
        """The token, or with a number at its end when it is or was in use."""
        candidate, number = token, 1
        while candidate in self.world.revoked or self.world.app_by_token(candidate) is not None:
            number += 1
            candidate = f"{token}-{number}"
        return candidate
