"""/purposes: what people are asked to agree to, and the words that they are shown."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField, HiddenField, StringField, TextAreaField, ValidationError

from crmlite.auth.models import Viewer
from crmlite.contacts.consents import MAX_NAME, MAX_TEXT, Consent, Purpose, purposes
from crmlite.extensions import db
from crmlite.forms import Form, at_most, one_line, required, tidy
from crmlite.records.edit import knows_version
from crmlite.records.forms import Rows, row_id
from crmlite.web import LANGUAGES, go, language_name, outcome, render, undo_url

KIND = "purpose"
"""What a role is granted to say what people are asked."""

bp = Blueprint("purposes", __name__, url_prefix="/purposes")


def may_edit_purposes(user: Viewer) -> bool:
    return user.scope(KIND, "edit") != "none"


@bp.before_request
def _require_grant() -> None:
    if not may_edit_purposes(g.user):
        abort(403)


class TextForm(Form):
    language = HiddenField()
    text = TextAreaField(_l("Text"), [at_most(MAX_TEXT)], filters=[tidy])

    @property
    def language_label(self) -> str:
        return language_name(self.language.data)


class PurposeForm(Form):
    name = StringField(_l("Name"), [required(), at_most(MAX_NAME)], filters=[one_line])
    texts = Rows(FormField(TextForm), _l("Texts"), max_entries=20)

    @classmethod
    def of(cls, purpose: Purpose | None) -> "PurposeForm":
        """With the newest text in each of our languages, and in those that there is one in."""
        newest = {text.language: text.text for text in purpose.texts} if purpose else {}
        rows = [{"language": name, "text": newest.get(name, "")} for name in {**LANGUAGES, **newest}]
        return cls(data={"name": purpose.name if purpose else "", "texts": rows})

    def values(self) -> dict[str, str]:
        return {row.form.language.data: row.form.text.data for row in self.texts.entries if row.form.text.data}

    def validate_texts(self, field: Rows) -> None:
        languages = [row.form.language.data for row in field.entries]
        if not self.values() or len(set(languages)) < len(languages) or any(len(one or "") > 10 for one in languages):
            raise ValidationError(_("Write what people agree to, in one language at least."))


@bp.get("")
def index() -> Response:
    counted = sa.select(Consent.purpose_id, sa.func.count(sa.distinct(Consent.contact_id)))
    counts = {number: count for number, count in db.session.execute(counted.group_by(Consent.purpose_id))}  # noqa: C416
    return render("contacts/purposes.html", purposes=purposes(retired=True), counts=counts)


@bp.get("/new")
def new() -> Response:
    return _editor(None, PurposeForm.of(None))


@bp.post("/new")
def create() -> Response:
    form = PurposeForm(request.form)
    if not form.validate():
        return _editor(None, form, 422)
    purpose = Purpose.create(g.user, form.name.data, form.values())
    db.session.commit()
    return go("/purposes", _("The purpose %(purpose)s was made.", purpose=purpose.name), undo_url())


@bp.get("/<int:purpose_id>")
def show(purpose_id: int) -> Response:
    purpose = _find(purpose_id)
    return _editor(purpose, PurposeForm.of(purpose))


@bp.post("/<int:purpose_id>")
def save(purpose_id: int) -> Response:
    """Changes it: 409 where somebody else did since the form was shown."""
    purpose, form = _find(purpose_id, lock=True), PurposeForm(request.form)
    version = request.form.get("row_version")
    if not form.validate() or not knows_version(purpose, form, version):
        return _editor(purpose, form, 422)
    if row_id(version) != purpose.row_version:
        form.form_errors.append(
            _("Somebody changed this meanwhile. Nothing was saved yet. Save again to keep what you wrote.")
        )
        return _editor(purpose, form, 409)
    purpose.change(form.name.data, form.values())
    db.session.commit()
    return go("/purposes", *outcome(_("The purpose %(purpose)s was saved.", purpose=purpose.name)))


@bp.post("/<int:purpose_id>/retire")
def retire(purpose_id: int) -> Response:
    purpose = _find(purpose_id, lock=True).retire()
    db.session.commit()
    message = _("Nobody is asked for %(purpose)s any more. What people agreed to stays.", purpose=purpose.name)
    return go("/purposes", *outcome(message))


@bp.post("/<int:purpose_id>/restore")
def restore(purpose_id: int) -> Response:
    purpose = _find(purpose_id, lock=True).restore()
    db.session.commit()
    return go("/purposes", *outcome(_("People are asked for %(purpose)s again.", purpose=purpose.name)))


def _find(purpose_id: int, lock: bool = False) -> Purpose:
    query = sa.select(Purpose).where(Purpose.id == purpose_id)
    purpose = db.session.scalar(query.with_for_update() if lock else query) if purpose_id < 2**63 else None
    if purpose is None:
        abort(404)
    return purpose


def _editor(purpose: Purpose | None, form: PurposeForm, status: int = 200) -> Response:
    version: Any = purpose and purpose.row_version
    return render(
        "contacts/purpose.html",
        "form",
        purpose=purpose,
        form=form,
        version=request.form.get("row_version", "") if status == 422 else version,
        url=f"/purposes/{purpose.id}" if purpose else "/purposes/new",
        status=status,
    )
