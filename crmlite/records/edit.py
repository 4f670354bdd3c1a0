"""Editing whole records: what somebody else changed while the form was open."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from wtforms import Form

from crmlite.extensions import db
from crmlite.journal import Change
from crmlite.records.forms import row_id


def knows_version(record: Any, form: Form, version: str | None) -> bool:
    """Whether the form says which version of the record it was filled in from; where it does not, the form says so."""
    if 0 < row_id(version) <= record.row_version:
        return True
    form.form_errors.append(NO_VERSION)
    return False


NO_VERSION = _l("It is not known what you saw before you wrote this. Open the page anew and write it there.")


def stale_fields(record: Any, form: Form, version: str | None) -> dict[str, Any]:
    """Fields that others changed since `version` to something else than the form says: name to their value.

    Empty where nobody did, or where all agree. Rows that others added are safe too: points.set_points() leaves them alone.
    """
    behind = record.row_version - row_id(version)
    if behind <= 0:
        return {}
    changes = db.session.scalars(
        sa.select(Change)
        .where(Change.record_type == record.__tablename__, Change.record_id == record.id, Change.action == "updated")
        .order_by(Change.id.desc())
        .limit(behind)
    )
    changed = {name for change in changes for name in (change.new or {})}
    return {
        name: getattr(record, name)
        for name in sorted(changed)
        if name in form and not isinstance(getattr(record, name), datetime) and form[name].data != getattr(record, name)
    }
