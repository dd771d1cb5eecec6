"""The world that stories play in: a simulated Slack, Heed's web process, and its jobs, in the words of the domain."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
import yaml
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import update
from werkzeug.serving import ThreadedWSGIServer

from bot.contacts import Contacts
from bot.context import build
from bot.sentiment.rater import Rater
from bot.web import create_app
from jobs.analyze import analyze
from jobs.clock import due_of_all
from jobs.contact import contact
from jobs.deliver import deliver
from jobs.digest import digest
from jobs.duty import duty
from jobs.escalate import escalate
from jobs.heartbeats import miss
from jobs.notify import notify
from jobs.promises import keep_promises
from jobs.pump import Pump
from jobs.redraw import redraw
from jobs.scan import scan
from jobs.sweep import sweep
from jobs.sync import sync
from jobs.way_codes import send_due
from models.actions import heartbeats, schedules, workspaces
from models.actions.plans import save_policy
from models.config import Settings
from models.db import now_of
from models.heartbeat import MARK
from models.plan import Level, Plan, Target, TargetKind
from models.schedule_json import schedule_from_json
from models.tables import Beat, Person
from simulator import Simulator
from simulator.state import Message
from tests import sockets
from tests.listeners import Listeners
from tests.shown import buttons as buttons
from tests.shown import choices as choices
from tests.shown import everything as everything
from tests.shown import labels as labels

MANIFEST: dict[str, Any] = yaml.safe_load((Path(__file__).parent.parent / "manifest.yml").read_text())
SAMPLES = Path(__file__).parent / "samples"
SECRET = "secret-of-the-source"


@dataclass
class Shift:
    """By how many seconds PostgreSQL's clock is moved for Heed."""

    seconds: float = 0.0


SHIFT = Shift()


