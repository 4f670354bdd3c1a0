"""Which row of an import brought a company above that of the row"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_18"
down_revision = "20261127_17"


def upgrade() -> None:
    named = sa.text("parent_id IS NOT NULL")
    op.create_index("ix_import_row_parent_id", "import_row", ["parent_id"], sqlite_where=named, postgresql_where=named)
