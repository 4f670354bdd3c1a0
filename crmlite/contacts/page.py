"""What the page of one person shows: besides what all records have, where they work and who else works there."""

from functools import cached_property

import sqlalchemy as sa

from crmlite.auth.models import Viewer
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.forms import AffiliationForm, JoinForm
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.records.page import RecordPage


class ContactPage(RecordPage):
    def __init__(self, contact: Contact, user: Viewer, join_form: JoinForm | None = None) -> None:
        super().__init__(CONTACT, contact, user)
        self.contact = contact
        self.join_form = join_form or JoinForm()

    @cached_property
    def affiliations(self) -> list[Affiliation]:
        """Where they work and worked, of companies that the user may see; the main one first, past ones last."""
        found = db.session.scalars(
            sa.select(Affiliation)
            .join(Affiliation.company)
            .options(sa.orm.contains_eager(Affiliation.company))
            .where(
                Affiliation.contact_id == self.contact.id, Company.deleted_at.is_(None), COMPANY.policy.rows(self.user)
            )
            .order_by(Affiliation.id)
        )
        return sorted(found, key=lambda link: (not link.is_current, not link.main))

    @property
    def main(self) -> Affiliation | None:
        return next((link for link in self.affiliations if link.main), None)

    @property
    def instructions(self) -> list[tuple[str, str]]:
        """What everybody has to know: (of whom, text), the person's own and those of the company they work for."""
        found = [(self.contact.name, self.contact.instructions)] if self.contact.instructions else []
        if self.main and self.main.company.instructions:
            found.append((self.main.company.name, self.main.company.instructions))
        return found

    def form_of(self, link: Affiliation) -> AffiliationForm:
        return AffiliationForm(obj=link, prefix=f"a{link.id}-")
