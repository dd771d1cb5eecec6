"""The alert, the signals that make it, and the steps of its escalation."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Reference, RowId, Small
from models.trace_id import current
from models.words import Origin, Status


class Alert(Base):
    """The deduplicated thing that is escalated. Its `id` is the number people see.

    `epoch` counts its openings and closings, `revision` every change that a card shows. `covered_ts` is the newest
    client message that it knows of. `next_step_at` is when its escalation goes on: the next level, the end of a snooze
    or of the silence `silence_id` that holds it, the reminder of an acknowledged one. `picks` tells whose turn it was
    in each round robin. A client alert is `answered_at` when somebody of ours replied in the conversation,
    `held_at` when the first reply only asked for patience. A grouped one has parts: `parts_open` of `parts` are not
    resolved, it had `parts_seen` when it was acknowledged, and until `grouped_until` a new one pages nobody again.
    `asked_at` is when people were asked about one whose source went silent. `trace` is the id of the request (or of
    what a person did) that opened it, as the logs have it.

    The conditions that always hold keep indexes from the look-ups of foreign keys, which on a table of few rows would
    take any that begins with the workspace, and keep it.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "source_id"], ["sources.workspace_id", "sources.id"]),
        ForeignKeyConstraint(["workspace_id", "conversation_id"], ["conversations.workspace_id", "conversations.id"]),
        ForeignKeyConstraint(["workspace_id", "raised_by"], ["people.workspace_id", "people.id"]),
        ForeignKeyConstraint(["workspace_id", "silence_id"], ["silences.workspace_id", "silences.id"]),
        ForeignKeyConstraint(["workspace_id", "storm_id"], ["storms.workspace_id", "storms.id"]),
        Index(
            "ix_alerts_live_key",
            "workspace_id",
            "key",
            unique=True,
            postgresql_where=text("status in ('open', 'acknowledged')"),
        ),
        Index("ix_alerts_key", "workspace_id", "key", "id", postgresql_where=text("key is not null")),
        Index(
            "ix_alerts_due",
            "severity",
            "next_step_at",
            postgresql_where=text("next_step_at is not null"),
        ),
        Index(
            "ix_alerts_stranded",
            "id",
            postgresql_where=text("status = 'open' and next_step_at is null and exhausted_at is null"),
        ),
        Index(
            "ix_alerts_listing",
            "workspace_id",
            "status",
            "severity",
            "id",
            postgresql_where=text("status is not null"),
        ),
        Index("ix_alerts_raised_by", "raised_by", "id", postgresql_where=text("raised_by is not null")),
        Index("ix_alerts_silence", "silence_id", postgresql_where=text("silence_id is not null")),
        Index("ix_alerts_opened", "opened_at", "workspace_id"),
        Index("ix_alerts_storm", "storm_id", "id", postgresql_where=text("storm_id is not null")),
        Index(
            "ix_alerts_ended",
            "workspace_id",
            "closed_at",
            postgresql_where=text("closed_at is not null"),
            postgresql_include=["status", "origin"],
        ),
        Index(
            "ix_alerts_texts",
            "workspace_id",
            "closed_at",
            postgresql_where=text("excerpt <> '' or suggested_reply <> ''"),
        ),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    origin: Mapped[Origin]
    key: Mapped[str]
    source_id: Mapped[int | None] = mapped_column()
    conversation_id: Mapped[int | None] = mapped_column()
    raised_by: Mapped[int | None] = mapped_column()

    title: Mapped[str]
    details: Mapped[str] = mapped_column(server_default="")
    severity: Mapped[Small]
    link: Mapped[str] = mapped_column(server_default="")
    labels: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    client: Mapped[str] = mapped_column(server_default="")
    excerpt: Mapped[str] = mapped_column(server_default="")
    indicators: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    suggested_action: Mapped[str] = mapped_column(server_default="")

    status: Mapped[Status] = mapped_column(server_default=Status.OPEN.value)
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    count: Mapped[int] = mapped_column(server_default=text("1"))
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    covered_ts: Mapped[str] = mapped_column(server_default="")
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    source_resolved_at: Mapped[datetime | None]
    notes: Mapped[str] = mapped_column(server_default="")

    plan: Mapped[dict[str, Any]]
    lap: Mapped[Small] = mapped_column(server_default=text("1"))
    level: Mapped[Small] = mapped_column(server_default=text("0"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_step_at: Mapped[datetime | None]
    paged_at: Mapped[datetime | None]
    exhausted_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    reminded: Mapped[bool] = mapped_column(server_default=text("false"))
    snoozed_until: Mapped[datetime | None]
    silence_id: Mapped[int | None] = mapped_column()
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    held_at: Mapped[datetime | None]
    suggested_reply: Mapped[str] = mapped_column(server_default="")
    picks: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    parts: Mapped[int] = mapped_column(server_default=text("0"))
    parts_open: Mapped[int] = mapped_column(server_default=text("0"))
    parts_seen: Mapped[int] = mapped_column(server_default=text("0"))
    grouped_until: Mapped[datetime | None]
    storm_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime | None]
    trace: Mapped[str] = mapped_column(default=current, server_default="")


class Part(Base):
    """One problem inside a grouped alert, by the key of its source."""

    __tablename__ = "parts"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "alert_id"], ["alerts.workspace_id", "alerts.id"], ondelete="CASCADE"),
        UniqueConstraint("alert_id", "key"),
        Index("ix_parts_key", "workspace_id", "key", "id"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    alert_id: Mapped[Reference]
    key: Mapped[str]
    title: Mapped[str]
    severity: Mapped[Small]
    labels: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    link: Mapped[str] = mapped_column(server_default="")
    opened_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]


class Storm(Base):
    """A time in which more alerts opened than people can read one by one: of one source, or (None) of a workspace."""

    __tablename__ = "storms"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "source_id"], ["sources.workspace_id", "sources.id"]),
        UniqueConstraint("workspace_id", "id"),
        Index(
            "ix_storms_live",
            "workspace_id",
            text("coalesce(source_id, 0)"),
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    source_id: Mapped[int | None] = mapped_column(BigInteger)
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignalRow(Base):
    """One thing that came in, as it was parsed; never changed afterwards."""

    __tablename__ = "signals"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "source_id"], ["sources.workspace_id", "sources.id"]),
        Index("ix_signals_alert", "alert_id", "id"),
        Index("ix_signals_source", "source_id", "id"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    source_id: Mapped[Reference]
    alert_id: Mapped[int | None] = mapped_column()
    received_at: Mapped[datetime]
    key: Mapped[str]
    firing: Mapped[bool]
    severity: Mapped[Small]
    title: Mapped[str]
    decision: Mapped[str]
    started_at: Mapped[datetime | None]


class Step(Base):
    """One level of one lap of one alert: when it was due, which wake-up rang for it, what came of it."""

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("alert_id", "epoch", "tries", "lap", "level"),
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "alert_id"], ["alerts.workspace_id", "alerts.id"], ondelete="CASCADE"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    alert_id: Mapped[Reference]
    epoch: Mapped[int]
    tries: Mapped[int]
    lap: Mapped[Small]
    level: Mapped[Small]
    due_at: Mapped[datetime]
    wake_id: Mapped[str]
    executed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
