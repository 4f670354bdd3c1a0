"""Time travel: what happened after a moment, and to which kind of record, is found without reading what happened before"""

from alembic import op

revision = "20261127_11"
down_revision = "20261127_10"


def upgrade() -> None:
    op.create_index("ix_operation_at", "operation", ["at"])
    op.drop_index("ix_change_operation_id", "change")
    op.create_index("ix_change_operation_id_record_type_action", "change", ["operation_id", "record_type", "action"])
