"""What one person looks at: the query of the page's address, resolved against the simulated world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.page.reader import Choice, Reader
from simulator.state import App, Channel, User, View, Workspace, World


def zone_of(user: User) -> tzinfo:
    """The person's time zone; on a machine without that zone's rules, its plain offset."""
    try:
        return ZoneInfo(user.tz)
    except (ZoneInfoNotFoundError, ValueError):
        return timezone(timedelta(seconds=user.tz_offset)) if user.tz_offset else UTC


def display_name(user: User) -> str:
    return user.display_name or user.real_name or user.name


@dataclass(frozen=True)
class Scene:
    """One person in front of one conversation or one app's Home.

    `partner` is the other side of a direct conversation, `app` is set when that side is an app's bot; `channel` is None
    while a direct conversation has not begun. `tab` is "home" or "messages" and matters for apps only.
    """

    world: World
    workspace: Workspace
    person: User
    channel: Channel | None = None
    partner: User | None = None
    app: App | None = None
    tab: str = "messages"
    thread_ts: str | None = None
    message_ts: str | None = None
    theme: str = ""

    @property
    def team(self) -> str:
        """The workspace's id where an address must name it: everywhere but in the first one."""
        return "" if self.workspace is self.world.workspace else self.workspace.team.id

    @cached_property
    def reader(self) -> Reader:
        workspace = self.workspace
        people = [user for user in workspace.users.values() if not user.deleted]
        joined = [channel for channel in workspace.channels.values() if channel.kind in ("channel", "group")]
        public = [Choice(channel.id, f"#{channel.name}") for channel in joined if not channel.is_archived]
        return Reader(
            user_id=self.person.id,
            zone=zone_of(self.person),
            now=self.world.clock.now(),
            users={user.id: display_name(user) for user in workspace.users.values()},
            channels={channel.id: channel.name for channel in joined},
            groups={group.id: group.handle for group in workspace.usergroups.values()},
            people=[Choice(user.id, user.real_name) for user in people],
            public_channels=public,
            conversations=[*public, *(Choice(user.id, user.real_name) for user in people if user.id != self.person.id)],
            files={key: f"/sim/files/{workspace.team.id}/{key}" for key in workspace.files},
            theme=self.theme,
            team=self.team,
        )

    @property
    def home(self) -> View | None:
        return self.workspace.homes.get((self.app.id, self.person.id)) if self.app else None

    @property
    def modal(self) -> View | None:
        """The modal on top of the person's stack."""
        stack = self.workspace.modals.get(self.person.id)
        return stack[-1] if stack else None

    def team_name(self, user: User) -> str:
        """The organisation that somebody belongs to."""
        workspace = self.workspace
        team = workspace.team if user.team_id == workspace.team.id else workspace.teams.get(user.team_id)
        return team.name if team else "External"

    @property
    def shows_home(self) -> bool:
        return self.app is not None and self.tab == "home"

    @property
    def key(self) -> str:
        """Names the conversation, also before it has a channel."""
        return self.channel.id if self.channel else self.partner.id if self.partner else ""

    @property
    def title(self) -> str:
        if self.partner:
            return self.partner.real_name
        if self.channel and self.channel.kind == "mpim":
            return group_name(self.workspace, self.person, self.channel)
        return self.channel.name if self.channel else ""

    @property
    def is_named(self) -> bool:
        """True for channels, which are written with a # before their names."""
        return self.channel is not None and self.channel.kind in ("channel", "group")


def find_person(workspace: Workspace, name: str) -> User:
    """The acting person; without a name (or with an unknown one) the first human of the workspace."""
    try:
        return workspace.user(name)
    except KeyError:
        return next(user for user in workspace.users.values() if not user.is_bot)


def own_channels(workspace: Workspace, person: User) -> list[Channel]:
    channels = [channel for channel in workspace.channels.values() if channel.kind in ("channel", "group")]
    return [channel for channel in channels if person.id in channel.members and not channel.is_archived]


def group_name(workspace: Workspace, person: User, channel: Channel) -> str:
    """How a conversation of several people is called: by the others in it."""
    others = [workspace.users[member] for member in channel.members if member != person.id]
    return ", ".join(display_name(user) for user in others)


def partner_of(workspace: Workspace, person: User, channel: Channel) -> User | None:
    if channel.kind != "im":
        return None
    other = next((member for member in channel.members if member != person.id), person.id)
    return workspace.users.get(other)


def resolve(world: World, query: Mapping[str, str]) -> Scene:
    """The scene of `?team=&as=&channel=&dm=&app=&app_id=&thread=&message=&theme=`; what is unknown becomes a
    channel."""
    workspace = world.workspaces.get(query.get("team", ""), world.workspace)
    person = find_person(workspace, query.get("as", ""))
    channel, partner, app = None, None, None
    if query.get("app"):
        app = workspace.apps.get(query.get("app_id", "")) or next(iter(workspace.apps.values()), None)
        partner = workspace.users.get(app.bot_user_id) if app else None
    elif query.get("dm"):
        partner = find_person(workspace, query["dm"])
    if partner:
        channel = workspace.im(person.id, partner.id)
    else:
        channel = requested_channel(workspace, person, query.get("channel", ""))
        partner = partner_of(workspace, person, channel) if channel else None
    if partner and partner.is_bot and app is None:
        app = workspace.apps.get(partner.app_id)
    return Scene(
        world, workspace, person, channel, partner, app,
        tab="home" if query.get("app") == "home" else "messages",
        thread_ts=query.get("thread") or None,
        message_ts=query.get("message") or None,
        theme=query["theme"] if query.get("theme") in ("light", "dark") else "",
    )  # fmt: skip


def requested_channel(workspace: Workspace, person: User, name: str) -> Channel | None:
    try:
        channel = workspace.channel(name)
    except KeyError:
        return next(iter(own_channels(workspace, person)), None)
    return channel if person.id in channel.members else next(iter(own_channels(workspace, person)), None)
