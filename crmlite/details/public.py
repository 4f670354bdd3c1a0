"""/p/details: what we hold of somebody, for themselves, by their private link. No session, no cookie, no script.

Our own users see it as the person does, and send nothing: what is on record has to be the person's.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound, TooManyRequests

from crmlite import journal, web
from crmlite.auth.models import Organisation, Throttle
from crmlite.contacts.models import Contact
from crmlite.details import agreeing
from crmlite.details.forms import DetailsForm, form_of
from crmlite.details.models import Correction
from crmlite.extensions import db
from crmlite.records import links
from crmlite.records.merged import LONGEST

bp = Blueprint("details_public", __name__, url_prefix="/p/details")

MAX_POST = 200_000
"""Bytes of a post that are read: many times what the longest address book entry needs."""
POSTS = 20
"""With one link, within PERIOD."""
PERIOD = timedelta(hours=1)


@bp.get("/<token>")
@web.public
@web.headers("public")
@links.hit("open")
def show(token: str) -> Response:
    contact = _find(token)
    waiting = Correction.waiting_of(contact)
    proposed = [part for correction in waiting for part in correction.open_parts]
    form = form_of(contact, proposed)
    return _page(token, contact, form, waiting=waiting, is_sent="sent" in request.args)


@bp.post("/<token>")
@web.public
@web.headers("public")
def send(token: str) -> Response:
    request.max_content_length = MAX_POST
    contact = _find(token, lock=True)
    form = DetailsForm(request.form)
    if name := request.form.get("_add"):
        form.add_row(name)
        return _page(token, contact, form)
    if g.get("user"):
        return _page(token, contact, form, status=403)
    said = agreeing.answers(agreeing.questions(contact, g.locale), request.form)
    is_valid = form.validate()
    if agreeing.unseen(said):
        form.form_errors.append(
            _("The text that you agree to is another one by now. Please read it, then say so again.")
        )
        is_valid = False
    if not is_valid:
        return _page(token, contact, form, status=422)
    if not Throttle.hit(f"details:{g.link.id}", POSTS, PERIOD):
        raise TooManyRequests
    journal.act_as("customer")
    Correction.receive(contact, form.wishes(), g.firm.details_at_once)
    agreeing.record(contact, said, g.locale)
    db.session.commit()
    return web.go(f"/p/details/{token}?sent")


def _find(token: str, lock: bool = False) -> Contact:
    """Whose link it is, in their language; of somebody who was merged, the one that they are now."""
    link = links.require(token, "details")
    contact = db.session.get(Contact, link.record_id)
    for _step in range(LONGEST):
        if contact is None or contact.merged_into_id is None:
            break
        contact = db.session.get(Contact, contact.merged_into_id)
    if contact is not None and lock:
        query = sa.select(Contact).where(Contact.id == contact.id)
        contact = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if contact is None or contact.deleted_at is not None:
        raise NotFound
    organisation = g.firm = Organisation.get()
    g.locale = language_of(contact, organisation)
    g.time_zone = organisation.time_zone
    return contact


def language_of(contact: Contact, organisation: Organisation) -> str:
    """The person's, as far as crmlite speaks it; else that of their browser, else the organisation's."""
    asked = request.accept_languages.best_match(web.LANGUAGES)
    wanted = (contact.language, asked, organisation.locale, "en")
    return next(language for language in wanted if language in web.LANGUAGES)


def _page(token: str, contact: Contact, form: DetailsForm, *, status: int = 200, **more: Any) -> Response:
    return web.render(
        "details/public.html",
        form=form,
        questions=agreeing.questions(contact, g.locale),
        token=token,
        firm=g.firm,
        is_ours=g.get("user") is not None,
        status=status,
        **more,
    )
