"""alerts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lookups", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_list", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("drawn", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("redraw_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redraw_failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_posts_workspace_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_posts_workspace_id_id")),
    )
    op.create_index("ix_posts_place", "posts", ["workspace_id", "channel_id", "ts"], unique=False)
    op.create_index(
        "ix_posts_redraw", "posts", ["redraw_at"], unique=False, postgresql_where=sa.text("redraw_at is not null")
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("firing", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["sources.workspace_id", "sources.id"],
            name=op.f("fk_signals_workspace_id_source_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
    )
    op.create_index("ix_signals_alert", "signals", ["alert_id", "id"], unique=False)
    op.create_index("ix_signals_source", "signals", ["source_id", "id"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("raised_by", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), server_default="", nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("client", sa.Text(), server_default="", nullable=False),
        sa.Column("excerpt", sa.Text(), server_default="", nullable=False),
        sa.Column("indicators", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("suggested_action", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=20), server_default="open", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("covered_ts", sa.Text(), server_default="", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("source_resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lap", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("level", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exhausted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["people.id"], name=op.f("fk_alerts_acknowledged_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_alerts_closed_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "conversation_id"],
            ["conversations.workspace_id", "conversations.id"],
            name=op.f("fk_alerts_workspace_id_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "raised_by"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_alerts_workspace_id_raised_by"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["sources.workspace_id", "sources.id"],
            name=op.f("fk_alerts_workspace_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_alerts_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_alerts_workspace_id_id")),
    )
    op.create_index(
        "ix_alerts_closed",
        "alerts",
        ["workspace_id", "closed_at"],
        unique=False,
        postgresql_where=sa.text("closed_at is not null"),
    )
    op.create_index(
        "ix_alerts_due",
        "alerts",
        ["severity", "next_step_at"],
        unique=False,
        postgresql_where=sa.text("status = 'open' and next_step_at is not null"),
    )
    op.create_index("ix_alerts_key", "alerts", ["workspace_id", "key", "id"], unique=False)
    op.create_index("ix_alerts_listing", "alerts", ["workspace_id", "status", "severity", "id"], unique=False)
    op.create_index(
        "ix_alerts_live_key",
        "alerts",
        ["workspace_id", "key"],
        unique=True,
        postgresql_where=sa.text("status in ('open', 'acknowledged')"),
    )
    op.create_index(
        "ix_alerts_raised_by",
        "alerts",
        ["raised_by", "id"],
        unique=False,
        postgresql_where=sa.text("raised_by is not null"),
    )
    op.create_index(
        "ix_alerts_stranded",
        "alerts",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'open' and next_step_at is null and exhausted_at is null"),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("high", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "alert_id"],
            ["alerts.workspace_id", "alerts.id"],
            name=op.f("fk_entries_workspace_id_alert_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_entries_workspace_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
    )
    op.create_index("ix_entries_alert", "entries", ["alert_id", "id"], unique=False)
    op.create_index(
        "ix_entries_high", "entries", ["workspace_id", "id"], unique=False, postgresql_where=sa.text("high")
    )
    op.create_table(
        "steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lap", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wake_id", sa.Text(), nullable=False),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "alert_id"],
            ["alerts.workspace_id", "alerts.id"],
            name=op.f("fk_steps_workspace_id_alert_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint(
            "alert_id", "epoch", "tries", "lap", "level", name=op.f("uq_steps_alert_id_epoch_tries_lap_level")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_steps_workspace_id_id")),
    )
    op.create_table(
        "pages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), server_default="slack", nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="due", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "alert_id"],
            ["alerts.workspace_id", "alerts.id"],
            name=op.f("fk_pages_workspace_id_alert_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_pages_workspace_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "post_id"], ["posts.workspace_id", "posts.id"], name=op.f("fk_pages_workspace_id_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "step_id"],
            ["steps.workspace_id", "steps.id"],
            name=op.f("fk_pages_workspace_id_step_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint(
            "alert_id", "step_id", "person_id", "way", "kind", name=op.f("uq_pages_alert_id_step_id_person_id_way_kind")
        ),
    )
    op.create_index(
        "ix_pages_due",
        "pages",
        ["person_id", "severity", "try_at"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "ix_pages_post", "pages", ["post_id"], unique=False, postgresql_where=sa.text("post_id is not null")
    )


def downgrade() -> None:
    op.drop_index("ix_pages_post", table_name="pages", postgresql_where=sa.text("post_id is not null"))
    op.drop_index("ix_pages_due", table_name="pages", postgresql_where=sa.text("state = 'due'"))
    op.drop_table("pages")
    op.drop_table("steps")
    op.drop_index("ix_entries_high", table_name="entries", postgresql_where=sa.text("high"))
    op.drop_index("ix_entries_alert", table_name="entries")
    op.drop_table("entries")
    op.drop_index(
        "ix_alerts_stranded",
        table_name="alerts",
        postgresql_where=sa.text("status = 'open' and next_step_at is null and exhausted_at is null"),
    )
    op.drop_index("ix_alerts_raised_by", table_name="alerts", postgresql_where=sa.text("raised_by is not null"))
    op.drop_index(
        "ix_alerts_live_key", table_name="alerts", postgresql_where=sa.text("status in ('open', 'acknowledged')")
    )
    op.drop_index("ix_alerts_listing", table_name="alerts")
    op.drop_index("ix_alerts_key", table_name="alerts")
    op.drop_index(
        "ix_alerts_due", table_name="alerts", postgresql_where=sa.text("status = 'open' and next_step_at is not null")
    )
    op.drop_index("ix_alerts_closed", table_name="alerts", postgresql_where=sa.text("closed_at is not null"))
    op.drop_table("alerts")
    op.drop_index("ix_signals_source", table_name="signals")
    op.drop_index("ix_signals_alert", table_name="signals")
    op.drop_table("signals")
    op.drop_index("ix_posts_redraw", table_name="posts", postgresql_where=sa.text("redraw_at is not null"))
    op.drop_index("ix_posts_place", table_name="posts")
    op.drop_table("posts")
