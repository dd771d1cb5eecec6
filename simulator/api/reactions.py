"""reactions.*: emoji on messages."""

import re

from simulator.api.registry import TAKES_JSON, Call, SlackError, method
from simulator.maxima import MOST
from simulator.state import Json

ARGUMENTS = {"channel": "text", "timestamp": "text", "name": "text"}


@method("reactions.add", "reactions:write", "3", TAKES_JSON, required=("channel", "timestamp", "name"), **ARGUMENTS)
def add(call: Call) -> Json:
    return _change(call, removed=False)


@method("reactions.remove", "reactions:write", "2", TAKES_JSON, required=("name",), **ARGUMENTS)
def remove(call: Call) -> Json:
    return _change(call, removed=True)


def _change(call: Call, removed: bool) -> Json:
    name = call.get("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise SlackError("invalid_name")
    message = call.message(call.channel(member=True), "timestamp")
    given = call.app.bot_user_id in message.reactions.get(name, [])
    if given and not removed:
        raise SlackError("already_reacted")
    if removed and not given:
        raise SlackError("no_reaction")
    if name not in message.reactions and len(message.reactions) >= MOST["different reactions"]:
        raise SlackError("too_many_emoji")
    call.core.messages.react(call.workspace, message, call.bot, name, removed)
    return {}
