"""Passwords of devices that read the address book"""

import sqlalchemy as sa
from alembic import op

from crmlite.extensions import UtcDateTime

revision = "20261127_12"
down_revision = "20261127_11"


def upgrade() -> None:
    op.create_table(
        "device_password",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_password_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_password")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_device_password_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_device_password_user_id"), "device_password", ["user_id"])
