"""Acting as a person: writing, pressing, filling in modals. Shared by the page and the tests' Python API.

All methods run in the server's loop. A person or channel may be given by name or by id; a person's name in
place of a channel means the direct conversation with them.
"""

import base64
from typing import Any

from simulator.admins import Admins
from simulator.compose import compose
from simulator.core import Core
from simulator.delivery import Answer
from simulator.forms import blocks_of, fill, find_element, missing, set_state
from simulator.messages import Draft
from simulator.payloads import enterprise_json, interaction, message_json, view_json
from simulator.responses import ResponseError
from simulator.state import App, Channel, Json, Message, User, View, Workspace
from simulator.triggers import Hook

TROUBLE = "We had some trouble connecting. Try again?"


class People(Admins):
    """What a person at a Slack client can do. Without a team: the people of the first workspace."""

    def __init__(self, core: Core, team_id: str | None = None) -> None:
        self.core = core
        self.world = core.world
        self.team_id = team_id

    @property
    def workspace(self) -> Workspace:
        return self.world.workspace if self.team_id is None else self.world.workspaces[self.team_id]

    def resolve(self, user: str, channel: str) -> tuple[User, Channel]:
        """Names or ids to the person and the conversation, which is opened if it is a direct one."""
        person = self.workspace.user(user)
        try:
            return person, self.workspace.channel(channel)
        except KeyError:
            return person, self.core.messages.open_im(self.workspace, person, self.workspace.user(channel))

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """Write a message as typed text. Raises PermissionError when the person is not a member."""
        person, place = self.resolve(user, channel)
        if person.deleted or person.id not in place.members or place.is_archived:
            raise PermissionError(f"{person.name} cannot write in {place.name}")
        draft = Draft(text=compose(self.workspace, text), thread_ts=thread_ts)
        return self.core.messages.post(self.workspace, place, person, draft)

    async def share_file(
        self, user: str, channel: str, name: str, content: bytes | str, text: str = "", thread_ts: str | None = None
    ) -> Message:
        """Put a file into a conversation, with some words; `content` as a string is base64."""
        person, place = self.resolve(user, channel)
        data = base64.b64decode(content) if isinstance(content, str) else content
        file = self.core.files.add(self.workspace, person, name, data)
        draft = Draft(text=compose(self.workspace, text), files=[file], thread_ts=thread_ts, subtype="file_share")
        message = self.core.messages.post(self.workspace, place, person, draft)
        self.core.files.shared(self.workspace, [file], place, message, person)
        return message

    async def compose(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message | Answer:
        """What the composer does: run a registered command, else write the message."""
        name = text.split(maxsplit=1)[0] if text.strip() else ""
        if any(command.name == name for app in self.workspace.apps.values() for command in app.commands):
            return await self.command(user, channel, text)
        return await self.say(user, channel, text, thread_ts)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Message:
        """Edit one's own message."""
        place, message = self._own(user, channel, ts)
        self.core.messages.edit(self.workspace, place, message, text=compose(self.workspace, text))
        return message

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        place, message = self._own(user, channel, ts)
        self.core.messages.delete(self.workspace, place, message)

    async def react(self, user: str, channel: str, ts: str, emoji: str) -> None:
        """Add a reaction, or take it away when the person has given it already."""
        person, place = self.resolve(user, channel)
        message = self._message(place, ts)
        name = emoji.strip(":")
        given = person.id in message.reactions.get(name, [])
        self.core.messages.react(self.workspace, message, person, name, removed=given)

    async def press(
        self, user: str, channel_id: str, ts: str, action_id: str, value: str | None = None, block_id: str | None = None
    ) -> Answer:
        """Press the button of a message; `value` or `block_id` tell apart buttons with the same action_id."""
        container = {"type": "message", "channel_id": channel_id, "message_ts": ts}
        return await self.act(user, container, action_id, {"value": value} if value else {}, block_id)

    async def act(
        self, user: str, container: Json, action_id: str, payload: Any = None, block_id: str | None = None
    ) -> Answer:
        """Press or choose in a message or a view.

        `container` is {"type": "message", "channel_id", "message_ts"} or {"type": "view", "view_id"};
        `payload` is what was chosen: a plain value (text, option value, user id, list of these) or the
        fields of Slack's own action ({"selected_option": {...}}).
        """
        person = self.workspace.user(user)
        if container["type"] == "view":
            view = self._view(container["view_id"])
            return await self._act_in_view(person, view, action_id, payload, block_id)
        channel = self.resolve(user, container["channel_id"])[1]
        message = self._message(channel, container["message_ts"])
        return await self._act_in_message(person, channel, message, action_id, payload, block_id)

    async def command(self, user: str, channel: str, text: str) -> Answer:
        """Run a slash command, given with its name: "/name rest". Raises KeyError for an unknown one."""
        person, place = self.resolve(user, channel)
        name, _, rest = text.strip().partition(" ")
        app, command = next(
            ((app, c) for app in self.workspace.apps.values() for c in app.commands if c.name == name), (None, None)
        )
        if app is None or command is None:
            raise KeyError(f"no such command: {name}")
        typed = compose(self.workspace, rest.strip(), labels=True) if command.should_escape else rest.strip()
        answer = await self.core.delivery.command(app, self._command_fields(app, person, place, name, typed))
        hook = Hook(self.workspace, app, place, person, None, 0)
        if not answer.ok:
            self._warn(hook, f'{name} failed with the error "{answer.problem}"')
        elif answer.body and (answer.body.get("text") or answer.body.get("blocks")):
            self._respond(hook, answer.body, name)
        return answer

    async def shortcut(self, user: str, callback_id: str, channel: str | None = None, ts: str | None = None) -> Answer:
        """Use a global shortcut, or a message shortcut when channel and ts name a message."""
        person = self.workspace.user(user)
        app = next(
            (a for a in self.workspace.apps.values() if any(s.callback_id == callback_id for s in a.shortcuts)), None
        )
        if app is None:
            raise KeyError(f"no such shortcut: {callback_id}")
        more: Json = {
            "callback_id": callback_id,
            "trigger_id": self.core.triggers.issue(app, person),
            "action_ts": self.world.next_ts(),
        }
        if channel is None or ts is None:
            return await self.core.delivery.interact(app, self._interaction(app, person, "shortcut", more))
        place = self.resolve(user, channel)[1]
        message = self._message(place, ts)
        more |= {
            "channel": self._channel_reference(place),
            "message_ts": message.ts,
            "message": message_json(self.workspace, place, message),
            "response_url": self.core.triggers.response_url("app", self.workspace, app, place, person),
        }
        return await self.core.delivery.interact(app, self._interaction(app, person, "message_action", more))

    async def open_home(self, user: str, app: str | None = None, tab: str = "home") -> View | None:
        """Open the app's Home (or its "messages" tab): sends app_home_opened. Returns what is published now."""
        person, installed = self.workspace.user(user), self.app(app)
        place = self.core.messages.open_im(self.workspace, person, self.workspace.bot_of(installed))
        view = self.workspace.homes.get((installed.id, person.id))
        event: Json = {
            "type": "app_home_opened", "user": person.id, "channel": place.id, "tab": tab,
            "event_ts": self.world.next_ts(),
        }  # fmt: skip
        if view is not None and tab == "home":
            event["view"] = view_json(self.workspace, view)
        self.core.delivery.event(self.workspace, "app_home_opened", event, None, only=installed)
        return view

    async def submit_view(self, user: str, view_id: str, values: Json | None = None) -> dict[str, str] | None:
        """Fill in and submit a modal. Returns the errors by block_id that keep it open, or None.

        `values` maps block_id or action_id to a plain value, or is Slack's own state (block_id -> action_id
        -> state). A failure to reach the app is the error of the key "".
        """
        person, view = self.workspace.user(user), self._view(view_id)
        fill(view, values or {})
        view.errors = missing(view)
        if view.errors:
            self.core.views.touch(view)
            return view.errors
        app = self.workspace.apps[view.app_id]
        more = {
            "trigger_id": self.core.triggers.issue(app, person),
            "view": view_json(self.workspace, view),
            "response_urls": [],
        }
        answer = await self.core.delivery.interact(app, self._interaction(app, person, "view_submission", more))
        if not answer.ok:
            view.errors = {"": TROUBLE}
            self.core.views.touch(view)
        else:
            view.errors = self.core.views.answered(self.workspace, view, person.id, answer.body)
        return view.errors or None

    async def close_view(self, user: str, view_id: str, clear: bool = False) -> None:
        """Close a modal (with `clear` the whole stack); the app hears of it if it asked for notify_on_close."""
        person, view = self.workspace.user(user), self._view(view_id)
        self.core.views.close(self.workspace, person.id, view, clear)
        if view.notify_on_close:
            app = self.workspace.apps[view.app_id]
            more = {"view": view_json(self.workspace, view), "is_cleared": clear}
            await self.core.delivery.interact(app, self._interaction(app, person, "view_closed", more))

    async def _act_in_message(
        self, person: User, channel: Channel, message: Message, action_id: str, payload: Any, block_id: str | None
    ) -> Answer:
        element, block = find_element(blocks_of(message), action_id, payload, block_id)
        action = set_state(message.state_values, block, element, payload)
        app = self.workspace.apps[message.app_id]
        url = self.core.triggers.response_url("actions", self.workspace, app, channel, person, message)
        more: Json = {
            "container": {
                "type": "message", "message_ts": message.ts, "channel_id": channel.id,
                "is_ephemeral": message.ephemeral_to is not None,
                **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
            },
            "trigger_id": self.core.triggers.issue(app, person), "channel": self._channel_reference(channel),
            "message": message_json(self.workspace, channel, message), "response_url": url,
            "state": {"values": message.state_values}, "actions": [self._stamped(action)],
        }  # fmt: skip
        answer = await self.core.delivery.interact(app, self._interaction(app, person, "block_actions", more))
        self.world.changed(
            "acted", user_id=person.id, channel_id=channel.id, ts=message.ts, problem=answer.problem, app=app.name
        )
        return answer

    async def _act_in_view(
        self, person: User, view: View, action_id: str, payload: Any, block_id: str | None
    ) -> Answer:
        element, block = find_element(view.blocks, action_id, payload, block_id)
        action = set_state(view.state_values, block, element, payload)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Answer()
        app = self.workspace.apps[view.app_id]
        more: Json = {
            "container": {"type": "view", "view_id": view.id}, "view": view_json(self.workspace, view),
            "trigger_id": self.core.triggers.issue(app, person), "state": {"values": view.state_values},
            "actions": [self._stamped(action)],
        }  # fmt: skip
        answer = await self.core.delivery.interact(app, self._interaction(app, person, "block_actions", more))
        self.world.changed("acted", user_id=person.id, view_id=view.id, problem=answer.problem, app=app.name)
        return answer

    def _command_fields(self, app: App, person: User, place: Channel, name: str, text: str) -> dict[str, str]:
        whole = enterprise_json(self.world, self.workspace)
        return {
            "token": "verification-token", "team_id": self.workspace.team.id, "team_domain": self.workspace.team.domain,
            "channel_id": place.id, "channel_name": self._channel_reference(place)["name"], "user_id": person.id,
            "user_name": person.name, "command": name, "text": text, "api_app_id": app.id,
            **({"enterprise_id": whole["id"], "enterprise_name": whole["name"]} if whole else {}),
            "is_enterprise_install": str(bool(app.org)).lower(), "trigger_id": self.core.triggers.issue(app, person),
            "response_url": self.core.triggers.response_url("commands", self.workspace, app, place, person),
        }  # fmt: skip

    def _interaction(self, app: App, person: User, kind: str, more: Json) -> Json:
        return interaction(self.world, self.workspace, app, person, kind, **more)

    def _stamped(self, action: Json) -> Json:
        return action | {"action_ts": self.world.next_ts()}

    def _channel_reference(self, channel: Channel) -> Json:
        names = {"im": "directmessage", "group": "privategroup"}
        return {"id": channel.id, "name": names.get(channel.kind, channel.name)}

    def _respond(self, hook: Hook, body: Json, name: str) -> None:
        try:
            self.core.responses.apply(hook, body)
        except ResponseError as problem:
            self._warn(hook, f'{name} failed with the error "{problem.code}"')

    def _warn(self, hook: Hook, text: str) -> None:
        """Slackbot's private word when a command failed."""
        slackbot = self.workspace.users.get("USLACKBOT") or User(
            "USLACKBOT", self.workspace.team.id, "slackbot", "Slackbot"
        )
        draft = Draft(text=text, ephemeral_to=hook.user.id)
        self.core.messages.post(self.workspace, hook.channel, slackbot, draft)

    def _message(self, channel: Channel, ts: str) -> Message:
        message = channel.find(ts)
        if message is None:
            raise KeyError(f"no message {ts} in {channel.id}")
        return message

    def _own(self, user: str, channel: str, ts: str) -> tuple[Channel, Message]:
        person, place = self.resolve(user, channel)
        message = self._message(place, ts)
        if message.user_id != person.id:
            raise PermissionError(f"{person.name} did not write {ts}")
        return place, message

    def _view(self, view_id: str) -> View:
        view = self.workspace.find_view(view_id)
        if view is None:
            raise KeyError(f"no open view {view_id}")
        return view
