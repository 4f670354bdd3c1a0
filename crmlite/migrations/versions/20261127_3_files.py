"""Pictures among the files: a small one of each, and how large it is"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_3"
down_revision = "20261127_2"


def upgrade() -> None:
    op.add_column("file", sa.Column("thumbnail", sa.String(), nullable=True))
    op.add_column("file", sa.Column("width", sa.Integer(), nullable=True))
    op.add_column("file", sa.Column("height", sa.Integer(), nullable=True))
