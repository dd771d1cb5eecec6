"""Intakes: sources with their secrets, the requests that came to them, and the tokens of programs."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Reference, RowId


class Source(Base):
    """One configured intake; only the fingerprint of its secret is kept.

    After a change of the secret the previous one is taken until `previous_until`. `signing_secret` is sealed, for tools
    that sign what they send. `allowed_from` are networks such as 192.0.2.0/24; none means any. `settings` depend on the
    kind: expressions of a mapped source, the channel and patterns of a watched channel, `every_s` and `grace_s` of a
    heartbeat, whose next beat is expected at `expected_at`; looking at it has failed `failures` times in a row.
    """

    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kind", "name"),
        UniqueConstraint("workspace_id", "id"),
        Index("ix_sources_expected", "expected_at", postgresql_where=text("expected_at is not null")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    kind: Mapped[str]
    name: Mapped[str]
    secret_fingerprint: Mapped[str] = mapped_column(unique=True)
    previous_fingerprint: Mapped[str | None] = mapped_column(unique=True)
    previous_until: Mapped[datetime | None]
    signing_secret: Mapped[bytes | None]
    allowed_from: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime]
    last_signal_at: Mapped[datetime | None]
    expected_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))


class RequestRow(Base):
    """What came to a source as it came: `outcome` is accepted, unreadable or refused, and `reason` says why.

    `public_id` is what its sender knows it by, `result` what it is told when it asks. The body goes after a week.
    """

    __tablename__ = "requests"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "source_id"], ["sources.workspace_id", "sources.id"], ondelete="CASCADE"),
        Index("ix_requests_source", "source_id", "id"),
        Index("ix_requests_public", "public_id", postgresql_where=text("public_id <> ''")),
        Index("ix_requests_at", "at", postgresql_using="brin"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    source_id: Mapped[Reference]
    at: Mapped[datetime]
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    body: Mapped[str] = mapped_column(server_default="")
    public_id: Mapped[str] = mapped_column(server_default="")
    result: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class Token(Base):
    """What a program shows to read and answer a workspace's alerts; only its fingerprint is kept."""

    __tablename__ = "tokens"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "made_by"], ["people.workspace_id", "people.id"]),
        UniqueConstraint("workspace_id", "id"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[Reference]
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
