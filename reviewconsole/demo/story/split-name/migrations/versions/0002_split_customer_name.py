"""Split the customer's name into first and last name."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("customers", sa.Column("first_name", sa.Text))
    op.add_column("customers", sa.Column("last_name", sa.Text))
    op.execute(
        "UPDATE customers SET first_name = split_part(name, ' ', 1), last_name = split_part(name, ' ', 2)"
    )
    op.alter_column("customers", "first_name", nullable=False)
    op.drop_column("customers", "name")
    op.create_index("ix_customers_last_name", "customers", ["last_name"])


def downgrade() -> None:
    pass
