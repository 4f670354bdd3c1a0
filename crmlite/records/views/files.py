"""/records/contact/7/files and /files/7: what is attached to records."""

from flask import Response, g, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, NotFound

from crmlite.extensions import db
from crmlite.files import File, FileRefused
from crmlite.records import files, types
from crmlite.records.files import Attachment
from crmlite.records.page import RecordPage
from crmlite.records.views import bp, done, find, kind_of, public_files
from crmlite.web import headers, hx, toast


@bp.get("/<record_type>/<int:record_id>/around")
def around(record_type: str, record_id: int) -> str:
    """The part of a record's page that is loaded after it: who works on it, and its files."""
    kind = kind_of(record_type)
    record = kind.policy.find(g.user, record_id)
    return render_template("records/_around.html", page=RecordPage(kind, record, g.user))


@bp.post("/<record_type>/<int:record_id>/files")
def attach(record_type: str, record_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    sent = [file for file in request.files.getlist("file") if file.filename]
    if not sent:
        return _refused(_("Choose a file first."))
    try:
        for file in sent:
            files.attach(record, File.store(file.stream, file.filename or "", file.mimetype), g.user.id)
    except FileRefused as error:
        db.session.rollback()
        return _refused(str(error))
    db.session.commit()
    return done(record, _("File attached."))


@bp.post("/<record_type>/<int:record_id>/files/<int:attachment_id>/remove")
def detach(record_type: str, record_id: int, attachment_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    attachment = next((a for a in files.of(record) if a.id == attachment_id), None)
    if attachment is None:
        raise NotFound
    files.detach(record, attachment)
    db.session.commit()
    return done(record, _("File removed."))


@public_files.get("/<int:attachment_id>")
@headers("file")
def download(attachment_id: int) -> Response:
    """The bytes, always as a download: never shown, never guessed to be something that runs."""
    attachment = db.session.get(Attachment, attachment_id)
    kind = types.get(attachment.record_type) if attachment else None
    if attachment is None or kind is None:
        raise NotFound
    kind.policy.find(g.user, attachment.record_id)
    return attachment.file.as_download()


def _refused(message: str) -> Response:
    if request.headers.get("HX-Request"):
        return toast(hx("", 422, reswap="none"), message, kind="error")
    raise BadRequest(message)
