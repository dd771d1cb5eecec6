"""Clients, their conversations and messages, and our verdicts on them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Reference, RowId


class Client(Base):
    """A customer, found by the Slack team that its people come from; `name` is empty until Slack was asked for it.

    `team_id` is None for one that was named in a file and has not been heard of yet. `hours` (as they are typed, empty:
    always), `zone` and `holidays` say when its deadlines run. Until `shadow_until` it is rated and shown, never paged.
    """

    __tablename__ = "clients"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "team_id"),
        ForeignKeyConstraint(["workspace_id", "owner_id"], ["people.workspace_id", "people.id"]),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    team_id: Mapped[str | None]
    name: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    tier: Mapped[str] = mapped_column(server_default="")
    owner_id: Mapped[int | None] = mapped_column()
    renews_on: Mapped[date | None]
    hours: Mapped[str] = mapped_column(server_default="")
    zone: Mapped[str] = mapped_column(server_default="UTC")
    holidays: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default=sql("'{}'"))
    shadow_until: Mapped[datetime | None]


class Tier(Base):
    """How soon clients of this tier are answered, in seconds of their business time; None: no promise."""

    __tablename__ = "tiers"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    first_s: Mapped[int | None]
    next_s: Mapped[int | None]
    holding_s: Mapped[int] = mapped_column(server_default=sql("1800"))


class Channel(Base):
    """A channel that is watched for a client. Who speaks there as the client: people of another Slack team; guests too
    where `guests`; with `ours_id` everybody but the members of that user group. Not rated where `rated` is false.
    """

    __tablename__ = "channels"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "client_id"], ["clients.workspace_id", "clients.id"]),
        Index("ix_channels_client", "client_id"),
    )

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[Reference]
    guests: Mapped[bool] = mapped_column(server_default=sql("false"))
    ours_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    rated: Mapped[bool] = mapped_column(server_default=sql("true"))
    watched: Mapped[bool] = mapped_column(server_default=sql("true"))


class Conversation(Base):
    """A client's channel (`thread_ts` empty) or one thread of it.

    `analyze_at` says when it is to be rated; `first_unrated_at` bounds the wait for quiet. While a client waits since
    `waiting_since`, a reply is due at `reply_due_at`; `deadline_at` is when the clock is looked at next, later and
    later while that fails (`clock_failures` times). Our last reply was at `replied_at`, the first one since then that
    only asked for patience at `held_at`.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "thread_ts"),
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["clients.workspace_id", "clients.id"]),
        Index("ix_conversations_due", "analyze_at", postgresql_where=sql("analyze_at is not null")),
        Index("ix_conversations_deadline", "deadline_at", postgresql_where=sql("deadline_at is not null")),
        Index("ix_conversations_recent", "workspace_id", "last_client_at"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    client_id: Mapped[Reference]
    channel_id: Mapped[str]
    thread_ts: Mapped[str] = mapped_column(server_default="")
    analyze_at: Mapped[datetime | None]
    first_unrated_at: Mapped[datetime | None]
    last_client_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=sql("0"))
    waiting_since: Mapped[datetime | None]
    reply_due_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    clock_failures: Mapped[int] = mapped_column(server_default=sql("0"))
    replied_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]


class Message(Base):
    """What was said. `text` is emptied when its time is over; `rated_at`: a verdict covers it, or none is to.

    `asks`: a client wants something (no mere thanks); `holds`: a reply of ours that only asks for patience.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "ts"),
        ForeignKeyConstraint(["workspace_id", "conversation_id"], ["conversations.workspace_id", "conversations.id"]),
        Index("ix_messages_conversation", "conversation_id", "ts"),
        Index("ix_messages_received", "received_at"),
        Index("ix_messages_texts", "workspace_id", "received_at", postgresql_where=sql("text <> ''")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    conversation_id: Mapped[Reference]
    channel_id: Mapped[str]
    ts: Mapped[str]
    author: Mapped[str]
    from_client: Mapped[bool]
    text: Mapped[str]
    hard_cues: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    edited_ts: Mapped[str] = mapped_column(server_default="")
    deleted_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    rated_at: Mapped[datetime | None]
    asks: Mapped[bool] = mapped_column(server_default=sql("true"))
    holds: Mapped[bool] = mapped_column(server_default=sql("false"))


class SeenEvent(Base):
    """Slack's event ids of the last hours: the same one again is not handled again."""

    __tablename__ = "seen_events"
    __table_args__ = (Index("ix_seen_events_at", "at"),)

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AssessmentRow(Base):
    """One verdict. `covered_ts` is the newest message it knows of; `considered_at` says that alerts took note."""

    __tablename__ = "assessments"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "conversation_id"], ["conversations.workspace_id", "conversations.id"]),
        Index("ix_assessments_conversation", "conversation_id", "id"),
        Index("ix_assessments_waiting", "workspace_id", "id", postgresql_where=sql("considered_at is null")),
        Index("ix_assessments_sent", "workspace_id", "at", postgresql_where=sql("sent <> '[]'")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    conversation_id: Mapped[Reference]
    at: Mapped[datetime]
    covered_ts: Mapped[str]
    risk: Mapped[str]
    probability: Mapped[float]
    indicators: Mapped[list[str]]
    hard_cues: Mapped[list[str]]
    evidence: Mapped[list[str]]
    summary: Mapped[str]
    suggested_action: Mapped[str]
    suggested_reply: Mapped[str] = mapped_column(server_default="")
    engine: Mapped[str]
    provisional: Mapped[bool]
    considered_at: Mapped[datetime | None]
    disagreement: Mapped[str] = mapped_column(server_default="")
    shadow: Mapped[bool] = mapped_column(server_default=sql("false"))
    tokens_in: Mapped[int] = mapped_column(server_default=sql("0"))
    tokens_out: Mapped[int] = mapped_column(server_default=sql("0"))
    cost: Mapped[float] = mapped_column(server_default=sql("0"))
    sent: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))


class Usage(Base):
    """What rating cost a workspace on one day (UTC)."""

    __tablename__ = "usage"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(server_default=sql("0"))
    tokens: Mapped[int] = mapped_column(server_default=sql("0"))
    cost: Mapped[float] = mapped_column(server_default=sql("0"))
    verdicts: Mapped[int] = mapped_column(server_default=sql("0"))
    provisional: Mapped[int] = mapped_column(server_default=sql("0"))


class Label(Base):
    """A verdict that somebody of ours has corrected or confirmed: an example for the verdicts to come.

    `kind` is false_positive, missed or confirmed; `text` is redacted and kept until somebody removes it.
    """

    __tablename__ = "labels"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "made_by"], ["people.workspace_id", "people.id"]),
        UniqueConstraint("workspace_id", "channel_id", "ts", "kind"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    kind: Mapped[str]
    text: Mapped[str]
    risk: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    channel_id: Mapped[str]
    ts: Mapped[str]
    made_by: Mapped[Reference]
    at: Mapped[datetime]
