"""Absences, notices, favourites, what was looked at, the day that weeks begin with"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_2"
down_revision = "20261127_1"

UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.add_column("user", sa.Column("week_start", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("for_user_id", sa.Integer(), nullable=True))
    op.add_column("link", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    link, hit = (sa.table(name, *map(sa.column, columns)) for name, columns in _TABLES.items())
    first = sa.select(sa.func.min(hit.c.at)).where(hit.c.link_id == link.c.id, hit.c.agent != "scanner")
    op.execute(sa.update(link).values(opened_at=first.scalar_subquery()))  # nobody is told of them now
    op.create_table(
        "absence",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["user.id"], name=op.f("fk_absence_deputy_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_absence_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_absence_deputy_id_ends_at"), "absence", ["deputy_id", "ends_at"])
    op.create_index(op.f("ix_absence_user_id_ends_at"), "absence", ["user_id", "ends_at"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("for_user_id", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "user_id",
            "kind",
            "operation_id",
            "for_user_id",
            name=op.f("uq_notice_user_id_kind_operation_id_for_user_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notice_user_id_id"), "notice", ["user_id", "id"])
    op.create_index(op.f("ix_notice_record_type_record_id"), "notice", ["record_type", "record_id"])
    op.create_index("ix_notice_unread", "notice", ["user_id"], sqlite_where=UNREAD, postgresql_where=UNREAD)
    op.create_table(
        "favourite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_favourite_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourite")),
        sa.UniqueConstraint(
            "user_id",
            "record_type",
            "record_id",
            "query",
            name=op.f("uq_favourite_user_id_record_type_record_id_query"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_seen_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen")),
        sa.UniqueConstraint("user_id", "record_type", "record_id", name=op.f("uq_seen_user_id_record_type_record_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_seen_user_id_at"), "seen", ["user_id", "at"])


_TABLES = {"link": ("id", "opened_at"), "hit": ("link_id", "at", "agent")}
