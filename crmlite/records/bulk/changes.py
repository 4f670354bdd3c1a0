"""What can be done to many records: read from a form, once, and done to one record after the other."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Conflict, HTTPException

from crmlite import journal
from crmlite.auth.models import User, Viewer
from crmlite.extensions import db
from crmlite.forms import one_line
from crmlite.records import tags
from crmlite.records.forms import row_id
from crmlite.records.policy import NOT_YOURS
from crmlite.records.types import Column, RecordType

log = logging.getLogger(__name__)

Sent = MultiDict[str, str]


@dataclass(frozen=True)
class BulkChange:
    action: str
    do: Callable[[Any], bool]
    """Does it to one record, and says whether that changed it. Raises Conflict, with the reason, for one that does not take it."""

    @property
    def right(self) -> str:
        return "delete" if self.action == "delete" else "edit"


@dataclass
class Outcome:
    """What became of some records."""

    changed: int = 0
    same: int = 0
    gone: int = 0
    barred: int = 0
    """How many of the refused are so by right, whatever they are."""
    refused: list[tuple[int, str]] = field(default_factory=list)


def pairs(kind: RecordType, sent: Sent) -> list[list[str]]:
    """What of a form says what to do: enough to read() it once more, later."""
    column = kind.column(sent.get("field", ""))
    names = ["action", "user_id", "tag", "field", *([column.field_name] if column else [])]
    return [[name, value] for name in names for value in sent.getlist(name)]


def read(kind: RecordType, sent: Sent) -> BulkChange:
    """Raises BadRequest for what makes no sense."""
    action = sent.get("action", "")
    if action not in _READ:
        raise BadRequest(_("Choose what to do with these records."))
    return BulkChange(action, _READ[action](kind, sent))


def apply(kind: RecordType, user: Viewer, change: BulkChange, ids: Sequence[int]) -> Outcome:
    """Does it to those of `ids` that are there and that the user may do it to; each by itself, so that one that does not take it
    leaves the others alone. They are locked, in their order."""
    outcome = Outcome()
    records = {record.id: record for record in _locked(kind, user, change, ids)}
    seen = set(
        db.session.scalars(kind.policy.visible(user).with_only_columns(kind.model.id).where(kind.model.id.in_(ids)))
    )
    outcome.gone = len(ids) - len(seen)
    for number in sorted(seen):
        record = records.get(number)
        barred = _barred(kind, user, change, record)
        if barred:
            outcome.barred += 1
            outcome.refused.append((number, barred))
        else:
            _try(change, record, outcome)
    return outcome


def _barred(kind: RecordType, user: Viewer, change: BulkChange, record: Any) -> str:
    if record is None:
        return _("You may not delete this.") if change.right == "delete" else _("You may not change this.")
    if change.action == "assign" and not kind.policy.may_hand_over(user, record):
        return str(NOT_YOURS)
    return ""


def _locked(kind: RecordType, user: Viewer, change: BulkChange, ids: Sequence[int]) -> list[Any]:
    model = kind.model
    query = sa.select(model).where(
        model.id.in_(ids), model.deleted_at.is_(None), kind.policy.rows(user), kind.policy.rows(user, change.right)
    )
    query = query.order_by(model.id).with_for_update(of=model).execution_options(populate_existing=True)
    found = list(db.session.scalars(query))
    for record in found:
        if change.right == "edit":
            record.may_be_handed_over = kind.policy.may_hand_over(user, record)
        if user.absent:
            journal.act_for(record, kind.policy.stands_in(user, change.right, record))
    return found


def _try(change: BulkChange, record: Any, outcome: Outcome) -> None:
    number = record.id
    try:
        with db.session.begin_nested():
            done = change.do(record)
    except HTTPException as refusal:
        outcome.refused.append((number, refusal.description or _("It does not take this change.")))
    except (ValueError, sa.exc.IntegrityError):
        log.exception("bulk.refused %s %s", record.__tablename__, number)
        outcome.refused.append((number, _("It does not take this change.")))
    else:
        outcome.changed += done
        outcome.same += not done


# --- each of them -----------------------------------------------------------------------------------------------------


def _delete(_kind: RecordType, _sent: Sent) -> Callable[[Any], bool]:
    return lambda record: record.trash() is record


def _assign(_kind: RecordType, sent: Sent) -> Callable[[Any], bool]:
    owner_id = row_id(sent.get("user_id"))
    owner = db.session.get(User, owner_id) if owner_id else None
    if owner is None or not owner.active:
        raise BadRequest(_("Choose somebody who works here."))
    return lambda record: record.owner_id != owner_id and record.hand_over(owner_id) is record


def _tag_of(sent: Sent) -> str:
    name = one_line(sent.get("tag"))
    if not name:
        raise BadRequest(_("Write a tag first."))
    if len(name) > tags.MAX_LENGTH:
        raise BadRequest(_("A tag is a word of at most %(count)d characters.", count=tags.MAX_LENGTH))
    return name


def _tag(_kind: RecordType, sent: Sent) -> Callable[[Any], bool]:
    name = _tag_of(sent)
    return lambda record: tags.add(record, name)


def _untag(_kind: RecordType, sent: Sent) -> Callable[[Any], bool]:
    name = _tag_of(sent)
    return lambda record: tags.take(record, name)


def is_settable(column: Column) -> bool:
    """Whether it is the same question on every record. A file is one of the record's own, and whose a record is, is assigned."""
    if column.custom is not None:
        return column.custom.kind != "file"
    return column.edit and not column.is_owner


def settable(kind: RecordType) -> list[Column]:
    return [column for column in kind.all_columns if is_settable(column)]


def _set(kind: RecordType, sent: Sent) -> Callable[[Any], bool]:
    """Sets one field to what was sent; emptied, it is taken away."""
    column = kind.column(sent.get("field", ""))
    if column is None or not is_settable(column) or column.field_name not in sent:
        raise BadRequest(_("Choose a field first."))
    given = MultiDict((column.field_name, value) for value in sent.getlist(column.field_name))
    return _put_custom(kind, column, given) if column.custom is not None else _put(kind, column, given)


def _put_custom(kind: RecordType, column: Column, given: Sent) -> Callable[[Any], bool]:
    """The same value for all: it is looked at once."""
    form = kind.form(given)
    if not form[column.name].validate(form):
        raise BadRequest(str(form[column.name].errors[0]))

    def put(record: Any) -> bool:
        before = record.value_of(column.name)
        return bool(record.change(**{column.name: form[column.name].data}).value_of(column.name) != before)

    return put


def _put(kind: RecordType, column: Column, given: Sent) -> Callable[[Any], bool]:
    """Rules look at the record's other fields too, and amounts are read in its currency: so its own form checks it."""
    name = column.field_name
    stored = [other for other in kind.columns if hasattr(kind.form, other.field_name)]

    def put(record: Any) -> bool:
        held = {other.field_name: getattr(record, other.attribute) for other in stored}
        form = kind.form(given, data={**held, "_record": record})
        inline = getattr(type(form), f"validate_{name}", None)
        if not form[name].validate(form, [inline] if inline else []):
            raise Conflict(str(form[name].errors[0]))
        before = getattr(record, column.attribute)
        record.change(**{name: form[name].data})
        db.session.flush()
        return bool(getattr(record, column.attribute) != before)

    return put


_READ: dict[str, Callable[[RecordType, Sent], Callable[[Any], bool]]] = {
    "delete": _delete,
    "assign": _assign,
    "tag": _tag,
    "untag": _untag,
    "set": _set,
}
