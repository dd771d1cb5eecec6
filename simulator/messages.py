"""Posting, editing, deleting and reacting, with the events that Slack sends about it."""

from dataclasses import dataclass, field
from typing import Any

from simulator.delivery import Delivery
from simulator.payloads import message_event, message_json
from simulator.state import App, Channel, Json, Message, User, Workspace, World, new_id

SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}


@dataclass
class Draft:
    """What is to be posted; the fields are those of Message."""

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    broadcast: bool = False
    username: str = ""
    icon_emoji: str = ""
    icon_url: str = ""
    subtype: str | None = None


class Messages:
    """Changes conversations and reports the changes to apps and to the page."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self.world = world
        self.delivery = delivery

    def post(
        self, workspace: Workspace, channel: Channel, author: User, draft: Draft, app: App | None = None
    ) -> Message:
        """Store a message and send its events; ephemeral ones make none."""
        message = Message(
            ts=self.world.next_ts(), channel_id=channel.id, user_id=author.id, bot_id=app.bot_id if app else "",
            app_id=app.id if app else "", **vars(draft),
        )  # fmt: skip
        channel.add(message)
        if message.ephemeral_to is None:
            self._announce(workspace, channel, message)
        self.world.changed("message", channel_id=channel.id, ts=message.ts, message=message)
        return message

    def edit(self, workspace: Workspace, channel: Channel, message: Message, **fields: Any) -> None:
        """Change fields of a message, mark it edited, and send message_changed."""
        previous = message_json(workspace, channel, message)
        for name, value in fields.items():
            setattr(message, name, value)
        event_ts = self.world.next_ts()
        if message.text != previous["text"]:
            message.edited_ts = event_ts
        if message.ephemeral_to is None:
            current = message_json(workspace, channel, message, with_metadata=True)
            self._changed(workspace, channel, event_ts, "message_changed", message=current, previous_message=previous)
        self.world.changed("message_changed", channel_id=channel.id, ts=message.ts, message=message)

    def delete(self, workspace: Workspace, channel: Channel, message: Message) -> None:
        """Mark a message deleted, forget what it said, and send message_deleted."""
        previous = message_json(workspace, channel, message)
        message.deleted = True
        if message.ephemeral_to is None:
            event_ts = self.world.next_ts()
            self._changed(
                workspace, channel, event_ts, "message_deleted", deleted_ts=message.ts, previous_message=previous
            )
        self.world.changed("message_deleted", channel_id=channel.id, ts=message.ts, message=message)

    def react(self, workspace: Workspace, message: Message, user: User, name: str, removed: bool = False) -> None:
        """Add or take away a reaction; the caller has checked that it is absent or present."""
        people = message.reactions.setdefault(name, [])
        if removed:
            people.remove(user.id)
        else:
            people.append(user.id)
        if not people:
            del message.reactions[name]
        channel = workspace.channels[message.channel_id]
        kind = "reaction_removed" if removed else "reaction_added"
        item = {"type": "message", "channel": message.channel_id, "ts": message.ts}
        event = {
            "type": kind, "user": user.id, "reaction": name, "item": item, "item_user": message.user_id,
            "event_ts": self.world.next_ts(),
        }  # fmt: skip
        self.delivery.event(workspace, kind, event, channel)
        self.world.changed("reaction", channel_id=message.channel_id, ts=message.ts, message=message)

    def join(self, workspace: Workspace, channel: Channel, user: User, inviter: User | None = None) -> None:
        """Make somebody a member (nothing happens when they are one already)."""
        if user.id in channel.members:
            return
        channel.members.append(user.id)
        event = self._membership("member_joined_channel", channel, user)
        if inviter:
            event["inviter"] = inviter.id
        self.delivery.event(workspace, "member_joined_channel", event, channel)
        draft = Draft(text=f"<@{user.id}> has joined the channel", subtype="channel_join")
        self.post(workspace, channel, user, draft)
        self.world.changed("channel", channel_id=channel.id)

    def leave(self, workspace: Workspace, channel: Channel, user: User) -> None:
        """End somebody's membership (nothing happens when they are not a member)."""
        if user.id not in channel.members:
            return
        event = self._membership("member_left_channel", channel, user)
        self.delivery.event(workspace, "member_left_channel", event, channel)
        channel.members.remove(user.id)
        self.world.changed("channel", channel_id=channel.id)

    def open_im(self, workspace: Workspace, one: User, other: User) -> Channel:
        """The direct conversation of two people, made when there is none."""
        if found := workspace.im(one.id, other.id):
            return found
        channel = Channel(new_id("D"), "", workspace.team.id, kind="im", members=[one.id, other.id])
        return self._add_channel(workspace, channel)

    def open_mpim(self, workspace: Workspace, users: list[User]) -> Channel:
        """The group conversation of three or more people, made when there is none."""
        members = [user.id for user in users]
        for channel in workspace.channels.values():
            if channel.kind == "mpim" and set(channel.members) == set(members):
                return channel
        name = "mpdm-" + "--".join(user.name for user in users) + "-1"
        return self._add_channel(workspace, Channel(new_id("C"), name, workspace.team.id, kind="mpim", members=members))

    def _add_channel(self, workspace: Workspace, channel: Channel) -> Channel:
        channel.created = int(self.world.clock.now())
        workspace.channels[channel.id] = channel
        self.world.changed("channel", channel_id=channel.id)
        return channel

    def _announce(self, workspace: Workspace, channel: Channel, message: Message) -> None:
        if not self.delivery.anyone_listens(workspace, channel):
            return
        event = message_event(workspace, channel, message)
        self.delivery.event(workspace, SUBSCRIPTION[channel.kind], event, channel)
        if channel.kind in ("im", "mpim") or message.subtype not in (None, "file_share"):
            return
        for app in workspace.apps.values():
            if f"<@{app.bot_user_id}>" in message.text and message.app_id != app.id:
                mention = {key: value for key, value in event.items() if key != "channel_type"} | {
                    "type": "app_mention"
                }
                self.delivery.event(workspace, "app_mention", mention, channel, only=app)

    def _changed(self, workspace: Workspace, channel: Channel, ts: str, subtype: str, **more: Any) -> None:
        event = {
            "type": "message", "subtype": subtype, "channel": channel.id, "hidden": True, "ts": ts, "event_ts": ts,
            "channel_type": channel.kind, **more,
        }  # fmt: skip
        self.delivery.event(workspace, SUBSCRIPTION[channel.kind], event, channel)

    def _membership(self, kind: str, channel: Channel, user: User) -> Json:
        letter = "C" if channel.kind == "channel" else "G"
        return {
            "type": kind, "user": user.id, "channel": channel.id, "channel_type": letter, "team": user.team_id,
            "event_ts": self.world.next_ts(),
        }  # fmt: skip
