"""/details/contacts/7/ask: the mail with the private link, looked at before it goes; and the end of a link."""

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict, Forbidden, NotFound

from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.details import asking, sending
from crmlite.details.forms import AskForm
from crmlite.details.models import DetailsSending
from crmlite.details.sending import SendingPage
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


# --- many -------------------------------------------------------------------------------------------------------------


@bp.post("/sendings")
def choose() -> Response:
    """Opens the page on which it is looked at whom it goes to: nothing is sent yet."""
    if not g.user.may("contact", "edit"):
        raise Forbidden
    chosen = sending.choose(g.user, request.form)
    db.session.commit()
    return go(f"/details/sendings/{chosen.id}")


@bp.get("/sendings/<int:sending_id>")
def show_sending(sending_id: int) -> Response:
    return render("details/sending.html", "page", page=SendingPage(_own(sending_id), g.user))


@bp.post("/sendings/<int:sending_id>")
def send_all(sending_id: int) -> Response:
    """Sends it; asked twice, it is sent once."""
    chosen = _own(sending_id)
    if chosen.state != "draft":
        return go(f"/details/sendings/{chosen.id}")
    sending.begin(chosen, g.user)
    db.session.commit()
    return go(f"/details/sendings/{chosen.id}", _("The mails are on their way, which is final."))


def _own(sending_id: int) -> DetailsSending:
    """One that the user made, locked for a post."""
    found = None
    if sending_id < 2**63:
        found = (
            DetailsSending.locked(sending_id)
            if request.method == "POST"
            else db.session.get(DetailsSending, sending_id)
        )
    if found is None or found.made_by_id != g.user.id:
        raise NotFound
    return found


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
