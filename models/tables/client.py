"""Clients, their conversations and messages, and our verdicts on them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Reference, RowId


class Client(Base):
    """A customer, found by the Slack team that its people come from; `name` is empty until Slack was asked for it.

    `team_id` is None for one that was named in a file and has not been heard of yet.
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


class Conversation(Base):
    """A client's channel (`thread_ts` empty) or one thread of it.

    `analyze_at` says when it is to be rated; `first_unrated_at` bounds the wait for quiet.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "thread_ts"),
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["clients.workspace_id", "clients.id"]),
        Index("ix_conversations_due", "analyze_at", postgresql_where=sql("analyze_at is not null")),
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


class Message(Base):
    """What was said. `text` is emptied when its time is over; `rated_at` is None until a verdict covers it."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "ts"),
        ForeignKeyConstraint(["workspace_id", "conversation_id"], ["conversations.workspace_id", "conversations.id"]),
        Index("ix_messages_conversation", "conversation_id", "ts"),
        Index("ix_messages_received", "received_at"),
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
