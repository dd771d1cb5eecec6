"""What Slack was told: every message of Heed's to a person as it was posted, and when it said that it is answered."""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from simulator import Simulator
from simulator.state import Message

KEY = re.compile(r"chaos-\d{6}")
FOR_MANY = re.compile(r"^(Storm|\d+ alerts? needs? an answer|All \d+ alerts here)")
NOT_A_STEP = ("Nobody has answered.", "cannot be escalated")
ANSWERED = re.compile(r"(Acknowledged|Resolved) by ")


@dataclass
class Seen:
    """One message as it was posted; `answered` is when it first said so, `waited` that it did not at first."""

    at: float
    person: str
    mark: str
    keys: frozenset[str]
    is_for_many: bool
    is_step: bool
    message: Message
    waited: bool
    answered: float | None = None
    is_changed: bool = False


@dataclass
class Watch:
    """Listens to the simulator, in its thread; what it has seen may be read from any."""

    slack: Simulator
    seen: list[Seen] = field(default_factory=list)
    by_place: dict[tuple[str, str], Seen] = field(default_factory=dict)
    by_key: dict[str, list[Seen]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.slack.world.listeners.append(self._hear)

    def _hear(self, kind: str, what: dict[str, Any]) -> None:
        if kind == "message" and what["message"].app_id:
            self._posted(what["message"])
        elif kind == "message_changed":
            known = self.by_place.get((what["channel_id"], what["ts"]))
            if known is not None:
                known.is_changed = True
                if known.answered is None and ANSWERED.search(_words(what["message"])):
                    known.answered = time.time()

    def _posted(self, message: Message) -> None:
        person = self._person(message)
        if not person:
            return
        words = _words(message)
        is_answered = bool(ANSWERED.search(words))
        seen = Seen(
            at=time.time(),
            person=person,
            mark=str(((message.metadata or {}).get("event_payload") or {}).get("mark", message.ts)),
            keys=frozenset(KEY.findall(words)),
            is_for_many=bool(FOR_MANY.match(message.text)),
            is_step=not any(each in words for each in NOT_A_STEP),
            message=message,
            waited=not is_answered,
            answered=time.time() if is_answered else None,
        )
        self.seen.append(seen)
        self.by_place[message.channel_id, message.ts] = seen
        for key in seen.keys:
            self.by_key.setdefault(key, []).append(seen)

    def _person(self, message: Message) -> str:
        for workspace in self.slack.world.workspaces.values():
            channel = workspace.channels.get(message.channel_id)
            if channel is not None:
                others = [each for each in channel.members if each != message.user_id]
                return others[0] if channel.kind == "im" and others else ""
        return ""


def _words(message: Message) -> str:
    return message.text + json.dumps(message.blocks)
