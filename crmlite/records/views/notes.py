"""/records/contact/7/notes: what people write about a record."""

from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from crmlite.extensions import db
from crmlite.records.edit import stale_answers
from crmlite.records.forms import NoteForm
from crmlite.records.notes import Note
from crmlite.records.views import bp, changed, done, find
from crmlite.web import outcome, render, undo_url


@bp.post("/<record_type>/<int:record_id>/notes")
def note(record_type: str, record_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    form = NoteForm(request.form)
    if not form.validate():
        return _composer(record, form, 422)
    Note.write(record, g.user.id, form.text.data)
    db.session.commit()
    if request.headers.get("HX-Request"):
        return changed(_composer(record, NoteForm()), _("Note added."), undo_url())
    return done(record, _("Note added."))


@bp.get("/<record_type>/<int:record_id>/notes/<int:note_id>/edit")
def edit_note(record_type: str, record_id: int, note_id: int) -> Response:
    record = find(record_type, record_id)
    note = _own(record, note_id)
    return render("records/note.html", "form", record=record, note=note, form=NoteForm(obj=note))


@bp.post("/<record_type>/<int:record_id>/notes/<int:note_id>/edit")
def change_note(record_type: str, record_id: int, note_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    note = _own(record, note_id)
    form = NoteForm(request.form)
    if not form.validate():
        return render("records/note.html", "form", record=record, note=note, form=form, status=422)
    if theirs := stale_answers(form, NoteForm(obj=note)):
        return render("records/note.html", "form", record=record, note=note, form=form, theirs=theirs, status=409)
    note.edit(record, form.text.data)
    db.session.commit()
    message, link = outcome(_("Note changed."))
    return done(record, message, undo=link is not None)


@bp.post("/<record_type>/<int:record_id>/notes/<int:note_id>/delete")
def delete_note(record_type: str, record_id: int, note_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    _own(record, note_id).delete(record)
    db.session.commit()
    return done(record, _("Note deleted."))


def _own(record: Any, note_id: int) -> Note:
    """A note of this record; only its author and administrators change it."""
    note = Note.find(record, note_id)
    if note is None:
        raise NotFound
    if note.author_id != g.user.id and not g.user.is_administrator:
        raise Forbidden
    return note


def _composer(record: Any, form: NoteForm, status: int = 200) -> Response:
    page = "records/_composer.html" if request.headers.get("HX-Request") else "records/note.html"
    return render(page, record=record, note=None, form=form, status=status)
