"""foundation"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

HEED_NOW = """
    CREATE FUNCTION heed_now() RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT now() + coalesce(nullif(current_setting('heed.shift', true), ''), '0')::interval $$
"""


def upgrade() -> None:
    op.execute(HEED_NOW)
    op.create_table(
        "beats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_beats")),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uninstalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("redraw_retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("team_id", name=op.f("uq_workspaces_team_id")),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_clients_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_clients_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "team_id", name=op.f("uq_clients_workspace_id_team_id")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("slack_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), server_default="member", nullable=False),
        sa.Column("role_is_set", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("dm_channel", sa.Text(), nullable=True),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_people_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_people_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "slack_id", name=op.f("uq_people_workspace_id_slack_id")),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_policies_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_policies_workspace_id_name")),
    )
    op.create_index(
        "ix_policies_default", "policies", ["workspace_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "seen_events",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_seen_events_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "event_id", name=op.f("pk_seen_events")),
    )
    op.create_index("ix_seen_events_at", "seen_events", ["at"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_fingerprint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_signal_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_sources_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("secret_fingerprint", name=op.f("uq_sources_secret_fingerprint")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_sources_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "kind", "name", name=op.f("uq_sources_workspace_id_kind_name")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.Text(), server_default="", nullable=False),
        sa.Column("analyze_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_unrated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_client_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"],
            ["clients.workspace_id", "clients.id"],
            name=op.f("fk_conversations_workspace_id_client_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_conversations_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "workspace_id", "channel_id", "thread_ts", name=op.f("uq_conversations_workspace_id_channel_id_thread_ts")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_conversations_workspace_id_id")),
    )
    op.create_index(
        "ix_conversations_due",
        "conversations",
        ["analyze_at"],
        unique=False,
        postgresql_where=sa.text("analyze_at is not null"),
    )
    op.create_index("ix_conversations_recent", "conversations", ["workspace_id", "last_client_at"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covered_ts", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("indicators", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("hard_cues", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("suggested_action", sa.Text(), nullable=False),
        sa.Column("suggested_reply", sa.Text(), server_default="", nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("considered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "conversation_id"],
            ["conversations.workspace_id", "conversations.id"],
            name=op.f("fk_assessments_workspace_id_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_conversation", "assessments", ["conversation_id", "id"], unique=False)
    op.create_index(
        "ix_assessments_waiting",
        "assessments",
        ["workspace_id", "id"],
        unique=False,
        postgresql_where=sa.text("considered_at is null"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("from_client", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hard_cues", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("edited_ts", sa.Text(), server_default="", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "conversation_id"],
            ["conversations.workspace_id", "conversations.id"],
            name=op.f("fk_messages_workspace_id_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("workspace_id", "channel_id", "ts", name=op.f("uq_messages_workspace_id_channel_id_ts")),
    )
    op.create_index("ix_messages_conversation", "messages", ["conversation_id", "ts"], unique=False)
    op.create_index("ix_messages_received", "messages", ["received_at"], unique=False)


def downgrade() -> None:
    op.execute("DROP FUNCTION heed_now()")
    op.drop_index("ix_messages_received", table_name="messages")
    op.drop_index("ix_messages_conversation", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_assessments_waiting", table_name="assessments", postgresql_where=sa.text("considered_at is null"))
    op.drop_index("ix_assessments_conversation", table_name="assessments")
    op.drop_table("assessments")
    op.drop_index("ix_conversations_recent", table_name="conversations")
    op.drop_index(
        "ix_conversations_due", table_name="conversations", postgresql_where=sa.text("analyze_at is not null")
    )
    op.drop_table("conversations")
    op.drop_table("sources")
    op.drop_index("ix_seen_events_at", table_name="seen_events")
    op.drop_table("seen_events")
    op.drop_index("ix_policies_default", table_name="policies", postgresql_where=sa.text("is_default"))
    op.drop_table("policies")
    op.drop_table("people")
    op.drop_table("clients")
    op.drop_table("workspaces")
    op.drop_table("beats")
