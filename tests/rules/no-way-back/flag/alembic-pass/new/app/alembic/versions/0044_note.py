from alembic import op


def upgrade():
    op.add_column("orders", "note")


def downgrade():
    pass
