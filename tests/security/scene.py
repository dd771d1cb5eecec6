"""Workspaces that have one of everything, alike in every id that Slack or people give; only a mark tells them apart."""

import importlib
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bot.context import Context
from jobs import analyze, contact, deliver, escalate, redraw
from jobs import context as jobs_context
from jobs.pump import Pump
from models import link
from models.actions import answering, channel_intakes, heartbeats, listening, people, schedules, silencing, watching
from models.actions.answering import Wish
from models.actions.listening import Said
from models.actions.plans import save_policy
from models.actions.sources import put_source
from models.actions.tokens import PREFIX
from models.actions.workspaces import Installation, install
from models.answer import Answer
from models.bell import RINGS
from models.channel_intake import make_rules
from models.db import now_of
from models.heartbeat import make_rhythm
from models.matching import leading_matchers
from models.oncall import Override
from models.person import Profile
from models.plan import Level, Plan, Target, TargetKind
from models.schedule_json import schedule_from_json
from models.seal import fingerprint
from models.tables import Alert, AssessmentRow, Conversation, Page, Person, Post, Storm, Token, Way, Workspace
from models.words import Origin, Role, Severity
from tests.security import slack
from tests.security.slack import Json, Slack, Someone

ROLES = {
    "U0ADMIN": Role.ADMIN,
    "U0SECOND": Role.ADMIN,
    "U0RESPONDER": Role.RESPONDER,
    "U0MEMBER": Role.MEMBER,
    "U0PAGED": Role.MEMBER,
    "U0GUEST": Role.GUEST,
    "U0GONE": Role.ADMIN,
}
"""Everybody of our side; U0PAGED is at level 1, U0GONE has left, and U0MEMBER has the ways."""
CHANNEL, TS = "C0ACME", "1700000000.000100"


@dataclass
class Scene:
    """One workspace: its Slack team, its mark, row ids by what they are, and the secrets that lead to it."""

    team: str
    mark: str
    workspace: int = 0
    people: dict[str, int] = field(default_factory=dict)
    alerts: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    post: tuple[str, str] = ("", "")

    def by(self, slack_id: str, team: str = "") -> Someone:
        """Somebody who acts here."""
        return Someone(slack_id, team or self.team, self.team)


@dataclass
class House:
    """Heed with a Slack that says yes: its web process, its jobs, and the scenes that are in it."""

    context: Context
    app: Flask
    slack: Slack
    client: FlaskClient = field(init=False)
    scenes: list[Scene] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def send(self, payload: Json) -> TestResponse:
        """A signed request of Slack's; everything that follows in the web process has happened."""
        return slack.post(self.client, payload)

    def run_jobs(self) -> None:
        """Every job once, as workers do at their start."""
        jobs_context.use(self.context)
        for ring in RINGS.values():
            module, _, name = ring.function.rpartition(".")
            getattr(importlib.import_module(module), name)()
            for pump in (deliver.pump(), redraw.pump(), contact.pump(), analyze.pump()):
                pump.settle()

    def page(self) -> None:
        """Take the steps that are due, and send."""
        escalate.escalate(self.context)
        senders = Pump("send")
        deliver.deliver(self.context, senders)
        senders.settle()
        senders.close()

    def furnish(self, team: str, mark: str) -> Scene:
        """Another workspace with one of everything."""
        scene = Scene(team, mark)
        with self.context.db.begin() as session:
            _install(session, self.context, scene)
            _rules(session, self.context, scene)
            _intakes(session, self.context, scene)
        for what in ("open", "acknowledged", "resolved", "stormy"):
            signal = {"title": f"Disk full {what} {mark}", "key": what, "severity": "high"}
            answer = self.client.post(f"/alerts/generic/{scene.secrets['source']}", json=signal)
            assert answer.status_code == 202, answer.text
        with self.context.db.begin() as session:
            _client(session, scene)
        self.page()
        with self.context.db.begin() as session:
            _settle(session, self.context, scene)
        self.scenes.append(scene)
        return scene


def _install(session: Session, context: Context, scene: Scene) -> None:
    found = Installation(scene.team, f"Team {scene.mark}", f"https://{scene.mark}.slack.example/", "U0HEED")
    row = install(session, context.seal, found, f"xoxb-{scene.mark}")
    scene.workspace = row.id
    names = [Profile(each, f"{each.title()} {scene.mark}") for each in ROLES]
    people.import_people(session, row.id, names)
    for person in session.scalars(select(Person).where(Person.workspace_id == row.id)):
        person.role, person.role_is_set = ROLES[person.slack_id], True
        person.active = person.slack_id != "U0GONE"
        scene.people[person.slack_id] = person.id


def _rules(session: Session, context: Context, scene: Scene) -> None:
    now, ids = now_of(session), scene.people
    first = Level((Target(TargetKind.PERSON, ids["U0PAGED"]),), timedelta(minutes=5))
    second = Level((Target(TargetKind.ADMINS),), timedelta(minutes=5))
    save_policy(session, scene.workspace, Plan("Everything", (first, second), 3), is_default=True)
    layer = {
        "name": "Layer", "people": [ids["U0PAGED"]], "every": 1, "unit": "days", "handoff": "09:00", "zone": "UTC",
        "start": "2026-01-01T09:00:00+00:00",
    }  # fmt: skip
    schedule = schedule_from_json({"name": "Duty", "layers": [layer]})
    scene.rows["schedule"] = schedules.put(session, context.seal, scene.workspace, schedule)
    row = schedules.by_id(session, scene.workspace, scene.rows["schedule"])
    assert row is not None
    scene.secrets["calendar"] = context.seal.open(row.calendar_secret)
    schedules.override(session, row, Override(ids["U0ADMIN"], now, now + timedelta(hours=1)), ids["U0ADMIN"])
    matchers, _ = leading_matchers(f'service="nothing {scene.mark}"')
    made = silencing.make_by(
        session, scene.workspace, ids["U0ADMIN"], matchers, now, now + timedelta(hours=9), f"Because {scene.mark}"
    )
    scene.rows["silence"] = made.id


