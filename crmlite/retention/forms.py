"""How long one kind is kept, as it is typed."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import Optional

from crmlite.forms import SeenForm
from crmlite.retention.kinds import MOST, Kind


class LimitForm(SeenForm):
    number = IntegerField(_l("Kept for"), [Optional()])

    def __init__(self, formdata: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(formdata, prefix=f"{kind.name}-", **kwargs)
        self.kind = kind
        self.number.description = self._hint() if kind.unit == "years" else ""

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Empty is an answer too, so validators of the field are not enough: they are not asked about nothing."""
        if not super().validate(*args, **kwargs):
            return False
        if not self.number.raw_data:  # what was not sent is not "for ever"
            self.number.errors = [_("Please fill this in.")]
            return False
        if self.kind.allows(self.number.data):
            return True
        self.number.errors = [self._hint()]
        return False

    def _hint(self) -> str:
        least, most, years = self.kind.least(), MOST[self.kind.unit], self.kind.unit == "years"
        if years:
            return _("At least %(least)s years, as the law of your country asks.", least=least)
        if self.kind.for_ever:
            return _("From %(least)s to %(most)s days. Empty: for ever.", least=least, most=most)
        return _("From %(least)s to %(most)s days.", least=least, most=most)
