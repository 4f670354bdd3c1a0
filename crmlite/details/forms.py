"""The forms: what the person fills in about themselves, and what is said when they are asked to."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, FormField, StringField, TextAreaField, ValidationError
from wtforms.validators import Optional

from crmlite.contacts.models import Contact
from crmlite.details import fields
from crmlite.details.fields import ADDRESS, PLAIN, Wish
from crmlite.forms import Form, SeenForm, SelectField, at_most, language_choices, one_line, required, text_or_none, tidy
from crmlite.records.custom_fields import PREFIX
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import (
    MOST_ROWS,
    AddressForm,
    EmailForm,
    LinkForm,
    PhoneForm,
    Rows,
    check_email,
    row_id,
)
from crmlite.web import local_today

MOST_NEW = 5
"""Rows of one kind that may come with one post."""


class _Email(EmailForm):
    main = None


class _Phone(PhoneForm):
    main = None


class _Link(LinkForm):
    main = None


class _Address(AddressForm):
    main = None


class _Work(SeenForm):
    """Where the person works. Without the company's name they work there no more."""

    id = StringField(filters=[row_id])
    company = StringField(_l("Company"), [at_most(200)], filters=[one_line])
    title = StringField(_l("Job title"), [at_most(100)], filters=[one_line])

    @property
    def is_empty(self) -> bool:
        return not self.company.data

    def validate_title(self, field: StringField) -> None:
        if field.data and self.is_empty and not row_id(self.id.data):
            raise ValidationError(_("Say at which company."))


class _Custom(WithCustom):
    """The firm's own fields that the person may see."""

    record_type = "contact"

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        shown = fields.customs()
        for name in [name for name in self._fields if name.startswith(PREFIX) and name not in shown]:
            del self[name]


LISTS = {"email": "emails", "phone": "phones", "url": "urls", "address": "addresses", "work": "works"}


class DetailsForm(SeenForm, _Custom):
    """What we hold of somebody, for themselves. Empty rows are none; a row that they empty shall go."""

    salutation = StringField(PLAIN["salutation"], [at_most(40)], filters=[one_line])
    given = StringField(PLAIN["given"], [at_most(100)], filters=[one_line])
    family = StringField(PLAIN["family"], [at_most(100)], filters=[one_line])
    language = SelectField(PLAIN["language"], choices=language_choices, coerce=text_or_none)
    birthday = DateField(PLAIN["birthday"], [Optional()])
    emails = Rows(FormField(_Email), _l("E-mail addresses"), max_entries=MOST_ROWS)
    phones = Rows(FormField(_Phone), _l("Phone numbers"), max_entries=MOST_ROWS)
    urls = Rows(FormField(_Link), _l("Links"), max_entries=MOST_ROWS)
    addresses = Rows(FormField(_Address), _l("Addresses"), max_entries=MOST_ROWS)
    works = Rows(FormField(_Work), _l("Where you work"), max_entries=MOST_ROWS)

    def says(self) -> dict[str, Any]:
        """Of the rows each knows by itself what it showed."""
        return {name: fields.value_or_none(self[name].data) for name in self._plain}

    @property
    def _plain(self) -> list[str]:
        return [*PLAIN, *(field.name for field in self.custom)]

    def add_row(self, name: str) -> None:
        rows = self[name] if name in LISTS.values() else None
        if rows is not None and len(rows.entries) < MOST_ROWS:
            rows.append_entry()

    def wishes(self) -> list[Wish]:
        """What the person changed of what they were shown."""
        typed, shown = self.says(), self.shown()
        sent = [name for name in self._plain if self[name].raw_data]
        found = [Wish(name, None, typed[name], shown.get(name, fields.UNKNOWN)) for name in sent]
        for field, name in LISTS.items():
            found += [_wish(field, entry.form) for entry in self[name].entries]
        return [wish for wish in found if wish.now != wish.shown]

    def validate_given(self, field: StringField) -> None:
        rows = [entry.form for name in ("emails", "phones") for entry in self[name].entries]
        if not (field.data or self.family.data or any(not row.is_empty for row in rows)):
            raise ValidationError(
                _("Leave us a name, an e-mail address or a phone number, or we cannot know who you are.")
            )

    def validate_birthday(self, field: DateField) -> None:
        if field.data and field.data > local_today():
            raise ValidationError(_("This day is still to come."))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        is_valid = super().validate(*args, **kwargs)
        for name in LISTS.values():
            new = [
                entry.form for entry in self[name].entries if not row_id(entry.form.id.data) and not entry.form.is_empty
            ]
            if len(new) > MOST_NEW:
                self.form_errors.append(_("Add a few rows at a time, please, and send the rest afterwards."))
                is_valid = False
        return is_valid


def _wish(field: str, row: Any) -> Wish:
    shown = _content(field, row.shown())
    number = row_id(row.id.data) or None
    now = None if row.is_empty else _content(field, row.says())
    return Wish(field, number, now, shown if shown or number is None else fields.UNKNOWN)


def _content(field: str, said: dict[str, Any]) -> dict[str, Any] | None:
    """A row in the shape of fields.held(); None for an empty one."""
    names = {"address": ADDRESS, "work": ("company", "title")}.get(field, ("value", "label"))
    if not any(said.get(name) for name in names if name not in {"label", "title", "country"}):
        return None
    return {name: said.get(name) or "" for name in names}


def form_of(contact: Contact, proposed: list[Any]) -> DetailsForm:
    """The form as the person sees it: what is held, with what they sent before and nobody decided yet."""
    values = fields.held(contact)
    new = []
    for part in proposed:
        if part.row_id is None and part.field in fields.ROWS:
            new.append((part.field, 0, part.now))
        elif (part.field, part.row_id) in values:
            values[part.field, part.row_id] = part.now
    data: dict[str, Any] = {name: values[name, None] for name in [*PLAIN, *fields.customs()]}
    if data["birthday"]:
        data["birthday"] = fields.day(data["birthday"])
    data |= {name: [] for name in LISTS.values()}
    for field, number, value in [*((*key, value) for key, value in values.items() if key[0] in LISTS), *new]:
        if value is not None:
            data[LISTS[field]].append({"id": number, **value})
    for name in ("emails", "phones", "works"):
        data[name] = data[name] or [{}]
    return DetailsForm(data=data)


class AskForm(Form):
    """The mail that asks one person to look at their details."""

    to = EmailField(_l("To"), [required(), at_most(254), check_email], filters=[one_line])
    subject = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    message = TextAreaField(_l("Message"), [required(), at_most(5000)], filters=[tidy])
