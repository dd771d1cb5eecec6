"""Sources with settings and requests, tokens of programs, parts of grouped alerts, storms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_alerts_key", table_name="alerts")
    op.drop_index("ix_alerts_listing", table_name="alerts")
    op.create_index(
        "ix_alerts_key", "alerts", ["workspace_id", "key", "id"], postgresql_where=sa.text("key is not null")
    )
    op.create_index(
        "ix_alerts_listing",
        "alerts",
        ["workspace_id", "status", "severity", "id"],
        postgresql_where=sa.text("status is not null"),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("public_id", sa.Text(), server_default="", nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["sources.workspace_id", "sources.id"],
            name=op.f("fk_requests_workspace_id_source_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index("ix_requests_at", "requests", ["at"], unique=False, postgresql_using="brin")
    op.create_index(
        "ix_requests_public", "requests", ["public_id"], unique=False, postgresql_where=sa.text("public_id <> ''")
    )
    op.create_index("ix_requests_source", "requests", ["source_id", "id"], unique=False)
    op.create_table(
        "storms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["sources.workspace_id", "sources.id"],
            name=op.f("fk_storms_workspace_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_storms_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storms")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_storms_workspace_id_id")),
    )
    op.create_index(
        "ix_storms_live",
        "storms",
        ["workspace_id", sa.literal_column("coalesce(source_id, 0)")],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "made_by"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_tokens_workspace_id_made_by"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_tokens_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_tokens_fingerprint")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tokens_workspace_id_id")),
    )
    op.create_table(
        "parts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "alert_id"],
            ["alerts.workspace_id", "alerts.id"],
            name=op.f("fk_parts_workspace_id_alert_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
        sa.UniqueConstraint("alert_id", "key", name=op.f("uq_parts_alert_id_key")),
    )
    op.create_index("ix_parts_key", "parts", ["workspace_id", "key", "id"], unique=False)
    op.add_column("alerts", sa.Column("parts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("alerts", sa.Column("parts_open", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("alerts", sa.Column("parts_seen", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("alerts", sa.Column("grouped_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alerts", sa.Column("storm_id", sa.BigInteger(), nullable=True))
    op.add_column("alerts", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_alerts_opened", "alerts", ["opened_at", "workspace_id"], unique=False)
    op.create_index(
        "ix_alerts_storm", "alerts", ["storm_id", "id"], unique=False, postgresql_where=sa.text("storm_id is not null")
    )
    op.create_foreign_key(
        op.f("fk_alerts_workspace_id_storm_id"),
        "alerts",
        "storms",
        ["workspace_id", "storm_id"],
        ["workspace_id", "id"],
    )
    op.add_column("posts", sa.Column("storm_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_posts_storm",
        "posts",
        ["storm_id", "person_id", "id"],
        unique=False,
        postgresql_where=sa.text("storm_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_posts_workspace_id_storm_id"), "posts", "storms", ["workspace_id", "storm_id"], ["workspace_id", "id"]
    )
    op.add_column("sources", sa.Column("previous_fingerprint", sa.Text(), nullable=True))
    op.add_column("sources", sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sources", sa.Column("signing_secret", sa.LargeBinary(), nullable=True))
    op.add_column(
        "sources",
        sa.Column("allowed_from", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "sources",
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("sources", sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_sources_expected",
        "sources",
        ["expected_at"],
        unique=False,
        postgresql_where=sa.text("expected_at is not null"),
    )
    op.create_unique_constraint(op.f("uq_sources_previous_fingerprint"), "sources", ["previous_fingerprint"])
    op.add_column("workspaces", sa.Column("alert_emoji", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_index("ix_alerts_listing", table_name="alerts")
    op.drop_index("ix_alerts_key", table_name="alerts")
    op.create_index("ix_alerts_listing", "alerts", ["workspace_id", "status", "severity", "id"])
    op.create_index("ix_alerts_key", "alerts", ["workspace_id", "key", "id"])
    op.drop_column("workspaces", "alert_emoji")
    op.drop_constraint(op.f("uq_sources_previous_fingerprint"), "sources", type_="unique")
    op.drop_index("ix_sources_expected", table_name="sources", postgresql_where=sa.text("expected_at is not null"))
    op.drop_column("sources", "expected_at")
    op.drop_column("sources", "settings")
    op.drop_column("sources", "allowed_from")
    op.drop_column("sources", "signing_secret")
    op.drop_column("sources", "previous_until")
    op.drop_column("sources", "previous_fingerprint")
    op.drop_constraint(op.f("fk_posts_workspace_id_storm_id"), "posts", type_="foreignkey")
    op.drop_index("ix_posts_storm", table_name="posts", postgresql_where=sa.text("storm_id is not null"))
    op.drop_column("posts", "storm_id")
    op.drop_constraint(op.f("fk_alerts_workspace_id_storm_id"), "alerts", type_="foreignkey")
    op.drop_index("ix_alerts_storm", table_name="alerts", postgresql_where=sa.text("storm_id is not null"))
    op.drop_index("ix_alerts_opened", table_name="alerts")
    op.drop_column("alerts", "asked_at")
    op.drop_column("alerts", "storm_id")
    op.drop_column("alerts", "grouped_until")
    op.drop_column("alerts", "parts_seen")
    op.drop_column("alerts", "parts_open")
    op.drop_column("alerts", "parts")
    op.drop_index("ix_parts_key", table_name="parts")
    op.drop_table("parts")
    op.drop_table("tokens")
    op.drop_index("ix_storms_live", table_name="storms", postgresql_where=sa.text("ended_at is null"))
    op.drop_table("storms")
    op.drop_index("ix_requests_source", table_name="requests")
    op.drop_index("ix_requests_public", table_name="requests", postgresql_where=sa.text("public_id <> ''"))
    op.drop_index("ix_requests_at", table_name="requests", postgresql_using="brin")
    op.drop_table("requests")
