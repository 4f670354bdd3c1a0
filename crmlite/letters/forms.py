"""What is asked before labels or letters are made."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired

from crmlite.forms import Form, SelectField, at_most, choices, one_line, required, tidy
from crmlite.letters.filling import unknown
from crmlite.letters.papers import LABELS_IN_FILE, LETTERS_IN_FILE
from crmlite.letters.sheets import SHEETS, WINDOWS
from crmlite.records.offers import Enclosure


class _PartForm(Form):
    """One file takes so many; of more, somebody chooses which."""

    part = SelectField(_l("Which of them"), coerce=int, default=1)
    IN_FILE = LABELS_IN_FILE

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        size = self.IN_FILE
        begins = range(0, max(count, 1), size)
        self.part.choices = choices(
            (n, _("%(first)d to %(last)d", first=begin + 1, last=min(begin + size, count)))
            for n, begin in enumerate(begins, 1)
        )
        if self.part.raw_data is None:
            self.part.data = 1

    @property
    def chosen(self) -> slice:
        begin = (self.part.data - 1) * self.IN_FILE
        return slice(begin, begin + self.IN_FILE)


class LabelsForm(_PartForm):
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


class LetterForm(_PartForm):
    IN_FILE = LETTERS_IN_FILE

    window = SelectField(_l("Envelope"), choices=lambda: choices((one.name, one.label) for one in WINDOWS.values()))
    day = DateField(_l("Date"), [InputRequired(_l("Please fill this in."))])
    subject = StringField(_l("Subject"), [required(), at_most(200)], filters=[one_line])
    enclosed = SelectField(_l("Also on the letter"), default="")
    text = TextAreaField(_l("Text"), [required(), at_most(4000)], filters=[tidy])

    def __init__(self, *args: Any, enclosures: Sequence[Enclosure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enclosed.choices = choices([("", _("Nothing else")), *((one.name, one.label) for one in enclosures)])

    def validate_text(self, field: Any) -> None:
        if names := unknown(field.data or ""):
            raise ValidationError(_("There is no field {%(name)s}.", name=names[0][:40]))

    validate_subject: Any = validate_text
