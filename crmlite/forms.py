"""What the forms of all modules share: tidying what was typed, the usual complaints, lists of languages and countries."""

from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from crmlite.safety import clean
from crmlite.web import locale

SPOKEN = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hr", "hu", "is", "it", "ja", "ko", "lt", "lv",
    "nl", "nb", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
"""Languages that a customer may be written to in."""


def required() -> DataRequired:
    return DataRequired(_l("Please fill this in."))


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


class SelectField(wtforms.SelectField):
    """One that says what is wrong in the reader's language."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:  # letters where a number is; the sentence about it comes below
            self.data = _NOTHING_OFFERED

    def pre_validate(self, form: Form) -> None:
        if not any(self.coerce(value) == self.data for value, *_rest in self.iter_choices()):
            raise ValidationError(_("Choose one of the answers that are offered."))


_NOTHING_OFFERED: Any = object()


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
