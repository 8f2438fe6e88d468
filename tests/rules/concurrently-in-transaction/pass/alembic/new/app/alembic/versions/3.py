"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("i", "orders", ["user_id"], postgresql_concurrently=True)


def downgrade():
    op.drop_index("i")
