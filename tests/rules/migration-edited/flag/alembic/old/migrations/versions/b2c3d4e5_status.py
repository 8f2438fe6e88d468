from alembic import op
import sqlalchemy as sa

revision = "b2c3d4e5"
down_revision = "a1"


def upgrade():
    op.add_column("orders", sa.Column("status", sa.String()))


def downgrade():
    op.drop_column("orders", "status")
