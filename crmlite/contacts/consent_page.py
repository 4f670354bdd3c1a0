"""What somebody agreed to: all of it with the words, a form to record more, and the box on their page."""

from flask import Response, g, render_template, request
from flask_babel import gettext as _

from crmlite.contacts import agreements
from crmlite.contacts import consents as evidence
from crmlite.contacts.consent_form import ConsentForm
from crmlite.contacts.consents import Consent
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.contacts.views import bp
from crmlite.extensions import db
from crmlite.records.colleagues import users
from crmlite.web import go, render


@bp.get("/<int:contact_id>/consents")
def consents(contact_id: int) -> Response:
    """All that they ever agreed to, with the words; and a form to record more."""
    contact = CONTACT.policy.find(g.user, contact_id)
    return _consents_page(contact, None)


@bp.post("/<int:contact_id>/consents")
def record_consent(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    form = ConsentForm(request.form, contact, evidence.standing(contact))
    if not form.validate():
        return _consents_page(contact, form)
    verb = {"given": Consent.give, "renewed": Consent.renew, "withdrawn": Consent.withdraw}[form.action.data]
    verb(
        contact,
        form.asked[form.purpose_id.data],
        source="colleague",
        point=form.point.data,
        how=form.how.data,
        by=g.user,
        at=form.at,
        text=form.text.data or None,
    )
    db.session.commit()
    message = _("It is recorded. This is final: what was a mistake is withdrawn by one more entry.")
    return go(f"{CONTACT.url_of(contact_id)}/consents", message)


def _consents_page(contact: Contact, form: ConsentForm | None) -> Response:
    rows = evidence.history(contact)
    standings = evidence.standing(contact, rows)
    may_edit = CONTACT.policy.may(g.user, "edit", contact)
    if form is None and may_edit:
        form = ConsentForm(None, contact, standings)
    return render(
        "contacts/consents.html",
        "form",
        contact=contact,
        standings=standings,
        rows=rows[::-1],
        form=form,
        colleagues=users(),
        may_edit=may_edit,
        status=422 if form is not None and form.errors else 200,
    )


def panel(contact: Contact) -> str:
    """What somebody agreed to, on their page. Nothing where nobody is asked for anything."""
    return render_template("contacts/_consents.html", contact=contact, glances=agreements.at_a_glance(contact))
