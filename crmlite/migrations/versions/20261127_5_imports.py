"""Imports of address books"""

import sqlalchemy as sa
from alembic import op

from crmlite.extensions import UtcDateTime

revision = "20261127_5"
down_revision = "20261127_4"


def upgrade() -> None:
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("stream_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("trial_counts", sa.JSON(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=True),
        sa.Column("undo_id", sa.Integer(), nullable=True),
        sa.Column("undo_place", sa.Integer(), nullable=True),
        sa.Column("undo_counts", sa.JSON(), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_import_made_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_import_file_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["file.id"], name=op.f("fk_import_stream_id")),
        sqlite_autoincrement=True,
    )
    for name in ("made_by_id", "file_id", "stream_id"):
        op.create_index(op.f(f"ix_import_{name}"), "import", [name])
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("brought", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("undone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "trial", "number", name=op.f("pk_import_row")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_row_import_id")),
    )
    op.create_index(
        op.f("ix_import_row_import_id_trial_outcome_number"), "import_row", ["import_id", "trial", "outcome", "number"]
    )
    for name in ("contact_id", "company_id"):
        op.create_index(op.f(f"ix_import_row_{name}"), "import_row", [name])
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("headings", sa.String(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("headings", name=op.f("uq_import_mapping_headings")),
        sqlite_autoincrement=True,
    )
