"""The forms people fill in about a company."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    EmailField,
    Field,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional

from crmlite.forms import Form, SelectField, at_most, language_choices, one_line, required, text_or_none, tidy
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import OwnerField, ReachForm, RecordField, check_email, check_phone


def check_until(form: Form, field: Field) -> None:
    since = form.customer_since.data if "customer_since" in form else None
    if field.data and since and field.data < since:
        raise ValidationError(_("This is before the day they became a customer."))


def check_since(form: Form, field: Field) -> None:
    """The same seen from the other end, where that one is changed alone."""
    until = form.customer_until if "customer_until" in form else None
    if until is None or until.raw_data:
        return
    if field.data and until.data and until.data < field.data:
        raise ValidationError(_("This is after the day they stopped being a customer."))


class CompanyFields(WithCustom):
    """What can be changed of a company in place, one field at a time."""

    record_type = "company"

    name = StringField(_l("Name"), [required(), at_most(200)], filters=[one_line])
    email = EmailField(_l("E-mail"), [at_most(254), check_email], filters=[one_line])
    phone = TelField(_l("Phone"), [at_most(40), check_phone], filters=[one_line])
    vat_id = StringField(_l("VAT number"), [at_most(40)], filters=[one_line])
    industry = StringField(_l("Industry"), [at_most(100)], filters=[one_line])
    language = SelectField(_l("Language"), choices=language_choices, coerce=text_or_none)
    owner_id = OwnerField(_l("Owner"))
    customer_since = DateField(_l("Customer since"), [Optional(), check_since])
    customer_until = DateField(_l("Customer until"), [Optional(), check_until])
    instructions = TextAreaField(
        _l("Special instructions"),
        [at_most(2000)],
        filters=[tidy],
        description=_l("Shown to everybody who opens this company and its people."),
    )


class CompanyForm(CompanyFields, ReachForm):
    """All of a company."""

    email = None
    phone = None
    parent_id = RecordField(_l("Part of"), "company")

    def values(self) -> dict[str, Any]:
        """What Company.create() and change() take."""
        plain = {name: field.data for name, field in self._fields.items() if name not in _ROWS}
        return {**plain, "points": self.points(), "addresses": self.address_rows()}


class ParentForm(Form):
    """What a company is part of, by itself."""

    parent_id = RecordField(_l("Part of"), "company")


_ROWS = {"emails", "phones", "urls", "addresses"}
