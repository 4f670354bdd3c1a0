"""/records/contact/7/tags: words on a record."""

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, NotFound

from crmlite.extensions import db
from crmlite.forms import one_line
from crmlite.records import tags
from crmlite.records.views import bp, done, find


@bp.post("/<record_type>/<int:record_id>/tags")
def tag(record_type: str, record_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    name = one_line(request.form.get("name"))
    if not name or len(name) > tags.MAX_LENGTH:
        raise BadRequest(_("A tag is a word of at most %(count)d characters.", count=tags.MAX_LENGTH))
    if not tags.add(record, name):
        db.session.rollback()
        return done(record, _("It has this tag already."), undo=False)
    db.session.commit()
    return done(record, _("Tag added."))


@bp.post("/<record_type>/<int:record_id>/tags/<int:tag_id>/remove")
def untag(record_type: str, record_id: int, tag_id: int) -> Response:
    record = find(record_type, record_id, "edit")
    if not tags.remove(record, tag_id):
        raise NotFound
    db.session.commit()
    return done(record, _("Tag removed."))
