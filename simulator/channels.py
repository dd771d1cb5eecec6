"""What happens to channels as a whole: renaming, archiving, sharing, with the events that Slack sends about it."""

from typing import Any

from simulator.delivery import Delivery
from simulator.messages import Messages
from simulator.state import Channel, Json, Team, User, Workspace, World, new_id


class Channels:
    """Changes channels and reports the changes to apps and to the page."""

    def __init__(self, world: World, delivery: Delivery, messages: Messages) -> None:
        self.world = world
        self.delivery = delivery
        self.messages = messages

    def create(self, workspace: Workspace, name: str, creator: User, private: bool = False) -> Channel:
        """A new channel with one member."""
        kind = "group" if private else "channel"
        created = int(self.world.clock.now())
        channel = Channel(new_id("C"), name, workspace.team.id, kind=kind, members=[creator.id], created=created)
        workspace.channels[channel.id] = channel
        if not private:
            about = {"id": channel.id, "name": name, "created": created, "creator": creator.id}
            self._event(workspace, "channel_created", None, channel=about)
        self.world.changed("channel", channel_id=channel.id)
        return channel

    def rename(self, workspace: Workspace, channel: Channel, name: str) -> None:
        """Give a channel another name; apps hear channel_rename or group_rename."""
        channel.name = name
        named = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created}
        self._event(workspace, _named(channel, "rename"), channel, channel=named)

    def archive(self, workspace: Workspace, channel: Channel, user: User, archived: bool = True) -> None:
        """Close a channel for good, or open it again: (un)archive events."""
        channel.is_archived = archived
        word = "archive" if archived else "unarchive"
        self._event(workspace, _named(channel, word), channel, user=user.id, channel=channel.id)

    def kick(self, workspace: Workspace, channel: Channel, user: User) -> None:
        """Take somebody out of a channel; an app's bot also hears channel_left or group_left."""
        if user.id not in channel.members:
            return
        self.messages.leave(workspace, channel, user)
        app = workspace.apps.get(user.app_id)
        if app is not None:
            kind = _named(channel, "left")
            event = {"type": kind, "channel": channel.id, "event_ts": self.world.next_ts()}
            self.delivery.event(workspace, kind, event, None, only=app)

    def share(self, workspace: Workspace, channel: Channel, team: Team, new_channel_id: bool = True) -> None:
        """Share a channel with another organisation. Its id changes with it, as Slack's do."""
        workspace.teams[team.id] = team
        channel.is_ext_shared = True
        if new_channel_id:
            self._change_id(workspace, channel)
        self._event(workspace, "channel_shared", channel, connected_team_id=team.id, channel=channel.id)

    def unshare(self, workspace: Workspace, channel: Channel, team: Team) -> None:
        """End it: the other organisation's people leave."""
        for member in [one for one in channel.members if workspace.users[one].team_id == team.id]:
            self.messages.leave(workspace, channel, workspace.users[member])
        channel.is_ext_shared = any(workspace.users[one].is_stranger for one in channel.members)
        self._event(
            workspace, "channel_unshared", channel, previously_connected_team_id=team.id, channel=channel.id,
            is_ext_shared=channel.is_ext_shared,
        )  # fmt: skip

    def _change_id(self, workspace: Workspace, channel: Channel) -> None:
        old = channel.id
        channel.id = new_id("C")
        for message in channel.messages:
            message.channel_id = channel.id
        # A rebuilt dict keeps the channel's place in the lists.
        workspace.channels = {one.id: one for one in workspace.channels.values()}
        self._event(workspace, "channel_id_changed", channel, old_channel_id=old, new_channel_id=channel.id)

    def _event(self, workspace: Workspace, kind: str, channel_of_event: Channel | None, /, **fields: Any) -> None:
        event: Json = {"type": kind, **fields, "event_ts": self.world.next_ts()}
        self.delivery.event(workspace, kind, event, channel_of_event)
        self.world.changed("channel", event=kind)


def _named(channel: Channel, word: str) -> str:
    return f"{'channel' if channel.kind == 'channel' else 'group'}_{word}"
