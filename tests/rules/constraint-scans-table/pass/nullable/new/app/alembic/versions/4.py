"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.alter_column("orders", "user_id", nullable=True)


def downgrade():
    op.alter_column("orders", "user_id", nullable=False)
