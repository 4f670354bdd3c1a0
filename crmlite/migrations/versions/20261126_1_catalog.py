"""The catalogue: products and their prices, taxes, exchange rates"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_1"
down_revision = "20261124_1"


def upgrade() -> None:
    op.create_table(
        "tax_class",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_class")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tax_rate",
        sa.Column("tax_class_id", sa.Integer(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tax_class_id"], ["tax_class.id"], name=op.f("fk_tax_rate_tax_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tax_rate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tax_rate_tax_class_id"), ["tax_class_id"], unique=False)

    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("per", sa.Integer(), nullable=False),
        sa.Column("rate_micro", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
        sa.UniqueConstraint("currency", "base", "valid_from", name=op.f("uq_exchange_rate_currency_base_valid_from")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "product",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("instructions", sa.String(), nullable=False),
        sa.Column("tax_class_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_product_owner_id")),
        sa.ForeignKeyConstraint(["tax_class_id"], ["tax_class.id"], name=op.f("fk_product_tax_class_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_product_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(
            "ix_product_deleted_at",
            ["deleted_at"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NOT NULL"),
            postgresql_where=sa.text("deleted_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_product_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL AND code <> ''"),
            postgresql_where=sa.text("deleted_at IS NULL AND code <> ''"),
        )
        batch_op.create_index(batch_op.f("ix_product_owner_id_sort_name"), ["owner_id", "sort_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_tax_class_id"), ["tax_class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_team_id_sort_name"), ["team_id", "sort_name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_product_code_id_owner_id_team_id"), ["code", "id", "owner_id", "team_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_product_sort_name_id_owner_id_team_id"),
            ["sort_name", "id", "owner_id", "team_id"],
            unique=False,
        )

    op.create_table(
        "price",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("unit_micro", sa.BigInteger(), nullable=False),
        sa.Column("includes_tax", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_price_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
        sa.UniqueConstraint("product_id", "currency", name=op.f("uq_price_product_id_currency")),
        sqlite_autoincrement=True,
    )
    _grant_to_those_who_sell()


def _grant_to_those_who_sell() -> None:
    """Roles that were made before there were products see them, like those made today."""
    op.execute(
        "INSERT INTO \"grant\" (role_id, record_type, action, scope) SELECT id, 'product', 'view', 'all' FROM role "
        "WHERE name IN ('seller', 'marketing', 'service')"
    )
