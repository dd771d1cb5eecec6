"""What a workspace has laid down: policies, schedules with their overrides, routes, silences, user groups."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Reference, RowId


class Policy(Base):
    """An escalation policy as it is now; an alert carries the copy that was in force when it opened."""

    __tablename__ = "policies"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        Index("ix_policies_default", "workspace_id", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    plan: Mapped[dict[str, Any]]


class Turn(Base):
    """Whose turn it is in a round robin: the number of alerts that it has been given so far."""

    __tablename__ = "turns"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(server_default=text("0"))


class Schedule(Base):
    """Who is on call when; `layers` as in `models.schedule_json`. `next_handoff_at` is when somebody is to be told.

    The calendar's secret is sealed, so that it can be shown again; it is found by its fingerprint.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        UniqueConstraint("workspace_id", "id"),
        Index("ix_schedules_handoff", "next_handoff_at", postgresql_where=text("next_handoff_at is not null")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str]
    layers: Mapped[list[Any]]
    calendar_secret: Mapped[bytes]
    calendar_fingerprint: Mapped[str] = mapped_column(unique=True)
    told_until: Mapped[datetime]
    next_handoff_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))


class OverrideRow(Base):
    """Somebody who is on call in place of somebody else for a while; `applied` tells that it came from a file."""

    __tablename__ = "overrides"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "schedule_id"], ["schedules.workspace_id", "schedules.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["people.workspace_id", "people.id"]),
        ForeignKeyConstraint(["workspace_id", "replaces_id"], ["people.workspace_id", "people.id"]),
        Index("ix_overrides_schedule", "schedule_id", "ends_at"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    schedule_id: Mapped[Reference]
    person_id: Mapped[Reference]
    replaces_id: Mapped[int | None] = mapped_column()
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    applied: Mapped[bool] = mapped_column(server_default=text("false"))


class RouteRow(Base):
    """One route, in its place in the order; `spec` as in `models.routing_json`, but the channel is a row id."""

    __tablename__ = "routes"
    __table_args__ = (UniqueConstraint("workspace_id", "position"),)

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    position: Mapped[int]
    spec: Mapped[dict[str, Any]]


class SilenceRow(Base):
    """A silence; `matchers` as they are typed, `by` a name for those from a file."""

    __tablename__ = "silences"
    __table_args__ = (UniqueConstraint("workspace_id", "id"), Index("ix_silences_end", "workspace_id", "ends_at"))

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str] = mapped_column(server_default="")
    matchers: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str] = mapped_column(server_default="")
    applied: Mapped[bool] = mapped_column(server_default=text("false"))


class Group(Base):
    """A Slack user group and the row ids of its members, as Slack told them last."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    slack_id: Mapped[str]
    handle: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    members: Mapped[list[int]] = mapped_column(server_default=text("'{}'"))


class Notice(Base):
    """Something that one person should know and need not answer: a hand-off, a finding. Once for each `key`.

    `try_at` is when it is tried next, None once it is sent or given up; a claim moves it ahead.
    """

    __tablename__ = "notices"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "person_id"], ["people.workspace_id", "people.id"]),
        UniqueConstraint("workspace_id", "person_id", "key"),
        Index("ix_notices_due", "try_at", postgresql_where=text("try_at is not null")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    person_id: Mapped[Reference]
    kind: Mapped[str]
    key: Mapped[str]
    detail: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    try_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    mark: Mapped[str]
    sent_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(server_default="")
