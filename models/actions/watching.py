"""Channels that are watched for clients: laid down by people, followed when Slack renames or closes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from models.actions import people
from models.actions.journal import note
from models.actions.letting_go import let_go, take_up
from models.actions.noticing import tell
from models.actions.replying import set_clock
from models.actions.settling import redraw
from models.card import ClientLine
from models.db import now_of
from models.tables import Alert, Channel, Client, Conversation, Message, Person, Tier
from models.words import Role, Status

SUGGEST = "suggest_client"


class NotAllowed(Exception):
    """Only admins and responders say which channels are watched."""


class NoSuchTier(Exception):
    """The workspace has tiers, and this is none of them."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


class NotClear(Exception):
    """Several clients have this name; the file or the CSV tells them apart by their Slack team."""


@dataclass(frozen=True)
class Wish:
    """A channel to watch, and what is said of its client; None leaves what is known as it is."""

    channel_id: str
    channel: str
    client: str | None = None
    tier: str | None = None
    owner_id: int | None = None
    renews_on: date | None = None


@dataclass(frozen=True)
class Rules:
    """How a channel is watched, as in `models.tables.Channel`; `ours_id` is the row id of a user group."""

    guests: bool = False
    ours_id: int | None = None
    rated: bool = True


@dataclass(frozen=True)
class Watched:
    """What has come of a wish; `has_tier` is False for a tier that nobody has laid down."""

    client: str
    tier: str
    has_tier: bool


def watch(session: Session, workspace_id: int, wish: Wish, by: int) -> Watched:
    """Watch a channel from now on, for the client that is named, else its present one, else one of its own name.

    Raises NotAllowed, NotClear and NoSuchTier.
    """
    _check_role(session, workspace_id, by)
    if wish.tier:
        _check_tier(session, workspace_id, wish.tier)
    client = _client_for(session, workspace_id, wish)
    client.tier = client.tier if wish.tier is None else wish.tier
    client.owner_id = client.owner_id if wish.owner_id is None else wish.owner_id
    client.renews_on = client.renews_on if wish.renews_on is None else wish.renews_on
    session.flush()
    people.channel_row(session, workspace_id, wish.channel_id, wish.channel or wish.channel_id)
    row = session.get(Channel, (workspace_id, wish.channel_id))
    rules = Rules(row.guests, row.ours_id, row.rated) if row is not None else Rules()
    put_channel(session, client, wish.channel_id, rules)
    follow(session, client)
    now = now_of(session)
    note(session, workspace_id, "watched", now, person_id=by, channel=wish.channel_id, client=client.name)
    has_tier = not client.tier or session.get(Tier, (workspace_id, client.tier)) is not None
    return Watched(client.name, client.tier, has_tier)


def _check_tier(session: Session, workspace_id: int, tier: str) -> None:
    names = session.scalars(select(Tier.name).where(Tier.workspace_id == workspace_id).order_by(Tier.name)).all()
    if names and tier not in names:
        raise NoSuchTier(names)


def put_channel(session: Session, client: Client, channel_id: str, rules: Rules) -> None:
    """The channel is watched for this client by these rules; what was said there before belongs to the client too."""
    workspace_id = client.workspace_id
    row = session.get(Channel, (workspace_id, channel_id), with_for_update=True)
    if row is None:
        row = Channel(workspace_id=workspace_id, channel_id=channel_id, watched=True)
        session.add(row)
    if not row.watched:
        take_up(session, workspace_id, channel_id)
    row.client_id, row.watched = client.id, True
    row.guests, row.ours_id, row.rated = rules.guests, rules.ours_id, rules.rated
    session.flush()
    there = _there(workspace_id, channel_id)
    session.execute(update(Conversation).where(*there).values(client_id=client.id))
    if not rules.rated:
        _rate_nothing(session, workspace_id, channel_id)


def unwatch(session: Session, workspace_id: int, channel_id: str, by: int) -> bool:
    """Watch a channel no more; False when it was not watched. Raises NotAllowed."""
    _check_role(session, workspace_id, by)
    if session.get(Channel, (workspace_id, channel_id)) is None:
        client_id = session.scalars(
            select(Conversation.client_id).where(*_there(workspace_id, channel_id)).limit(1)
        ).one_or_none()
        if client_id is None:
            return False
        session.add(Channel(workspace_id=workspace_id, channel_id=channel_id, client_id=client_id, watched=True))
        session.flush()
    return stop(session, workspace_id, channel_id, "unwatch", by)


def stop(session: Session, workspace_id: int, channel_id: str, why: str, by: int | None = None) -> bool:
    """Nothing more is heard from the channel: its clocks stop and nothing is rated; False when nothing was going on.

    `why` is the word of the command or of Slack's event.
    """
    row = session.get(Channel, (workspace_id, channel_id), with_for_update=True)
    stopped = session.execute(
        update(Conversation)
        .where(*_there(workspace_id, channel_id))
        .where(Conversation.analyze_at.is_not(None) | Conversation.waiting_since.is_not(None))
        .values(analyze_at=None, first_unrated_at=None, waiting_since=None, held_at=None, warned_at=None,
                reply_due_at=None, deadline_at=None)
        .returning(Conversation.id)
    ).all()  # fmt: skip
    if not (row.watched if row is not None else stopped or _has_alerts(session, workspace_id, channel_id)):
        return False
    _rate_nothing(session, workspace_id, channel_id)
    if row is not None:
        row.watched = False
    let_go(session, workspace_id, channel_id, why)
    note(session, workspace_id, "unwatched", now_of(session), person_id=by, channel=channel_id, why=why)
    return True


