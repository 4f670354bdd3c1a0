"""The forms people fill in about a person, and about where somebody works."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import Choice
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from crmlite.companies.forms import check_since, check_until
from crmlite.contacts.models import BUYING_ROLE_LABELS, BUYING_ROLES, roles_text
from crmlite.forms import Form, SeenForm, SelectField, at_most, language_choices, one_line, text_or_none, tidy
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import OwnerField, ReachForm, RecordField, check_email, check_phone
from crmlite.web import local_today


class ContactFields(WithCustom):
    """What can be changed of a contact in place, one field at a time."""

    record_type = "contact"

    salutation = StringField(_l("Form of address"), [at_most(40)], filters=[one_line])
    given = StringField(_l("First name"), [at_most(100)], filters=[one_line])
    family = StringField(_l("Last name"), [at_most(100)], filters=[one_line])
    email = EmailField(_l("E-mail"), [at_most(254), check_email], filters=[one_line])
    phone = TelField(_l("Phone"), [at_most(40), check_phone], filters=[one_line])
    language = SelectField(_l("Language"), choices=language_choices, coerce=text_or_none)
    birthday = DateField(_l("Birthday"), [Optional()])
    owner_id = OwnerField(_l("Owner"))
    customer_since = DateField(_l("Customer since"), [Optional(), check_since])
    customer_until = DateField(_l("Customer until"), [Optional(), check_until])
    instructions = TextAreaField(
        _l("Special instructions"),
        [at_most(2000)],
        filters=[tidy],
        description=_l("Shown to everybody who opens this contact."),
    )

    def is_nobody(self) -> bool:
        return not any(field.data for field in (self.given, self.family, self.email, self.phone))

    def validate_given(self, field: StringField) -> None:
        if self.is_nobody():
            raise ValidationError(_("Say who it is: a name, an e-mail address or a phone number."))

    def validate_birthday(self, field: DateField) -> None:
        if field.data and field.data > local_today():
            raise ValidationError(_("This day is still to come."))

    validate_family: Any = validate_given
    validate_email: Any = validate_given
    validate_phone: Any = validate_given


class RolesField(SelectMultipleField):
    """Boxes to tick, one for each role in the decision; its data is what the link keeps of them."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def iter_choices(self) -> Iterator[Choice]:
        for name, label in BUYING_ROLES:
            yield Choice(name, label, name in (self.data or "").split(), {})

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """An empty answer is sent along, so that "none of them" is one."""
        sent = [name for name in valuelist if name]
        self.data = roles_text(sent) if set(sent) <= set(BUYING_ROLE_LABELS) else " ".join(sent)

    def said(self, value: str) -> str:
        """In words."""
        return ", ".join(str(BUYING_ROLE_LABELS.get(name, name)) for name in value.split())

    def pre_validate(self, form: Form) -> None:
        if not set((self.data or "").split()) <= set(BUYING_ROLE_LABELS):
            raise ValidationError(_("Choose among the answers that are offered."))


class AffiliationForm(SeenForm):
    """What somebody does at a company."""

    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])
    buying_role = RolesField(_l("Roles in a decision"))
    since = DateField(_l("Since"), [Optional()])
    until = DateField(_l("Until"), [Optional()])
    main = BooleanField(_l("Main company"))

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_("This is before the day they began."))


class RolesForm(SeenForm):
    """What somebody is to decisions at a company, by itself."""

    buying_role = RolesField(_l("Roles in a decision"))


class NeedsForm(SeenForm):
    """Which roles the firm wants to know at every company, and which besides while it sells something there."""

    needed_roles = RolesField(_l("At every company where we know people"))
    deal_roles = RolesField(_l("Where a deal is open"))


class JoinForm(Form):
    """Where somebody works, said for the first time."""

    company = RecordField(_l("Company"), "company", or_new=True)
    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])
    buying_role = RolesField(_l("Roles in a decision"))
    since = DateField(_l("Since"), [Optional()])

    def validate_company(self, field: RecordField) -> None:
        if not (field.data or field.new_name):
            raise ValidationError(_("Choose a company, or write the name of a new one."))


class PersonForm(Form):
    """Somebody known, said to work at a company."""

    contact = RecordField(_l("Person"), "contact")
    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])
    buying_role = RolesField(_l("Roles in a decision"))
    since = DateField(_l("Since"), [Optional()])

    def validate_contact(self, field: RecordField) -> None:
        if not field.data:
            raise ValidationError(_("Choose one from the list."))

    @property
    def first_error(self) -> Any:
        return next(iter(self.errors.values()))[0]


class ContactForm(ContactFields, ReachForm):
    """All of a contact but where they work."""

    email = None
    phone = None
    validate_family = None  # said once, beside the first name

    def is_nobody(self) -> bool:
        return not (self.given.data or self.family.data or any(row["value"] for row in self.points()))

    def values(self) -> dict[str, Any]:
        """What Contact.create() and change() take."""
        plain = {name: field.data for name, field in self._fields.items() if name not in _NOT_PLAIN}
        return {**plain, "points": self.points(), "addresses": self.address_rows()}


class NewContactForm(ContactForm):
    """A new contact, with where they work if that is known."""

    company = RecordField(_l("Company"), "company", or_new=True)
    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])
    buying_role = RolesField(_l("Roles in a decision"))


_NOT_PLAIN = {"emails", "phones", "urls", "addresses", "company", "title", "buying_role"}
