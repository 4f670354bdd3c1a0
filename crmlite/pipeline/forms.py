"""The forms people fill in about a deal: all of it, one field of it, and losing it."""

from collections.abc import Callable
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField, ValidationError
from wtforms.validators import Optional

from crmlite.auth.models import Viewer
from crmlite.companies.types import chosen_company
from crmlite.contacts.types import chosen_contact
from crmlite.forms import Form, SelectField, at_most, choices, currency_choices, one_line, required
from crmlite.number_fields import MoneyField
from crmlite.pipeline import stages
from crmlite.pipeline.models import KINDS
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import OwnerField, RecordField


class DealFields(WithCustom):
    """What can be changed of a deal in place, one field at a time; its amounts are in its currency."""

    record_type = "deal"

    name = StringField(_l("Deal"), [required(), at_most(200)], filters=[one_line])
    amount_minor = MoneyField(_l("Amount"))
    recurring_minor = MoneyField(_l("Every month"), description=_l("What it brings every month besides."))
    currency = SelectField(_l("Currency"), choices=currency_choices)
    close_on = DateField(_l("Expected close"), [Optional()])
    kind = SelectField(_l("Kind of deal"), choices=choices(KINDS))
    owner_id = OwnerField(_l("Owner"))


class DealForm(DealFields):
    """All of a deal, with whom it is made; somebody and some firm that are new are made with it."""

    contact_id = RecordField(_l("Contact"), "contact", or_new=True)
    company_id = RecordField(_l("Company"), "company", or_new=True)

    def validate_contact_id(self, field: RecordField) -> None:
        if not (field.data or field.new_name):
            raise ValidationError(_("Say with whom: type a few letters of a name."))

    def values(self) -> dict[str, Any]:
        """What Deal.change() takes, for a form that is valid. Makes who is new. Raises Forbidden where the user may not."""
        plain = {field.name: field.data for field in self if hasattr(DealFields, field.name)}
        contact_id = _chosen(self.contact_id, chosen_contact)
        company_id = _chosen(self.company_id, chosen_company)
        return {**plain, **self.custom_values(), "contact_id": contact_id, "company_id": company_id}


def _chosen(field: RecordField, find: Callable[[RecordField, Viewer], Any]) -> int | None:
    """The id of what a picker holds; what it held before stays, be it out of sight."""
    if field.data is not None and field.data == field.object_data:
        return field.data
    record = find(field, g.user)
    return record and record.id


class NewDealForm(DealForm):
    stage_id = SelectField(_l("Stage"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage_id.choices = choices(stages.choices(only_open=True))


class LoseForm(Form):
    reason = StringField(_l("Reason"), [required(), at_most(200)], filters=[one_line])
