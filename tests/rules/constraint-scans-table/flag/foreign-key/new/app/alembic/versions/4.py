"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.create_foreign_key(
        "fk_orders_user", "orders", "users",
        ["user_id"], ["id"],
    )


def downgrade():
    op.drop_constraint("fk_orders_user", "orders")
