"""Everything the simulator remembers, as plain data: people, channels, messages, views, installed apps."""

import secrets
import string
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.maxima import MOST

Json = dict[str, Any]
Listener = Callable[[str, Json], None]

MOST_LOGGED = 50_000
ID_LETTERS = string.ascii_uppercase + string.digits


def new_id(prefix: str) -> str:
    """A fresh id shaped like Slack's: the prefix and ten uppercase letters or digits."""
    return prefix + "".join(secrets.choice(ID_LETTERS) for _ in range(10))


@dataclass
class Organisation:
    """What several workspaces may belong to; apps can be installed in all of them at once."""

    id: str
    name: str
    domain: str


@dataclass
class Team:
    id: str
    name: str
    domain: str
    enterprise_id: str = ""


@dataclass
class User:
    """A person or a bot. `is_stranger`: belongs to another team and is met in shared channels only; apps that see
    one of these are told `is_stranger: false`, as by Slack."""

    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str = ""
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    tz: str = "Europe/Berlin"
    tz_label: str = "Central European Time"
    tz_offset: int = 3600
    email: str = ""
    color: str = "4a6fa5"
    dnd_until: float | None = None
    app_id: str = ""
    bot_id: str = ""

    @property
    def initials(self) -> str:
        """One or two letters that stand for the avatar."""
        return "".join(word[0] for word in self.real_name.split()[:2]).upper() or "?"


