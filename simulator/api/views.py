"""views.*: opening, pushing, updating and publishing."""

from typing import Any

from simulator.api.registry import TAKES_JSON, Call, SlackError, method
from simulator.payloads import view_json
from simulator.state import Json, View
from simulator.triggers import TriggerError
from simulator.views import ViewError

OPENING = {"view": "json", "trigger_id": "text", "interactivity_pointer": "text"}


def _refused(problem: ViewError) -> SlackError:
    more: dict[str, Any] = {"response_metadata": {"messages": problem.messages}} if problem.messages else {}
    return SlackError(problem.code, **more)


def _person(call: Call) -> str:
    """Whose trigger it is. The view is looked at first: an invalid one does not use the trigger up."""
    try:
        call.core.views.check(call.get("view"), "modal")
    except ViewError as problem:
        raise _refused(problem) from None
    try:
        return call.core.triggers.take(call.app, call.get("trigger_id") or call.get("interactivity_pointer", ""))
    except TriggerError as problem:
        raise SlackError(problem.code) from None


def _answer(call: Call, view: View) -> Json:
    return {"view": view_json(call.workspace, view)}


@method("views.open", "", "4", TAKES_JSON, required=("view", "trigger_id"), **OPENING)
def open_view(call: Call) -> Json:
    person = _person(call)
    try:
        return _answer(call, call.core.views.open(call.workspace, call.app, person, call.get("view")))
    except ViewError as problem:
        raise _refused(problem) from None


@method("views.push", "", "4", TAKES_JSON, required=("view", "trigger_id"), **OPENING)
def push_view(call: Call) -> Json:
    person = _person(call)
    try:
        return _answer(call, call.core.views.push(call.workspace, call.app, person, call.get("view")))
    except ViewError as problem:
        raise _refused(problem) from None


@method(
    "views.update",
    "",
    "4",
    TAKES_JSON,
    required=("view",),
    view="json",
    view_id="text",
    external_id="text",
    hash="text",
)
def update_view(call: Call) -> Json:
    name = call.get("view_id") or call.get("external_id", "")
    view = call.workspace.find_view(name) if name else None
    if view is None or view.app_id != call.app.id:
        raise SlackError("not_found")
    try:
        return _answer(call, call.core.views.update(view, call.get("view"), call.get("hash")))
    except ViewError as problem:
        raise _refused(problem) from None


@method("views.publish", "", "4", TAKES_JSON, required=("view", "user_id"), view="json", user_id="text", hash="text")
def publish_view(call: Call) -> Json:
    user = call.user("user_id")
    try:
        view = call.core.views.publish(call.workspace, call.app, user.id, call.get("view"), call.get("hash"))
    except ViewError as problem:
        raise _refused(problem) from None
    return _answer(call, view)
