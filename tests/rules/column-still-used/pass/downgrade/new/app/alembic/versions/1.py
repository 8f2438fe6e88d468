"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.add_column("users", sa.Column("nickname", sa.String()))


def downgrade():
    op.drop_column("users", "nickname")
