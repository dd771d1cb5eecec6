"""chat.*: posting, changing and deleting messages."""

import json
from typing import Any

from simulator.api.registry import TAKES_JSON, Call, SlackError, checked_blocks, method
from simulator.escaping import escape_stray
from simulator.maxima import MOST
from simulator.messages import Draft
from simulator.payloads import message_json, permalink
from simulator.state import Channel, Json, Message

CONTENT = {"text": "text", "blocks": "json", "attachments": "json", "markdown_text": "text", "mrkdwn": "flag"}
POSTING = CONTENT | {
    "channel": "text", "thread_ts": "text", "username": "text", "icon_emoji": "text", "icon_url": "text",
    "link_names": "flag", "parse": "text", "as_user": "flag",
}  # fmt: skip


def _content(call: Call) -> dict[str, Any]:
    """Text, blocks and attachments, checked. Raises no_text when there is nothing to show."""
    text, blocks, attachments = call.get("text", ""), call.blocks(), _attachments(call)
    if markdown := call.get("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MOST["markdown_text"]:
            raise SlackError("msg_too_long")
        text = markdown
    if not (text.strip() or blocks or attachments):
        raise SlackError("no_text")
    return {"text": escape_stray(text), "blocks": blocks, "attachments": attachments}


def _attachments(call: Call) -> list[Json]:
    attachments = call.get("attachments", [])
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MOST["attachments"]:
        raise SlackError("too_many_attachments")
    return [
        one | {"blocks": checked_blocks(one["blocks"], f"/attachments/{place}/blocks")} if one.get("blocks") else one
        for place, one in enumerate(attachments)
    ]


def _metadata(call: Call) -> Json | None:
    metadata: Json | None = call.get("metadata")
    if metadata is None:
        return None
    shaped = isinstance(metadata, dict) and set(metadata) <= {"event_type", "event_payload", "entities"}
    if not shaped or not isinstance(metadata.get("event_type"), str) or not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > MOST["metadata characters"]:
        raise SlackError("metadata_too_large")
    return metadata


def _destination(call: Call) -> Channel:
    """A conversation id, or a person's id for the app's direct conversation with them."""
    name = call.get("channel")
    if name in call.workspace.users:
        person = call.workspace.users[name]
        if person.deleted or person.is_bot or person.is_stranger:
            raise SlackError("channel_not_found")
        return call.core.messages.open_im(call.workspace, person, call.bot)
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.app.bot_user_id not in channel.members and "chat:write.public" not in call.app.scopes:
        raise SlackError("not_in_channel")
    return channel


def _customised(call: Call) -> dict[str, Any]:
    custom = {name: call.get(name) for name in ("username", "icon_emoji", "icon_url") if call.get(name)}
    if custom:
        call.need("chat:write.customize")
    return custom


@method(
    "chat.postMessage", "chat:write", "special", TAKES_JSON, required=("channel",), **POSTING, metadata="json",
    reply_broadcast="flag", unfurl_links="flag", unfurl_media="flag",
)  # fmt: skip
def post_message(call: Call) -> Json:
    channel = _destination(call)
    content = _content(call)
    content["text"] = content["text"][: MOST["posted text"]]
    thread_ts = call.get("thread_ts") or None
    if thread_ts is not None and channel.find(thread_ts) is None:
        raise SlackError("thread_not_found")
    draft = Draft(
        **content, thread_ts=thread_ts, metadata=_metadata(call), broadcast=call.get("reply_broadcast", False),
        **_customised(call),
    )  # fmt: skip
    message = call.core.messages.post(call.workspace, channel, call.bot, draft, call.app)
    return _posted(call, channel, message)


@method("chat.postEphemeral", "chat:write", "4", TAKES_JSON, required=("channel", "user"), **POSTING, user="text")
def post_ephemeral(call: Call) -> Json:
    channel = call.channel(member=True)
    content = _content(call)
    if len(content["text"]) > MOST["posted text"]:
        raise SlackError("msg_too_long")
    if call.get("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    draft = Draft(
        **content, thread_ts=call.get("thread_ts"), ephemeral_to=call.get("user"), **_customised(call)
    )  # fmt: skip
    message = call.core.messages.post(call.workspace, channel, call.bot, draft, call.app)
    return {"message_ts": message.ts}


@method(
    "chat.update", "chat:write", "3", TAKES_JSON, required=("channel", "ts"), **CONTENT, channel="text", ts="text",
    metadata="json", link_names="flag", parse="text", as_user="flag", reply_broadcast="flag", file_ids="list",
)  # fmt: skip
def update(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if message.app_id != call.app.id:
        raise SlackError("cant_update_message")
    content = _content(call)
    if len(content["text"]) > MOST["updated text"]:
        raise SlackError("msg_too_long")
    if "attachments" not in call.arguments and "blocks" not in call.arguments:
        content["attachments"] = message.attachments
    if (metadata := _metadata(call)) is not None:
        content["metadata"] = metadata
    call.core.messages.edit(call.workspace, channel, message, **content)
    return {"text": message.text} | _posted(call, channel, message)


@method(
    "chat.delete",
    "chat:write",
    "3",
    TAKES_JSON,
    required=("channel", "ts"),
    channel="text",
    ts="text",
    as_user="flag",
)
def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if message.app_id != call.app.id:
        raise SlackError("cant_delete_message")
    call.core.messages.delete(call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", "", "special", required=("channel", "message_ts"), channel="text", message_ts="text")
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": permalink(call.workspace, message)}


def _posted(call: Call, channel: Channel, message: Message) -> Json:
    shape = message_json(call.workspace, channel, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shape}
