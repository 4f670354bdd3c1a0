"""/privacy: the dossier of one person, erasing them, and the certificates. For who has the grant."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, g, render_template, send_file
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound, ServiceUnavailable

from crmlite import events, pdf
from crmlite.auth import papers
from crmlite.auth.models import Viewer
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db
from crmlite.privacy import dossier, erasing, wording
from crmlite.privacy.models import Erasure
from crmlite.privacy.people import Person, fate
from crmlite.records.colleagues import users
from crmlite.web import go, headers, locale, render

KIND = "privacy"
"""What a role is granted: to see is to make dossiers and see certificates, to delete is to erase. All or nothing: a dossier
holds what is held about somebody, whoever else may see that."""

bp = Blueprint("privacy", __name__, url_prefix="/privacy")


def may(user: Viewer, action: str = "view") -> bool:
    return user.scope(KIND, action) == "all"


@bp.get("/contacts/<int:contact_id>")
def show(contact_id: int) -> Response:
    """What can be done: the dossier; and erasing, with what goes and what has to stay."""
    contact = _contact(contact_id, "view")
    known = fate(Person(contact_id))
    return render(
        "privacy/show.html",
        contact=contact,
        goes=wording.counted(known.goes),
        stays=[(wording.paper(paper), paper.number, erasing.until(paper, known.begin)) for paper in known.stays],
        emptied=known.emptied,
        may_erase=may(g.user, "delete") and CONTACT.policy.may(g.user, "delete", contact),
    )


@bp.post("/contacts/<int:contact_id>/dossier")
@headers("file")
def make_dossier(contact_id: int) -> Response:
    """The archive. That it was made is journaled first; it is written from what was committed."""
    contact = _contact(contact_id, "edit")
    events.emit(events.DOSSIER_MADE, contact)
    db.session.commit()
    return send_file(
        dossier.write(contact_id),
        "application/zip",
        as_attachment=True,
        download_name=f"dossier-{contact_id}.zip",
        max_age=0,
    )


@bp.post("/contacts/<int:contact_id>/erase")
def erase(contact_id: int) -> Response:
    """Begins it. From then on nobody sees the contact any more."""
    contact = _contact(contact_id, "delete")
    if (known := Erasure.of(contact_id)) is not None and not known.is_done:
        raise Conflict(_("This person is being erased already."))
    erasure = erasing.begin(contact, g.user)
    db.session.commit()
    return go(f"/privacy/erasures/{erasure.id}", _("The person is being erased. This is final."))


@bp.get("/erasures")
def erasures() -> Response:
    _require()
    found = db.session.scalars(sa.select(Erasure).order_by(Erasure.id.desc()).limit(200)).all()
    return render("privacy/erasures.html", erasures=found, colleagues=users())


@bp.get("/erasures/<int:erasure_id>")
def certificate(erasure_id: int) -> Response:
    erasure = _find(erasure_id)
    return render("privacy/erasure.html", "state", **_facts(erasure))


@bp.get("/erasures/<int:erasure_id>/pdf")
@headers("document")
def certificate_pdf(erasure_id: int) -> Response:
    erasure = _find(erasure_id)
    if not erasure.is_done:
        raise Conflict(_("The certificate is there when everything is erased."))
    try:
        made = pdf.render(*papers.compose("pdf/erasure.html", locale().language, **_facts(erasure)))
    except pdf.Failed as problem:
        raise ServiceUnavailable(str(problem)) from problem
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="erasure-{erasure.id}.pdf"'
    return answer


def panel(contact: Contact) -> str:
    """On a contact's page, for who has the grant: the way to the dossier and to erasing."""
    return render_template("privacy/_panel.html", contact=contact) if may(g.user) else ""


def _contact(contact_id: int, action: str) -> Any:
    """The contact, where the user may see it: who may not is not told that there is one. Also out of the trash, where only those
    see it who might bring it back."""
    try:
        contact = CONTACT.policy.find(g.user, contact_id, action)
    except NotFound:
        contact = CONTACT.policy.find(g.user, contact_id, "delete", trashed=True)
    _require("delete" if action == "delete" else "view")
    return contact


def _require(action: str = "view") -> None:
    if not may(g.user, action):
        raise Forbidden


def _find(erasure_id: int) -> Erasure:
    _require()
    found = db.session.get(Erasure, erasure_id) if erasure_id < 2**63 else None
    if found is None:
        raise NotFound
    return found


def _facts(erasure: Erasure) -> dict[str, Any]:
    return {
        "erasure": erasure,
        "went": wording.went(erasure),
        "kept": [(wording.paper_named(one["type"]), one["number"], one["until"]) for one in erasure.kept],
        "by": users().get(erasure.asked_by_id or 0, {}).get("name", ""),
        "steps": len(erasing.STEPS),
    }
