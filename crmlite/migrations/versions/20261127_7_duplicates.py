"""Duplicates: what records are compared by, pairs, merges"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "20261127_7"
down_revision = "20261127_6"
changes = ("job",)  # has one more


def upgrade() -> None:
    for table in ("contact", "company"):  # both databases take it so, and neither copies the table
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN merged_into_id INTEGER "
            f"CONSTRAINT fk_{table}_merged_into_id REFERENCES {table} (id)"
        )
        op.create_index(op.f(f"ix_{table}_merged_into_id"), table, ["merged_into_id"])
    op.create_table(
        "duplicate_card",
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("record_type", "record_id", name=op.f("pk_duplicate_card")),
    )
    op.create_index(
        "ix_duplicate_card_waiting",
        "duplicate_card",
        ["record_type", "record_id"],
        sqlite_where=sa.text("waiting = 1"),
        postgresql_where=sa.text("waiting"),
    )
    op.create_table(
        "duplicate_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "record_type", "record_id", name=op.f("pk_duplicate_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_duplicate_key_record_type_record_id"), "duplicate_key", ["record_type", "record_id"])
    op.create_table(
        "duplicate_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pair")),
        sa.UniqueConstraint(
            "record_type", "record_id", "other_id", name=op.f("uq_duplicate_pair_record_type_record_id_other_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_duplicate_pair_record_type_other_id"), "duplicate_pair", ["record_type", "other_id"])
    op.create_index(op.f("ix_duplicate_pair_record_type_score_id"), "duplicate_pair", ["record_type", "score", "id"])
    op.create_table(
        "distinct_pair",
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinct_pair")),
        sa.UniqueConstraint(
            "record_type", "record_id", "other_id", name=op.f("uq_distinct_pair_record_type_record_id_other_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_distinct_pair_record_type_other_id"), "distinct_pair", ["record_type", "other_id"])
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("winner_id", sa.Integer(), nullable=False),
        sa.Column("losers", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("separated_by_id", sa.Integer(), nullable=True),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
        sa.UniqueConstraint("operation_id", name=op.f("uq_merge_operation_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_merge_record_type_winner_id"), "merge", ["record_type", "winner_id"])
    op.create_table(
        "merge_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("loser_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merge_id"], ["merge.id"], name=op.f("fk_merge_move_merge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_move")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_merge_move_merge_id"), "merge_move", ["merge_id"])
    _look_through_what_is_there()


def _look_through_what_is_there() -> None:
    """By the worker, afterwards: reading a million contacts takes minutes."""
    connection = op.get_bind()
    if not any(connection.scalar(sa.text(f"SELECT 1 FROM {name} LIMIT 1")) for name in ("contact", "company")):  # noqa: S608
        return
    job = sa.table(
        "job",
        *(sa.column(name) for name in ("name", "key", "state")),
        sa.column("args", sa.JSON()),
        sa.column("due_at", sa.DateTime(timezone=True)),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("attempts", sa.Integer()),
    )
    then = datetime(
        2026, 11, 27, tzinfo=UTC
    )  # long due: and a start that is killed and tried again leaves the same rows
    then = then.replace(tzinfo=None) if connection.dialect.name == "sqlite" else then
    op.bulk_insert(
        job,
        [
            {
                "name": "duplicates.jobs.look_through_all",
                "key": "duplicates:all",
                "state": "queued",
                "args": {},
                "due_at": then,
                "created_at": then,
                "attempts": 0,
            }
        ],
    )
