from alembic import op


def upgrade():
    op.drop_column(
        "users",
        "email",
    )


def downgrade():
    op.add_column("users", "email")
