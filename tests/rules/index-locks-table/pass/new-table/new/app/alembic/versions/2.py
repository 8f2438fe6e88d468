"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer()))
    op.create_index("ix", "orders", ["user_id"])


def downgrade():
    op.drop_table("orders")
