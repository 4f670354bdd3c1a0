"""Modules that the firm switched off"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_15"
down_revision = "20261127_14"


def upgrade() -> None:
    op.add_column("organisation", sa.Column("modules_off", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
