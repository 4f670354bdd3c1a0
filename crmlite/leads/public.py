"""Web forms as visitors see them, in a frame on somebody's website: no session, no cookie, works without script."""

import secrets
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from babel import Locale
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound

from crmlite import web
from crmlite.extensions import UtcDateTime, db, reading, utcnow, writing
from crmlite.leads import fields, intake, models, spam
from crmlite.leads.models import Submission, Visitor, WebForm
from crmlite.safety import clean, network

bp = Blueprint("web_forms_public", __name__)

MAX_POST = 500_000
"""Bytes of a post that are read: many times what the longest answers of a form need."""

_SHOWN = (
    WebForm.id,
    WebForm.public_id,
    WebForm.name,
    WebForm.heading,
    WebForm.intro,
    WebForm.button,
    WebForm.thanks,
    WebForm.language,
    WebForm.theme,
    WebForm.fields,
    WebForm.sites,
    WebForm.active,
    WebForm.limit_per_hour,
    WebForm.limit_per_visitor,
)


def _count(limit: Any, recent: sa.Select[Any]) -> sa.ColumnElement[int]:
    """How many there are, where it matters."""
    capped = recent.correlate(WebForm).limit(spam.MAX_LIMIT).subquery()
    return sa.case((limit > 0, sa.select(sa.func.count()).select_from(capped).scalar_subquery()), else_=0)


_RECENT = sa.select(Submission.id).where(
    Submission.web_form_id == WebForm.id, Submission.received_at > sa.bindparam("since", type_=UtcDateTime())
)
_FORM = sa.select(*_SHOWN).where(WebForm.public_id == sa.bindparam("public_id"))
_FORM_WITH_COUNTS = _FORM.add_columns(
    _count(WebForm.limit_per_visitor, _RECENT.where(Submission.address == sa.bindparam("address"))).label(
        "from_visitor"
    ),
    _count(WebForm.limit_per_hour, _RECENT).label("of_form"),
)
"""The form and how often it was posted lately, in one statement that reads at most MAX_LIMIT entries of an index.

Built once and given to the connection: made anew and taken through the session it cost more than the commit.
"""


@bp.get("/f/<public_id>")
@web.public
@web.headers("embed")
def show(public_id: str) -> Response:
    form = _find(_FORM, public_id=public_id)
    if not form.active:
        return _closed(form)
    return _page(form, token=spam.token(public_id), key=secrets.token_urlsafe(16), page=request.referrer or "")


@bp.post("/f/<public_id>")
@web.public
@web.posts_from_anywhere
@web.headers("embed")
def submit(public_id: str) -> Response:
    """Stores the post and its job in one transaction, and thanks after the commit; whoever is held is thanked too."""
    request.max_content_length = MAX_POST
    reading()  # the form is read and the answers are looked at before the write lock is asked for
    visitor = Visitor(network(request.remote_addr), request.user_agent.string, clean(request.form.get("_page", "")))
    form = _find(_FORM_WITH_COUNTS, public_id=public_id, address=visitor.address, since=utcnow() - spam.PERIOD)
    if not form.active:
        return _closed(form)
    typed = request.form
    answers, wrong = fields.answer(fields.read_all(form.fields), typed, countries(form.language))
    token, key = typed.get("_token", ""), typed.get("_key", "")[:64] or secrets.token_urlsafe(16)
    if wrong:
        return _page(form, token=token or spam.token(public_id), key=key, page=visitor.page, wrong=wrong, status=422)
    evidence = spam.Evidence(
        token, typed.get("website", ""), form.from_visitor, form.of_form, form.limit_per_visitor, form.limit_per_hour
    )
    writing()
    intake.receive(form.id, clean(key), answers, spam.reason(public_id, evidence), visitor)
    db.session.commit()
    return web.render("forms/thanks.html", form=form)


def _find(query: sa.Select[Any], **values: Any) -> Any:
    form = db.session.connection().execute(query, values).one_or_none()
    if form is None:
        raise NotFound
    g.locale = form.language
    g.frame_ancestors = models.ancestors(form.sites)
    return form


def _closed(form: Any) -> Response:
    return web.render("forms/closed.html", form=form, status=410)


def _page(
    form: Any, *, token: str, key: str, page: str, wrong: dict[str, str] | None = None, status: int = 200
) -> Response:
    return web.render(
        "forms/show.html",
        form=form,
        fields=fields.read_all(form.fields),
        typed=request.form,
        wrong=wrong or {},
        hidden={"_token": token, "_key": key, "_page": page},
        countries=countries(form.language),
        status=status,
    )


@lru_cache(maxsize=16)
def countries(language: str) -> dict[str, str]:
    """Codes and names in the visitor's language, in the order of their names."""
    names = Locale.parse(language).territories
    found = {
        code: name for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }
    return dict(sorted(found.items(), key=lambda item: str.casefold(item[1])))


_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"})
