"""What other programs call companies, for people whose files name theirs by nothing else"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_16"
down_revision = "20261127_15"


def upgrade() -> None:
    op.create_table(
        "outside_id",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_outside_id_company_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_outside_id_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_outside_id_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outside_id_source_value"), "outside_id", ["source", "value"])
    for name in ("import_id", "company_id", "contact_id"):
        op.create_index(op.f(f"ix_outside_id_{name}"), "outside_id", [name])
