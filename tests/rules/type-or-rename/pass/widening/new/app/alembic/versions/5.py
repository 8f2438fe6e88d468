"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    op.alter_column("users", "name", existing_type=sa.String(length=50), type_=sa.String(length=200))


def downgrade():
    op.alter_column("users", "name", existing_type=sa.String(length=200), type_=sa.String(length=50))
