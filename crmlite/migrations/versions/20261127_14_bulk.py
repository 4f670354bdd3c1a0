"""Changes of many records by a job, and what they left alone"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_14"
down_revision = "20261127_13"


def upgrade() -> None:
    op.create_table(
        "bulk_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=True),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_bulk_run_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_bulk_run_operation_id"), "bulk_run", ["operation_id"])
    op.create_index(op.f("ix_bulk_run_user_id"), "bulk_run", ["user_id"])
    op.create_table(
        "bulk_refusal",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_run.id"], name=op.f("fk_bulk_refusal_run_id")),
        sa.PrimaryKeyConstraint("run_id", "record_id", name=op.f("pk_bulk_refusal")),
    )
