"""clients"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tiers",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_s", sa.Integer(), nullable=True),
        sa.Column("next_s", sa.Integer(), nullable=True),
        sa.Column("holding_s", sa.Integer(), server_default=sa.text("1800"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_tiers_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_tiers")),
    )
    op.create_table(
        "usage",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tokens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cost", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("verdicts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("provisional", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_usage_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "day", name=op.f("pk_usage")),
    )
    op.create_table(
        "labels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "made_by"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_labels_workspace_id_made_by"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_labels_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint(
            "workspace_id", "channel_id", "ts", "kind", name=op.f("uq_labels_workspace_id_channel_id_ts_kind")
        ),
    )
    op.create_table(
        "channels",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("guests", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ours_id", sa.BigInteger(), nullable=True),
        sa.Column("rated", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("watched", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["ours_id"], ["groups.id"], name=op.f("fk_channels_ours_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"],
            ["clients.workspace_id", "clients.id"],
            name=op.f("fk_channels_workspace_id_client_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_channels_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "channel_id", name=op.f("pk_channels")),
    )
    op.create_index("ix_channels_client", "channels", ["client_id"], unique=False)
    op.add_column("alerts", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alerts", sa.Column("answered_by", sa.BigInteger(), nullable=True))
    op.add_column("alerts", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alerts", sa.Column("suggested_reply", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(op.f("fk_alerts_answered_by"), "alerts", "people", ["answered_by"], ["id"])
    op.add_column(
        "assessments", sa.Column("disagreement", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("assessments", sa.Column("shadow", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("assessments", sa.Column("tokens_in", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("assessments", sa.Column("tokens_out", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("assessments", sa.Column("cost", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "assessments",
        sa.Column("sent", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("clients", sa.Column("hours", sa.Text(), server_default="", nullable=False))
    op.add_column("clients", sa.Column("zone", sa.Text(), server_default="UTC", nullable=False))
    op.add_column(
        "clients", sa.Column("holidays", postgresql.ARRAY(sa.Date()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("clients", sa.Column("shadow_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_conversations_deadline",
        "conversations",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("deadline_at is not null"),
    )
    op.add_column("messages", sa.Column("asks", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("messages", sa.Column("holds", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("workspaces", sa.Column("text_days", sa.Integer(), server_default=sa.text("7"), nullable=False))
    op.add_column(
        "workspaces", sa.Column("reply_within_s", sa.Integer(), server_default=sa.text("1800"), nullable=False)
    )
    op.add_column("workspaces", sa.Column("daily_tokens", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("workspaces", "daily_tokens")
    op.drop_column("workspaces", "reply_within_s")
    op.drop_column("workspaces", "text_days")
    op.drop_column("messages", "holds")
    op.drop_column("messages", "asks")
    op.drop_index(
        "ix_conversations_deadline", table_name="conversations", postgresql_where=sa.text("deadline_at is not null")
    )
    op.drop_column("conversations", "held_at")
    op.drop_column("conversations", "replied_at")
    op.drop_column("conversations", "deadline_at")
    op.drop_column("conversations", "warned_at")
    op.drop_column("conversations", "reply_due_at")
    op.drop_column("conversations", "waiting_since")
    op.drop_column("clients", "shadow_until")
    op.drop_column("clients", "holidays")
    op.drop_column("clients", "zone")
    op.drop_column("clients", "hours")
    op.drop_column("assessments", "sent")
    op.drop_column("assessments", "cost")
    op.drop_column("assessments", "tokens_out")
    op.drop_column("assessments", "tokens_in")
    op.drop_column("assessments", "shadow")
    op.drop_column("assessments", "disagreement")
    op.drop_constraint(op.f("fk_alerts_answered_by"), "alerts", type_="foreignkey")
    op.drop_column("alerts", "suggested_reply")
    op.drop_column("alerts", "held_at")
    op.drop_column("alerts", "answered_by")
    op.drop_column("alerts", "answered_at")
    op.drop_index("ix_channels_client", table_name="channels")
    op.drop_table("channels")
    op.drop_table("labels")
    op.drop_table("usage")
    op.drop_table("tiers")
