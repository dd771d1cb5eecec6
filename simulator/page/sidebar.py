"""The left column: conversations with their unread counts, and the phone's notifications."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from simulator.page.mrkdwn import plain_text
from simulator.page.scene import Scene, display_name, group_name, own_channels
from simulator.state import Channel, Message, User

NO_PREVIEW = "This content can't be displayed."


@dataclass
class ReadMarks:
    """How far each person has read each conversation: (user_id, channel_id) -> ts."""

    marks: dict[tuple[str, str], str] = field(default_factory=lambda: defaultdict(lambda: "0"))

    def read(self, person: User, channel: Channel | None) -> None:
        if channel and channel.messages:
            self.marks[person.id, channel.id] = channel.messages[-1].ts

    def unread(self, person: User, channel: Channel) -> int:
        mark = self.marks[person.id, channel.id]
        count = 0
        for message in reversed(channel.messages):
            if message.ts <= mark:
                break
            count += is_news(message, person)
        return count


def is_news(message: Message, person: User) -> bool:
    seen_by_person = message.ephemeral_to in (None, person.id) and not message.deleted
    return seen_by_person and message.user_id != person.id and (not message.is_reply or message.broadcast)


@dataclass(frozen=True)
class Row:
    """One line of the sidebar."""

    key: str
    label: str
    address: str
    kind: str  # channel | private | shared | group | person | app
    active: bool
    unread: int
    user: User | None = None
    warning: str = ""


@dataclass(frozen=True)
class Sidebar:
    channels: list[Row]
    people: list[Row]
    apps: list[Row]
    actors: list[tuple[User, str]]  # everyone one may act as, with the address


def channel_kind(channel: Channel) -> str:
    if channel.is_ext_shared:
        return "shared"
    return "private" if channel.kind == "group" else "channel"


def channel_rows(scene: Scene, marks: ReadMarks) -> Iterator[Row]:
    for channel in own_channels(scene.workspace, scene.person):
        active = channel is scene.channel
        address = scene.reader.address(channel=channel.id)
        unread = marks.unread(scene.person, channel)
        yield Row(channel.id, channel.name, address, channel_kind(channel), active, unread)


def person_row(scene: Scene, marks: ReadMarks, user: User) -> Row:
    channel = scene.workspace.im(scene.person.id, user.id)
    query = {"app": "messages", "app_id": user.app_id} if user.is_bot else {"dm": user.id}
    unread = marks.unread(scene.person, channel) if channel else 0
    active = scene.partner is user
    kind = "app" if user.is_bot else "person"
    label = display_name(user) if user.is_bot else user.real_name
    app = scene.workspace.apps.get(user.app_id)
    warning = "Slack has switched its events off: too many failures" if app and app.events_disabled else ""
    key = channel.id if channel else user.id
    return Row(key, label, scene.reader.address(**query), kind, active, unread, user, warning)


def group_rows(scene: Scene, marks: ReadMarks) -> Iterator[Row]:
    """Direct conversations of several people."""
    for channel in scene.workspace.channels.values():
        if channel.kind == "mpim" and scene.person.id in channel.members:
            name = group_name(scene.workspace, scene.person, channel)
            address, unread = scene.reader.address(channel=channel.id), marks.unread(scene.person, channel)
            yield Row(channel.id, name, address, "group", channel is scene.channel, unread)


def build_sidebar(scene: Scene, marks: ReadMarks) -> Sidebar:
    """Guests and external people see only those they share a channel with, as in Slack."""
    marks.read(scene.person, None if scene.shows_home else scene.channel)
    workspace, person = scene.workspace, scene.person
    met = {member for channel in own_channels(workspace, person) for member in channel.members}
    restricted = person.is_restricted or person.is_stranger
    known = [user for user in workspace.users.values() if not user.deleted and (user.id in met or not restricted)]
    humans = [user for user in known if not user.is_bot and user is not person]
    bots = [workspace.users[app.bot_user_id] for app in workspace.apps.values() if not person.is_stranger]
    return Sidebar(
        channels=list(channel_rows(scene, marks)),
        people=[*(person_row(scene, marks, user) for user in humans), *group_rows(scene, marks)],
        apps=[person_row(scene, marks, user) for user in bots],
        actors=[
            (user, f"/?{urlencode({'team': scene.team, 'as': user.name} if scene.team else {'as': user.name})}")
            for user in workspace.users.values()
            if not user.is_bot and not user.deleted
        ],
    )


@dataclass(frozen=True)
class Toast:
    """What the person's phone shows of one message."""

    ts: str
    title: str
    text: str
    address: str


def app_messages(scene: Scene, since: str) -> Iterator[Message]:
    """The apps' direct messages to the person after that ts, oldest first."""
    for app in scene.workspace.apps.values():
        channel = scene.workspace.im(scene.person.id, app.bot_user_id)
        for message in channel.messages if channel else []:
            if message.ts > since and is_news(message, scene.person) and message.ephemeral_to is None:
                yield message


def toasts(scene: Scene, since: str) -> list[Toast]:
    """Nothing while the person has Do Not Disturb on."""
    if scene.person.dnd_until and scene.person.dnd_until > scene.world.clock.now():
        return []
    return [build_toast(scene, message) for message in app_messages(scene, since)]


def build_toast(scene: Scene, message: Message) -> Toast:
    author = scene.workspace.users[message.user_id]
    text = plain_text(message.text, scene.reader) or NO_PREVIEW
    return Toast(
        message.ts, message.username or display_name(author), text, scene.reader.address(channel=message.channel_id)
    )
