"""What the forms of all modules share: tidying what was typed, the usual complaints, lists of languages and countries."""

import json
from functools import cache, lru_cache
from typing import Any

import wtforms
from babel.core import get_global
from babel.numbers import get_currency_name, list_currencies
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field, FieldList, FormField, HiddenField, SelectMultipleField, ValidationError
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation
from wtforms.widgets import Select, html_params

from crmlite.journal import to_json
from crmlite.safety import clean
from crmlite.web import locale

SPOKEN = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hr", "hu", "is", "it", "ja", "ko", "lt", "lv",
    "nl", "nb", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
"""Languages that a customer may be written to in."""


def required() -> "Required":
    return Required(_l("Please fill this in."))


class Required(DataRequired):
    """Zero is an answer; and what could not be read is not called missing: the field says what is wrong with it."""

    def __call__(self, form: wtforms.Form, field: Field) -> None:
        typed = field.raw_data and str(field.raw_data[0]).strip()
        if field.errors and typed:
            raise StopValidation
        if type(field.data) is not int:
            super().__call__(form, field)


def at_most(count: int) -> Length:
    return Length(max=count, message=_l("That is too long: at most %(max)d characters fit."))


def tidy(value: str | None) -> str:
    return clean(value or "")


def one_line(value: str | None) -> str:
    return " ".join(clean(value or "").split())


def number_or_none(value: Any) -> int | None:
    """Coerces what a select sent; "" is nobody or nothing."""
    return int(value) if value not in {"", None} else None


def text_or_none(value: Any) -> str | None:
    return str(value) if value else None


def choices(pairs: Any, empty: Any = None) -> list[SelectChoice]:
    """Options of a select from (value, label) pairs, led by an empty one where `empty` gives it a label."""
    first = [SelectChoice(value="", label=empty)] if empty is not None else []
    return first + [SelectChoice(value=value, label=label) for value, label in pairs]


class _Sentences:
    """What wtforms says by itself, in our words and the reader's language."""

    def gettext(self, text: str) -> str:
        return str(_OURS.get(text, _ANY_OTHER))

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(many)


