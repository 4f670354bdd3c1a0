"""/details/contacts/7/ask: the mail with the private link, looked at before it goes; and the end of a link."""

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.details import asking
from crmlite.details.forms import AskForm
from crmlite.details.views import bp
from crmlite.extensions import db
from crmlite.mail import outbox
from crmlite.web import go, language_name, render, undo_url


@bp.get("/contacts/<int:contact_id>/ask")
def compose(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    words = asking.words(contact.name, asking.language_of(contact), g.user)
    return _page(contact, AskForm(data={"to": contact.main_email or "", **words}))


@bp.post("/contacts/<int:contact_id>/ask")
def send(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    form = AskForm(request.form)
    if not form.validate():
        return _page(contact, form, 422)
    try:
        asking.ask(contact, form.to.data, form.subject.data, form.message.data, g.user)
    except outbox.BadAddress as problem:
        db.session.rollback()
        form.to.errors = [str(problem)]
        return _page(CONTACT.policy.find(g.user, contact_id), form, 422)
    db.session.commit()
    return go(CONTACT.url_of(contact_id), _("The mail is on its way to %(to)s, which is final.", to=form.to.data))


@bp.post("/contacts/<int:contact_id>/end")
def end(contact_id: int) -> Response:
    contact = CONTACT.policy.find(g.user, contact_id, "edit")
    if not asking.end(contact):
        raise Conflict(_("There is no link that works."))
    db.session.commit()
    return go(CONTACT.url_of(contact_id), _("The private link works no more."), undo_url())


def _page(contact: Contact, form: AskForm, status: int = 200) -> Response:
    return render(
        "details/ask.html",
        "form",
        contact=contact,
        form=form,
        language=language_name(asking.language_of(contact)),
        day=asking.last_day(),
        status=status,
    )
