"""Which roles in a decision a firm wants to know"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_d"
down_revision = "20261127_c"


def upgrade() -> None:
    op.add_column("organisation", sa.Column("needed_roles", sa.String(), nullable=False, server_default="decides"))
    op.add_column(
        "organisation", sa.Column("deal_roles", sa.String(), nullable=False, server_default="decides buys uses")
    )
