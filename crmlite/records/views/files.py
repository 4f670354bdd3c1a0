"""/records/contact/7/files and /files/7: what is attached to records."""

from flask import Response, g, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import BadRequest, NotFound

from crmlite.extensions import db, reading, writing
from crmlite.records import files, types
from crmlite.records.files import Attachment
from crmlite.records.page import RecordPage
from crmlite.records.views import bp, done, find, kind_of, public_files
from crmlite.web import headers, hx, isolated, toast


@bp.get("/<record_type>/<int:record_id>/around")
def around(record_type: str, record_id: int) -> str:
    """The part of a record's page that is loaded after it: who works on it, and its files."""
    kind = kind_of(record_type)
    record = kind.policy.find(g.user, record_id)
    return render_template("records/_around.html", page=RecordPage(kind, record, g.user))


@bp.post("/<record_type>/<int:record_id>/files")
def attach(record_type: str, record_id: int) -> Response:
    """Takes what can be taken; the rest is named with its reason. Where nothing could, nothing was changed: 422."""
    reading()  # what is sent may come slowly, pictures are made anew, all is written to disk: nobody shall wait for it
    find(record_type, record_id, "edit")
    reading()
    sent = [(file.stream, file.filename, file.mimetype) for file in request.files.getlist("file") if file.filename]
    if not sent:
        return _refused(_("Choose a file first."))
    taken, refused = files.take(sent)
    reasons = [_("%(name)s: %(reason)s", name=isolated(name), reason=reason) for name, reason in refused]
    if not taken:
        return _refused(refused[0][1] if len(refused) == 1 else " ".join(reasons))
    writing()
    record = find(record_type, record_id, "edit")
    for file in taken:
        files.attach(record, file, g.user.id)
    db.session.commit()
    message = ngettext("%(num)d file attached.", "%(num)d files attached.", len(taken))
    return done(record, " ".join([message, *reasons]))


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
    return _visible(attachment_id).file.as_download()


@public_files.get("/<int:attachment_id>/picture")
@headers("file")
def picture(attachment_id: int) -> Response:
    """A picture that the renderer made, to look at; 404 for every other file."""
    return _visible(attachment_id).file.as_picture()


@public_files.get("/<int:attachment_id>/thumbnail")
@headers("file")
def thumbnail(attachment_id: int) -> Response:
    return _visible(attachment_id).file.as_picture(small=True)


def _visible(attachment_id: int) -> Attachment:
    """One of a record that the user may see; else 404."""
    attachment = db.session.get(Attachment, attachment_id)
    kind = types.get(attachment.record_type) if attachment else None
    if attachment is None or kind is None:
        raise NotFound
    kind.policy.find(g.user, attachment.record_id)
    return attachment


def _refused(message: str) -> Response:
    if request.headers.get("HX-Request"):
        return toast(hx("", 422, reswap="none"), message, kind="error")
    raise BadRequest(message)
