"""People correct their own details"""

import sqlalchemy as sa
from alembic import op

from crmlite.extensions import UtcDateTime

revision = "20261127_10"
down_revision = "20261127_9"

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column("organisation", sa.Column("details_at_once", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("custom_field", sa.Column("for_person", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "correction",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("operation_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_correction_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_correction_contact_id"), "correction", ["contact_id"])
    op.create_index(
        "ix_correction_waiting", "correction", ["id", "contact_id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "correction_part",
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("now", sa.JSON(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["correction_id"], ["correction.id"], name=op.f("fk_correction_part_correction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_part")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_correction_part_correction_id"), "correction_part", ["correction_id"])
    op.create_table(
        "details_sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_details_sending_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_details_sending")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_details_sending_made_by_id"), "details_sending", ["made_by_id"])
    op.create_table(
        "details_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sending_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sending_id"], ["details_sending.id"], name=op.f("fk_details_request_sending_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_details_request_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_details_request")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_details_request_contact_id"), "details_request", ["contact_id"])
    op.create_index(op.f("ix_details_request_sending_id_state_id"), "details_request", ["sending_id", "state", "id"])
