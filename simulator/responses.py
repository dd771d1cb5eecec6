"""What an app answers to a command or sends to a response_url, turned into messages."""

from typing import Any

from simulator import blocks as block_kit
from simulator.escaping import escape_blocks, escape_stray
from simulator.messages import Draft, Messages
from simulator.state import Json, Message, World
from simulator.triggers import Hook

FIELDS = {
    "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts",
    "unfurl_links", "unfurl_media", "metadata", "mrkdwn", "parse", "link_names",
}  # fmt: skip


class ResponseError(Exception):
    """An answer that Slack would refuse; `code` is Slack's error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Responses:
    """Applies answers of apps to the conversation that they belong to."""

    def __init__(self, world: World, messages: Messages) -> None:
        self.world = world
        self.messages = messages

    def apply(self, hook: Hook, body: Json) -> Message | None:
        """Post, replace or delete as the body says. Returns the message concerned. Raises ResponseError."""
        if set(body) - FIELDS:
            raise ResponseError("invalid_arguments")
        original = hook.message
        if body.get("delete_original") and original is not None:
            self.messages.delete(hook.workspace, hook.channel, original)
            return None
        content = self._content(body)
        if body.get("replace_original") and original is not None and not original.deleted:
            self.messages.edit(hook.workspace, hook.channel, original, **content)
            return original
        ephemeral = body.get("response_type", "ephemeral") != "in_channel"
        draft = Draft(
            **content, thread_ts=body.get("thread_ts"), ephemeral_to=hook.user.id if ephemeral else None
        )  # fmt: skip
        bot = hook.workspace.bot_of(hook.app)
        return self.messages.post(hook.workspace, hook.channel, bot, draft, hook.app)

    def _content(self, body: Json) -> dict[str, Any]:
        blocks, attachments = body.get("blocks") or [], body.get("attachments") or []
        if not (body.get("text") or blocks or attachments):
            raise ResponseError("no_text")
        if block_kit.problems(blocks, "message"):
            raise ResponseError("invalid_blocks")
        content = {"text": escape_stray(body.get("text") or ""), "attachments": _attachments(attachments)}
        return content | {"blocks": escape_blocks(block_kit.completed(blocks))}


def _attachments(attachments: list[Json]) -> list[Json]:
    """Attachments with ids filled in. Raises ResponseError when their blocks are wrong."""
    whole = []
    for one in attachments:
        if one.get("blocks") and block_kit.problems(one["blocks"], "message"):
            raise ResponseError("invalid_blocks")
        ready = {"blocks": escape_blocks(block_kit.completed(one["blocks"]))} if one.get("blocks") else {}
        whole.append(one | ready)
    return whole
