"""The default workspace: a few colleagues, a client, four channels and one installed app."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.state import App, Channel, Command, Organisation, Shortcut, Team, User, Workspace, World

BERLIN: dict[str, Any] = {"tz": "Europe/Berlin", "tz_label": "Central European Time", "tz_offset": 3600}
NEW_YORK: dict[str, Any] = {"tz": "America/New_York", "tz_label": "Eastern Standard Time", "tz_offset": -18000}

ALL_SCOPES = [
    "app_mentions:read", "channels:history", "channels:join", "channels:manage", "channels:read", "chat:write",
    "chat:write.customize", "chat:write.public", "commands", "dnd:read", "files:read", "files:write",
    "groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write", "mpim:history",
    "mpim:read", "mpim:write", "reactions:read", "reactions:write", "team:read", "usergroups:read",
    "usergroups:write", "users:read", "users:read.email",
]  # fmt: skip
ALL_EVENTS = [
    "app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_created", "channel_id_changed",
    "channel_left", "channel_rename", "channel_shared", "channel_unarchive", "channel_unshared", "file_shared",
    "group_archive", "group_left", "group_rename", "group_unarchive", "member_joined_channel", "member_left_channel",
    "message.channels", "message.groups", "message.im", "message.mpim", "reaction_added", "reaction_removed",
    "subteam_created", "subteam_members_changed", "subteam_updated", "team_join", "tokens_revoked", "user_change",
]  # fmt: skip


@dataclass
class AppConfig:
    """What is installed. Without a manifest: an app that may do everything and hears everything."""

    name: str = "Test App"
    bot_token: str = "xoxb-simulator"
    app_token: str = "xapp-simulator"
    signing_secret: str = "simulator-signing-secret"
    request_url: str | None = None
    scopes: list[str] = field(default_factory=lambda: list(ALL_SCOPES))
    commands: list[Command] = field(default_factory=list)
    shortcuts: list[Shortcut] = field(default_factory=list)
    events: list[str] = field(default_factory=lambda: list(ALL_EVENTS))
    home_enabled: bool = True
    interactive: bool = True
    redirect_urls: list[str] = field(default_factory=list)


def app_from_manifest(manifest: Mapping[str, Any]) -> AppConfig:
    """Read a parsed Slack app manifest. Raises KeyError or TypeError when it is not one."""
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    display = manifest["display_information"]
    return AppConfig(
        name=features.get("bot_user", {}).get("display_name") or display["name"],
        scopes=list(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        commands=[_command(entry) for entry in features.get("slash_commands", [])],
        shortcuts=[_shortcut(entry) for entry in features.get("shortcuts", [])],
        events=list(settings.get("event_subscriptions", {}).get("bot_events", [])),
        home_enabled=bool(features.get("app_home", {}).get("home_tab_enabled", False)),
        interactive=bool(settings.get("interactivity", {}).get("is_enabled", False)),
        redirect_urls=list(manifest.get("oauth_config", {}).get("redirect_urls", [])),
    )


def default_world(config: AppConfig, clock: Clock | None = None) -> World:
    """The Northwind workspace with the client Acme in a shared channel and one app installed."""
    world = World(clock)
    workspace = Workspace(
        team=Team("T0NORTHWIND", "Northwind", "northwind"), teams={"T0ACME": Team("T0ACME", "Acme", "acme")}
    )
    workspace.users = {user.id: user for user in _people()}
    bot = install(workspace, config)
    own = ["U0ALICE", "U0BOB", "U0CHARLIE", "U0GWEN"]
    shared = ["U0ALICE", "U0BOB", "U0CHARLIE"]
    created = int(world.clock.now())
    for channel in (
        Channel("C0GENERAL", "general", workspace.team.id, members=list(own), topic="Company-wide"),
        Channel("C0OPS", "ops", workspace.team.id, members=list(shared), topic="Keeping things up"),
        Channel("C0ACME", "acme", workspace.team.id, is_ext_shared=True, members=[*shared, "U0DORA", bot.id]),
        Channel("C0GLOBEX", "globex", workspace.team.id, is_ext_shared=True, members=["U0ALICE", bot.id]),
    ):
        channel.created = created
        workspace.channels[channel.id] = channel
    world.workspaces[workspace.team.id] = workspace
    return world


def add_workspace(world: World, name: str) -> Workspace:
    """One more workspace: erin owns it, frank is an admin, heidi a member; #general and #ops; nothing installed.

    Its ids are made of its name. Raises ValueError when the name is taken.
    """
    word = "".join(letter for letter in name.upper() if letter.isalnum())
    if not word or any(word == one.team.domain.upper() for one in world.workspaces.values()):
        raise ValueError(f"there is a workspace {name!r} already, or the name has no letters")
    team = Team(f"T0{word}", name, word.lower())
    workspace = Workspace(team)
    for handle, full in (("erin", "Erin Sato"), ("frank", "Frank Mbeki"), ("heidi", "Heidi Novak")):
        user_id, email = f"U0{word[:6]}{handle.upper()}", f"{handle}@{team.domain}.example"
        workspace.users[user_id] = User(
            user_id, team.id, handle, full, handle, is_admin=handle != "heidi", is_owner=handle == "erin", email=email
        )
    for place in ("general", "ops"):
        channel = Channel(f"C0{word[:6]}{place.upper()}", place, team.id, members=list(workspace.users))
        channel.created = int(world.clock.now())
        workspace.channels[channel.id] = channel
    world.workspaces[team.id] = workspace
    world.changed("workspace", team_id=team.id)
    return workspace


def organise(world: World, name: str, *workspaces: str) -> Organisation:
    """Put workspaces (by id, name or domain) into an organisation of that name. Raises KeyError."""
    word = "".join(letter for letter in name.upper() if letter.isalnum())
    organisation = Organisation(f"E0{word}", name, word.lower())
    world.organisations[organisation.id] = organisation
    for each in workspaces:
        world.find_workspace(each).team.enterprise_id = organisation.id
    return organisation


def install(workspace: Workspace, config: AppConfig, suffix: str = "APP") -> User:
    """Add an app and its bot user to a workspace; the suffix makes its ids unique. Returns the bot."""
    app = App(
        id=f"A0{suffix}", name=config.name, bot_user_id=f"U0{suffix}BOT", bot_id=f"B0{suffix}BOT",
        bot_token=config.bot_token, app_token=config.app_token, signing_secret=config.signing_secret,
        request_url=config.request_url, scopes=list(config.scopes), commands=list(config.commands),
        shortcuts=list(config.shortcuts), events=list(config.events),
        client_id=f"1000.{suffix.lower()}", client_secret=f"client-secret-{suffix.lower()}",
        home_enabled=config.home_enabled, interactive=config.interactive,
        redirect_urls=list(config.redirect_urls),
    )  # fmt: skip
    workspace.apps[app.id] = app
    handle = config.name.lower().replace(" ", "")
    bot = User(
        app.bot_user_id, workspace.team.id, handle, config.name, config.name, is_bot=True, app_id=app.id,
        bot_id=app.bot_id, tz="America/Los_Angeles", tz_label="Pacific Standard Time", tz_offset=-28800,
    )  # fmt: skip
    workspace.users[bot.id] = bot
    return bot


def _people() -> list[User]:
    team = "T0NORTHWIND"
    return [
        User("U0ALICE", team, "alice", "Alice Moreau", "alice", is_admin=True, is_owner=True,
             email="alice@northwind.example", color="9f69e7", **BERLIN),
        User("U0BOB", team, "bob", "Bob Lindqvist", "bob", is_admin=True,
             email="bob@northwind.example", color="4bbe2e", **BERLIN),
        User("U0CHARLIE", team, "charlie", "Charlie Okafor", "charlie",
             email="charlie@northwind.example", color="e7392d", **NEW_YORK),
        User("U0GWEN", team, "gwen", "Gwen Tanaka", "gwen", is_restricted=True,
             email="gwen@contractor.example", color="3c989f", **BERLIN),
        User("U0DORA", "T0ACME", "dora", "Dora Vance", "dora", is_stranger=True,
             email="dora@acme.example", color="e96699", **NEW_YORK),
    ]  # fmt: skip


def _command(entry: Mapping[str, Any]) -> Command:
    return Command(
        entry["command"], entry.get("description", ""), entry.get("usage_hint", ""), bool(entry.get("should_escape"))
    )


def _shortcut(entry: Mapping[str, Any]) -> Shortcut:
    return Shortcut(entry["name"], entry["callback_id"], entry["type"], entry.get("description", ""))
