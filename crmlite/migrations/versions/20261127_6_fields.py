"""Custom fields with their values, saved views"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_6"
down_revision = "20261127_5"

RECORDS = ("company", "contact", "product", "deal", "quote", "order", "lead")


def upgrade() -> None:
    for table in RECORDS:
        op.add_column(table, sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "custom_field",
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("record_type", "key", name=op.f("uq_custom_field_record_type_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "custom_value",
        sa.Column("field_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("sort", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["field_id"], ["custom_field.id"], name=op.f("fk_custom_value_field_id")),
        sa.PrimaryKeyConstraint("field_id", "record_id", "n", name=op.f("pk_custom_value")),
        sqlite_with_rowid=False,
    )
    for column in ("text", "number", "sort"):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_custom_value_{column}",
            "custom_value",
            ["field_id", column, "record_id"],
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_table(
        "saved_view",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("grammar", sa.Integer(), nullable=False),
        sa.Column("shared", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_saved_view_record_type_user_id"), "saved_view", ["record_type", "user_id"])
