"""Contacts: the list and one person's page."""

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.records import points
from crmlite.records.filters import FilterError
from crmlite.records.listing import Listing
from crmlite.records.notes import Note
from crmlite.records.timeline import timeline
from crmlite.web import go, render, undo_url

bp = Blueprint("contacts", __name__, url_prefix="/contacts")


@bp.get("/")
def index() -> Response:
    try:
        return render("records/list.html", "table", listing=Listing(CONTACT, g.user, request.args))
    except FilterError as error:
        raise BadRequest(str(error)) from error


@bp.get("/<int:contact_id>")
def show(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id)
    return render(
        "contacts/show.html", contact=contact, points=points.of(contact, points.Point), entries=timeline(contact)
    )


@bp.post("/<int:contact_id>/notes")
def note(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    text = request.form.get("text", "").strip()
    if not text or len(text) > 20_000:
        raise BadRequest(_("Write something first, of at most 20,000 characters."))
    Note.write(contact, g.user.id, text)
    db.session.commit()
    return go(f"/contacts/{contact_id}", _("Note added."), undo_url())
