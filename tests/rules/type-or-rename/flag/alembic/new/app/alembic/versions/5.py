"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.alter_column(
        "orders",
        "total",
        existing_type=sa.Numeric(),
        type_=sa.Integer(),
    )


def downgrade():
    op.alter_column("orders", "total", existing_type=sa.Integer(), type_=sa.Numeric())
