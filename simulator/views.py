"""Modals and App Homes: opening, pushing, updating, and what an app answers to a submission."""

import json
import secrets

from simulator import blocks as block_kit
from simulator.escaping import escape_blocks
from simulator.forms import bare_state, elements
from simulator.maxima import MOST
from simulator.state import App, Json, View, Workspace, World, new_id

TROUBLE = "We had some trouble connecting. Try again?"


class ViewError(Exception):
    """A view that Slack refuses; `code` is its error, `messages` its explanations."""

    def __init__(self, code: str, messages: list[str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []


class Views:
    """Changes what people see open. Contents are the app's JSON and are validated here (ViewError)."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self, workspace: Workspace, app: App, user_id: str, content: Json) -> View:
        """Open a modal, in place of any other that the person has open."""
        view = self._new(workspace, app, user_id, content, "modal")
        view.root_view_id = view.id
        workspace.modals[user_id] = [view]
        self.touch(view)
        return view

    def push(self, workspace: Workspace, app: App, user_id: str, content: Json) -> View:
        """Put a modal on top of the open one; three at most."""
        stack = workspace.modals.get(user_id) or []
        if not stack:
            raise ViewError("not_found")
        if len(stack) >= MOST["stacked modals"]:
            raise ViewError("push_limit_reached")
        view = self._new(workspace, app, user_id, content, "modal")
        view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
        stack.append(view)
        self.touch(view)
        return view

    def update(self, view: View, content: Json, expected_hash: str | None = None) -> View:
        """Replace a view's content; inputs whose ids stay keep what was typed. Raises ViewError."""
        if expected_hash is not None and expected_hash != view.hash:
            raise ViewError("hash_conflict")
        self.check(content, view.type)
        self._fill(view, content)
        kept = {(block["block_id"], element["action_id"]) for element, block in elements(view.blocks)}
        view.state_values = {
            block_id: remaining for block_id, states in view.state_values.items()
            if (remaining := {name: state for name, state in states.items() if (block_id, name) in kept})
        }  # fmt: skip
        view.errors = {}
        self.touch(view)
        return view

    def publish(
        self, workspace: Workspace, app: App, user_id: str, content: Json, expected_hash: str | None = None
    ) -> View:
        """Show a Home to a person."""
        if not app.home_enabled:
            raise ViewError("not_enabled")
        current = workspace.homes.get((app.id, user_id))
        if current is not None:
            return self.update(current, content, expected_hash)
        view = self._new(workspace, app, user_id, content, "home")
        view.root_view_id = view.id
        workspace.homes[(app.id, user_id)] = view
        self.touch(view)
        return view

    def close(self, workspace: Workspace, user_id: str, view: View, clear: bool = False) -> None:
        """Take a modal (with `clear` all of them) off the person's screen."""
        stack = workspace.modals.get(user_id, [])
        workspace.modals[user_id] = [] if clear else [one for one in stack if one.id != view.id]
        self.touch(view)

    def answered(self, workspace: Workspace, view: View, user_id: str, body: Json | None) -> dict[str, str]:
        """Apply the answer to a submission. Returns errors by block_id; none means that it was taken."""
        action = (body or {}).get("response_action")
        try:
            if action == "errors":
                return self._errors(view, dict((body or {}).get("errors") or {}))
            if action == "update" and body:
                self.update(view, body.get("view") or {})
            elif action == "push" and body:
                self.push(workspace, workspace.apps[view.app_id], user_id, body.get("view") or {})
            else:
                self.close(workspace, user_id, view, clear=action == "clear")
        except ViewError:
            return self._errors(view, {"": TROUBLE})
        return {}

    def touch(self, view: View) -> None:
        """Tell the watchers that a view changed."""
        self.world.changed("view", user_id=view.user_id, view_id=view.id, view_type=view.type)

    def _errors(self, view: View, errors: dict[str, str]) -> dict[str, str]:
        inputs = {block.get("block_id") for block in view.blocks if block["type"] == "input"}
        view.errors = errors if set(errors) <= inputs and errors else {"": TROUBLE}
        self.touch(view)
        return view.errors

    def _new(self, workspace: Workspace, app: App, user_id: str, content: Json, kind: str) -> View:
        self.check(content, kind)
        external_id = content.get("external_id") or ""
        if external_id and workspace.find_view(external_id) is not None:
            raise ViewError("duplicate_external_id")
        view = View(id=new_id("V"), hash="", type=kind, app_id=app.id, user_id=user_id)
        self._fill(view, content)
        return view

    def check(self, content: Json, kind: str) -> None:
        """Raises ViewError unless the content is a valid modal or home."""
        if len(json.dumps(content, ensure_ascii=False).encode()) > MOST["view bytes"]:
            raise ViewError("view_too_large")
        messages = [f"[ERROR] {problem}" for problem in block_kit.view_problems(content, kind)]
        if messages:
            raise ViewError("invalid_arguments", messages)

    def _fill(self, view: View, content: Json) -> None:
        view.blocks = escape_blocks(block_kit.completed(content["blocks"]))
        view.callback_id = content.get("callback_id") or ""
        view.private_metadata = content.get("private_metadata") or ""
        view.title, view.submit, view.close = content.get("title"), content.get("submit"), content.get("close")
        view.external_id = content.get("external_id") or ""
        view.clear_on_close = bool(content.get("clear_on_close"))
        view.notify_on_close = bool(content.get("notify_on_close"))
        view.hash = f"{int(self.world.clock.now())}.{secrets.token_hex(4)}"
        for element, block in elements(view.blocks):
            if block["type"] == "input":
                states = view.state_values.setdefault(block["block_id"], {})
                states.setdefault(element["action_id"], bare_state(element))
