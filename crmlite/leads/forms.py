"""The forms people fill in here: a lead by hand, closing one, and a web form with its fields."""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import StopValidation

from crmlite.auth.models import Team
from crmlite.extensions import db
from crmlite.forms import Form, SelectField, at_most, choices, number_or_none, one_line, required, tidy
from crmlite.leads import fields, spam
from crmlite.leads.fields import Field
from crmlite.leads.models import MAX_NEED, WebForm
from crmlite.leads.sites import site
from crmlite.points import is_email, is_phone
from crmlite.records.colleagues import users
from crmlite.records.custom_forms import WithCustom
from crmlite.records.forms import NO_EMAIL, NO_PHONE, OwnerField, RecordField
from crmlite.web import LANGUAGES

MAX_SITES = 20


class LeadForm(WithCustom):
    """What can be changed of a lead, here and in its list."""

    record_type = "lead"

    need = TextAreaField(_l("What it is about"), [required(), at_most(MAX_NEED)], filters=[tidy])
    source = StringField(_l("Source"), [at_most(100)], filters=[one_line])


class NewLeadForm(LeadForm):
    """A lead typed in by hand, with who it is about: somebody known by e-mail or phone, or somebody new."""

    name = StringField(_l("Name"), [at_most(200)], filters=[one_line])
    email = EmailField(_l("E-mail"), [at_most(254)], filters=[one_line])
    phone = TelField(_l("Phone"), [at_most(40)], filters=[one_line])
    company = RecordField(_l("Company"), "company", or_new=True)

    def validate_name(self, field: StringField) -> None:
        if not (field.data or self.email.data or self.phone.data):
            raise ValidationError(_("Say who it is: a name, an e-mail address or a phone number."))

    def validate_email(self, field: EmailField) -> None:
        if field.data and not is_email(field.data):
            raise ValidationError(NO_EMAIL)

    def validate_phone(self, field: TelField) -> None:
        if field.data and not is_phone(field.data):
            raise ValidationError(NO_PHONE)


class ReasonForm(Form):
    reason = StringField(_l("Reason"), [required(), at_most(200)], filters=[one_line])


# --- web forms --------------------------------------------------------------------------------------------------------


def _limit(_form: Form, field: IntegerField) -> None:
    """Emptied, it would be anybody's guess whether that is no limit or the one from before."""
    is_emptied = bool(field.raw_data) and not field.raw_data[0].strip()
    if is_emptied or (field.data is not None and not 0 <= field.data <= spam.MAX_LIMIT):
        field.errors = []
        raise StopValidation(_("Write a number from %(min)s to %(max)s; 0 is no limit.", min=0, max=spam.MAX_LIMIT))


class WebFormForm(Form):
    """All of a web form but its fields."""

    name = StringField(_l("Name"), [required(), at_most(100)], filters=[one_line], description=_l("Only you see it."))
    language = SelectField(_l("Language"), choices=choices(LANGUAGES.items()))
    theme = SelectField(
        _l("Look"),
        choices=choices((("light", _l("Light")), ("dark", _l("Dark")), ("auto", _l("Like the visitor's device")))),
    )
    heading = StringField(_l("Heading"), [at_most(200)], filters=[one_line])
    intro = TextAreaField(_l("Introduction"), [at_most(2000)], filters=[tidy])
    button = StringField(_l("Words on the button"), [at_most(60)], filters=[one_line])
    thanks = TextAreaField(_l("Thank-you text"), [at_most(2000)], filters=[tidy])
    source = StringField(
        _l("Source of its leads"), [at_most(100)], filters=[one_line], description=_l("Empty: the form's name.")
    )
    owner_id = OwnerField(_l("Owner of new leads"))
    team_id = SelectField(_l("Team of new leads"), coerce=number_or_none)
    notify = SelectMultipleField(_l("Who is mailed about new leads, besides the owner"), coerce=int)
    sites = TextAreaField(
        _l("Websites that may show it"),
        [at_most(4000)],
        description=_l("One a line, such as https://www.example.com. Other pages are refused by the browser."),
    )
    active = BooleanField(_l("Open"))
    limit_per_hour = IntegerField(
        _l("Posts an hour before they are held"),
        [_limit],
    )
    limit_per_visitor = IntegerField(
        _l("Posts an hour from one address"),
        [_limit],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(i), user["name"]) for i, user in users().items() if user["active"]]
        teams = db.session.execute(sa.select(Team.id, Team.name).order_by(Team.name)).all()
        self.team_id.choices = choices(((str(team_id), name) for team_id, name in teams), _("No team"))
        self.notify.choices = choices(people)

    def validate_sites(self, field: TextAreaField) -> None:
        self.origins = []
        for line in filter(None, map(str.strip, (field.data or "").splitlines())):
            try:
                self.origins.append(site(line))
            except ValueError as error:
                raise ValidationError(_("“%(line)s” is not the address of a website.", line=line[:80])) from error
        if len(self.origins) > MAX_SITES:
            raise ValidationError(_("At most %(count)s websites fit.", count=MAX_SITES))

    @classmethod
    def of(cls, form: WebForm) -> "WebFormForm":
        return cls(data={**vars(form), "sites": "\n".join(form.sites)})

    def values(self) -> dict[str, Any]:
        """What is stored, for a form that is valid."""
        values = dict(self.data)
        values["sites"] = list(dict.fromkeys(self.origins))
        for name in ("limit_per_hour", "limit_per_visitor"):
            if values[name] is None:
                del values[name]
        return values


