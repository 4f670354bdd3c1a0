"""What is asked before labels or letters are made."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired

from crmlite.forms import Form, SelectField, at_most, choices, one_line, required, tidy
from crmlite.letters.filling import unknown
from crmlite.letters.sheets import SHEETS, WINDOWS


class LabelsForm(Form):
    sheet = SelectField(_l("Sheet"), choices=lambda: choices((one.name, one.label) for one in SHEETS.values()))
    start = IntegerField(
        _l("First label"),
        default=1,
        description=_l("On a sheet that was used before: which label is the first that is free, row by row."),
    )

    def validate_start(self, field: IntegerField) -> None:
        sheet = SHEETS.get(self.sheet.data)
        if sheet and not 1 <= (field.data or 0) <= sheet.count:
            raise ValidationError(_("This sheet has %(count)d labels. Choose one of them.", count=sheet.count))


class LetterForm(Form):
    window = SelectField(_l("Envelope"), choices=lambda: choices((one.name, one.label) for one in WINDOWS.values()))
    day = DateField(_l("Date"), [InputRequired(_l("Please fill this in."))])
    subject = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    text = TextAreaField(_l("Text"), [required(), at_most(8000)], filters=[tidy])

    def validate_text(self, field: Any) -> None:
        if names := unknown(field.data or ""):
            raise ValidationError(_("There is no field {%(name)s}.", name=names[0][:40]))

    validate_subject: Any = validate_text
