"""A workspace with a program that reads and answers its alerts, for the tests of the REST API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from rq import Queue
from sqlalchemy.orm import Session

from bot.context import Context
from bot.web import create_app
from models.actions import answering, tokens
from models.actions.answering import Wish
from models.answer import Answer
from models.bell import PAGE, RINGS, JsonJob
from models.db import now_of
from models.tables import Alert, Client, Conversation, Message
from models.words import Origin, Severity
from tests.bot.programs import Program
from tests.models.actions.house import House, alert, build_house, firing, send


@dataclass(frozen=True)
class Api:
    """One workspace, a program that alice has made a token for, and the database behind them."""

    context: Context
    app: Flask
    house: House
    program: Program

    def opened(self, *keys: str, severity: Severity = Severity.HIGH) -> list[int]:
        """Alerts of these keys, in the order given; returns their numbers."""
        found = list[int]()
        for key in keys:
            with self.context.db.begin() as session:
                found += send(session, self.house, firing(key, severity)).opened
        return found

    def give(self, answer: Answer, number: int, who: str = "bob", **wish: Any) -> None:
        with self.context.db.begin() as session:
            answered = answering.give(session, answer, self.house.id, number, self.house.people[who], wish=Wish(**wish))
            assert answered.refusal is None

    def alert(self, number: int) -> Alert:
        """The alert's row as it stands now."""
        with self.context.db.begin() as session:
            return alert(session, number)

    def rung(self) -> list[str]:
        """What was rung for since the last time, by its function."""
        queue = Queue(PAGE, connection=self.context.bell.redis, job_class=JsonJob)
        found = [job.func_name for job in queue.jobs]
        self.context.bell.redis.flushall()
        return [name for name, ring in RINGS.items() if ring.function in found]


@contextmanager
def serve(context: Context) -> Iterator[Api]:
    """A web process with such a workspace."""
    with context.db.begin() as session:
        house = build_house(session)
        secret = tokens.make(session, house.id, house.people["alice"], "wall-board")
    app = create_app(context.settings)
    try:
        yield Api(context, app, house, Program(app.test_client(), secret))
    finally:
        app.extensions["heed"].db.dispose()
        app.extensions["heed"].bell.redis.close()


def client_alert(session: Session, house: House, name: str = "Acme") -> Alert:
    """An alert about what a client wrote."""
    now = now_of(session)
    client = Client(workspace_id=house.id, team_id=f"T0{name.upper()}", name=name, created_at=now, tier="gold")
    client.owner_id = house.people["bob"]
    session.add(client)
    session.flush()
    channel = f"C0{name.upper()}"
    conversation = Conversation(workspace_id=house.id, client_id=client.id, channel_id=channel)
    session.add(conversation)
    session.flush()
    said = Message(
        workspace_id=house.id, conversation_id=conversation.id, channel_id=channel, ts="5.1", author="U0DORA"
    )
    said.from_client, said.text, said.received_at = True, "We are leaving.", now
    made = Alert(workspace_id=house.id, origin=Origin.CLIENT, key=f"channel:{channel}", conversation_id=conversation.id)
    made.title, made.severity, made.client, made.excerpt = "Acme is leaving", 1, name, "We are leaving."
    made.covered_ts, made.opened_at, made.last_seen_at = "5.1", now, now
    made.labels = {"channel": channel, "author": "U0DORA"}
    made.plan = {"policy": "Nights", "laps": 1, "levels": []}
    session.add_all([said, made])
    session.flush()
    return made
