"""What comes in while things break: alerts from senders who insist, people who answer, a client who is angry."""

import random
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import requests
from sqlalchemy.exc import DBAPIError

from bot.views.alert import ACTION_IDS
from models.answer import Answer
from simulator.state import Message
from tests.chaos.agenda import Agenda
from tests.chaos.house import IN_FLIGHT, House, Intake
from tests.chaos.oracle import Flight, Told
from tests.chaos.watch import Seen, Watch

THREADS = 12
TIMEOUT_SECONDS = 6.0
AGAIN_SECONDS = 1.5
LOOK_SECONDS = 0.1
CLAIMED = "SELECT FROM pages p JOIN alerts a ON a.id = p.alert_id WHERE a.key LIKE '%{key}' AND p.attempt > 0"
PRESS_SECONDS = 6.0
ANGER = "We are terminating the contract, our lawyers will call you."
CLIENT_EVERY = 20.0
FATES = {"nobody": 25, "acknowledged": 20, "resolved": 20, "by its source": 15, "pressed": 20}
"""What becomes of alerts, in percent: left alone, answered by a program, resolved by their source, a button pressed."""
ANSWERED_WITHIN = 70.0


@dataclass
class Case:
    """One alert as this side knows it; see oracle.Told. `number` is what Heed calls it."""

    key: str
    intake: Intake
    severity: str
    tried: float = 0.0
    accepted: float | None = None
    number: int = 0
    answer_tried: float | None = None
    answered: float | None = None
    is_poisoned: bool = False

    def told(self) -> Told:
        return Told(self.key, self.intake.policy, self.tried, self.accepted, self.answer_tried, self.answered)

    def signal(self, status: str = "firing") -> dict[str, object]:
        return {"title": f"Latency of {self.key}", "key": self.key, "severity": self.severity, "status": status,
                "labels": {"service": self.key[-1]}}  # fmt: skip


