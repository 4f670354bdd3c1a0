"""What the page of one company shows: besides what all records have, what it is part of and what is part of it."""

from functools import cached_property

import sqlalchemy as sa

from crmlite.auth.models import Viewer
from crmlite.companies.models import DEEPEST, Company
from crmlite.companies.types import COMPANY
from crmlite.extensions import db
from crmlite.records.page import RecordPage


class CompanyPage(RecordPage):
    MOST_PARTS = 50

    def __init__(self, company: Company, user: Viewer) -> None:
        super().__init__(COMPANY, company, user)
        self.company = company

    @cached_property
    def above(self) -> list[Company]:
        """What it is part of, the topmost first, as far up as the user may see."""
        if self.company.parent_id is None:
            return []
        start = sa.select(Company.id, Company.parent_id, sa.literal(1).label("step")).where(
            Company.id == self.company.parent_id
        )
        chain = start.cte("chain", recursive=True)
        chain = chain.union_all(
            sa.select(Company.id, Company.parent_id, chain.c.step + 1)
            .join(chain, Company.id == chain.c.parent_id)
            .where(chain.c.step < DEEPEST)
        )
        query = COMPANY.policy.visible(self.user).join(chain, chain.c.id == Company.id).order_by(chain.c.step.desc())
        return list(db.session.scalars(query))

    @cached_property
    def parts(self) -> list[Company]:
        """Companies that are directly part of it."""
        query = COMPANY.policy.visible(self.user).where(Company.parent_id == self.company.id)
        return list(db.session.scalars(query.order_by(Company.sort_name).limit(self.MOST_PARTS)))

    @property
    def instructions(self) -> list[tuple[str, str]]:
        """What everybody has to know: (of which company, text), its own and those of what it is part of."""
        return [(one.name, one.instructions) for one in (*self.above, self.company) if one.instructions]
