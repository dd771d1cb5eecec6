"""Clocks of replies and heartbeats that fail are counted."""

import sqlalchemy as sa
from alembic import op

from models.migrations.online import add_columns, unlocked

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with unlocked():
        add_columns(
            "conversations", sa.Column("clock_failures", sa.Integer(), server_default=sa.text("0"), nullable=False)
        )
        add_columns("sources", sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("sources", "failures")
    op.drop_column("conversations", "clock_failures")
