from alembic import op


def upgrade():
    op.add_column("orders", "note")


def downgrade():
    op.drop_column("orders", "note")
