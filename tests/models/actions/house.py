"""Rows for the tests of actions: a workspace with alice, bob and charlie, its source, its policy, its alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import delivering, escalating
from models.actions.delivering import Envelope, Lease
from models.actions.plans import save_policy
from models.actions.receiving import Received, receive
from models.actions.workspaces import SourceRef, put_source
from models.db import now_of
from models.plan import Level, Plan, Target, TargetKind
from models.signal import Signal
from models.tables import Alert, Entry, Page, Person, Post, SignalRow, Source, Step, Workspace
from models.words import PageState, Role, Severity
from tests.world import SHIFT

MINUTES = 5
EVERYBODY = ("alice", "bob", "charlie")


def forward(seconds: float = 0, minutes: float = 0) -> None:
    """Time passes, from the next transaction on."""
    SHIFT.seconds += timedelta(seconds=seconds, minutes=minutes).total_seconds()


@dataclass(frozen=True)
class House:
    """One workspace's ids."""

    id: int
    source: SourceRef
    people: dict[str, int]

    def plan(self, *levels: str | tuple[str, ...], laps: int = 1, minutes: float = MINUTES) -> Plan:
        """A policy: each level somebody, several, or "admins"."""
        return Plan("Nights", tuple(self._level(level, minutes) for level in levels), laps)

    def _level(self, level: str | tuple[str, ...], minutes: float) -> Level:
        names = (level,) if isinstance(level, str) else level
        targets = (
            Target(TargetKind.ADMINS) if name == "admins" else Target(TargetKind.PERSON, self.people[name])
            for name in names
        )
        return Level(tuple(targets), timedelta(minutes=minutes))


def all_arrive(session: Session) -> None:
    """Slack has taken every page."""
    for page in session.scalars(select(Page).where(Page.state == PageState.DUE)):
        page.state, page.attempt, page.sent_at = PageState.SENT, 1, now_of(session)
    session.flush()


def build_house(session: Session, name: str = "Northwind", plan: Sequence[str | tuple[str, ...]] = EVERYBODY) -> House:
    """A workspace where alice and bob are admins and charlie is a member; `plan` is its default policy, one lap."""
    workspace = Workspace(
        team_id=f"T0{name.upper()}",
        name=name,
        url=f"https://{name.lower()}.slack.com/",
        bot_user_id="U0BOT",
        token=b"sealed",
        installed_at=now_of(session),
    )
    session.add(workspace)
    session.flush()
    roles = {"alice": Role.ADMIN, "bob": Role.ADMIN, "charlie": Role.MEMBER}
    people = {
        who: Person(workspace_id=workspace.id, slack_id=f"U0{who.upper()}", name=who, role=role)
        for who, role in roles.items()
    }
    session.add_all(people.values())
    put_source(session, workspace.id, "generic", "prod", f"secret of {name}")
    session.flush()
    source_id = session.scalars(select(Source.id).where(Source.workspace_id == workspace.id)).one()
    ids = {who: person.id for who, person in people.items()}
    house = House(workspace.id, SourceRef(source_id, workspace.id, "generic", "prod"), ids)
    save_policy(session, workspace.id, house.plan(*plan), is_default=True)
    return house


def firing(key: str = "disk", severity: Severity = Severity.HIGH, started_at: datetime | None = None) -> Signal:
    return Signal(f"key:{key}", True, f"{key} is in trouble", severity, started_at=started_at)


def resolved(key: str = "disk", started_at: datetime | None = None) -> Signal:
    return Signal(f"key:{key}", False, f"{key} is well", started_at=started_at)


def send(session: Session, house: House, *signals: Signal) -> Received:
    """The signals come in by the house's source."""
    return receive(session, house.source, signals)


def open_alerts(session: Session, house: House, count: int = 1, severity: Severity = Severity.HIGH) -> list[int]:
    """So many alerts, opened now; returns their numbers."""
    return list(send(session, house, *(firing(f"thing-{number:04}", severity) for number in range(count))).opened)


def page_first_level(session: Session, house: House, count: int = 1, severity: Severity = Severity.HIGH) -> list[int]:
    """So many alerts whose first step was taken, so that their pages are due; returns their numbers."""
    opened = open_alerts(session, house, count, severity)
    escalating.advance_due(session)
    return opened


def alert(session: Session, number: int) -> Alert:
    return session.get_one(Alert, number, populate_existing=True)


def alerts(session: Session) -> list[Alert]:
    return list(session.scalars(select(Alert).order_by(Alert.id).execution_options(populate_existing=True)))


def pages(session: Session, state: PageState | None = None) -> list[Page]:
    query = select(Page).order_by(Page.id).execution_options(populate_existing=True)
    return list(session.scalars(query if state is None else query.where(Page.state == state)))


def steps(session: Session, number: int) -> list[Step]:
    """The alert's steps in the order in which they come."""
    query = select(Step).where(Step.alert_id == number).order_by(Step.epoch, Step.tries, Step.due_at, Step.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def entries(session: Session, number: int | None = None) -> list[str]:
    """The kinds of the entries, in order."""
    query = select(Entry.kind).order_by(Entry.id)
    return list(session.scalars(query if number is None else query.where(Entry.alert_id == number)))


def decisions(session: Session) -> list[str]:
    """What was decided for each signal that came in."""
    return list(session.scalars(select(SignalRow.decision).order_by(SignalRow.id)))


def posts(session: Session) -> list[Post]:
    return list(session.scalars(select(Post).order_by(Post.id).execution_options(populate_existing=True)))


def lease(session: Session) -> Lease:
    """A lease, which there has to be."""
    found = delivering.lease_person(session)
    assert found is not None, "nobody can be leased"
    return found


def claim(session: Session, held: Lease) -> Envelope:
    """A claim, which there has to be."""
    found = delivering.claim(session, held)
    assert found is not None, "nothing can be claimed"
    return found
