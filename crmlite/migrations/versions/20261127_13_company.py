"""Which roles in a decision a firm wants to know; the region of contacts and companies in lists"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_13"
down_revision = "20261127_12"


def upgrade() -> None:
    op.add_column("organisation", sa.Column("needed_roles", sa.String(), nullable=False, server_default="decides"))
    op.add_column(
        "organisation", sa.Column("deal_roles", sa.String(), nullable=False, server_default="decides buys uses")
    )
    address = sa.table("address", *map(sa.column, ("id", "contact_id", "company_id", "main", "region")))
    for name in ("contact", "company"):
        op.add_column(name, sa.Column("region", sa.String(), nullable=True))
        holder = sa.table(name, sa.column("id"), sa.column("region"))
        here = sa.select(address.c.region).where(
            address.c[f"{name}_id"] == holder.c.id, address.c.main == sa.true(), address.c.region != ""
        )
        first = here.order_by(address.c.id).limit(1).correlate(holder).scalar_subquery()
        op.execute(sa.update(holder).values(region=first))
