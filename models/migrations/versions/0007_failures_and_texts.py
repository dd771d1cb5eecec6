"""Clocks of replies, heartbeats and hand-offs that fail are counted; texts that are not emptied yet have an index."""

import sqlalchemy as sa
from alembic import op

from models.migrations.online import add_columns, build_index, unlocked

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXTS, SENT = "text <> ''", "sent <> '[]'"
EXCERPTS = "excerpt <> '' or suggested_reply <> ''"


def upgrade() -> None:
    with unlocked():
        add_columns(
            "conversations", sa.Column("clock_failures", sa.Integer(), server_default=sa.text("0"), nullable=False)
        )
        add_columns("schedules", sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False))
        add_columns("sources", sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False))
        build_index("ix_messages_texts", "messages", ["workspace_id", "received_at"], postgresql_where=sa.text(TEXTS))
        build_index("ix_assessments_sent", "assessments", ["workspace_id", "at"], postgresql_where=sa.text(SENT))
        build_index("ix_alerts_texts", "alerts", ["workspace_id", "closed_at"], postgresql_where=sa.text(EXCERPTS))


def downgrade() -> None:
    op.drop_index("ix_alerts_texts", table_name="alerts", postgresql_where=sa.text(EXCERPTS))
    op.drop_index("ix_assessments_sent", table_name="assessments", postgresql_where=sa.text(SENT))
    op.drop_index("ix_messages_texts", table_name="messages", postgresql_where=sa.text(TEXTS))
    op.drop_column("sources", "failures")
    op.drop_column("schedules", "failures")
    op.drop_column("conversations", "clock_failures")
