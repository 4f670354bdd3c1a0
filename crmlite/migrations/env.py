"""Alembic runs this for every command; the connection comes from crmlite.schema."""

from alembic import context

from crmlite.extensions import db
from crmlite.schema import is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=db.metadata,
    include_object=is_ours,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
