"""/fields: which fields of its own the firm has on each type of record."""

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, FormField, HiddenField, StringField, ValidationError

from crmlite.auth.models import Organisation
from crmlite.extensions import db
from crmlite.forms import Form, SelectField, at_most, choices, currency_choices, one_line, required
from crmlite.records import custom_values, types
from crmlite.records.custom_fields import (
    KIND_LABELS,
    KINDS,
    MAX_LABEL,
    MOST_OPTIONS,
    WITH_OPTIONS,
    CustomField,
    may_edit_fields,
)
from crmlite.records.custom_values import CustomValue
from crmlite.records.edit import knows_version
from crmlite.records.forms import Rows, row_id
from crmlite.records.types import RecordType
from crmlite.web import go, outcome, render, undo_url

bp = Blueprint("custom_fields", __name__, url_prefix="/fields")


@bp.before_request
def _require_grant() -> None:
    if not may_edit_fields(g.user):
        abort(403)


class OptionForm(Form):
    key = HiddenField()
    label = StringField(_l("Choice"), [at_most(MAX_LABEL)], filters=[one_line])
    off = BooleanField(_l("Not offered"))


class FieldForm(Form):
    """A field that there is: its name, and what can be chosen."""

    label = StringField(_l("Name"), [required(), at_most(MAX_LABEL)], filters=[one_line])
    options = Rows(FormField(OptionForm), _l("Choices"), max_entries=MOST_OPTIONS)
    for_person = BooleanField(
        _l("The person themself may see and correct it"),
        description=_l(
            "Of contacts: on the page that they open with their private link. Not for colleagues and files."
        ),
    )

    def rows(self) -> list[tuple[str | None, str, bool]]:
        """What CustomField.change() takes; an emptied row is none."""
        rows = [entry.form for entry in self.options.entries]
        return [(row.key.data or None, row.label.data, row.off.data) for row in rows if row.label.data]

    def arrange(self, asked: str) -> None:
        """Does what a button beside the choices says: "add", or "2 up"."""
        number, _blank, verb = asked.partition(" ")
        entries = self.options.entries
        if asked == "add" and len(entries) < MOST_OPTIONS:
            self.options.append_entry()
        elif verb == "up" and 0 < row_id(number) < len(entries):
            at = row_id(number)
            data = [entry.data for entry in entries]
            data[at - 1], data[at] = data[at], data[at - 1]
            for entry, values in zip(entries, data, strict=True):
                entry.process(None, values)


class NewFieldForm(FieldForm):
    """A field to be made; its kind is for good."""

    record_type = SelectField(_l("On"), choices=lambda: choices(_type_choices()))
    kind = SelectField(_l("Kind"), choices=choices(KINDS), default="text")
    currency = SelectField(_l("Currency"), choices=currency_choices, description=_l("Of an amount of money."))

    def validate_options(self, _field: Rows) -> None:
        if self.kind.data in WITH_OPTIONS and not self.rows():
            raise ValidationError(_("Write at least one choice."))


@bp.get("")
def index() -> Response:
    """The fields of the type `?type=`, or of all that have some."""
    fields = [field for field in _all() if not field.is_deleted]
    counted = sa.select(CustomValue.field_id, sa.func.count(sa.distinct(CustomValue.record_id)))
    rows = db.session.execute(counted.group_by(CustomValue.field_id))
    counts = {number: count for number, count in rows}  # noqa: C416 - dict() knows no rows
    groups = [(kind, [field for field in fields if field.record_type == kind.name]) for kind in _types()]
    return render("records/custom_fields.html", groups=groups, counts=counts, kinds=KIND_LABELS, fields=fields)


@bp.get("/new")
def new() -> Response:
    asked = request.args.get("type")
    record_type = asked if asked in {kind.name for kind in _types()} else _types()[0].name
    form = NewFieldForm(data={"record_type": record_type, "currency": Organisation.get().currency})
    return _editor(None, form)


