"""The synchronous Python API, part two: arranging channels, people, apps and sockets, from any thread."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from simulator.core import Core
from simulator.people import People
from simulator.seed import AppConfig
from simulator.state import App, Channel, User

Result = TypeVar("Result")


class Arranging:
    """Mixed into Simulator. People, channels and apps are given by name or id."""

    core: Core

    @property
    def people(self) -> People:
        raise NotImplementedError

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the server's loop and wait for it."""
        raise NotImplementedError

    def join(self, user: str, channel: str) -> None:
        self.do(self.people.join(user, channel))

    def leave(self, user: str, channel: str) -> None:
        self.do(self.people.leave(user, channel))

    def invite(self, inviter: str, channel: str, user: str) -> None:
        self.do(self.people.invite(inviter, channel, user))

    def kick(self, channel: str, user: str) -> None:
        """Take somebody, or an app's bot, out of a channel."""
        self.do(self.people.kick(channel, user))

    def create_channel(self, user: str, name: str, private: bool = False) -> Channel:
        return self.do(self.people.create_channel(user, name, private))

    def rename(self, channel: str, name: str) -> None:
        self.do(self.people.rename(channel, name))

    def archive(self, channel: str, user: str = "alice") -> None:
        self.do(self.people.archive(user, channel))

    def unarchive(self, channel: str, user: str = "alice") -> None:
        self.do(self.people.archive(user, channel, archived=False))

    def share(self, channel: str, team: str, new_channel_id: bool = True) -> Channel:
        """Share a channel with another organisation; its id changes (channel_id_changed) unless told otherwise."""
        return self.do(self.people.share(channel, team, new_channel_id))

    def unshare(self, channel: str, team: str) -> None:
        self.do(self.people.unshare(channel, team))

    def snooze(self, user: str, seconds: float) -> None:
        """Do Not Disturb for so long, on the simulator's clock."""
        self.do(self.people.snooze(user, seconds))

    def deactivate(self, user: str) -> None:
        self.do(self.people.deactivate(user))

    def change_user(self, user: str, **fields: Any) -> User:
        """Change is_admin, is_owner, is_restricted, tz, tz_offset, deleted, names …; apps hear user_change."""
        return self.do(self.people.change_user(user, **fields))

    def add_person(self, name: str, real_name: str, team: str | None = None, **fields: Any) -> User:
        """Somebody new; with `team` an external person of that organisation."""
        return self.do(self.people.add_person(name, real_name, team, **fields))

    def install(self, config: AppConfig) -> App:
        """Install one more app in this workspace."""
        return self.do(self.people.install(config))

    def install_again(self, app: str | None = None) -> App:
        """Install another workspace's app here as well, with a token of its own."""
        return self.do(self.people.install_again(app))

    def uninstall(self, app: str | None = None) -> None:
        """Take an app away: its token ends, it hears tokens_revoked and app_uninstalled."""
        self.do(self.people.uninstall(app))

    def enable_events(self, app: str | None = None) -> None:
        """Switch an app's event subscription on again."""
        self.do(self.people.enable_events(app))

    def release_events(self) -> None:
        """Send the events that are held back by an out_of_order fault now."""
        self.do(self._release())

    async def _release(self) -> None:
        self.core.delivery.release()

    def warn_sockets(self, app: str | None = None) -> None:
        """Announce a refresh to an app's socket connections (all apps without a name)."""
        self.do(self.core.sockets.warn(self._app_id(app)))

    def refresh_sockets(self, app: str | None = None, reason: str = "refresh_requested") -> None:
        """Make socket connections reconnect, as Slack does every few hours; or reason "link_disabled"."""
        self.do(self.core.sockets.close(reason, self._app_id(app)))

    def cut_sockets(self, app: str | None = None) -> None:
        """Break socket connections without a word."""
        self.do(self.core.sockets.cut(self._app_id(app)))

    def _app_id(self, app: str | None) -> str | None:
        return None if app is None else self.people.app(app).id
