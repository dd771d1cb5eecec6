"""The register of Web API methods: what each takes, needs and may be asked how often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator import blocks as block_kit
from simulator.core import Core
from simulator.escaping import escape_blocks
from simulator.state import App, Channel, Json, Message, User, Workspace

NO_TOKEN, BOT, APP_LEVEL = "none", "bot", "app"
TAKES_JSON = True


class SlackError(Exception):
    """Becomes {"ok": false, "error": code, **more}."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


def invalid_arguments(*problems: str) -> SlackError:
    messages = [f"[ERROR] {problem}" for problem in problems]
    return SlackError("invalid_arguments", response_metadata={"messages": messages})


@dataclass
class Call:
    """One call of a method by an installed app, its arguments already converted."""

    core: Core
    workspace: Workspace
    app: App
    method: "Method"
    arguments: Json

    @property
    def bot(self) -> User:
        return self.workspace.bot_of(self.app)

    def get(self, name: str, default: Any = None) -> Any:
        value = self.arguments.get(name)
        return default if value is None else value

    def need(self, scope: str) -> None:
        """Raise missing_scope unless the token has it."""
        if scope not in self.app.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(self.app.scopes))

    def channel(self, member: bool = False) -> Channel:
        """The `channel` argument. Conversations that the bot cannot see do not exist for it."""
        channel = self.workspace.channels.get(str(self.get("channel", "")))
        if channel is None:
            raise SlackError("channel_not_found")
        inside = self.app.bot_user_id in channel.members
        if channel.kind != "channel" and not inside:
            raise SlackError("channel_not_found")
        if isinstance(self.method.scopes, Mapping):
            self.need(self.method.scopes[channel.kind])
        if member and not inside:
            raise SlackError("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str = "ts", error: str = "message_not_found") -> Message:
        """The message that an argument names."""
        message = channel.find(str(self.get(name, "")))
        if message is None or message.ephemeral_to is not None:
            raise SlackError(error)
        return message

    def user(self, name: str = "user", error: str = "user_not_found") -> User:
        user = self.workspace.users.get(str(self.get(name, "")))
        if user is None:
            raise SlackError(error)
        return user

    def blocks(self) -> list[Json]:
        """The `blocks` argument, validated for messages and with ids filled in."""
        return checked_blocks(self.get("blocks", []))


def checked_blocks(blocks: Any, pointer: str = "/blocks") -> list[Json]:
    """Blocks of a message with ids filled in. Raises invalid_blocks_format or invalid_blocks."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    if problems := block_kit.problems(blocks, "message", pointer):
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise SlackError("invalid_blocks", errors=problems, response_metadata={"messages": messages})
    if block_kit.too_long(blocks):
        raise SlackError("msg_blocks_too_long")
    return escape_blocks(block_kit.completed(blocks))


Handler = Callable[[Call], Json]


@dataclass(frozen=True)
class Method:
    """`scopes`: one scope, or one per kind of conversation. `arguments`: name -> text, json, flag, number, list.

    `takes_json`: methods that write take a JSON body, those that read take forms and queries only.
    """

    name: str
    handler: Handler
    scopes: str | Mapping[str, str] = ""
    tier: str = "3"
    needs_token: str = BOT
    arguments: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    takes_json: bool = False

    def accepted_scopes(self) -> list[str]:
        return list(dict.fromkeys(self.scopes.values())) if isinstance(self.scopes, Mapping) else [self.scopes]


METHODS: dict[str, Method] = {}
EVERYWHERE = {"token": "text", "team_id": "text"}  # the SDK can add team_id to every call


def method(
    name: str, scopes: str | Mapping[str, str] = "", tier: str = "3", takes_json: bool = False, /, *,
    needs_token: str = BOT, required: tuple[str, ...] = (), **arguments: str,
) -> Callable[[Handler], Handler]:  # fmt: skip
    """Register a handler. Arguments that are not named here are refused."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(
            name, handler, scopes, tier, needs_token, {**arguments, **EVERYWHERE}, required, takes_json
        )
        return handler

    return register


def by_kind(action: str) -> dict[str, str]:
    """The four scopes of a conversations method, by kind of conversation."""
    return {
        "channel": f"channels:{action}", "group": f"groups:{action}", "im": f"im:{action}", "mpim": f"mpim:{action}",
    }  # fmt: skip
