"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.add_column(
        "orders",
        sa.Column("currency", sa.String(3), nullable=False),
    )


def downgrade():
    op.drop_column("orders", "currency")
