from alembic import op
import sqlalchemy as sa

revision = "b2"
down_revision = "a1"


def upgrade():
    op.alter_column("users", "nickname", new_column_name="handle")


def downgrade():
    op.alter_column("users", "handle", new_column_name="nickname")
