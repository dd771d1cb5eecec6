"""Short-lived permissions that Slack hands to an app: trigger_id and response_url."""

import secrets
from dataclasses import dataclass

from simulator.maxima import MOST
from simulator.state import App, Channel, Message, User, Workspace, World

TRIGGER_SECONDS = float(MOST["trigger seconds"])
HOOK_SECONDS = MOST["response_url minutes"] * 60.0
HOOK_USES = MOST["response_url uses"]
REMEMBERED = 10_000


class TriggerError(Exception):
    """A trigger or response_url that may not be used; `code` is Slack's error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Trigger:
    """Lets the app open a view for that person once, until `expires` (epoch seconds)."""

    app_id: str
    user_id: str
    expires: float
    used: bool = False


@dataclass
class Hook:
    """Where a response_url leads: the conversation, the person, and the message that was acted on."""

    workspace: Workspace
    app: App
    channel: Channel
    user: User
    message: Message | None
    expires: float
    uses: int = 0


class Triggers:
    """Issues and takes back trigger ids and response urls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.base_url = ""  # set when the server listens
        self._triggers: dict[str, Trigger] = {}
        self._hooks: dict[str, Hook] = {}

    def issue(self, app: App, user: User) -> str:
        """A new trigger_id, good for three seconds and one view."""
        now = self.world.clock.now()
        self._forget(now)
        name = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(app.id, user.id, now + TRIGGER_SECONDS)
        return name

    def whose(self, name: str) -> str:
        """The id of the person that a trigger_id was made for, or ""."""
        found = self._triggers.get(name)
        return found.user_id if found else ""

    def _forget(self, now: float) -> None:
        """Drop what expired long ago; until then it is told apart from what never existed."""
        if len(self._triggers) + len(self._hooks) < REMEMBERED:
            return
        self._triggers = {name: one for name, one in self._triggers.items() if one.expires + HOOK_SECONDS > now}
        self._hooks = {key: one for key, one in self._hooks.items() if one.expires + HOOK_SECONDS > now}

    def take(self, app: App, name: str) -> str:
        """Use a trigger_id up. Returns the person's id. Raises TriggerError."""
        trigger = self._triggers.get(name)
        if trigger is None or trigger.app_id != app.id:
            raise TriggerError("invalid_trigger_id")
        if trigger.used:
            raise TriggerError("exchanged_trigger_id")
        if self.world.clock.now() > trigger.expires:
            raise TriggerError("expired_trigger_id")
        trigger.used = True
        return trigger.user_id

    def response_url(
        self, kind: str, workspace: Workspace, app: App, channel: Channel, user: User, message: Message | None = None
    ) -> str:
        """A new address for answers; `kind` is "actions", "commands" or "app"."""
        key = secrets.token_urlsafe(18)
        expires = self.world.clock.now() + HOOK_SECONDS
        self._hooks[key] = Hook(workspace, app, channel, user, message, expires)
        return f"{self.base_url}/hooks/{kind}/{workspace.team.id}/{key}"

    def use(self, key: str) -> Hook:
        """Count one use of a response_url. Raises TriggerError with Slack's code."""
        hook = self._hooks.get(key)
        if hook is None:
            raise TriggerError("invalid_url")
        if self.world.clock.now() > hook.expires:
            raise TriggerError("expired_url")
        if hook.uses >= HOOK_USES:
            raise TriggerError("used_url")
        hook.uses += 1
        return hook
