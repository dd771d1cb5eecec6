"""The JSON shapes in which Slack shows people, conversations, messages and views to an app."""

import secrets
from collections.abc import Container
from typing import Any

from simulator.compose import rich_text
from simulator.state import App, Channel, Json, Message, Team, User, View, Workspace, World, new_id


def enterprise_json(world: World, workspace: Workspace) -> Json | None:
    """The organisation of a workspace, as interactions and oauth.v2.access show it."""
    found = world.organisation(workspace)
    return {"id": found.id, "name": found.name} if found else None


def member_json(world: World, workspace: Workspace, user: User, bots: Container[str], with_email: bool = True) -> Json:
    """A person as users.info shows them to these bots (user ids), with what they are in the organisation."""
    shape, found = user_json(user, with_email), world.organisation(workspace)
    if user.is_stranger:
        shape["is_stranger"] = not _is_met(workspace, user, bots)
    if found is None or user.is_stranger:
        return shape
    return shape | {
        "enterprise_user": {
            "id": user.id, "enterprise_id": found.id, "enterprise_name": found.name, "is_admin": False,
            "is_owner": False, "teams": [one.team.id for one in world.within(found.id) if user.id in one.users],
        }
    }  # fmt: skip


def _is_met(workspace: Workspace, user: User, bots: Container[str]) -> bool:
    """Whether somebody is in a channel that one of the bots sees: a public one, or one that it is in."""
    return any(
        user.id in channel.members and (channel.kind == "channel" or any(member in bots for member in channel.members))
        for channel in workspace.channels.values()
    )


def message_json(workspace: Workspace, channel: Channel, message: Message, with_metadata: bool = False) -> Json:
    """A message as history, events and interactions show it. Metadata is left out unless asked for."""
    author = workspace.users.get(message.user_id)
    shape: Json = {
        "type": "message",
        "user": message.user_id,
        "text": message.text,
        "ts": message.ts,
        "team": author.team_id if author else workspace.team.id,
    }
    if message.subtype:
        shape["subtype"] = message.subtype
    if message.bot_id:
        shape |= _bot_fields(workspace, message)
    if message.blocks:
        shape["blocks"] = message.blocks
    elif not message.bot_id and not message.subtype and message.text:
        shape["blocks"] = rich_text(message.text)
    for key in ("attachments", "files"):
        if value := getattr(message, key):
            shape[key] = value
    if message.edited_ts:
        shape["edited"] = {"user": message.user_id, "ts": message.edited_ts}
    if message.reactions:
        shape["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if with_metadata and message.metadata:
        shape["metadata"] = message.metadata
    return shape | _thread_fields(channel, message)


def _bot_fields(workspace: Workspace, message: Message) -> Json:
    app = workspace.apps.get(message.app_id)
    profile = {
        "id": message.bot_id, "app_id": message.app_id, "name": app.name if app else "", "deleted": False,
        "updated": 0, "icons": {}, "team_id": workspace.team.id,
    }  # fmt: skip
    fields: Json = {"bot_id": message.bot_id, "app_id": message.app_id, "bot_profile": profile}
    if message.username:
        fields["username"] = message.username
    return fields


def _thread_fields(channel: Channel, message: Message) -> Json:
    if message.is_reply and message.thread_ts:
        parent = channel.index.get(message.thread_ts)
        fields: Json = {"thread_ts": message.thread_ts}
        return fields | ({"parent_user_id": parent.user_id} if parent else {})
    replies = channel.replies(message.ts) if message.ts in channel.threads else []
    if not replies:
        return {}
    people = list(dict.fromkeys(reply.user_id for reply in replies))
    return {
        "thread_ts": message.ts, "reply_count": len(replies), "reply_users_count": len(people),
        "latest_reply": replies[-1].ts, "reply_users": people[:5], "is_locked": False, "subscribed": False,
    }  # fmt: skip


def user_json(user: User, with_email: bool = True) -> Json:
    """A person as users.info shows them; the e-mail needs its own scope."""
    profile: Json = {
        "real_name": user.real_name, "real_name_normalized": user.real_name, "display_name": user.display_name,
        "display_name_normalized": user.display_name, "title": "", "phone": "", "skype": "", "status_text": "",
        "status_emoji": "", "status_expiration": 0, "avatar_hash": "g" + user.id[-6:].lower(), "team": user.team_id,
        "first_name": user.real_name.split()[0] if user.real_name else "", "last_name": user.real_name.split()[-1],
    }  # fmt: skip
    if with_email and user.email and not user.is_bot:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"api_app_id": user.app_id, "bot_id": user.bot_id, "always_active": False}
    shape: Json = {
        "id": user.id, "team_id": user.team_id, "name": user.name, "deleted": user.deleted, "profile": profile,
        "is_bot": user.is_bot, "is_app_user": False, "updated": 0,
    }  # fmt: skip
    if user.deleted:
        return shape
    return shape | {
        "color": user.color, "real_name": user.real_name, "tz": user.tz, "tz_label": user.tz_label,
        "tz_offset": user.tz_offset, "is_admin": user.is_admin, "is_owner": user.is_owner,
        "is_primary_owner": user.is_owner, "is_restricted": user.is_restricted, "is_ultra_restricted": False,
        "is_stranger": False, "is_email_confirmed": True, "who_can_share_contact_card": "EVERYONE",
    }  # fmt: skip


