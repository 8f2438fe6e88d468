"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.drop_column("users", "nickname")


def downgrade():
    op.add_column("users", sa.Column("nickname", sa.String()))
