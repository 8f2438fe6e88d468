from alembic.op import drop_table as remove_table


def upgrade() -> None:
    remove_table("invoices")


def downgrade() -> None:
    raise NotImplementedError