@dataclass
class Load:
    """Everything is decided by `seed`; `url` may be given another address for a while (the previous release's)."""

    house: House
    watch: Watch
    seed: int
    cases: dict[str, Case] = field(default_factory=dict)
    said: dict[str, float] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)
    refused: int = 0
    other_url: str = ""

    def __post_init__(self) -> None:
        self.agenda = Agenda(THREADS)
        self._random = random.Random(self.seed)
        self._wires = threading.local()
        self._lock = threading.Lock()

    def plan(self, begin: float, seconds: float, rate: float) -> None:
        """Alerts at `rate` a second, at random moments, and a client's messages, from `begin` on."""
        intakes, at = self.house.usual(), begin
        while (at := at + self._random.expovariate(rate)) < begin + seconds:
            case = self.new(self._random.choice(intakes))
            fate = self._random.choices(list(FATES), list(FATES.values()))[0]
            self.agenda.at(at, partial(self.send, case, fate, self._random.uniform(1, ANSWERED_WITHIN)))
        for number, channel in enumerate(self.house.clients()):
            moment = begin + 2 + number * CLIENT_EVERY
            if moment < begin + seconds:
                self.agenda.at(moment, partial(self._say, channel))

    def new(self, intake: Intake) -> Case:
        with self._lock:
            key = f"chaos-{len(self.cases):06}"
            case = Case(key, intake, self._random.choice(("critical", "high", "high", "medium")))
            self.cases[key] = case
        return case

    def send(self, case: Case, fate: str, after: float) -> None:
        """Send it; on anything but a 2xx the same again, as senders of alerts do. What was taken meets its fate."""
        case.tried = case.tried or time.time()
        answer = self._ask("POST", case.intake.path, case.signal(), other=True)
        if answer is None or not answer.ok:
            self.refused += 1
            self.agenda.at(time.time() + AGAIN_SECONDS, partial(self.send, case, fate, after))
            return
        case.number = int((answer.json()["alerts"] or [0])[0])
        case.accepted = time.time()
        meet = {"acknowledged": self.patch, "resolved": self.patch, "by its source": self._resolve,
                "pressed": self._press}.get(fate)  # fmt: skip
        if meet is not None:
            self.agenda.at(case.accepted + after, partial(meet, case, fate))

    def patch(self, case: Case, status: str) -> None:
        """Answer it over the REST API, again and again until that was taken; 409: somebody was first."""
        case.answer_tried = case.answer_tried or time.time()
        headers = {"Authorization": f"Bearer {case.intake.token}"}
        answer = self._ask("PATCH", f"/api/alerts/{case.number}", {"status": status}, headers)
        if answer is not None and (answer.ok or answer.status_code == 409):
            case.answered = case.answered or time.time()
        else:
            self.agenda.at(time.time() + AGAIN_SECONDS, partial(self.patch, case, status))

    def _resolve(self, case: Case, _: str) -> None:
        case.answer_tried = case.answer_tried or time.time()
        answer = self._ask("POST", case.intake.path, case.signal("resolved"))
        if answer is not None and answer.ok:
            case.answered = case.answered or time.time()
        else:
            self.agenda.at(time.time() + AGAIN_SECONDS, partial(self._resolve, case, _))

    def _press(self, case: Case, _: str) -> None:
        """Press Acknowledge in the newest message about it, and again unless the message says so."""
        seen = [each for each in self.watch.by_key.get(case.key, ()) if not each.is_for_many]
        if any(each.answered for each in seen):
            case.answered = case.answered or time.time()
            return
        button = _button(seen[-1].message) if seen else ""
        if button:
            case.answer_tried = case.answer_tried or time.time()
            self._push(case, seen[-1], button)
        self.agenda.at(time.time() + PRESS_SECONDS, partial(self._press, case, _))

    def _push(self, case: Case, seen: Seen, value: str) -> None:
        visit = self.house.slack.inside(case.intake.workspace)
        action = ACTION_IDS[Answer.ACKNOWLEDGE]
        try:
            visit.press(seen.person, seen.message, action, value)
        except (KeyError, ValueError, TimeoutError, PermissionError):
            return  # redrawn just now, or Slack is away: they look again

    def fly(self, until: float) -> None:
        """Acknowledge while the post about it is on its way, again and again: posts are slow now."""
        while time.time() < until:
            case = self.new(self.house.intakes["Northwind", IN_FLIGHT])
            self.send(case, "nobody", 0)
            while time.time() < until and not self._has_left(case):
                time.sleep(LOOK_SECONDS)
            self.patch(case, "acknowledged")

    def _has_left(self, case: Case) -> bool:
        """Whether a sender has it in hand, so that the request is on its way."""
        with suppress(DBAPIError):
            return bool(self.house.rows(CLAIMED.format(key=case.key)))
        return False

    def land(self) -> None:
        """What became of the posts that were on their way; called at the end."""
        for case in self.cases.values():
            posts = self.watch.by_key.get(case.key, ())
            if case.intake.source != IN_FLIGHT or case.answered is None or not posts:
                continue
            if posts[0].waited and posts[0].at > (case.answer_tried or 0):
                self.flights.append(Flight(case.key, posts[0].at, case.answered, posts[0].answered))

    def _say(self, channel: str) -> None:
        """A client says in a channel of theirs what nobody may miss."""
        if self.house.slack.faults.away_until() is not None:
            self.agenda.at(time.time() + AGAIN_SECONDS, partial(self._say, channel))
            return
        self.house.slack.say("dora", channel, f"{channel}: {ANGER}")
        self.said[channel] = time.time()

    def _ask(
        self, method: str, path: str, body: object, headers: dict[str, str] | None = None, other: bool = False
    ) -> requests.Response | None:
        """None when there was no answer. `other`: half of these go to the other address, while there is one."""
        base = self.house.url
        if other and self.other_url and random.random() < 0.5:
            base = self.other_url
        try:
            return self._wire().request(method, base + path, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        except requests.RequestException:
            return None

    def _wire(self) -> requests.Session:
        if not hasattr(self._wires, "session"):
            self._wires.session = requests.Session()
        session: requests.Session = self._wires.session
        return session


def _button(message: Message) -> str:
    """What the message's Acknowledge carries; empty when it has none."""
    elements: Iterable[dict[str, str]] = (
        element for block in message.blocks if block["type"] == "actions" for element in block["elements"]
    )
    wanted = ACTION_IDS[Answer.ACKNOWLEDGE]
    return next((each["value"] for each in elements if each.get("action_id") == wanted), "")