def _intakes(session: Session, context: Context, scene: Scene) -> None:
    for kind, name in (("generic", "source"), ("pagerduty", "events"), ("opsgenie", "genie")):
        secret = f"secret-of-the-{name}-of-{scene.mark}-0123456789"
        made = put_source(session, scene.workspace, kind, "prod", secret)
        scene.rows[name], scene.secrets[name] = made.id, secret
    rhythm = make_rhythm("1d", "1h", "")
    made, scene.secrets["heartbeat"] = heartbeats.add(session, scene.workspace, "nightly", rhythm)
    rules = make_rules("C0ALERTS", {"title": "FIRING: (.*)", "resolved": "RESOLVED: (.*)"})
    channel_intakes.put(session, scene.workspace, f"alerts {scene.mark}", rules)
    session.get_one(Workspace, scene.workspace).alert_emoji = "rotating_light"
    now = now_of(session)
    for who, row in scene.people.items():
        secret = f"{PREFIX}{who}-{scene.mark}"
        scene.secrets[who] = secret
        session.add(
            Token(workspace_id=scene.workspace, name=f"of {who}", fingerprint=fingerprint(secret), made_by=row,
                  made_at=now, last_used_at=now)
        )  # fmt: skip
    for name, confirmed in (("way", now - timedelta(hours=1)), ("unconfirmed", None)):
        sealed = context.seal.close(f"json://hooks.example/{scene.mark}")
        way = Way(
            workspace_id=scene.workspace, person_id=scene.people["U0MEMBER"], kind="json", address=sealed,
            label=f"Webhook {name} {scene.mark}", created_at=now, confirmed_at=confirmed, tested_at=confirmed,
            code="" if confirmed else "f" * 64, code_sent_at=None if confirmed else now - timedelta(minutes=5),
        )  # fmt: skip
        session.add(way)
        session.flush()
        scene.rows[name] = way.id


def _client(session: Session, scene: Scene) -> None:
    """A client in a watched channel, who is angry."""
    wish = watching.Wish(CHANNEL, "acme", client=f"Acme {scene.mark}")
    watching.watch(session, scene.workspace, wish, scene.people["U0ADMIN"])
    said = Said(CHANNEL, TS, "U0EXTERNAL", f"I will cancel, {scene.mark}", "T0CLIENT", external=True)
    listening.store(session, scene.workspace, said)
    conversation = session.scalars(select(Conversation).where(Conversation.workspace_id == scene.workspace)).one()
    conversation.analyze_at = None
    now, message = now_of(session), {"role": "user", "content": f"sent {scene.mark}"}
    row = AssessmentRow(
        workspace_id=scene.workspace, conversation_id=conversation.id, at=now, covered_ts=TS, risk="critical",
        probability=0.9, indicators=["cancel"], hard_cues=[], evidence=[f"I will cancel, {scene.mark}"],
        summary=f"Leaving {scene.mark}", suggested_action="Call", suggested_reply=f"Sorry {scene.mark}", engine="llm",
        provisional=False, considered_at=now, sent=[{"server": "llm.example", "model": "m", "messages": [message]}],
    )  # fmt: skip
    session.add(row)
    disk = session.scalars(select(Alert).where(Alert.workspace_id == scene.workspace)).first()
    assert disk is not None
    session.add(
        Alert(workspace_id=scene.workspace, origin=Origin.CLIENT, key=f"client:{conversation.id}", plan=disk.plan,
              conversation_id=conversation.id, title=f"Acme leaves {scene.mark}", severity=Severity.CRITICAL,
              client=f"Acme {scene.mark}", opened_at=now, last_seen_at=now, next_step_at=now, covered_ts=TS,
              suggested_reply=f"Sorry {scene.mark}", excerpt=f"I will cancel, {scene.mark}")
    )  # fmt: skip


def _settle(session: Session, context: Context, scene: Scene) -> None:
    """What became of the alerts: one was acknowledged, one resolved, one belongs to a storm."""
    admin, now = scene.people["U0ADMIN"], now_of(session)
    for alert in session.scalars(select(Alert).where(Alert.workspace_id == scene.workspace)):
        scene.alerts["client" if alert.origin is Origin.CLIENT else alert.title.split()[2]] = alert.id
        assert alert.level == 1, "it was paged"
    for name, answer in (("acknowledged", Answer.ACKNOWLEDGE), ("resolved", Answer.RESOLVE)):
        answering.give(session, answer, scene.workspace, scene.alerts[name], admin, wish=Wish(f"Note {scene.mark}"))
    storm = Storm(workspace_id=scene.workspace, source_id=scene.rows["source"], began_at=now, last_at=now)
    session.add(storm)
    session.flush()
    scene.rows["storm"] = storm.id
    session.get_one(Alert, scene.alerts["stormy"]).storm_id = storm.id
    of_open = select(Page.post_id).where(Page.alert_id == scene.alerts["open"])
    post = session.scalars(select(Post).where(Post.id.in_(of_open), Post.ts != "")).first()
    assert post is not None
    scene.post = (post.channel_id, post.ts)
    for who, row in scene.people.items():
        scene.secrets[f"link {who}"] = link.make(
            context.seal, "", scene.workspace, row, scene.alerts["open"], 1, now
        )  # fmt: skip
