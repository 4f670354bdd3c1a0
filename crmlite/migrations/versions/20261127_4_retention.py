"""How long what is kept"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_4"
down_revision = "20261127_3"


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention")),
        sa.UniqueConstraint("name", name=op.f("uq_retention_name")),
        sqlite_autoincrement=True,
    )
