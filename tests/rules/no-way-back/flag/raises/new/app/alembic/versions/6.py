"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.add_column("users", sa.Column("a", sa.Integer()))


def downgrade():
    raise NotImplementedError("irreversible")