def suggest(session: Session, workspace_id: int, channel_id: str, channel: str, client: str) -> bool:
    """Tell the admins, once, how a channel that others share with us is watched; False where it is watched already."""
    row = session.get(Channel, (workspace_id, channel_id))
    if row is not None and row.watched:
        return False
    admins = [each.id for each in people.admins(session, workspace_id)]
    again = f":{now_of(session):%Y-%m-%dT%H:%M}" if row is not None else ""
    detail = {"channel": channel_id, "name": channel, "client": client}
    tell(session, workspace_id, admins, SUGGEST, f"{SUGGEST}:{channel_id}{again}", detail)
    return True


def follow(session: Session, client: Client) -> None:
    """What a client's row has told is told anew: deadlines of those who wait, and posts about its live alerts."""
    set_clocks(session, Conversation.client_id == client.id)
    live = (
        select(Alert.id)
        .join(Conversation, Conversation.id == Alert.conversation_id)
        .where(Conversation.client_id == client.id, Alert.status.in_((Status.OPEN, Status.ACKNOWLEDGED)))
    )
    redraw(session, session.scalars(live).all(), now_of(session))


def set_clocks(session: Session, *which: ColumnElement[bool]) -> None:
    """Deadlines of those who wait, anew: a tier, business hours or a client's tier have changed."""
    waiting = select(Conversation).where(*which, Conversation.waiting_since.is_not(None))
    for conversation in session.scalars(waiting.order_by(Conversation.id).with_for_update()):
        set_clock(session, conversation)


def listing(session: Session, workspace_id: int) -> list[ClientLine]:
    """The workspace's clients by name."""
    rows = session.execute(
        select(Client, Person.slack_id, func.min(Conversation.waiting_since))
        .outerjoin(Person, Person.id == Client.owner_id)
        .outerjoin(Conversation, Conversation.client_id == Client.id)
        .where(Client.workspace_id == workspace_id)
        .group_by(Client.id, Person.slack_id)
        .order_by(func.lower(Client.name), Client.id)
    ).all()
    channels = _channels(session, workspace_id)
    return [
        ClientLine(
            client.name or client.team_id or "",
            client.tier,
            owner or "",
            client.renews_on,
            tuple(channels.get(client.id, ())),
            since,
            client.shadow_until,
        )
        for client, owner, since in rows
    ]


def _channels(session: Session, workspace_id: int) -> dict[int, list[str]]:
    """The channels of each client: those that are watched for it, and those where it has been heard of."""
    heard = select(Conversation.client_id, Conversation.channel_id).where(Conversation.workspace_id == workspace_id)
    rows = session.scalars(select(Channel).where(Channel.workspace_id == workspace_id)).all()
    known = {(each.client_id, each.channel_id): each.watched for each in rows}
    places = {(client_id, channel_id) for client_id, channel_id in session.execute(heard)} | known.keys()
    found: dict[int, list[str]] = {}
    for place in sorted(places):
        if known.get(place, True):
            found.setdefault(place[0], []).append(place[1])
    return found


def _client_for(session: Session, workspace_id: int, wish: Wish) -> Client:
    """The client that a wish is about, added where it is new."""
    if wish.client is None:
        present = _present(session, workspace_id, wish.channel_id)
        if present is not None:
            present.name = present.name or wish.channel
            return present
    name = wish.client or wish.channel or wish.channel_id
    named = session.scalars(
        select(Client)
        .where(Client.workspace_id == workspace_id, func.lower(Client.name) == name.lower())
        .order_by(Client.id)
        .with_for_update()
    ).all()
    chosen = _one(named)
    if chosen is None:
        chosen = Client(workspace_id=workspace_id, name=name, created_at=now_of(session), tier="")
        session.add(chosen)
        session.flush()
    return chosen


def _one(named: Sequence[Client]) -> Client | None:
    """Of those with a name the one that has been heard of; None for no one. Raises NotClear."""
    heard_of = [each for each in named if each.team_id is not None]
    if len(named) > 1 and len(heard_of) != 1:
        raise NotClear
    return next(iter(heard_of or named), None)


def _present(session: Session, workspace_id: int, channel_id: str) -> Client | None:
    """The client that the channel is watched for, or that has been heard of there."""
    row = session.get(Channel, (workspace_id, channel_id))
    if row is not None:
        return session.get(Client, row.client_id, with_for_update=True)
    return session.scalars(
        select(Client)
        .join(Conversation, Conversation.client_id == Client.id)
        .where(*_there(workspace_id, channel_id))
        .order_by(Conversation.id)
        .limit(1)
        .with_for_update(of=Client)
    ).one_or_none()


def _there(workspace_id: int, channel_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Conversation.workspace_id == workspace_id, Conversation.channel_id == channel_id


def _has_alerts(session: Session, workspace_id: int, channel_id: str) -> bool:
    """Whether alerts of the channel still wait for something."""
    waiting = select(Alert.id).join(Conversation, Conversation.id == Alert.conversation_id)
    waiting = waiting.where(*_there(workspace_id, channel_id), Alert.next_step_at.is_not(None))
    return session.scalar(waiting.limit(1)) is not None


def _rate_nothing(session: Session, workspace_id: int, channel_id: str) -> None:
    """What was said in the channel and is not rated yet is not going to be."""
    there = _there(workspace_id, channel_id)
    session.execute(update(Conversation).where(*there).values(analyze_at=None, first_unrated_at=None))
    session.execute(
        update(Message)
        .where(Message.workspace_id == workspace_id, Message.channel_id == channel_id, Message.rated_at.is_(None))
        .values(rated_at=now_of(session))
    )


def _check_role(session: Session, workspace_id: int, person_id: int) -> None:
    person = people.by_ids(session, workspace_id, [person_id]).get(person_id)
    if person is None or not person.active or person.role not in (Role.ADMIN, Role.RESPONDER):
        raise NotAllowed
