"""rules"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_alerts_due", table_name="alerts")
    op.create_index(
        "ix_alerts_due", "alerts", ["severity", "next_step_at"], postgresql_where=sa.text("next_step_at is not null")
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("slack_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("members", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_groups_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("workspace_id", "slack_id", name=op.f("uq_groups_workspace_id_slack_id")),
    )
    op.create_table(
        "routes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_routes_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
        sa.UniqueConstraint("workspace_id", "position", name=op.f("uq_routes_workspace_id_position")),
    )
    op.create_table(
        "schedules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("layers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("calendar_secret", sa.LargeBinary(), nullable=False),
        sa.Column("calendar_fingerprint", sa.Text(), nullable=False),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_handoff_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_schedules_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("calendar_fingerprint", name=op.f("uq_schedules_calendar_fingerprint")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_schedules_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_schedules_workspace_id_name")),
    )
    op.create_index(
        "ix_schedules_handoff",
        "schedules",
        ["next_handoff_at"],
        unique=False,
        postgresql_where=sa.text("next_handoff_at is not null"),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("applied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_silences_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_silences_workspace_id_id")),
    )
    op.create_index("ix_silences_end", "silences", ["workspace_id", "ends_at"], unique=False)
    op.create_table(
        "turns",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_turns_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_turns")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_notices_workspace_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("workspace_id", "person_id", "key", name=op.f("uq_notices_workspace_id_person_id_key")),
    )
    op.create_index(
        "ix_notices_due", "notices", ["try_at"], unique=False, postgresql_where=sa.text("try_at is not null")
    )
    op.create_table(
        "overrides",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("applied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_overrides_made_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_overrides_workspace_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "replaces_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_overrides_workspace_id_replaces_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "schedule_id"],
            ["schedules.workspace_id", "schedules.id"],
            name=op.f("fk_overrides_workspace_id_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    op.create_index("ix_overrides_schedule", "overrides", ["schedule_id", "ends_at"], unique=False)
    op.add_column("alerts", sa.Column("reminded", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("alerts", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alerts", sa.Column("silence_id", sa.Integer(), nullable=True))
    op.add_column(
        "alerts",
        sa.Column("picks", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index(
        "ix_alerts_silence", "alerts", ["silence_id"], unique=False, postgresql_where=sa.text("silence_id is not null")
    )
    op.create_foreign_key(
        op.f("fk_alerts_workspace_id_silence_id"),
        "alerts",
        "silences",
        ["workspace_id", "silence_id"],
        ["workspace_id", "id"],
    )
    op.add_column("clients", sa.Column("tier", sa.Text(), server_default="", nullable=False))
    op.add_column("clients", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.add_column("clients", sa.Column("renews_on", sa.Date(), nullable=True))
    op.alter_column("clients", "team_id", existing_type=sa.TEXT(), nullable=True)
    op.create_foreign_key(
        op.f("fk_clients_workspace_id_owner_id"),
        "clients",
        "people",
        ["workspace_id", "owner_id"],
        ["workspace_id", "id"],
    )
    op.add_column("people", sa.Column("is_channel", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("people", sa.Column("quiet_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "workspaces",
        sa.Column("rules_mark", sa.Text(), server_default=sa.text("gen_random_uuid()::text"), nullable=False),
    )
    op.add_column(
        "workspaces",
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("workspaces", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_index("ix_alerts_due", table_name="alerts")
    op.create_index(
        "ix_alerts_due",
        "alerts",
        ["severity", "next_step_at"],
        postgresql_where=sa.text("status = 'open' and next_step_at is not null"),
    )
    op.drop_column("workspaces", "checked_at")
    op.drop_column("workspaces", "findings")
    op.drop_column("workspaces", "rules_mark")
    op.drop_column("people", "quiet_until")
    op.drop_column("people", "quiet_from")
    op.drop_column("people", "is_channel")
    op.drop_constraint(op.f("fk_clients_workspace_id_owner_id"), "clients", type_="foreignkey")
    op.alter_column("clients", "team_id", existing_type=sa.TEXT(), nullable=False)
    op.drop_column("clients", "renews_on")
    op.drop_column("clients", "owner_id")
    op.drop_column("clients", "tier")
    op.drop_constraint(op.f("fk_alerts_workspace_id_silence_id"), "alerts", type_="foreignkey")
    op.drop_index("ix_alerts_silence", table_name="alerts", postgresql_where=sa.text("silence_id is not null"))
    op.drop_column("alerts", "picks")
    op.drop_column("alerts", "silence_id")
    op.drop_column("alerts", "snoozed_until")
    op.drop_column("alerts", "reminded")
    op.drop_index("ix_overrides_schedule", table_name="overrides")
    op.drop_table("overrides")
    op.drop_index("ix_notices_due", table_name="notices", postgresql_where=sa.text("try_at is not null"))
    op.drop_table("notices")
    op.drop_table("turns")
    op.drop_index("ix_silences_end", table_name="silences")
    op.drop_table("silences")
    op.drop_index(
        "ix_schedules_handoff", table_name="schedules", postgresql_where=sa.text("next_handoff_at is not null")
    )
    op.drop_table("schedules")
    op.drop_table("routes")
    op.drop_table("groups")
