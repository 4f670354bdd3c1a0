"""What people fill in about themselves, the organisation, users and teams."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from babel.dates import get_day_names
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    PasswordField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
    ValidationError,
)

from crmlite.auth import passwords
from crmlite.auth.models import Absence, Invitation, Role, Team, User
from crmlite.auth.models.users import ADMINISTRATOR
from crmlite.auth.roles import label_of
from crmlite.extensions import db
from crmlite.forms import (
    Form,
    SeenForm,
    SelectField,
    at_most,
    choices,
    countries,
    currency_choices,
    number_or_none,
    one_line,
    required,
    tidy,
)
from crmlite.points import normal_email, normal_phone, normal_url
from crmlite.web import LANGUAGES, locale, today_in

THEMES = (("auto", _l("Like the device")), ("light", _l("Light")), ("dark", _l("Dark")))


class LoginForm(Form):
    email = EmailField(validators=[required(), at_most(254)])
    password = PasswordField(validators=[required(), at_most(1000)])


class ForgotForm(Form):
    email = EmailField(_l("E-mail"), [required(), at_most(254)])

    def validate_email(self, field: EmailField) -> None:
        field.data = _email(field.data)


class CodeForm(Form):
    """Of the app on the phone, or one of those on paper."""

    code = StringField(_l("Code"), [required(), at_most(40)], filters=[one_line])


# --- oneself ----------------------------------------------------------------------------------------------------------


class ProfileForm(Form):
    name = StringField(_l("Name"), [required(), at_most(100)], filters=[one_line])
    locale = SelectField(_l("Language"), choices=choices(LANGUAGES.items()))
    time_zone = SelectField(_l("Time zone"))
    theme = SelectField(_l("Colours"), choices=choices(THEMES))
    week_start = SelectField(_l("Weeks begin on"), coerce=number_or_none)
    shortcuts = BooleanField(
        _l("Keyboard shortcuts"), description=_l("Single keys that do something, such as / for search.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = choices(time_zones())
        days = get_day_names("wide", locale=locale())
        self.week_start.choices = choices(
            ((day, days[day]) for day in (0, 5, 6)), empty=_("The usual day of the language")
        )


class AbsenceForm(Form):
    """When somebody is away and who stands in. Administrators say whose absence it is."""

    user_id = SelectField(_l("Who is away"), coerce=int)
    deputy_id = SelectField(_l("Who stands in"), coerce=number_or_none, validators=[required()])
    first_day = DateField(_l("First day"), [required()])
    last_day = DateField(_l("Last day"), [required()])

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = db.session.execute(sa.select(User.id, User.name).where(User.active).order_by(User.name)).all()
        mine = [row for row in people if user.is_administrator or row.id == user.id]
        self.user_id.choices = choices((row.id, row.name) for row in mine)
        self.deputy_id.choices = choices(((row.id, row.name) for row in people), empty=_("Choose somebody"))

    def validate_deputy_id(self, field: SelectField) -> None:
        if field.data == self.user_id.data:
            raise ValidationError(_("Choose somebody else than who is away."))

    def validate_last_day(self, field: DateField) -> None:
        if not field.data or not self.first_day.data:
            return
        if field.data < self.first_day.data:
            raise ValidationError(_("The last day comes before the first."))
        if (field.data - self.first_day.data).days >= Absence.LONGEST:
            raise ValidationError(_("That is longer than a year. Hand the records over instead."))
        user = db.session.get(User, self.user_id.data)
        if user is None:
            return
        if field.data < today_in(user.time_zone):
            raise ValidationError(_("That day has passed."))
        if other := Absence.overlapping(user.id, self.first_day.data, field.data):
            raise ValidationError(_("%(name)s stands in then already. End that absence first.", name=other.deputy.name))


class SetupForm(Form):
    """What the first visitor is asked. Whether the code is right is looked at by the view, which counts the tries."""

    code = StringField(_l("One-time code"), [required(), at_most(100)], filters=[one_line])
    name = StringField(_l("Your name"), [required(), at_most(100)], filters=[one_line])
    email = EmailField(_l("E-mail"), [required(), at_most(254)], filters=[one_line])
    password = PasswordField(_l("Password"), [required()])
    organisation = StringField(_l("Name of the organisation"), [required(), at_most(100)], filters=[one_line])
    country = SelectField(_l("Country"))
    currency = SelectField(_l("Currency"))
    locale = SelectField(_l("Language"), choices=choices(LANGUAGES.items()))
    time_zone = SelectField(_l("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = choices(countries())
        self.currency.choices = currency_choices()
        self.time_zone.choices = choices(time_zones())

    def validate_email(self, field: EmailField) -> None:
        field.data = _email(field.data)

    def validate_password(self, field: PasswordField) -> None:
        _check_password(field, self.email.data or "", self.name.data or "")


class NewPasswordForm(Form):
    password = PasswordField(_l("New password"), [required()])
    again = PasswordField(_l("New password again"), [required()])

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def validate_password(self, field: PasswordField) -> None:
        _check_password(field, self._user.email, self._user.name)

    def validate_again(self, field: PasswordField) -> None:
        _check_same(field, self.password)


class OwnPasswordForm(Form):
    """Whether it is right is looked at by the view, which counts the tries."""

    current = PasswordField(_l("Current password"), [required(), at_most(1000)])


class PasswordForm(NewPasswordForm):
    """Whether the current password is right is looked at by the view, which counts the tries."""

    current = PasswordField(_l("Current password"), [required(), at_most(1000)])


def _check_password(field: PasswordField, email: str, name: str) -> None:
    problem = passwords.problem(field.data or "", email, name)
    if problem:
        raise ValidationError(problem)


def _check_same(field: PasswordField, before: PasswordField) -> None:
    if field.data != before.data:
        raise ValidationError(_("These two are not the same."))


# --- the organisation -------------------------------------------------------------------------------------------------


class OrganisationForm(Form):
    name = StringField(_l("Name"), [required(), at_most(100)], filters=[one_line])
    legal_name = StringField(_l("Legal name"), [at_most(200)], filters=[one_line])
    address = TextAreaField(_l("Address"), [at_most(500)], filters=[tidy])
    country = SelectField(_l("Country"))
    vat_id = StringField(_l("VAT number"), [at_most(30)], filters=[one_line])
    website = URLField(_l("Website"), [at_most(300)], filters=[one_line])
    email = EmailField(_l("E-mail"), [at_most(254)], filters=[one_line])
    phone = TelField(_l("Phone"), [at_most(40)], filters=[one_line])
    currency = SelectField(_l("Currency"))
    locale = SelectField(_l("Language"), choices=choices(LANGUAGES.items()), description=_l("For users who are new."))
    time_zone = SelectField(_l("Time zone"), description=_l("For users who are new."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = choices(countries())
        self.currency.choices = currency_choices()
        self.time_zone.choices = choices(time_zones())

    def validate_website(self, field: URLField) -> None:
        if field.data:
            try:
                field.data = normal_url(field.data)
            except ValueError as error:
                raise ValidationError(_("That is not a web address. It looks like https://example.com.")) from error

    def validate_email(self, field: EmailField) -> None:
        if field.data:
            field.data = _email(field.data)

    def validate_phone(self, field: TelField) -> None:
        if field.data and normal_phone(field.data, self.country.data or "") is None:
            raise ValidationError(
                _("That is not a phone number. Write digits, with + and the country's code in front if it is abroad.")
            )

    def validate_vat_id(self, field: StringField) -> None:
        if field.data and not all(c.isalnum() or c in " .-/" for c in field.data):
            raise ValidationError(_("A VAT number holds letters and digits only."))


def _email(text: str) -> str:
    try:
        return normal_email(text)
    except ValueError as error:
        raise ValidationError(_("That is not an e-mail address. It looks like anna@example.com.")) from error


# --- the team ---------------------------------------------------------------------------------------------------------


class AssignForm(SeenForm):
    """Somebody's role and team."""

    role_id = SelectField(_l("Role"), coerce=int)
    team_id = SelectField(_l("Team"), coerce=int, description=_l("Colleagues of a team see each other's records."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = db.session.execute(sa.select(Role.id, Role.name).order_by(Role.id))
        self.role_id.choices = choices((row.id, label_of(row.name)) for row in found)
        teams = db.session.execute(sa.select(Team.id, Team.name).order_by(Team.name))
        self.team_id.choices = choices([(0, _("No team")), *((row.id, row.name) for row in teams)])


class InviteForm(AssignForm):
    """Somebody new: name and password they choose themselves."""

    email = EmailField(_l("E-mail"), [required(), at_most(254)], filters=[one_line])
    locale = SelectField(_l("Language"), choices=choices(LANGUAGES.items()), description=_l("Of the mail, and theirs."))

    def validate_email(self, field: EmailField) -> None:
        field.data = _email(field.data)
        if db.session.scalar(sa.select(User.id).where(User.email == field.data)):
            raise ValidationError(_("Somebody has this address already."))
        if any(invitation.email == field.data for invitation in Invitation.open()):
            raise ValidationError(_("They are invited already: send that invitation again, or take it back."))


class JoinForm(Form):
    """What who was invited says of themselves."""

    name = StringField(_l("Name"), [required(), at_most(100)], filters=[one_line])
    password = PasswordField(_l("Password"), [required()])
    again = PasswordField(_l("The password again"), [required()])

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def validate_password(self, field: PasswordField) -> None:
        _check_password(field, self._email, self.name.data or "")

    def validate_again(self, field: PasswordField) -> None:
        _check_same(field, self.password)


class TeamForm(Form):
    name = StringField(_l("Name of the team"), [required(), at_most(60)], filters=[one_line])

    def __init__(self, *args: Any, but: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._but = but

    def validate_name(self, field: StringField) -> None:
        same = sa.select(Team.id).where(
            sa.func.lower(Team.name) == sa.func.lower(field.data), Team.id != (self._but or 0)
        )
        if db.session.scalar(same):
            raise ValidationError(_("There is a team of that name already."))


class RoleNameForm(Form):
    name = StringField(_l("Name of the role"), [required(), at_most(60)], filters=[one_line])

    def __init__(self, *args: Any, but: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._but = but

    def validate_name(self, field: StringField) -> None:
        """Neither the name of another one, nor what a role of ours is called in the reader's language."""
        others = db.session.scalars(sa.select(Role.name).where(Role.id != (self._but or 0)))
        taken = {text.casefold() for name in others for text in (name, label_of(name))}
        if (field.data or "").casefold() in taken:
            raise ValidationError(_("There is a role of that name already."))


class RoleForm(RoleNameForm):
    """A new role."""

    like = SelectField(_l("To begin with, it may do what this one may"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = db.session.execute(sa.select(Role.id, Role.name).order_by(Role.id))
        self.like.choices = choices((row.id, label_of(row.name)) for row in found if row.name != ADMINISTRATOR)


# --- choices ----------------------------------------------------------------------------------------------------------


@cache
def time_zones() -> tuple[tuple[str, str], ...]:
    """The zones of places people live in, by continent. Remembered: asking means reading folders."""
    named = (name for name in available_timezones() if "/" in name and name.split("/")[0] in _CONTINENTS)
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(named)))


_CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
