"""What the page of one company shows: besides what all records have, the group that it belongs to."""

from functools import cached_property

from flask_babel import gettext as _

from crmlite.auth.models import Viewer
from crmlite.companies.forms import ParentForm
from crmlite.companies.group import Group
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.records.page import RecordPage


class CompanyPage(RecordPage):
    def __init__(self, company: Company, user: Viewer) -> None:
        super().__init__(COMPANY, company, user)
        self.company = company

    @cached_property
    def group(self) -> Group:
        return Group(self.company, self.user)

    @property
    def parent_form(self) -> ParentForm:
        """With the name that the group knows anyhow."""
        form, above = ParentForm(), self.group.above
        form.parent_id.data = self.company.parent_id
        if self.company.parent_id:
            form.parent_id.text = above[-1].name if above else _("Something that you may not see")
        return form

    @property
    def instructions(self) -> list[tuple[str, str]]:
        """What everybody has to know: (of which company, text), its own and those of what it is part of."""
        above = [(node.name, node.instructions) for node in self.group.above]
        return [(name, text) for name, text in (*above, (self.company.name, self.company.instructions)) if text]
