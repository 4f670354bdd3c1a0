"""Sending a quote: the PDF is made first, then the version is frozen and its mail is written in one transaction."""

import io
from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from crmlite import pdf
from crmlite.extensions import db, reading, writing
from crmlite.files import File, FileRefused
from crmlite.mail import outbox
from crmlite.records.forms import row_id
from crmlite.sales import paper
from crmlite.sales.forms import SendForm
from crmlite.sales.models import Quote, QuoteVersion
from crmlite.sales.page import QuotePage
from crmlite.sales.types import QUOTE
from crmlite.sales.views.quotes import bp
from crmlite.web import go, render, show_date, speaking


@bp.get("/<int:quote_id>/send")
def compose(quote_id: int) -> Response:
    quote, draft = _draft(quote_id)
    return _page(quote, SendForm(data={"to": quote.contact.main_email or "", **_words(quote, draft)}))


@bp.post("/<int:quote_id>/send")
def send(quote_id: int) -> Response:
    reading()
    quote, draft = _draft(quote_id)
    form, seen = SendForm(request.form), quote.row_version
    if not form.validate() or not _may_go(draft, form):
        return _page(quote, form, status=422)
    if seen != row_id(request.form.get("row_version")):
        form.form_errors.append(_("The quote was changed since you opened this page. Look at it again, then send it."))
        return _page(quote, form, status=409)
    try:
        content = paper.make(quote, draft, is_draft=False)
    except pdf.Failed as problem:
        form.form_errors.append(str(problem))
        return _page(quote, form, status=503)
    writing()
    quote = QUOTE.policy.find(g.user, quote_id, "edit", version=seen)
    try:
        _send(quote, content, form)
    except (FileRefused, outbox.BadAddress) as problem:
        db.session.rollback()
        reading()
        form.form_errors.append(str(problem))
        return _page(_draft(quote_id)[0], form, status=422)
    db.session.commit()
    return go(
        QUOTE.url_of(quote_id),
        _("%(number)s is on its way to %(to)s, which is final.", number=quote.number, to=form.to.data),
    )


def _send(quote: Quote, content: bytes, form: SendForm) -> None:
    """Freezes the version and queues its mail. Does not commit."""
    draft = quote.draft
    if draft is None:
        raise Conflict
    file = File.store(io.BytesIO(content), paper.file_name(quote, draft), "application/pdf")
    db.session.flush()
    link = quote.send(file, paper.parties(quote, draft.language), form.to.data)
    with speaking(draft.language):
        day = show_date(draft.valid_until) if draft.valid_until else ""
    outbox.send(
        "quote",
        form.to.data,
        language=draft.language,
        purpose="quote",
        about=quote,
        to_name=quote.contact.name,
        by=g.user,
        files=[file],
        quote_subject=form.subject.data,
        message=form.message.data,
        url=link.url,
        day=day,
    )


def _draft(quote_id: int) -> tuple[Quote, QuoteVersion]:
    quote: Quote = QUOTE.policy.find(g.user, quote_id, "edit")
    if quote.draft is None:
        raise Conflict(_("This version was sent already. Begin a new one to send something else."))
    return quote, quote.draft


def _may_go(draft: QuoteVersion, form: SendForm) -> bool:
    """Whether it can be sent as it is; what is missing is said in the form."""
    if not draft.items:
        form.form_errors.append(_("The quote has no lines yet. Add what you offer first."))
    if draft.gross_minor < 0:
        form.form_errors.append(_("The total is below zero. Look at quantities and prices first."))
    if changed := draft.changed_taxes():
        names = ", ".join(changed)
        form.form_errors.append(
            _("The rate of %(tax)s is another one by now. Open the quote and save it again.", tax=names)
        )
    if draft.is_expired:
        form.form_errors.append(_("The quote is valid until a day that has passed. Choose a later one first."))
    return not form.form_errors


def _words(quote: Quote, draft: QuoteVersion) -> dict[str, str]:
    """What the mail says unless the seller says something else, in the customer's language."""
    with speaking(draft.language):
        name = quote.contact.name
        greeting = _("Dear %(name)s,", name=name) if name else _("Dear Sir or Madam,")
        lines = (
            greeting,
            _("Thank you for your interest. You find our quote %(number)s attached.", number=quote.number),
            _("If you have any questions, just answer this mail."),
            _("Kind regards,") + "\n" + g.user.name,
        )
        subject = _("Quote %(number)s: %(subject)s", number=quote.number, subject=draft.name)
    return {"subject": subject[:200], "message": "\n\n".join(str(line) for line in lines)}


def _page(quote: Quote, form: SendForm, status: int = 200) -> Response:
    draft: Any = quote.draft
    return render(
        "quotes/send.html", "form", page=QuotePage(quote, g.user, draft.n), quote=quote, form=form, status=status
    )
