"""The forms people fill in about a person, and about where somebody works."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    RadioField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from crmlite.companies.forms import check_since, check_until
from crmlite.contacts.consents import ACTION_LABELS, GIVEN, MAX_HOW, MAX_TEXT, Purpose, Standing
from crmlite.contacts.models import BUYING_ROLES, Contact
from crmlite.forms import (
    Form,
    SeenForm,
    SelectField,
    at_most,
    choices,
    language_choices,
    number_or_none,
    one_line,
    required,
    text_or_none,
    tidy,
)
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import OwnerField, ReachForm, RecordField, check_email, check_phone
from crmlite.records.points import Point, of
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


def _buying_roles() -> list[SelectChoice]:
    return choices(BUYING_ROLES, "–")


class AffiliationForm(SeenForm):
    """What somebody does at a company."""

    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])
    buying_role = SelectField(_l("Role when they buy"), choices=_buying_roles, default="")
    since = DateField(_l("Since"), [Optional()])
    until = DateField(_l("Until"), [Optional()])
    main = BooleanField(_l("Main company"))

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_("This is before the day they began."))


class JoinForm(Form):
    """Where somebody works, said for the first time."""

    company = RecordField(_l("Company"), "company", or_new=True)
    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])
    buying_role = SelectField(_l("Role when they buy"), choices=_buying_roles, default="")
    since = DateField(_l("Since"), [Optional()])

    def validate_company(self, field: RecordField) -> None:
        if not (field.data or field.new_name):
            raise ValidationError(_("Choose a company, or write the name of a new one."))


class PersonForm(Form):
    """Somebody known, said to work at a company."""

    contact = RecordField(_l("Person"), "contact")
    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])
    buying_role = SelectField(_l("Role when they buy"), choices=_buying_roles, default="")
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


_NOT_PLAIN = {"emails", "phones", "urls", "addresses", "company", "title"}


class ConsentForm(Form):
    """What somebody said about a purpose, as a colleague records it."""

    purpose_id = SelectField(_l("What it is about"), coerce=number_or_none)
    action = RadioField(_l("What they said"), choices=choices(ACTION_LABELS.items()), default=GIVEN)
    point = SelectField(_l("For which address or number"), default="")
    how = StringField(
        _l("How they said so"),
        [required(), at_most(MAX_HOW)],
        filters=[one_line],
        description=_l("Where you have it from: on the phone, on paper at the fair, in a mail of that day."),
    )
    on = DateField(_l("On which day"), default=local_today)
    text = TextAreaField(
        _l("Other words"),
        [at_most(MAX_TEXT)],
        filters=[tidy],
        description=_l("Only where they read or heard something else than what stands above."),
    )

    def __init__(self, formdata: Any, contact: Contact, standings: list[Standing], **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.asked: dict[int, Purpose] = {one.purpose.id: one.purpose for one in standings}
        self.purpose_id.choices = choices((purpose.id, purpose.name) for purpose in self.asked.values())
        reached = [point.value for point in of(contact, Point) if point.kind in {"email", "phone"}]
        self.point.choices = choices(((value, value) for value in reached), _l("All of them"))

    def validate_on(self, field: DateField) -> None:
        if field.data and field.data > local_today():
            raise ValidationError(_("This day is still to come."))

    @property
    def at(self) -> datetime | None:
        """When they said so: now, or at noon of that day."""
        day = self.on.data
        return None if day in (None, local_today()) else datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