_ANY_OTHER = _l("That does not fit here.")
_OURS = {
    "This field is required.": _l("Please fill this in."),
    "Not a valid date value.": _l("That is not a date."),
    "Not a valid datetime value.": _l("That is not a date with a time."),
    "Not a valid time value.": _l("That is not a time."),
    "Not a valid integer value.": _l("Write a whole number."),
    "Not a valid decimal value.": _l("Write a number."),
    "Not a valid float value.": _l("Write a number."),
    "Not a valid choice.": _l("Choose one of the answers that are offered."),
    "Invalid Choice: could not coerce.": _l("Choose one of the answers that are offered."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l(
        "Choose among the answers that are offered."
    ),
    "'%(value)s' is not a valid choice for this field.": _l("Choose among the answers that are offered."),
    "'%(value)s' are not valid choices for this field.": _l("Choose among the answers that are offered."),
}


class Form(wtforms.Form):
    """The form that all of ours are made of: it speaks the reader's language, and takes no answer twice."""

    class Meta:
        def get_translations(self, form: wtforms.Form) -> _Sentences:
            return _Sentences()

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        for field in self:
            if len(field.raw_data or ()) > 1 and not isinstance(field, SelectMultipleField):
                refuse_twice(field)

    def problems(self) -> list[tuple[str, Any, str]]:
        """What has to be looked at again, in the order of the fields: the id of the input, its label, a sentence."""
        return [problem for field in self for problem in _problems(field)]


def take_over(field: Field, value: Any) -> None:
    """Makes a field say `value` instead of what was sent."""
    field.process(None, value)
    field.raw_data = None


class SeenForm(Form):
    """A form that knows what it showed: `was` says so and comes back with it, so that only what the user changed is written."""

    was = HiddenField()

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        if not formdata:
            self.was.data = json.dumps(self.says(), ensure_ascii=False)

    @property
    def answers(self) -> dict[str, Any]:
        return {name: field.data for name, field in self._fields.items() if name not in {"id", "was"}}

    def says(self) -> dict[str, Any]:
        """The answers in JSON's own types."""
        return {name: to_json(value) for name, value in self.answers.items()}

    def shown(self) -> dict[str, Any]:
        """What it said when it was shown; nothing where that is not known."""
        try:
            was = json.loads(self.was.data or "{}")
        except (ValueError, RecursionError):  # no form of ours says that
            return {}
        return was if isinstance(was, dict) else {}

    def settle(self, now: "SeenForm") -> list[str]:
        """Of a valid form: what the user left as it was shown becomes what `now` says. Returns the names of what both changed,
        to something else; saving again writes it."""
        mine, theirs, shown = self.says(), now.says(), self.shown()
        differ = [name for name in mine if mine[name] != theirs[name]]
        for name in differ:
            if name in shown and shown[name] == mine[name]:
                take_over(self[name], now[name].data)
        self.was.data = now.was.data
        return [name for name in differ if name not in shown or shown[name] not in (mine[name], theirs[name])]


def refuse_twice(field: Field) -> None:
    """Says so of a field that was sent more than once; which of its answers is meant, nobody knows."""
    field.validators = ()  # one that forgives an empty field would forget this
    field.process_errors = [_("This was sent more than once. Send one answer.")]


def _problems(field: Field) -> list[tuple[str, Any, str]]:
    if isinstance(field, FormField):
        return [problem for inner in field.form for problem in _problems(inner)]
    if isinstance(field, FieldList):
        return [problem for entry in field.entries for problem in _problems(entry)]
    return [(field.id, field.label.text, str(field.errors[0]))] if field.errors else []


class SelectField(wtforms.SelectField):
    """One that says what is wrong in the reader's language."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:  # letters where a number is; the sentence about it comes below
            self.data = _NOTHING_OFFERED

    def pre_validate(self, form: wtforms.Form) -> None:
        if not any(self.coerce(value) == self.data for value, *_rest in self.iter_choices()):
            raise ValidationError(_("Choose one of the answers that are offered."))


_NOTHING_OFFERED: Any = object()


class LongList(Select):
    """Shows a select with hundreds of options, whose labels are plain texts: written once for each choice, as it is long."""

    def __call__(self, field: SelectField, **kwargs: Any) -> Markup:
        pairs = tuple((choice.value, choice.label) for choice in field.choices)
        attributes = html_params(name=field.name, **{"id": field.id, **kwargs})
        return Markup("<select {}>{}</select>").format(Markup(attributes), _options(pairs, field.data))  # noqa: S704 - escaped


@lru_cache(maxsize=256)
def _options(pairs: tuple[tuple[str, str], ...], chosen: Any) -> Markup:
    return Markup().join(Select.render_option(Choice(value, label, value == chosen, {})) for value, label in pairs)


def language_choices() -> list[SelectChoice]:
    names = locale().languages
    return choices(sorted(((code, names.get(code, code)) for code in SPOKEN), key=lambda pair: pair[1]), "–")


def country_choices() -> list[SelectChoice]:
    return choices(countries(), "–")


def countries() -> list[tuple[str, str]]:
    """(code, name in the reader's language) of all countries, by name."""
    named = (
        (code, name) for code, name in locale().territories.items() if len(code) == 2 and code not in _NOT_COUNTRIES
    )
    return sorted(named, key=lambda pair: pair[1].casefold())


_NOT_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"}
"""Two letters that CLDR knows and that are no countries."""


def currency_choices() -> list[SelectChoice]:
    return choices(currencies())


def currencies() -> list[tuple[str, str]]:
    """(code, code and name in the reader's language) of those that are legal tender somewhere today."""
    here = locale()
    return [(code, f"{code} · {get_currency_name(code, locale=here)}") for code in _current_currencies()]


@cache
def _current_currencies() -> list[str]:
    today = {
        code
        for rows in get_global("territory_currencies").values()
        for code, _begin, end, tender in rows
        if not end and tender
    }
    return sorted(today & list_currencies())
