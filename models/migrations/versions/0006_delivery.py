"""Ways besides Slack, what a page by one of them waits for, Do Not Disturb as asked, organisations, traces."""

import sqlalchemy as sa
from alembic import op

from models.migrations.online import add_columns, add_foreign_key, build_index, drop_index, unlocked

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with unlocked():
        _ways()
        _alerts()
        _pages()
        _others()


def _ways() -> None:
    op.create_table(
        "ways",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("important_after_s", sa.Integer(), nullable=True),
        sa.Column("default_after_s", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("code_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_ways_workspace_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ways")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_ways_workspace_id_id")),
        if_not_exists=True,
    )
    build_index("ix_ways_person", "ways", ["person_id"], postgresql_where=sa.text("removed_at is null"))


def _alerts() -> None:
    add_columns("alerts", sa.Column("trace", sa.Text(), server_default="", nullable=False))
    build_index(
        "ix_alerts_ended",
        "alerts",
        ["workspace_id", "closed_at"],
        postgresql_where=sa.text("closed_at is not null"),
        postgresql_include=["status", "origin"],
    )
    drop_index("ix_alerts_closed", "alerts")


def _pages() -> None:
    add_columns(
        "pages",
        sa.Column("way_id", sa.BigInteger(), nullable=True),
        sa.Column("own_at", sa.DateTime(timezone=True), nullable=True),
    )
    build_index("ix_pages_person", "pages", ["person_id", "alert_id", "id"])
    build_index("ix_pages_step", "pages", ["step_id"])
    build_index("ix_pages_way", "pages", ["way_id"], postgresql_where=sa.text("way_id is not null"))
    waiting = sa.text("state = 'due' and way_id is not null")
    build_index("ix_pages_ways", "pages", ["try_at"], postgresql_where=waiting)
    build_index(
        "ix_pages_due_at", "pages", ["due_at"], postgresql_using="brin", postgresql_with={"pages_per_range": 16}
    )
    ours, theirs = ["workspace_id", "way_id"], ["workspace_id", "id"]
    add_foreign_key("fk_pages_workspace_id_way_id", "pages", "ways", ours, theirs)


def _others() -> None:
    add_columns(
        "people",
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet_asked_at", sa.DateTime(timezone=True), nullable=True),
    )
    add_columns(
        "workspaces",
        sa.Column("enterprise_id", sa.Text(), server_default="", nullable=False),
        sa.Column("is_org", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("installed_by", sa.Text(), server_default="", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("workspaces", "installed_by")
    op.drop_column("workspaces", "scopes")
    op.drop_column("workspaces", "is_org")
    op.drop_column("workspaces", "enterprise_id")
    op.drop_column("people", "quiet_asked_at")
    op.drop_column("people", "snoozed_until")
    op.drop_constraint(op.f("fk_pages_workspace_id_way_id"), "pages", type_="foreignkey")
    op.drop_index("ix_pages_due_at", table_name="pages", postgresql_using="brin")
    op.drop_index("ix_pages_step", table_name="pages")
    op.drop_index("ix_pages_ways", table_name="pages", postgresql_where=sa.text("state = 'due' and way_id is not null"))
    op.drop_index("ix_pages_way", table_name="pages", postgresql_where=sa.text("way_id is not null"))
    op.drop_index("ix_pages_person", table_name="pages")
    op.drop_column("pages", "own_at")
    op.drop_column("pages", "way_id")
    op.drop_index(
        "ix_alerts_ended",
        table_name="alerts",
        postgresql_where=sa.text("closed_at is not null"),
        postgresql_include=["status", "origin"],
    )
    op.create_index(
        op.f("ix_alerts_closed"),
        "alerts",
        ["workspace_id", "closed_at"],
        unique=False,
        postgresql_where="(closed_at IS NOT NULL)",
    )
    op.drop_column("alerts", "trace")
    op.drop_index("ix_ways_person", table_name="ways", postgresql_where=sa.text("removed_at is null"))
    op.drop_table("ways")
