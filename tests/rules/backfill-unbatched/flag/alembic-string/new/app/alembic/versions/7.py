"""Revision."""
from alembic import op
import sqlalchemy as sa

revision = "a1"


def upgrade():
    statement = (
        "UPDATE orders "
        "SET currency = 'EUR'"
    )
    op.get_bind().execute(sa.text(statement))


def downgrade():
    op.noop()
