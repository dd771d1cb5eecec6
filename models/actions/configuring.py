"""What a configuration file is about, as it stands in the database, and the writes that only such a file needs."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions import sources, watching
from models.actions.journal import note
from models.actions.rulebook import rules_changed, schedule_of, silence_of
from models.actions.sources import SourceRef
from models.actions.watching import Rules
from models.db import now_of
from models.oncall import Schedule
from models.plan import Plan, plan_from_json
from models.routing import Route, Silence
from models.routing_json import route_from_json, route_to_json
from models.tables import (
    Channel,
    Client,
    Conversation,
    Group,
    OverrideRow,
    Person,
    Policy,
    RouteRow,
    SilenceRow,
    Tier,
    Workspace,
)
from models.tables import Schedule as ScheduleRow
from models.words import Role

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Somebody:
    """A person: the row id, and what tells them from others."""

    id: int
    slack_id: str
    name: str
    active: bool
    is_guest: bool


@dataclass(frozen=True)
class Place:
    """A channel (`name` without its #) or a user group (`name` is its handle without the @).

    `id` is None for one that only Slack knows yet. `members` are Slack ids, of a group that Slack was asked for.
    """

    slack_id: str
    name: str
    id: int | None = None
    active: bool = True
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownPolicy:
    plan: Plan
    is_default: bool


@dataclass(frozen=True)
class KnownTier:
    """How soon clients of a tier are answered, in seconds of their business time; None: no promise."""

    name: str
    first_s: int | None = None
    next_s: int | None = None
    holding_s: int = 1800


@dataclass(frozen=True)
class KnownChannel:
    """A channel that is watched, by its Slack id, and how."""

    channel_id: str
    rules: Rules


@dataclass(frozen=True)
class KnownClient:
    """A client; `id` is None for one that is to be added. `channels` None: they stay as they are.

    `hours` are as they are typed, empty for always. `created_at` is when it was first known.
    """

    id: int | None
    name: str
    team_id: str | None = None
    tier: str = ""
    owner: int | None = None
    renews_on: date | None = None
    hours: str = ""
    zone: str = "UTC"
    holidays: tuple[date, ...] = ()
    shadow_until: datetime | None = None
    channels: tuple[KnownChannel, ...] | None = None
    created_at: datetime | None = None


@dataclass(frozen=True)
class Configured:
    """Everything that a file can say or name. A route's channel is a row id as text.

    `schedules` have only the overrides that came from a file; `silences` are the newest that came from a file, by
    their name, those that are over included.
    """

    workspace: str
    now: datetime
    people: tuple[Somebody, ...]
    channels: tuple[Place, ...]
    groups: tuple[Place, ...]
    policies: tuple[KnownPolicy, ...]
    schedules: Mapping[int, Schedule]
    routes: tuple[Route, ...]
    silences: Mapping[str, tuple[int, Silence]]
    clients: tuple[KnownClient, ...]
    sources: tuple[SourceRef, ...]
    tiers: tuple[KnownTier, ...] = ()


def lock(session: Session, workspace_id: int) -> None:
    """One file at a time. In the order in which edits in Slack lock: what they change first, the workspace last.

    Alerts can come in and be held meanwhile.
    """
    for table in (ScheduleRow, SilenceRow):
        rows = select(table.id).where(table.workspace_id == workspace_id).order_by(table.id)
        session.execute(rows.with_for_update(key_share=True))
    session.execute(select(Workspace.id).where(Workspace.id == workspace_id).with_for_update(key_share=True))


def configured(session: Session, workspace_id: int) -> Configured:
    """The workspace's configuration as it is now."""
    workspace = session.get_one(Workspace, workspace_id)
    people = _all(session, Person, workspace_id)
    return Configured(
        workspace=f"{workspace.name} ({workspace.team_id})",
        now=now_of(session),
        people=tuple(
            Somebody(each.id, each.slack_id, each.name, each.active, each.role is Role.GUEST)
            for each in people
            if not each.is_channel
        ),
        channels=tuple(Place(each.slack_id, each.name, each.id) for each in people if each.is_channel),
        groups=tuple(
            Place(each.slack_id, each.handle, each.id, each.active) for each in _all(session, Group, workspace_id)
        ),
        policies=_readable(_all(session, Policy, workspace_id), _policy),
        schedules=_schedules(session, workspace_id),
        routes=_readable(
            sorted(_all(session, RouteRow, workspace_id), key=lambda row: row.position),
            lambda row: route_from_json(row.spec),
        ),
        silences=_silences(session, workspace_id),
        clients=_clients(session, workspace_id),
        sources=tuple(sources.present(session, workspace_id)),
        tiers=tuple(
            KnownTier(each.name, each.first_s, each.next_s, each.holding_s)
            for each in session.scalars(select(Tier).where(Tier.workspace_id == workspace_id).order_by(Tier.name))
        ),
    )


def remove_policy(session: Session, workspace_id: int, name: str) -> None:
    """The policy is gone; alerts under way keep the copy that they were opened with."""
    session.execute(delete(Policy).where(Policy.workspace_id == workspace_id, Policy.name == name))
    rules_changed(session, workspace_id)


def replace_routes(session: Session, workspace_id: int, routes: Iterable[Route]) -> None:
    """The workspace's routes are these, in this order; a channel is a row id as text."""
    session.execute(delete(RouteRow).where(RouteRow.workspace_id == workspace_id))
    session.add_all(
        RouteRow(workspace_id=workspace_id, position=position, spec=route_to_json(route))
        for position, route in enumerate(routes)
    )
    session.flush()
    rules_changed(session, workspace_id)


def put_client(session: Session, workspace_id: int, client: KnownClient) -> None:
    """Add the client, or make its row like this; a channel that it has no more is not watched any more."""
    values: dict[str, Any] = {
        "name": client.name,
        "team_id": client.team_id,
        "tier": client.tier,
        "owner_id": client.owner,
        "renews_on": client.renews_on,
        "hours": client.hours,
        "zone": client.zone,
        "holidays": list(client.holidays),
        "shadow_until": client.shadow_until,
    }
    if client.id is None:
        row = Client(workspace_id=workspace_id, created_at=now_of(session), **values)
        session.add(row)
    else:
        row = session.get_one(Client, client.id, with_for_update=True)
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    if client.channels is not None:
        _put_channels(session, row, client.channels)
    watching.follow(session, row)


def _put_channels(session: Session, client: Client, channels: Iterable[KnownChannel]) -> None:
    wanted = {each.channel_id: each.rules for each in channels}
    present = select(Channel.channel_id).where(Channel.client_id == client.id, Channel.watched)
    for gone in session.scalars(present.where(Channel.channel_id.not_in(wanted))).all():
        watching.stop(session, client.workspace_id, gone, "applied")
    for channel_id, rules in wanted.items():
        watching.put_channel(session, client, channel_id, rules)


def put_tier(session: Session, workspace_id: int, tier: KnownTier) -> None:
    """Lay down how soon clients of a tier are answered; clocks that run are set anew."""
    session.merge(Tier(workspace_id=workspace_id, **vars(tier)))
    session.flush()
    _tier_changed(session, workspace_id, tier.name)


def remove_tier(session: Session, workspace_id: int, name: str) -> None:
    """Nothing is promised to its clients any more."""
    session.execute(delete(Tier).where(Tier.workspace_id == workspace_id, Tier.name == name))
    _tier_changed(session, workspace_id, name)


def _tier_changed(session: Session, workspace_id: int, name: str) -> None:
    mine = select(Client.id).where(Client.workspace_id == workspace_id, Client.tier == name)
    watching.set_clocks(session, Conversation.client_id.in_(mine))


def _clients(session: Session, workspace_id: int) -> tuple[KnownClient, ...]:
    channels: dict[int, list[KnownChannel]] = {}
    rows = select(Channel).where(Channel.workspace_id == workspace_id, Channel.watched).order_by(Channel.channel_id)
    for each in session.scalars(rows.execution_options(populate_existing=True)):
        known = KnownChannel(each.channel_id, Rules(each.guests, each.ours_id, each.rated))
        channels.setdefault(each.client_id, []).append(known)
    return tuple(
        KnownClient(
            each.id,
            each.name,
            each.team_id,
            each.tier,
            each.owner_id,
            each.renews_on,
            each.hours,
            each.zone,
            tuple(each.holidays),
            each.shadow_until,
            tuple(channels.get(each.id, ())),
            each.created_at,
        )
        for each in _all(session, Client, workspace_id)
    )


def groups(session: Session, workspace_id: int) -> list[Place]:
    """The user groups that are stored, without their members."""
    rows = session.scalars(select(Group).where(Group.workspace_id == workspace_id).order_by(Group.id))
    return [Place(each.slack_id, each.handle, each.id, each.active) for each in rows]


def put_group(session: Session, workspace_id: int, group: Place) -> int:
    """Store a user group as Slack tells it; returns its row id. Members who are not known yet are left out."""
    known = select(Person.id).where(Person.workspace_id == workspace_id, Person.slack_id.in_(group.members))
    members = list(session.scalars(known.order_by(Person.id)))
    statement = insert(Group).values(
        workspace_id=workspace_id, slack_id=group.slack_id, handle=group.name, active=True, members=members
    )
    new = statement.excluded
    found = session.scalars(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "slack_id"],
            set_={"handle": new.handle, "active": new.active, "members": new.members},
        ).returning(Group.id)
    ).one()
    rules_changed(session, workspace_id)
    return found


