"""A Slack installation, its people and sources, the audit log, and the beats of our own processes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Reference, RowId
from models.words import Role


class Workspace(Base):
    """One Slack installation, its token sealed. `retry_at` holds our messages to it back (429, outage, dead token).

    `rules_mark` is another text after every change of policies, schedules, routes, silences and groups. `findings` are
    the results of the last reachability check. Texts of messages are kept for `text_days`; a client alert that was
    acknowledged is to be answered within `reply_within_s`; rating may use `daily_tokens` a day (None: any number).
    Whoever reacts to a message with `alert_emoji` raises an alert about it. An installation for a whole organisation
    (`is_org`) has the organisation's id as `team_id`, too.
    """

    __tablename__ = "workspaces"

    id: Mapped[RowId]
    team_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    url: Mapped[str]
    bot_user_id: Mapped[str]
    token: Mapped[bytes]
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    redraw_retry_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    rules_mark: Mapped[str] = mapped_column(server_default=text("gen_random_uuid()::text"))
    text_days: Mapped[int] = mapped_column(server_default=text("7"))
    reply_within_s: Mapped[int] = mapped_column(server_default=text("1800"))
    daily_tokens: Mapped[int | None]
    findings: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    checked_at: Mapped[datetime | None]
    alert_emoji: Mapped[str] = mapped_column(server_default="")
    enterprise_id: Mapped[str] = mapped_column(server_default="")
    is_org: Mapped[bool] = mapped_column(server_default=text("false"))
    scopes: Mapped[str] = mapped_column(server_default="")
    installed_by: Mapped[str] = mapped_column(server_default="")


class Person(Base):
    """Somebody of our side. `lease` fences the one sender at work on this person's pages until `leased_until`.

    A channel that levels or routes post in stands here too (`is_channel`): it is served like a person, by one sender
    at a time and with the same receipts, and it may do nothing. `quiet_from` and `quiet_until` are the next hours of
    Slack's Do Not Disturb, `snoozed_until` the end of a pause of notifications, as Slack told them `quiet_asked_at`.
    """

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("workspace_id", "slack_id"),
        UniqueConstraint("workspace_id", "id"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    slack_id: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(server_default=Role.MEMBER.value)
    role_is_set: Mapped[bool] = mapped_column(server_default=text("false"))
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    dm_channel: Mapped[str | None]
    lease: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    is_channel: Mapped[bool] = mapped_column(server_default=text("false"))
    quiet_from: Mapped[datetime | None]
    quiet_until: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    quiet_asked_at: Mapped[datetime | None]


class Beat(Base):
    """When a process last proved that it works: `clock`, `worker page`, `worker rate`."""

    __tablename__ = "beats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Entry(Base):
    """One line of an alert's timeline and of the audit log; `high` ones are the audit entries people must see."""

    __tablename__ = "entries"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "alert_id"], ["alerts.workspace_id", "alerts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["people.workspace_id", "people.id"]),
        Index("ix_entries_alert", "alert_id", "id"),
        Index("ix_entries_high", "workspace_id", "id", postgresql_where=text("high")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    alert_id: Mapped[int | None] = mapped_column()
    at: Mapped[datetime]
    kind: Mapped[str]
    high: Mapped[bool] = mapped_column(server_default=text("false"))
    person_id: Mapped[int | None] = mapped_column()
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
