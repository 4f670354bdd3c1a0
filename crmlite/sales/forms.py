"""The forms people fill in about quotes and orders, besides the grid; and the ones that customers fill in."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import NumberRange as Between

from crmlite.forms import Form, at_most, one_line, required, tidy
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import OwnerField, RecordField, check_email


class QuoteFields(WithCustom):
    """What can be changed of a quote in place."""

    record_type = "quote"

    name = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    owner_id = OwnerField(_l("Owner"))


class NewQuoteForm(WithCustom):
    """Who it is for. All else is written in the grid."""

    record_type = "quote"

    name = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    contact_id = RecordField(_l("Contact"), "contact")
    company_id = RecordField(_l("Company"), "company")
    deal_id = RecordField(_l("Deal"), "deal")

    def validate_contact_id(self, field: RecordField) -> None:
        if not field.data:
            raise ValidationError(_("Choose whom it is for."))


class OrderFields(WithCustom):
    """What can be changed of an order in place."""

    record_type = "order"

    name = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    owner_id = OwnerField(_l("Owner"))


class SendForm(Form):
    """The mail that a quote goes out with."""

    to = EmailField(_l("To"), [required(), at_most(254), check_email], filters=[one_line])
    subject = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    message = TextAreaField(_l("Message"), [required(), at_most(8000)], filters=[tidy])


class NumbersForm(Form):
    """How papers of one kind are called."""

    pattern = StringField(
        _l("Pattern"),
        [required(), at_most(40)],
        filters=[one_line],
        description=_l("{number} stands for the number, {year} for the year in which numbers begin anew."),
    )
    digits = IntegerField(_l("Digits"), [Between(1, 10, _l("Between 1 and 10."))])
    next_number = IntegerField(_l("Next number"), [Between(1, 10**9, _l("Write a number above zero."))])

    def validate_pattern(self, field: StringField) -> None:
        rest = field.data.replace("{number}", "", 1).replace("{year}", "")
        if "{number}" not in field.data or "{" in rest or "}" in rest:
            raise ValidationError(_("Write {number} once, where the number stands."))


class AcceptForm(Form):
    """The customer's yes."""

    name = StringField(_l("Your name"), [required(), at_most(120)], filters=[one_line])
    agree = BooleanField(_l("I accept this quote."))

    def validate_agree(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(_("Tick this to accept."))


class DeclineForm(Form):
    """The customer's no."""

    reason = TextAreaField(_l("What is the reason?"), [required(), at_most(1000)], filters=[tidy])