@bp.post("/new")
def create() -> Response:
    form = NewFieldForm(request.form)
    if "_do" in request.form:
        form.arrange(request.form["_do"])
        return _editor(None, form)
    if not form.validate():
        return _editor(None, form, 422)
    field = CustomField.create(
        g.user,
        form.record_type.data,
        form.label.data,
        form.kind.data,
        [row[1] for row in form.rows()],
        form.currency.data,
        form.for_person.data,
    )
    db.session.commit()
    return go("/fields", _("The field %(field)s was made.", field=field.label), undo_url())


@bp.get("/<int:field_id>")
def show(field_id: int) -> Response:
    field = _find(field_id)
    return _editor(field, FieldForm(data={name: getattr(field, name) for name in ("label", "options", "for_person")}))


@bp.post("/<int:field_id>")
def save(field_id: int) -> Response:
    """Changes it. 409 where somebody else did since the form was shown; nothing that was typed is lost."""
    field, form = _find(field_id, lock=True), FieldForm(request.form)
    if "_do" in request.form:
        form.arrange(request.form["_do"])
        return _editor(field, form)
    version = request.form.get("row_version")
    if not form.validate() or not knows_version(field, form, version):
        return _editor(field, form, 422)
    if row_id(version) != field.row_version:
        form.form_errors.append(
            _(
                "Somebody changed this field while you were writing. Nothing was saved yet. Save again to keep what you wrote."
            )
        )
        return _editor(field, form, 409)
    field.change(form.label.data, form.rows() if field.kind in WITH_OPTIONS else None, form.for_person.data)
    db.session.commit()
    return go("/fields", *outcome(_("The field %(field)s was saved.", field=field.label)))


@bp.post("/<int:field_id>/move")
def move(field_id: int) -> Response:
    field = _find(field_id, lock=True)
    field.move(up=request.form.get("to") == "up")
    db.session.commit()
    return go("/fields", *outcome(_("The order was saved.")))


@bp.post("/<int:field_id>/retire")
def retire(field_id: int) -> Response:
    field = _find(field_id, lock=True).retire()
    db.session.commit()
    said = _("%(field)s is not shown any more. What records have of it stays.", field=field.label)
    return go("/fields", *outcome(said))


@bp.post("/<int:field_id>/restore")
def restore(field_id: int) -> Response:
    field = _find(field_id, lock=True).restore()
    db.session.commit()
    return go("/fields", *outcome(_("%(field)s is back, with all its values.", field=field.label)))


@bp.post("/<int:field_id>/delete")
def delete(field_id: int) -> Response:
    field = _find(field_id, lock=True)
    count = custom_values.count(field)
    field.delete()
    db.session.commit()
    said = ngettext(
        "%(field)s is deleted. %(num)d record loses its value in 30 days.",
        "%(field)s is deleted. %(num)d records lose their values in 30 days.",
        count,
        field=field.label,
    )
    return go("/fields", said if count else _("%(field)s is deleted.", field=field.label), undo_url())


def _types() -> list[RecordType]:
    return list(types.registered().values())


def _type_choices() -> list[tuple[str, object]]:
    return [(kind.name, kind.label_plural) for kind in _types()]


def _all() -> list[CustomField]:
    return list(db.session.scalars(sa.select(CustomField).order_by(CustomField.position, CustomField.id)))


def _find(field_id: int, lock: bool = False) -> CustomField:
    query = sa.select(CustomField).where(CustomField.id == field_id, CustomField.deleted_at.is_(None))
    field = db.session.scalar(query.with_for_update() if lock else query) if field_id < 2**63 else None
    if field is None:
        abort(404)
    return field


def _editor(field: CustomField | None, form: FieldForm, status: int = 200) -> Response:
    version: object = field and field.row_version
    if status == 422 or "_do" in request.form:
        version = request.form.get("row_version", "")
    return render(
        "records/custom_field.html",
        "form",
        field=field,
        form=form,
        url=f"/fields/{field.id}" if field else "/fields/new",
        version=version,
        with_options=field is None or field.kind in WITH_OPTIONS,
        kind=KIND_LABELS[field.kind] if field else "",
        status=status,
    )
