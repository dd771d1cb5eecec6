"""conversations.*: finding, opening, joining and reading conversations."""

from bisect import bisect_left, bisect_right

from simulator.api.paging import decode, encode, limit, page
from simulator.api.registry import TAKES_JSON, Call, SlackError, by_kind, method
from simulator.maxima import MOST
from simulator.payloads import channel_json, message_json
from simulator.state import Channel, Json, Message

TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
READING = {
    "channel": "text", "cursor": "text", "limit": "number", "oldest": "text", "latest": "text", "inclusive": "flag",
    "include_all_metadata": "flag",
}  # fmt: skip


@method("conversations.info", by_kind("read"), "3", required=("channel",), channel="text", include_locale="flag",
        include_num_members="flag")  # fmt: skip
def info(call: Call) -> Json:
    return {"channel": channel_json(call.workspace, call.channel(), call.app.bot_user_id)}


@method("conversations.list", by_kind("read"), "2", types="list", cursor="text", limit="number",
        exclude_archived="flag")  # fmt: skip
def list_conversations(call: Call) -> Json:
    return _listing(call, [channel for channel in _asked_for(call) if _visible(call, channel)])


@method("users.conversations", by_kind("read"), "3", user="text", types="list", cursor="text", limit="number",
        exclude_archived="flag")  # fmt: skip
def conversations_of_user(call: Call) -> Json:
    """Where somebody (the app's bot) is a member; private places only if the bot is in them, too."""
    member = call.user() if call.get("user") else call.bot
    return _listing(call, [c for c in _asked_for(call) if _visible(call, c) and member.id in c.members])


def _asked_for(call: Call) -> list[Channel]:
    """The conversations of the wanted types. Raises invalid_types or missing_scope."""
    types = call.get("types") or ["public_channel"]
    if not set(types) <= set(TYPES):
        raise SlackError("invalid_types")
    kinds = [TYPES[name] for name in types]
    for kind in kinds:
        call.need(by_kind("read")[kind])
    return [
        channel for channel in call.workspace.channels.values()
        if channel.kind in kinds and not (call.get("exclude_archived") and channel.is_archived)
    ]  # fmt: skip


def _listing(call: Call, found: list[Channel]) -> Json:
    channels, cursor = page(call, found, 100)
    shapes = [channel_json(call.workspace, channel, call.app.bot_user_id) for channel in channels]
    return {"channels": shapes, "response_metadata": {"next_cursor": cursor}}


@method("conversations.members", by_kind("read"), "4", required=("channel",), channel="text", cursor="text",
        limit="number")  # fmt: skip
def members(call: Call) -> Json:
    found, cursor = page(call, call.channel().members, 100)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


@method(
    "conversations.open",
    "",
    "3",
    TAKES_JSON,
    users="list",
    channel="text",
    return_im="flag",
    prevent_creation="flag",
)
def open_conversation(call: Call) -> Json:
    channel = call.channel() if call.get("channel") else _open_with(call, call.get("users", []))
    shape: Json = {"id": channel.id}
    if call.get("return_im"):
        shape = channel_json(call.workspace, channel, call.app.bot_user_id)
    return {"channel": shape, "no_op": True, "already_open": True}


@method("conversations.join", "channels:join", "3", TAKES_JSON, required=("channel",), channel="text")
def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    already = call.app.bot_user_id in channel.members
    call.core.messages.join(call.workspace, channel, call.bot)
    shape: Json = {"channel": channel_json(call.workspace, channel, call.app.bot_user_id)}
    if already:
        shape |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return shape


@method("conversations.history", by_kind("history"), "3", required=("channel",), **READING)
def history(call: Call) -> Json:
    """The main line, newest first; replies appear only when they were broadcast."""
    channel = call.channel(member=True)
    size = min(limit(call, 100, MOST["page of history"]), _most_shown(call))
    found = _line(call, channel, size + 1)
    messages, more = found[:size], len(found) > size
    shapes = [_shape(call, channel, message) for message in messages]
    answer: Json = {
        "messages": shapes, "has_more": more, "pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0,
    }  # fmt: skip
    if more:
        answer["response_metadata"] = {"next_cursor": encode(messages[-1].ts)}
    return answer


@method("conversations.replies", by_kind("history"), "3", required=("channel", "ts"), ts="text", **READING)
def replies(call: Call) -> Json:
    """A thread, its first message first, then the replies from old to new."""
    channel = call.channel(member=True)
    first = call.message(channel, error="thread_not_found")
    oldest, latest, inclusive = call.get("oldest", "0"), call.get("latest", "9"), call.get("inclusive", False)
    inside = [
        reply for reply in channel.replies(first.ts)
        if oldest < reply.ts < latest or (inclusive and reply.ts in (oldest, latest))
    ]  # fmt: skip
    messages, cursor = page(call, [first, *inside], 1000, cut=_most_shown(call))
    shapes = [_shape(call, channel, message) for message in messages]
    return {"messages": shapes, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _most_shown(call: Call) -> int:
    """Apps that are sold outside the Marketplace get small pages only."""
    return MOST["page of history when limited"] if call.core.limits.history_limited else MOST["page of history"] + 1


def _line(call: Call, channel: Channel, size: int) -> list[Message]:
    """At most `size` messages, newest first, between `oldest` and `latest` and before the cursor."""
    oldest, latest, inclusive = call.get("oldest", "0"), call.get("latest", "9"), call.get("inclusive", False)
    messages = channel.messages
    end = (bisect_right if inclusive else bisect_left)(messages, latest, key=lambda message: message.ts)
    start = (bisect_left if inclusive else bisect_right)(messages, oldest, key=lambda message: message.ts)
    if cursor := call.get("cursor", ""):
        end = min(end, bisect_left(messages, decode(cursor), key=lambda message: message.ts))
    found: list[Message] = []
    for place in range(end - 1, start - 1, -1):
        message = messages[place]
        if message.deleted or message.ephemeral_to is not None or (message.is_reply and not message.broadcast):
            continue
        found.append(message)
        if len(found) == size:
            break
    return found


def _shape(call: Call, channel: Channel, message: Message) -> Json:
    return message_json(call.workspace, channel, message, with_metadata=call.get("include_all_metadata", False))


def _visible(call: Call, channel: Channel) -> bool:
    return channel.kind == "channel" or call.app.bot_user_id in channel.members


def _open_with(call: Call, names: list[str]) -> Channel:
    if not names:
        raise SlackError("users_list_not_supplied")
    if len(names) > MOST["people to open"]:
        raise SlackError("too_many_users")
    call.need("im:write" if len(names) == 1 else "mpim:write")
    users = [call.workspace.users.get(name) for name in names]
    people = [user for user in users if user is not None]
    if len(people) < len(users):
        raise SlackError("user_not_found")
    if any(user.deleted for user in people):
        raise SlackError("user_disabled")
    if any(user.is_stranger for user in people):
        raise SlackError("user_not_visible")
    if any(user.is_bot for user in people):
        raise SlackError("cannot_dm_bot")
    if len(people) == 1:
        return call.core.messages.open_im(call.workspace, people[0], call.bot)
    return call.core.messages.open_mpim(call.workspace, [*people, call.bot])
