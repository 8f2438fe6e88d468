from alembic import op


def upgrade():
    op.create_table("invoices")


def downgrade():
    op.drop_table("invoices")
