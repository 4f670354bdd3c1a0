"""Contacts by lifecycle: how many there are is read from an index"""

from alembic import op

revision = "20261127_8"
down_revision = "20261127_7"


def upgrade() -> None:
    op.create_index("ix_contact_lifecycle", "contact", ["lifecycle", "id", "owner_id", "team_id", "deleted_at"])
