"""How long what is kept"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_4"
down_revision = "20261127_3"

NOW_DONE_BY_RETENTION = (
    "auth.jobs.forget_sessions",
    "jobs.forget_done",
    "leads.intake.forget_old",
    "records.jobs.forget_files",
    "records.jobs.purge_trash",
)


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention")),
        sa.UniqueConstraint("name", name=op.f("uq_retention_name")),
        sqlite_autoincrement=True,
    )
    # planned by the version before, and there is nobody any more who could run them
    job = sa.table("job", sa.column("name"), sa.column("state"))
    waits = job.c.state.in_(["queued", "running"])
    op.execute(job.update().where(job.c.name.in_(NOW_DONE_BY_RETENTION), waits).values(state="done"))
