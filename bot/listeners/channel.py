"""What happens to channels: Heed joins or leaves, they are shared, archived, or get another id.

What must not be missed is stored before Slack gets its answer, so that a failure makes Slack send it again.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.listeners.acting import house_of, installed_of, workspace_of
from models.actions import moving, watching

ENDS = ("channel_archive", "group_archive", "channel_left", "group_left")
"""Events after which nothing more is heard from a channel; the last of them tell of Heed itself."""


def register(bolt: App) -> None:
    bolt.use(follow)
    bolt.event("channel_id_changed")(done)
    bolt.event("channel_archive")(done)
    bolt.event("group_archive")(done)
    bolt.event("channel_left")(done)
    bolt.event("group_left")(done)
    bolt.event("member_left_channel")(done)
    bolt.event("member_joined_channel")(joined)
    bolt.event("channel_shared")(shared)


def follow(req: BoltRequest, context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
    """Global middleware: an id that changes, and the end of a channel, are committed here; both are harmless twice."""
    event = req.body.get("event") or {}
    if req.body.get("type") == "event_callback":
        kind = event.get("type")
        if kind == "channel_id_changed":
            with house_of(context).db.begin() as session:
                moving.rename(session, workspace_of(context), event["old_channel_id"], event["new_channel_id"])
        elif kind in ENDS or (kind == "member_left_channel" and event.get("user") == context.bot_user_id):
            with house_of(context).db.begin() as session:
                watching.stop(session, workspace_of(context), event["channel"], kind)
    return next()


def done() -> None:
    """The middleware has seen to it, or it concerns nobody; this only tells Slack so."""


def joined(event: dict[str, Any], body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Heed is in a channel now; one that is shared with others may be a client's."""
    if event.get("user") == context.bot_user_id and body.get("is_ext_shared_channel"):
        _suggest(event["channel"], context, client)


def shared(event: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """A channel is shared with another organisation now."""
    _suggest(event["channel"], context, client)


def _suggest(channel_id: str, context: BoltContext, client: WebClient) -> None:
    """Tell the admins how the channel is watched, where Heed is in it."""
    house = house_of(context)
    try:
        channel = client.conversations_info(channel=channel_id)["channel"]
    except SlackApiError:
        return
    if not channel.get("is_member") or not channel.get("is_ext_shared"):
        return
    name = _other_side(channel, context, client)
    with house.db.begin() as session:
        told = watching.suggest(session, workspace_of(context), channel_id, channel.get("name") or channel_id, name)
    if told:
        house.bell.wake("notify")


def _other_side(channel: dict[str, Any], context: BoltContext, client: WebClient) -> str:
    """What the organisation that shares the channel is called; empty when Slack does not say."""
    for team_id in channel.get("connected_team_ids") or ():
        if team_id not in (context.team_id, *installed_of(context).ours):
            try:
                return str(client.team_info(team=team_id)["team"]["name"])
            except SlackApiError:
                return ""
    return ""