@dataclass
class Message:
    """One message. `ts` is Slack's string id; an ephemeral one is seen by `ephemeral_to` only.

    `state_values` holds what people have chosen in the message's inputs: block_id -> action_id -> state.
    """

    ts: str
    channel_id: str
    user_id: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    edited_ts: str | None = None
    deleted: bool = False
    subtype: str | None = None
    bot_id: str = ""
    app_id: str = ""
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    broadcast: bool = False
    username: str = ""
    icon_emoji: str = ""
    icon_url: str = ""
    state_values: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """True for a message inside a thread (not for the thread's first message)."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Channel:
    """A conversation. `messages` is in order of ts and keeps deleted ones (marked); use `add` to append."""

    id: str
    name: str
    team_id: str
    kind: str = "channel"  # channel | group | im | mpim
    is_ext_shared: bool = False
    is_archived: bool = False
    members: list[str] = field(default_factory=list)
    topic: str = ""
    messages: list[Message] = field(default_factory=list)
    created: int = 0
    index: dict[str, Message] = field(default_factory=dict, repr=False)
    threads: dict[str, list[Message]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for message in self.messages:
            self._remember(message)

    def add(self, message: Message) -> None:
        """Append a message and index it by ts and by thread."""
        self.messages.append(message)
        self._remember(message)

    def find(self, ts: str) -> Message | None:
        """The message with that ts unless it was deleted."""
        message = self.index.get(ts)
        return None if message is None or message.deleted else message

    def replies(self, ts: str) -> list[Message]:
        """The visible replies of the thread that starts at ts, oldest first."""
        return [reply for reply in self.threads.get(ts, []) if not reply.deleted and reply.ephemeral_to is None]

    def visible(self, user_id: str | None = None) -> list[Message]:
        """Undeleted messages of the main line and of threads, with the ephemeral ones of that person."""
        return [m for m in self.messages if not m.deleted and m.ephemeral_to in (None, user_id)]

    def _remember(self, message: Message) -> None:
        self.index[message.ts] = message
        if message.is_reply and message.thread_ts is not None:
            self.threads.setdefault(message.thread_ts, []).append(message)


@dataclass
class View:
    """An open modal or a published App Home.

    `title`, `submit` and `close` are Slack text objects or None; `errors` maps block_id to the sentence shown
    below it; `state_values` maps block_id -> action_id -> state, as far as people have filled it in.
    """

    id: str
    hash: str
    type: str  # modal | home
    app_id: str
    user_id: str
    callback_id: str = ""
    private_metadata: str = ""
    blocks: list[Json] = field(default_factory=list)
    title: Json | None = None
    submit: Json | None = None
    close: Json | None = None
    state_values: dict[str, dict[str, Json]] = field(default_factory=dict)
    root_view_id: str = ""
    previous_view_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    external_id: str = ""
    clear_on_close: bool = False
    notify_on_close: bool = False


@dataclass
class Command:
    name: str  # with its slash
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass
class Shortcut:
    name: str
    callback_id: str
    type: str  # message | global
    description: str = ""

    def __post_init__(self) -> None:
        if len(self.name) > MOST["shortcut name"]:
            raise ValueError(f"a shortcut's name has at most {MOST['shortcut name']} characters: {self.name}")


@dataclass
class App:
    """An installed app: who it is, what it may do, and where it listens.

    Where it is installed for a whole organisation, `org` is that one's id, and its workspaces share token and bot.
    """

    id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    request_url: str | None = None
    scopes: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    shortcuts: list[Shortcut] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    client_id: str = ""
    client_secret: str = ""
    home_enabled: bool = True
    interactive: bool = True
    redirect_urls: list[str] = field(default_factory=list)
    org: str = ""
    events_disabled: bool = False  # Slack has switched the subscription off after too many failures


@dataclass
class UserGroup:
    id: str
    team_id: str
    handle: str
    name: str
    description: str = ""
    users: list[str] = field(default_factory=list)
    disabled: bool = False
    created: int = 0
    updated: int = 0


@dataclass
class Workspace:
    """One Slack workspace. `teams` are the other organisations that share channels with it.

    `files` are file objects by id, `contents` their bytes; `is_paid` is what user groups need.
    """

    team: Team
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    homes: dict[tuple[str, str], View] = field(default_factory=dict)  # (app_id, user_id)
    modals: dict[str, list[View]] = field(default_factory=dict)  # user_id -> stack, the last one is on top
    files: dict[str, Json] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    usergroups: dict[str, UserGroup] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    is_paid: bool = True

    def user(self, name: str) -> User:
        """By id, name ("alice", "@alice") or display name. Raises KeyError."""
        wanted = name.removeprefix("@")
        if wanted in self.users:
            return self.users[wanted]
        for user in list(self.users.values()):
            if wanted.lower() in (user.name.lower(), user.display_name.lower(), user.real_name.lower()):
                return user
        raise KeyError(f"no such person: {name}")

    def channel(self, name: str) -> Channel:
        """By id or name ("acme", "#acme"). Raises KeyError."""
        wanted = name.removeprefix("#")
        if wanted in self.channels:
            return self.channels[wanted]
        for channel in list(self.channels.values()):
            if channel.name == wanted and channel.kind in ("channel", "group"):
                return channel
        raise KeyError(f"no such channel: {name}")

    def im(self, one: str, other: str) -> Channel | None:
        """The direct conversation of two user ids, if they have one."""
        pair = {one, other}
        ims = (channel for channel in list(self.channels.values()) if channel.kind == "im")
        return next((channel for channel in ims if set(channel.members) == pair), None)

    def bot_of(self, app: App) -> User:
        return self.users[app.bot_user_id]

    def find_view(self, view_id: str) -> View | None:
        """A home or an open modal by its id (or external_id)."""
        return next((view for view in self.views() if view_id in (view.id, view.external_id)), None)

    def views(self) -> Iterator[View]:
        yield from self.homes.values()
        for stack in self.modals.values():
            yield from stack


class World:
    """All workspaces and the clock. Written by the server's loop only; readable from any thread."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.workspaces: dict[str, Workspace] = {}
        self.organisations: dict[str, Organisation] = {}
        self.shelf: dict[str, App] = {}  # apps that are installed nowhere any more, by client id
        self.revoked: dict[str, str] = {}  # tokens that were good once -> the error that they bring now
        self.log: deque[Json] = deque(maxlen=MOST_LOGGED)
        self.listeners: list[Listener] = []
        self.condition = threading.Condition()
        self.version = 0
        self._last_ts = 0

    @property
    def workspace(self) -> Workspace:
        """The first workspace, which is the one that the page and most tests look at."""
        return next(iter(self.workspaces.values()))

    def changed(self, kind: str, **what: Any) -> None:
        """Tell everyone who watches (the page's live updates, waiting tests) that something happened."""
        self.nudge()
        for listener in list(self.listeners):
            listener(kind, what)

    def nudge(self) -> None:
        """Let waiting tests look again; nothing has changed that the page would show."""
        self.version += 1
        with self.condition:
            self.condition.notify_all()

    def next_ts(self) -> str:
        """A message id: the clock's time in microseconds, never the same twice."""
        self._last_ts = max(int(self.clock.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def not_before(self, ts: str) -> None:
        """Make coming message ids later than this one."""
        seconds, _, fraction = ts.partition(".")
        self._last_ts = max(self._last_ts, int(seconds) * 1_000_000 + int(fraction or 0))

    def installations(self, app_id: str) -> Iterator[tuple[Workspace, App]]:
        """Every workspace that has the app, with the app as it is installed there."""
        for workspace in list(self.workspaces.values()):
            if app_id in workspace.apps:
                yield workspace, workspace.apps[app_id]

    def request_url(self, app: App) -> str | None:
        """Where an app listens for signed HTTP: one address for all its installations."""
        urls = (one.request_url for _, one in self.installations(app.id))
        return app.request_url or next((url for url in urls if url), None)

    def app_by_client(self, client_id: str) -> App | None:
        """An app, installed or not, by the id that it shows when it asks for an installation."""
        installed = (app for workspace in self.workspaces.values() for app in workspace.apps.values())
        return next((app for app in installed if app.client_id == client_id), self.shelf.get(client_id))

    def find_workspace(self, name: str | None) -> Workspace:
        """By id, name or domain; the first one without a name. Raises KeyError."""
        for workspace in self.workspaces.values():
            team = workspace.team
            if name is None or name in (team.id, team.name, team.domain):
                return workspace
        raise KeyError(f"no such workspace: {name}")

    def organisation(self, workspace: Workspace) -> Organisation | None:
        """What the workspace belongs to."""
        return self.organisations.get(workspace.team.enterprise_id)

    def within(self, organisation_id: str) -> list[Workspace]:
        """The workspaces of an organisation."""
        return [one for one in self.workspaces.values() if one.team.enterprise_id == organisation_id]

    def app_by_token(self, token: str) -> tuple[Workspace, App] | None:
        """Which installation a bot or app-level token belongs to."""
        for workspace in self.workspaces.values():
            for app in workspace.apps.values():
                if token in (app.bot_token, app.app_token):
                    return workspace, app
        return None