def channel_json(workspace: Workspace, channel: Channel, viewer_id: str) -> Json:
    """A conversation as conversations.info shows it to the bot."""
    shape: Json = {
        "id": channel.id, "created": channel.created, "is_archived": channel.is_archived, "is_org_shared": False,
        "is_im": channel.kind == "im", "context_team_id": workspace.team.id, "updated": channel.created * 1000,
    }  # fmt: skip
    if channel.kind == "im":
        other = next((member for member in channel.members if member != viewer_id), viewer_id)
        return shape | {"user": other, "is_user_deleted": workspace.users[other].deleted, "is_open": True}
    connected = sorted(_connected_teams(workspace, channel))
    return shape | {
        "name": channel.name, "name_normalized": channel.name, "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group", "is_mpim": channel.kind == "mpim", "unlinked": 0,
        "parent_conversation": None,
        "is_private": channel.kind != "channel", "is_general": channel.name == "general", "creator": "U0ALICE",
        "is_shared": channel.is_ext_shared, "is_ext_shared": channel.is_ext_shared, "is_pending_ext_shared": False,
        "pending_shared": [], "shared_team_ids": [channel.team_id, *connected], "previous_names": [],
        "connected_team_ids": connected, "conversation_host_id": channel.team_id,
        "is_member": viewer_id in channel.members, "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }  # fmt: skip


def _connected_teams(workspace: Workspace, channel: Channel) -> set[str]:
    return {workspace.users[member].team_id for member in channel.members} - {channel.team_id}


def team_json(team: Team) -> Json:
    return {
        "id": team.id, "name": team.name, "domain": team.domain, "url": f"https://{team.domain}.slack.com/",
        "email_domain": "", "icon": {"image_default": True}, "avatar_base_url": "https://ca.slack-edge.com/",
        "is_verified": False,
    }  # fmt: skip


def view_json(workspace: Workspace, view: View) -> Json:
    """A modal or Home as the views methods and view payloads show it, with what was filled in so far."""
    app = workspace.apps[view.app_id]
    return {
        "id": view.id, "team_id": workspace.team.id, "type": view.type, "blocks": view.blocks, "title": view.title,
        "private_metadata": view.private_metadata, "callback_id": view.callback_id, "hash": view.hash,
        "state": {"values": view.state_values}, "close": view.close, "submit": view.submit,
        "clear_on_close": view.clear_on_close, "notify_on_close": view.notify_on_close,
        "previous_view_id": view.previous_view_id, "root_view_id": view.root_view_id, "app_id": view.app_id,
        "external_id": view.external_id, "app_installed_team_id": workspace.team.id, "bot_id": app.bot_id,
    }  # fmt: skip


def event_envelope(world: World, workspace: Workspace, app: App, event: Json, shared: bool) -> Json:
    """The outer JSON of the Events API, with a fresh event_id."""
    return {
        "token": "verification-token",
        "team_id": workspace.team.id,
        "context_team_id": workspace.team.id,
        "context_enterprise_id": workspace.team.enterprise_id or None,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(world.clock.now()),
        "authorizations": [
            {
                "enterprise_id": workspace.team.enterprise_id or None,
                "team_id": None if app.org else workspace.team.id, "user_id": app.bot_user_id, "is_bot": True,
                "is_enterprise_install": bool(app.org),
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{secrets.token_urlsafe(24)}",
    }  # fmt: skip


def message_event(workspace: Workspace, channel: Channel, message: Message, **more: Any) -> Json:
    """The inner event of a new message. People of other teams also bring user_team and source_team."""
    event = message_json(workspace, channel, message, with_metadata=True)
    event |= {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.kind}
    author = workspace.users.get(message.user_id)
    if author and author.team_id != workspace.team.id:
        event |= {"user_team": author.team_id, "source_team": author.team_id}
        event["user_profile"] = {
            "real_name": author.real_name, "display_name": author.display_name, "name": author.name,
            "team": author.team_id, "is_restricted": False, "is_ultra_restricted": False,
        }  # fmt: skip
    if not message.bot_id:
        event["client_msg_id"] = f"00000000-0000-4000-8000-{message.ts.replace('.', '')[-12:]}"
    return event | more


def actor_json(user: User) -> Json:
    """The `user` of an interaction."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def interaction(world: World, workspace: Workspace, app: App, user: User, kind: str, **more: Any) -> Json:
    """The fields that every interaction payload has."""
    whole, team = enterprise_json(world, workspace), {"id": workspace.team.id, "domain": workspace.team.domain}
    return {
        "type": kind,
        "user": actor_json(user),
        "api_app_id": app.id,
        "token": "verification-token",
        "team": team | ({"enterprise_id": whole["id"], "enterprise_name": whole["name"]} if whole else {}),
        "enterprise": whole,
        "is_enterprise_install": bool(app.org),
        **more,
    }


def permalink(workspace: Workspace, message: Message) -> str:
    """Slack's address of a message; replies also name their thread."""
    path = f"{message.channel_id}/p{message.ts.replace('.', '')}"
    query = f"?thread_ts={message.thread_ts}&cid={message.channel_id}" if message.is_reply else ""
    return f"https://{workspace.team.domain}.slack.com/archives/{path}{query}"
