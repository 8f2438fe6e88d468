from alembic import op


def _remove():
    op.drop_column("orders", "total")


def upgrade():
    op.add_column("orders", sa.Column("total", sa.Integer()))


def downgrade():
    _remove()
