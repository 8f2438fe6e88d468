"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("email")
    op.execute("""
        ALTER TABLE orders
          DROP COLUMN note
    """)


def downgrade():
    pass
