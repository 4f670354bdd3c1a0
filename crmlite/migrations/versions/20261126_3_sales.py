"""Quotes, their versions and lines, decisions about them, orders, number ranges"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_3"
down_revision = "20261126_2"

TRASH = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "number_range",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_range")),
        sa.UniqueConstraint("kind", name=op.f("uq_number_range_kind")),
        sqlite_autoincrement=True,
    )
    op.bulk_insert(
        sa.table("number_range", *(sa.column(name) for name in ("kind", "pattern", "digits", "next_number", "year"))),
        [
            {"kind": "quote", "pattern": "Q-{year}-{number}", "digits": 4, "next_number": 1, "year": 0},
            {"kind": "order", "pattern": "O-{year}-{number}", "digits": 4, "next_number": 1, "year": 0},
        ],
    )
    op.create_table(
        "quote",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_quote_company_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_quote_contact_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_quote_deal_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_quote_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_quote_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("number", name=op.f("uq_quote_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quote_company_id"), "quote", ["company_id"])
    op.create_index(op.f("ix_quote_contact_id"), "quote", ["contact_id"])
    op.create_index(
        op.f("ix_quote_created_at_id_owner_id_team_id"), "quote", ["created_at", "id", "owner_id", "team_id"]
    )
    op.create_index(op.f("ix_quote_deal_id"), "quote", ["deal_id"])
    op.create_index("ix_quote_deleted_at", "quote", ["deleted_at"], sqlite_where=TRASH, postgresql_where=TRASH)
    op.create_index(
        op.f("ix_quote_gross_minor_id_owner_id_team_id"), "quote", ["gross_minor", "id", "owner_id", "team_id"]
    )
    op.create_index(op.f("ix_quote_number_id_owner_id_team_id"), "quote", ["number", "id", "owner_id", "team_id"])
    op.create_index(op.f("ix_quote_owner_id_sort_name"), "quote", ["owner_id", "sort_name"])
    op.create_index(op.f("ix_quote_sort_name_id_owner_id_team_id"), "quote", ["sort_name", "id", "owner_id", "team_id"])
    op.create_index(op.f("ix_quote_state_id_owner_id_team_id"), "quote", ["state", "id", "owner_id", "team_id"])
    op.create_index(op.f("ix_quote_team_id_sort_name"), "quote", ["team_id", "sort_name"])
    op.create_index(
        op.f("ix_quote_valid_until_id_owner_id_team_id"), "quote", ["valid_until", "id", "owner_id", "team_id"]
    )
    op.create_table(
        "quote_version",
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("includes_tax", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("intro", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_quote_version_file_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_version_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_version")),
        sa.UniqueConstraint("quote_id", "n", name=op.f("uq_quote_version_quote_id_n")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "quote_line",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("tax_class_id", sa.Integer(), nullable=True),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("qty_micro", sa.BigInteger(), nullable=False),
        sa.Column("unit_micro", sa.BigInteger(), nullable=False),
        sa.Column("discount_bp", sa.Integer(), nullable=False),
        sa.Column("tax_name", sa.String(), nullable=False),
        sa.Column("tax_kind", sa.String(), nullable=False),
        sa.Column("tax_note", sa.String(), nullable=False),
        sa.Column("tax_rate_bp", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_quote_line_product_id")),
        sa.ForeignKeyConstraint(["tax_class_id"], ["tax_class.id"], name=op.f("fk_quote_line_tax_class_id")),
        sa.ForeignKeyConstraint(["version_id"], ["quote_version.id"], name=op.f("fk_quote_line_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quote_line_product_id"), "quote_line", ["product_id"])
    op.create_index(op.f("ix_quote_line_version_id_position"), "quote_line", ["version_id", "position"])
    op.create_table(
        "quote_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["quote_version.id"], name=op.f("fk_quote_decision_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_decision")),
        sa.UniqueConstraint("version_id", name=op.f("uq_quote_decision_version_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "order",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("quote_id", sa.Integer(), nullable=True),
        sa.Column("quote_version_id", sa.Integer(), nullable=True),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("includes_tax", sa.Boolean(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_order_company_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_order_contact_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_order_deal_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_order_owner_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_order_quote_id")),
        sa.ForeignKeyConstraint(["quote_version_id"], ["quote_version.id"], name=op.f("fk_order_quote_version_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_order_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("number", name=op.f("uq_order_number")),
        sa.UniqueConstraint("quote_version_id", name=op.f("uq_order_quote_version_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_company_id_ordered_on"), "order", ["company_id", "ordered_on"])
    op.create_index(op.f("ix_order_contact_id_ordered_on"), "order", ["contact_id", "ordered_on"])
    op.create_index(op.f("ix_order_deal_id"), "order", ["deal_id"])
    op.create_index("ix_order_deleted_at", "order", ["deleted_at"], sqlite_where=TRASH, postgresql_where=TRASH)
    op.create_index(
        op.f("ix_order_gross_minor_id_owner_id_team_id"), "order", ["gross_minor", "id", "owner_id", "team_id"]
    )
    op.create_index(op.f("ix_order_number_id_owner_id_team_id"), "order", ["number", "id", "owner_id", "team_id"])
    op.create_index(
        op.f("ix_order_ordered_on_id_owner_id_team_id"), "order", ["ordered_on", "id", "owner_id", "team_id"]
    )
    op.create_index(op.f("ix_order_owner_id_sort_name"), "order", ["owner_id", "sort_name"])
    op.create_index(op.f("ix_order_quote_id"), "order", ["quote_id"])
    op.create_index(op.f("ix_order_sort_name_id_owner_id_team_id"), "order", ["sort_name", "id", "owner_id", "team_id"])
    op.create_index(op.f("ix_order_team_id_sort_name"), "order", ["team_id", "sort_name"])
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("qty_micro", sa.BigInteger(), nullable=False),
        sa.Column("unit_micro", sa.BigInteger(), nullable=False),
        sa.Column("discount_bp", sa.Integer(), nullable=False),
        sa.Column("tax_name", sa.String(), nullable=False),
        sa.Column("tax_kind", sa.String(), nullable=False),
        sa.Column("tax_note", sa.String(), nullable=False),
        sa.Column("tax_rate_bp", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_order_line_order_id_position"), "order_line", ["order_id", "position"])
    op.create_index(op.f("ix_order_line_product_id"), "order_line", ["product_id"])
