"""What people do to channels, to each other and to apps: inviting, archiving, sharing, deactivating, installing."""

from typing import Any

from simulator.core import Core
from simulator.payloads import member_json
from simulator.seed import AppConfig
from simulator.state import App, Channel, Team, User, Workspace, World, new_id

CHANGEABLE = {
    "name", "real_name", "display_name", "email", "tz", "tz_label", "tz_offset", "is_admin", "is_owner",
    "is_restricted", "deleted", "color",
}  # fmt: skip


class Admins:
    """Mixed into People. Runs in the server's loop; names or ids are both accepted."""

    core: Core
    world: World

    @property
    def workspace(self) -> Workspace:
        raise NotImplementedError

    async def join(self, user: str, channel: str) -> None:
        self.core.messages.join(self.workspace, self.workspace.channel(channel), self.workspace.user(user))

    async def leave(self, user: str, channel: str) -> None:
        self.core.messages.leave(self.workspace, self.workspace.channel(channel), self.workspace.user(user))

    async def invite(self, inviter: str, channel: str, user: str) -> None:
        """Make somebody else (or the app's bot) a member."""
        place, person = self.workspace.channel(channel), self.workspace.user(user)
        self.core.messages.join(self.workspace, place, person, self.workspace.user(inviter))

    async def kick(self, channel: str, user: str) -> None:
        """Take somebody (or the app's bot) out of a channel."""
        self.core.channels.kick(self.workspace, self.workspace.channel(channel), self.workspace.user(user))

    async def create_channel(self, user: str, name: str, private: bool = False) -> Channel:
        return self.core.channels.create(self.workspace, name, self.workspace.user(user), private)

    async def rename(self, channel: str, name: str) -> None:
        """Give a channel another name."""
        self.core.channels.rename(self.workspace, self.workspace.channel(channel), name)

    async def archive(self, user: str, channel: str, archived: bool = True) -> None:
        """Archive a channel, or open it again."""
        place, person = self.workspace.channel(channel), self.workspace.user(user)
        self.core.channels.archive(self.workspace, place, person, archived)

    async def share(self, channel: str, team: str, new_channel_id: bool = True) -> Channel:
        """Share a channel with the organisation of that name, which is made when it is unknown."""
        place = self.workspace.channel(channel)
        self.core.channels.share(self.workspace, place, self._team(team), new_channel_id)
        return place

    async def unshare(self, channel: str, team: str) -> None:
        self.core.channels.unshare(self.workspace, self.workspace.channel(channel), self._team(team))

    async def snooze(self, user: str, seconds: float) -> None:
        """Do Not Disturb for so many seconds from now; 0 ends it."""
        person = self.workspace.user(user)
        person.dnd_until = self.world.clock.now() + seconds if seconds else None
        self.world.changed("user", user_id=person.id)

    async def deactivate(self, user: str) -> None:
        """An admin deactivates somebody; apps hear user_change."""
        await self.change_user(user, deleted=True)

    async def change_user(self, user: str, **fields: Any) -> User:
        """Change a person's role, time zone, names or state; apps hear user_change. Raises ValueError."""
        if unknown := set(fields) - CHANGEABLE:
            raise ValueError(f"cannot change {sorted(unknown)}")
        person = self.workspace.user(user)
        for name, value in fields.items():
            setattr(person, name, value)
        self._about("user_change", person)
        return person

    async def add_person(self, name: str, real_name: str, team: str | None = None, **fields: Any) -> User:
        """Somebody new: apps hear team_join. With `team` it is an external person of that organisation."""
        if unknown := set(fields) - CHANGEABLE:
            raise ValueError(f"cannot set {sorted(unknown)}")
        home = self.workspace.team if team is None else self._team(team)
        person = User(new_id("U"), home.id, name, real_name, name, is_stranger=team is not None, **fields)
        self.workspace.users[person.id] = person
        if team is None:
            self._about("team_join", person)
        return person

    async def install(self, config: AppConfig) -> App:
        """Install one more app."""
        return self.core.installing.add(self.workspace, config)

    async def install_again(self, app: str | None) -> App:
        """Install an app of another workspace here as well; it gets a token of its own."""
        for one in self.world.workspaces.values():
            for known in one.apps.values():
                if app in (None, known.id, known.name):
                    return self.core.installing.install(self.workspace, known)
        raise KeyError(f"no such app: {app}")

    async def uninstall(self, app: str | None = None) -> None:
        """Take an app away; it hears tokens_revoked and app_uninstalled."""
        self.core.installing.uninstall(self.workspace, self.app(app))

    async def enable_events(self, app: str | None = None) -> None:
        """Switch an app's subscription on again after Slack has switched it off."""
        chosen = self.app(app)
        self.core.delivery.quotas.forget(self.workspace.team.id, chosen.id)
        chosen.events_disabled = False
        self.world.changed("app", app_id=chosen.id)

    def app(self, name: str | None = None) -> App:
        """An installed app by id or name; the first one without a name. Raises KeyError."""
        for app in self.workspace.apps.values():
            if name is None or name in (app.id, app.name, app.bot_user_id):
                return app
        raise KeyError(f"no such app: {name}")

    def _team(self, name: str) -> Team:
        for team in self.workspace.teams.values():
            if name in (team.id, team.name):
                return team
        domain = "".join(letter for letter in name.lower() if letter.isalnum())
        team = Team(f"T0{domain.upper()}", name, domain)
        self.workspace.teams[team.id] = team
        return team

    def _about(self, kind: str, person: User) -> None:
        bots = {app.bot_user_id for app in self.workspace.apps.values()}
        event = {
            "type": kind,
            "user": member_json(self.world, self.workspace, person, bots),
            "event_ts": self.world.next_ts(),
        }
        self.core.delivery.event(self.workspace, kind, event, None)
        self.world.changed("user", user_id=person.id)
