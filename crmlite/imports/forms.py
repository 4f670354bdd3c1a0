"""The forms of imports: the file, and how it is taken in."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from crmlite.forms import Form, SelectField, choices, country_choices
from crmlite.imports.planning import FILL, OVERWRITE, SKIP
from crmlite.records.forms import OwnerField

MATCHES = (
    (SKIP, _l("Leave them as they are")),
    (FILL, _l("Fill in what is empty, and add e-mails, phones and notes")),
    (OVERWRITE, _l("Overwrite them with what the file says")),
)
ORDERS = (
    ("dmy", _l("Day, month, year: 31-12-1980")),
    ("mdy", _l("Month, day, year: 12/31/1980")),
    ("ymd", _l("Year, month, day: 1980-12-31")),
)


def _matches() -> list[SelectChoice]:
    return choices(MATCHES)


class OptionsForm(Form):
    match = RadioField(_l("People and companies that are here already"), choices=_matches, default=FILL)
    owner_id = OwnerField(_l("Owner of what is new"))
    country = SelectField(
        _l("Country of phone numbers"),
        choices=country_choices,
        description=_l("Where numbers without a country's code are dialled, unless the row has an address."),
    )