def note_applied(session: Session, workspace_id: int, file: str, counts: Mapping[str, Mapping[str, int]]) -> None:
    """The Entry of a file that has changed something: how much, by section and by added, changed, removed."""
    note(session, workspace_id, "applied", now_of(session), file=file, counts={**counts})


def _policy(row: Policy) -> KnownPolicy:
    return KnownPolicy(plan_from_json(row.plan), row.is_default)


def _schedules(session: Session, workspace_id: int) -> dict[int, Schedule]:
    overrides: dict[int, list[OverrideRow]] = {}
    for each in _all(session, OverrideRow, workspace_id):
        if each.applied:
            overrides.setdefault(each.schedule_id, []).append(each)
    rows = _all(session, ScheduleRow, workspace_id)
    return dict(_readable(rows, lambda row: (row.id, schedule_of(row, overrides.get(row.id, ())))))


def _silences(session: Session, workspace_id: int) -> dict[str, tuple[int, Silence]]:
    rows = session.scalars(
        select(SilenceRow)
        .where(SilenceRow.workspace_id == workspace_id, SilenceRow.applied, SilenceRow.ends_at > SilenceRow.starts_at)
        .order_by(SilenceRow.id)
    )
    return dict(_readable(rows, lambda row: (row.name, (row.id, silence_of(row)))))


def _all(session: Session, table: type[T], workspace_id: int) -> list[T]:
    """The workspace's rows of a table as they are in the database now, the oldest first."""
    row: Any = table
    query = select(table).where(row.workspace_id == workspace_id).order_by(row.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _readable(rows: Iterable[Any], read: Callable[[Any], R]) -> tuple[R, ...]:
    """What can be read of these rows; one that cannot counts as not there, so that a file can replace it."""
    found = list[R]()
    for row in rows:
        try:
            found.append(read(row))
        except (ValueError, KeyError) as error:
            log.warning("a stored %s cannot be read: row %s: %s", type(row).__name__, row.id, error)
    return tuple(found)
