"""What somebody said about a purpose, as a colleague records it."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, StringField, TextAreaField, ValidationError

from crmlite.contacts.consents import ACTION_LABELS, GIVEN, MAX_HOW, MAX_TEXT, Purpose, Standing
from crmlite.contacts.models import Contact
from crmlite.forms import Form, SelectField, at_most, choices, number_or_none, one_line, required, tidy
from crmlite.records.points import Point, of
from crmlite.web import local_today


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
