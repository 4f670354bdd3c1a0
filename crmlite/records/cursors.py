"""Where a page of a list ends, as the address of the next one says it: the value that the list is sorted by, and the id."""

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from crmlite import journal
from crmlite.records.filters import FilterError

CHANGED = _l("This list has changed. Open it again from the start.")


def write(value: Any, record_id: int) -> str:
    value = value.isoformat() if isinstance(value, date | datetime) else value
    return base64.urlsafe_b64encode(json.dumps([value, record_id]).encode()).decode().rstrip("=")


def read(text: str, sort: Any) -> tuple[Any, int]:
    """(value, id) of the last row of the page before; the value is of the kind that the list is sorted by."""
    column = sort.property.columns[0]
    try:
        value, record_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        value = journal.from_json(column, value)
        if type(record_id) is not int or not 0 <= record_id < 2**63:
            raise ValueError
        if value is not None and (type(value) is not column.type.python_type or value != value):
            raise ValueError
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError
            value.astimezone(UTC)
        if isinstance(value, str):
            value.encode()
    except (ValueError, TypeError, OverflowError) as error:
        raise FilterError(str(CHANGED)) from error
    return value, record_id
