"""What a person can do in the page, as functions from the posted JSON to the simulator's people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from simulator.delivery import Answer
from simulator.page.form import element_value, find_element, problems, state_values
from simulator.page.scene import zone_of
from simulator.people import People
from simulator.state import Message, View

Body = Mapping[str, Any]
Result = dict[str, Any]
Action = Callable[[People, Body], Awaitable[Result]]

ACTIONS: dict[str, Action] = {}


class RefusalError(Exception):
    """The sentence that Slack's client shows when something did not work."""


def action(name: str) -> Callable[[Action], Action]:
    def register(function: Action) -> Action:
        ACTIONS[name] = function
        return function

    return register


def check(people: People, answer: Answer, what: str) -> Result:
    if not answer.ok:
        raise RefusalError(f"{what} did not respond ({answer.problem}). Try again?")
    return {}


def app_name(people: People, app_id: str) -> str:
    app = people.workspace.apps.get(app_id)
    return app.name if app else "The app"


@action("say")
async def say(people: People, body: Body) -> Result:
    """`{as, channel, text, thread_ts?}`; `channel` may be a person's id. Registered commands are run, not posted."""
    text = str(body["text"])
    name = text.split(maxsplit=1)[0] if text.strip() else ""
    known = {command.name for app in people.workspace.apps.values() for command in app.commands}
    if name.startswith("/") and name not in known and name.count("/") == 1:
        raise RefusalError(f"{name} is not a valid command. Messages that start with “/” are read as commands.")
    result = await people.compose(body["as"], body["channel"], text, body.get("thread_ts"))
    if isinstance(result, Message):
        return {"ts": result.ts, "channel": result.channel_id}
    return {}


@action("command")
async def command(people: People, body: Body) -> Result:
    """`{as, channel, text}`, the text with the command's name. A failure is Slackbot's message."""
    await people.command(body["as"], body["channel"], body["text"])
    return {}


@action("edit")
async def edit(people: People, body: Body) -> Result:
    """`{as, channel, ts, text}`."""
    await people.edit(body["as"], body["channel"], body["ts"], body["text"])
    return {}


@action("delete")
async def delete(people: People, body: Body) -> Result:
    """`{as, channel, ts}`."""
    await people.delete(body["as"], body["channel"], body["ts"])
    return {}


@action("react")
async def react(people: People, body: Body) -> Result:
    """`{as, channel, ts, emoji}`; a second time takes the reaction away."""
    await people.react(body["as"], body["channel"], body["ts"], body["emoji"])
    return {}


def container_of(people: People, body: Body) -> tuple[dict[str, str], Message | View]:
    """Where the element stands, as the simulator names it, and the thing itself. Raises KeyError when it is gone."""
    if body.get("view_id"):
        view = people.workspace.find_view(body["view_id"])
        if view is None:
            raise KeyError("this view is closed")
        return {"type": "view", "view_id": view.id}, view
    message = people.workspace.channel(body["channel"]).find(body["ts"])
    if message is None:
        raise KeyError("this message is gone")
    return {"type": "message", "channel_id": message.channel_id, "message_ts": message.ts}, message


@action("act")
async def act(people: People, body: Body) -> Result:
    """`{as, channel, ts | view_id, block_id, action_id, value, values}`: press or choose in a message or view.

    `value` is what was chosen (a string or a list), `values` everything filled in: block_id -> action_id -> value.
    """
    zone = zone_of(people.workspace.user(body["as"]))
    container, holder = container_of(people, body)
    blocks = [*holder.blocks, *attached_blocks(holder)]
    block_id, item = find_element(blocks, body["action_id"], body.get("block_id"))
    remember(holder, state_values(blocks, body.get("values") or {}, zone))
    chosen: Any = None
    if not str(item["type"]).endswith("button"):
        chosen = element_value(item, body.get("value") or "", zone)
    elif item.get("value"):
        chosen = {"value": item["value"]}
    answer = await people.act(body["as"], container, body["action_id"], chosen, block_id)
    return check(people, answer, app_name(people, holder.app_id))


ACTIONS["press"] = act


def attached_blocks(holder: Message | View) -> list[Any]:
    attachments = holder.attachments if isinstance(holder, Message) else []
    return [block for attachment in attachments for block in attachment.get("blocks", [])]


def remember(holder: Message | View, values: dict[str, dict[str, Any]]) -> None:
    """Untouched inputs count as well: Slack sends the state of the whole container with every action."""
    for block_id, states in values.items():
        holder.state_values.setdefault(block_id, {}).update(states)


@action("shortcut")
async def shortcut(people: People, body: Body) -> Result:
    """`{as, callback_id, app_id, channel?, ts?}`; with a message it is a message shortcut."""
    answer = await people.shortcut(body["as"], body["callback_id"], body.get("channel"), body.get("ts"))
    return check(people, answer, app_name(people, body.get("app_id", "")))


@action("open_home")
async def open_home(people: People, body: Body) -> Result:
    """`{as, app_id, tab}`."""
    await people.open_home(body["as"], body.get("app_id"), body.get("tab", "home"))
    return {}


@action("submit_view")
async def submit_view(people: People, body: Body) -> Result:
    """`{as, view_id, values}`; answers `{errors}` by block_id. What Slack's client refuses never reaches the app."""
    _, view = container_of(people, body)
    zone = zone_of(people.workspace.user(body["as"]))
    if not isinstance(view, View):
        raise KeyError("this view is closed")
    values = state_values(view.blocks, body["values"], zone)
    found = problems(view.blocks, body["values"])
    if found:
        remember(view, values)
        view.errors = found
        people.world.changed("view", view_id=view.id)
        return {"errors": found}
    return {"errors": await people.submit_view(body["as"], view.id, values) or {}}


@action("close_view")
async def close_view(people: People, body: Body) -> Result:
    """`{as, view_id, clear}`; `clear` closes the whole stack."""
    await people.close_view(body["as"], body["view_id"], bool(body.get("clear")))
    return {}
