"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.add_column("orders", sa.Column("a", sa.Integer()))


def downgrade():
    op.execute("UPDATE orders SET b = a")
    op.drop_column("orders", "a")