class World:
    """One workspace with everything that runs around it. Nothing happens by itself: `settle` runs what is due."""

    def __init__(self, settings: Settings, rater: Rater | None = None) -> None:
        self.slack = Simulator(manifest=MANIFEST)
        self.slack.start()
        self.settings = settings.model_copy(
            update={
                "slack_api_url": self.slack.api_url,
                "slack_bot_token": SecretStr("xoxb-simulator"),
                "slack_signing_secret": SecretStr("simulator-signing-secret"),
            }
        )
        self.rater = rater or Rater(None)
        self.contacts = Contacts(allow_private=True)
        self._socket: SocketModeHandler | None = None
        self._closed = False
        self.context = build(self.settings)
        self._hear()
        self._pumps = {job: Pump(job) for job in ("analyze", "deliver", "redraw", "contact")}
        self._run = self._jobs()
        self.app = create_app(self.settings)
        self._listeners = Listeners(self.app.extensions["bolt"].app)
        self._server = ThreadedWSGIServer("127.0.0.1", 0, self.app)
        self._server.daemon_threads = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._serving.start()
        self.slack.app().request_url = f"{self.url}/slack/events"

    def _jobs(self) -> dict[str, Callable[[], None]]:
        """The jobs that run by what is due, in an order in which one seldom leaves work for an earlier one."""
        pumps = self._pumps
        return {
            "analyze": lambda: analyze(self.context, self.rater, pumps["analyze"]),
            "promises": lambda: keep_promises(self.context),
            "heartbeats": lambda: miss(self.context),
            "escalate": lambda: escalate(self.context),
            "deliver": lambda: deliver(self.context, pumps["deliver"]),
            "redraw": lambda: redraw(self.context, pumps["redraw"]),
            "contact": lambda: contact(self.context, pumps["contact"], self.contacts),
            "duty": lambda: duty(self.context),
            "ways": lambda: send_due(self.context, self.contacts),
            "notify": lambda: notify(self.context),
        }

    def use_sockets(self) -> None:
        """From now on Slack talks to Heed over Socket Mode."""
        self._socket = sockets.connect(self.app.extensions["bolt"].app, self.slack.api_url)
        self.slack.app().request_url = ""

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything; harmless twice."""
        if self._closed:
            return
        self._closed = True
        if self._socket is not None:
            sockets.close(self._socket)
        self.slack.stop()
        self._server.shutdown()
        self._server.server_close()
        self._listeners.settle()
        for pump in self._pumps.values():
            pump.close()
        for house in (self.context, self.app.extensions["heed"]):
            house.db.dispose()
            house.bell.redis.close()

    # time and work

    def settle(self) -> None:
        """Run the jobs that have something due until nothing is due any more."""
        self.slack.settle()
        self._listeners.settle()
        for _ in range(50):
            due = self._due()
            if not due:
                return
            for job in due:
                self._run[job]()
                pump = self._pumps.get(job)
                if pump is not None:
                    pump.settle()
        raise AssertionError("something stays due for ever")

    def until(self, condition: Callable[[], bool]) -> None:
        """Run what is due until `condition` holds, for what a listener is still doing in its own thread."""

        def holds() -> bool:
            self.settle()
            return condition()

        self.slack.wait_for(holds)

    def forward(self, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Let time pass, here and in Slack, and everything happen that falls due by then."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours)
        self._pass(step.total_seconds())
        with self.context.db.begin() as session:
            session.execute(update(Beat).where(Beat.name == MARK).values(at=now_of(session)))
        self.settle()

    def stop(self, seconds: float = 0, minutes: float = 0) -> None:
        """Everything of Heed stops for so long, and starts again."""
        self._pass(seconds + 60 * minutes)
        self._hear()
        self.settle()

    def _pass(self, seconds: float) -> None:
        SHIFT.seconds += seconds
        self.slack.clock.forward(seconds=seconds)

    def _hear(self) -> None:
        """The web process marks that beats can be taken."""
        with self.context.db.begin() as session:
            heartbeats.hear(session)

    def forward_to(self, moment: str) -> None:
        """Let time pass until this moment (ISO, with its offset)."""
        with self.context.db.begin() as session:
            now = now_of(session)
        self.forward(seconds=(datetime.fromisoformat(moment) - now).total_seconds())

    def sync(self) -> None:
        """What the clock rings for every hour: people are brought in from Slack."""
        sync(self.context)

    def sweep(self) -> None:
        """What the clock does every minute."""
        sweep(self.context)
        self.settle()

    def scan(self) -> None:
        """What the clock rings for every 15 minutes."""
        scan(self.context)
        self.settle()

    def digest(self) -> None:
        """What the clock rings for at eight every day."""
        digest(self.context)
        self.settle()

    def _due(self) -> list[str]:
        """The jobs that the clock would ring for now; pictures are drawn by the tests that look at them."""
        with self.context.db.begin() as session:
            now = now_of(session)
            due = {job for job, at in due_of_all(session).items() if at is not None and at <= now}
            return [job for job in self._run if job in due]

    # machines

    def source(self, kind: str, name: str = "prod") -> str:
        """The address of a source of this kind."""
        with self.context.db.begin() as session:
            (workspace,) = workspaces.active(session)
            workspaces.put_source(session, workspace.id, kind, name, f"{SECRET}-{kind}")
        return f"{self.url}/alerts/{kind}/{SECRET}-{kind}"

    def signal(self, title: str, **fields: Any) -> dict[str, Any]:
        """A monitoring tool sends our own JSON; returns the answer."""
        return self.post(self.source("generic"), {"title": title, **fields})

    def post(self, url: str, payload: Any, status: int = 202) -> dict[str, Any]:
        """POST JSON, expect this status, let everything happen that follows; returns the answer."""
        answer = requests.post(url, json=payload, timeout=10)
        assert answer.status_code == status, answer.text
        self.settle()
        found: dict[str, Any] = answer.json()
        return found

    def policy(self, *levels: str | tuple[str, ...], minutes: float = 5, laps: int = 3) -> None:
        """The default policy from now on: each level a person, several, or "admins"."""
        self._lay_down(Plan("Test policy", tuple(self._level(level, minutes) for level in levels), laps))

    def _lay_down(self, plan: Plan) -> None:
        with self.context.db.begin() as session:
            (workspace,) = workspaces.active(session)
            save_policy(session, workspace.id, plan, is_default=True)

    def plan(self, *levels: Level, laps: int = 1, acknowledge_timeout: timedelta | None = None) -> None:
        """The default policy from now on, of whole levels."""
        self._lay_down(Plan("Test policy", levels, laps, acknowledge_timeout))

    def schedule(self, name: str, *people: str, every: int = 1, unit: str = "days", **fields: Any) -> Target:
        """A schedule of one layer in which these people take turns from now on; returns the target that pages it."""
        with self.context.db.begin() as session:
            (workspace,) = workspaces.active(session)
            now = now_of(session)
        layer = {
            "name": "Layer",
            "people": [self.person(each).id for each in people],
            "every": every,
            "unit": unit,
            "handoff": f"{now:%H:%M}",
            "zone": "UTC",
            "start": now.replace(second=0, microsecond=0).isoformat(),
            **fields,
        }
        made = schedule_from_json({"name": name, "layers": [layer]})
        with self.context.db.begin() as session:
            return Target(TargetKind.SCHEDULE, schedules.put(session, self.context.seal, workspace.id, made))

    def targets(self, *names: str) -> tuple[Target, ...]:
        """People by name, or "admins"."""
        return tuple(self._target(name) for name in names)

    def _level(self, level: str | tuple[str, ...], minutes: float) -> Level:
        names = (level,) if isinstance(level, str) else level
        return Level(tuple(self._target(name) for name in names), timedelta(minutes=minutes))

    def _target(self, name: str) -> Target:
        if name == "admins":
            return Target(TargetKind.ADMINS)
        return Target(TargetKind.PERSON, self.person(name).id)

    def person(self, name: str) -> Person:
        """Heed's row of somebody."""
        slack_id = self.slack.user(name).id
        with self.context.db.begin() as session:
            return session.query(Person).filter_by(slack_id=slack_id).one()

    # people in Slack

    def says(self, who: str, channel: str, words: str, thread: Message | None = None) -> Message:
        """Somebody writes; everything that follows happens."""
        said = self.slack.say(who, channel, words, thread.ts if thread else None)
        self.settle()
        return said

    def post_event(self, message: Message) -> None:
        """Slack tells of a message once more, under another event id."""
        told = next(
            each["payload"]
            for each in self.slack.deliveries("message")
            if each["payload"]["event"].get("ts") == message.ts
        )
        body = json.dumps({**told, "event_id": f"Ev{uuid.uuid4().hex[:9].upper()}"})
        stamp = str(int(time.time()))
        signature = SignatureVerifier("simulator-signing-secret").generate_signature(timestamp=stamp, body=body)
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature or "",
        }
        assert requests.post(f"{self.url}/slack/events", data=body, headers=headers, timeout=10).status_code == 200

    def heed(self, who: str, words: str, channel: str = "ops") -> str:
        """Somebody types `/heed …`; returns what only they are told."""
        told = self.types(who, words, channel)
        self.settle()
        return told

    def types(self, who: str, words: str, channel: str = "ops") -> str:
        """Somebody types `/heed …`; the jobs that follow have not run yet."""
        before = len(self._ephemeral(who, channel))
        answer = self.slack.command(who, channel, f"/heed {words}")
        assert answer.ok, answer.problem
        self.slack.wait_for(lambda: len(self._ephemeral(who, channel)) > before)
        return everything(self._ephemeral(who, channel)[-1])

    def _ephemeral(self, who: str, channel: str) -> list[Message]:
        user = self.slack.user(who).id
        return [each for each in self.slack.messages(channel, user=who) if each.ephemeral_to == user]

    def pages(self, who: str) -> list[Message]:
        """Heed's direct messages to somebody, without what only answered a click."""
        return [each for each in self.slack.dm(who) if each.ephemeral_to is None]

    def expect_page(self, who: str, *words: str) -> Message:
        """The newest direct message to `who` holds all these words, in its text or its blocks."""
        found = self.pages(who)
        assert found, f"{who} was not paged"
        shown = everything(found[-1])
        for each in words:
            assert each in shown, f"{each!r} is not in {shown!r}"
        return found[-1]

    def expect_no_page(self, who: str) -> None:
        assert self.pages(who) == [], f"{who} was paged"

    def press(self, who: str, label: str, message: Message | None = None, until: str = "") -> None:
        """Press a button by its words in a message (the newest page), and let everything happen that follows."""
        self.click(who, label, message, until)
        self.settle()

    def click(self, who: str, label: str, message: Message | None = None, until: str = "") -> None:
        """Press a button and wait until its message shows `until`; the jobs that follow have not run yet."""
        pressed = message or self.pages(who)[-1]
        button = next(each for each in buttons(pressed.blocks) if each["text"]["text"] == label)
        self.slack.press(who, pressed, button["action_id"], button["value"])
        if until:
            self.slack.wait_for(lambda: until in everything(self.again(who, pressed)))

    def choose(self, who: str, label: str, message: Message | None = None, until: str = "") -> None:
        """Choose in a message's menu by its words, wait until it shows `until`, and let everything happen."""
        chosen_in = message or self.pages(who)[-1]
        option = next(each for each in choices(chosen_in.blocks) if each["text"]["text"] == label)
        self.slack.act(who, chosen_in, "alert_more", option["value"])
        if until:
            self.slack.wait_for(lambda: until in everything(self.again(who, chosen_in)))
        self.settle()

    def again(self, who: str, message: Message) -> Message:
        """The same message as it stands now."""
        return next(each for each in self.slack.dm(who) if each.ts == message.ts)

    def submit(self, who: str, **values: str) -> Mapping[str, str] | None:
        """Fill in and submit the open modal; returns the field errors, if any."""
        self.slack.wait_for(lambda: self.slack.modal(who))
        errors = self.slack.submit(who, values=values)
        self.settle()
        return errors

    def home(self, who: str) -> str:
        """Somebody opens Home; everything it says, as text."""
        self.slack.open_home(who)
        view = self.slack.wait_for(lambda: self.slack.home(who))
        return json.dumps(view.blocks, ensure_ascii=False)
