"""What a person sent of themselves through their private link."""

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite.details import fields
from crmlite.details.models import Correction, CorrectionPart
from crmlite.extensions import db
from crmlite.privacy.people import Person
from crmlite.privacy.sections import MOST, Section


def section(person: Person) -> Section:
    labels = {"at": _("When"), "field": _("Field"), "was": _("We held"), "now": _("They write"), "state": _("State")}
    query = (
        sa.select(CorrectionPart, Correction.received_at)
        .join(Correction, Correction.id == CorrectionPart.correction_id)
        .where(Correction.contact_id.in_(person.ids))
        .order_by(CorrectionPart.id)
        .limit(MOST)
    )
    rows = [
        {
            "at": at,
            "field": str(fields.label(part.field)),
            "was": fields.said(part.field, part.was),
            "now": fields.said(part.field, part.now),
            "state": part.state,
        }
        for part, at in db.session.execute(query)
    ]
    return Section("corrections", _("What they corrected themselves"), labels, rows)