STARTERS = (
    Field("f1", "", "text", True, "contact.name"),
    Field("f2", "", "email", True, "contact.email"),
    Field("f3", "", "textarea", False, "lead.need"),
)


def starters() -> list[Field]:
    """The fields a new form begins with, in the language of whoever makes it."""
    labels = (_("Your name"), _("Your e-mail address"), _("How can we help?"))
    return [replace(field, label=str(label)) for field, label in zip(STARTERS, labels, strict=True)]


@dataclass
class FieldRows:
    """The rows of the editor as they were sent, and what one of its buttons does to them."""

    rows: list[Field]

    @classmethod
    def read(cls, typed: "MultiDict[str, str]") -> "FieldRows":
        """Rows are numbered in the order they stand in; what a row lacks is empty."""
        keys = list(dict.fromkeys(typed.getlist("field")))
        return cls([_row(typed, key) for key in keys[: fields.MAX_FIELDS + 1] if _is_key(key)])

    def do(self, action: str) -> None:
        """add, or up, down or remove with a field's key. Anything else changes nothing."""
        verb, _, key = action.partition(" ")
        at = next((n for n, field in enumerate(self.rows) if field.key == key), None)
        if verb == "add" and len(self.rows) < fields.MAX_FIELDS:
            self.rows.append(Field(fields.new_key(field.key for field in self.rows), ""))
        elif at is None:
            return
        elif verb == "remove":
            del self.rows[at]
        elif verb == "up" and at > 0:
            self.rows[at - 1 : at + 1] = [self.rows[at], self.rows[at - 1]]
        elif verb == "down" and at < len(self.rows) - 1:
            self.rows[at : at + 2] = [self.rows[at + 1], self.rows[at]]

    def stored(self) -> list[dict[str, Any]]:
        """Choices of what is no choice (any more) are kept while somebody edits, and not longer."""
        return [(field if field.kind == "choice" else replace(field, choices=())).stored() for field in self.rows]


def _row(typed: "MultiDict[str, str]", key: str) -> Field:
    def sent(name: str) -> str:
        return tidy(typed.get(f"{key}-{name}"))

    kind = sent("kind")
    choices = tuple(dict.fromkeys(line for line in map(one_line, sent("choices").split("\n")) if line))
    return Field(
        key,
        one_line(sent("label")),
        kind if kind in fields.KINDS else "text",
        bool(sent("required")),
        sent("fills") if fields.may_fill(sent("fills")) else "",
        choices,
    )


def _is_key(key: str) -> bool:
    """Whether a field may be called so in a form: a plain word, and none that the form itself uses."""
    return (
        key.isascii()
        and key.isalnum()
        and key.islower()
        and key[0].isalpha()
        and len(key) <= 30
        and key not in fields.RESERVED
    )
