"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.create_index(
        op.f("ix_orders_user"),
        "orders",
        ["user_id"],
        unique=False,
    )


def downgrade():
    op.drop_index("ix_orders_user")
