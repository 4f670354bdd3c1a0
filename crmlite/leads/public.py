"""Web forms as visitors see them on somebody's website: in a frame, which works without script, or drawn by one.

No session and no cookie. The frame's page is at /f/<public id>, the script at /f/<public id>.js; it asks /f/<public id>/embed.
"""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from babel import Locale
from flask import Blueprint, Response, current_app, g, jsonify, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from crmlite import web
from crmlite.extensions import UtcDateTime, db, reading, utcnow, writing
from crmlite.leads import fields, intake, sites, spam
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
    Submission.web_form_id == WebForm.id,
    Submission.received_at > sa.bindparam("since", type_=UtcDateTime()),
    Submission.reason.is_(None),  # what was held is a robot's: it must not take the place of people's
)
_FORM = sa.select(*_SHOWN).where(WebForm.public_id == sa.bindparam("public_id"))
_FORM_WITH_COUNTS = _FORM.add_columns(
    _count(WebForm.limit_per_visitor, _RECENT.where(Submission.address == sa.bindparam("address"))).label(
        "from_visitor"
    ),
    _count(WebForm.limit_per_hour, _RECENT).label("of_form"),
)
"""The form and how many posts it took lately, in one statement that reads only entries of an index.

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
    """Thanks after the commit; whoever is held is thanked too."""
    form, visitor = _posted_to(public_id)
    if not form.active:
        return _closed(form)
    key = request.form.get("_key", "")[:64] or secrets.token_urlsafe(16)
    if wrong := _take(form, visitor, key):
        token = request.form.get("_token") or spam.token(public_id)
        return _page(form, token=token, key=key, page=visitor.page, wrong=wrong, status=422)
    return web.render("forms/thanks.html", form=form)


# --- by script --------------------------------------------------------------------------------------------------------


@bp.get("/f/<public_id>.js")
@web.public
@web.headers("script")
def script(public_id: str) -> Response:
    """The same for every form: it knows from its own address which one to draw. Anybody may load it, on any page."""
    _find(_FORM, public_id=public_id)
    code = Path(current_app.static_folder or "", "js", "draw.js").read_bytes()
    response = Response(code, mimetype="text/javascript")
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/f/<public_id>/embed")
@web.public
@web.headers("cors")
def embed(public_id: str) -> Response:
    """What the script needs to draw the form, for pages of its websites."""
    form = _find(_FORM, public_id=public_id)
    _require_listed(form)
    look = {
        "language": form.language,
        "direction": web.locale().text_direction,
        "theme": form.theme,
        "style": web.asset("css/form.css"),
    }
    if not form.active:
        return _said(_("This form is closed."), 410, **look)
    hidden = {"_token": spam.token(public_id), "_key": secrets.token_urlsafe(16)}
    return jsonify(**look, **_described(form), hidden=hidden)


@bp.post("/f/<public_id>/embed")
@web.public
@web.posts_from_anywhere
@web.headers("cors")
def submit_embedded(public_id: str) -> Response:
    """Like submit(), for pages of the form's websites; what is wrong goes beside the fields."""
    form, visitor = _posted_to(public_id)
    _require_listed(form)
    if not form.active:
        return _said(_("This form is closed."), 410)
    if wrong := _take(form, visitor, request.form.get("_key", "")[:64] or secrets.token_urlsafe(16)):
        refused = jsonify(wrong=wrong)
        refused.status_code = 422
        return refused
    return _said(form.thanks or _("Thank you. We have received what you sent."))


def _require_listed(form: Any) -> None:
    """Lets scripts on the form's websites read the answer. Without an origin it is no script of another website."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    if not sites.is_listed(origin, form.sites):
        raise Forbidden(_("This website is not on the form's list, so it cannot show the form."))
    g.reader = origin


def _described(form: Any) -> dict[str, Any]:
    offered = {"country": list(countries(form.language).items())}
    asked = [
        {
            "key": field.key,
            "label": field.label,
            "kind": field.kind,
            "required": field.required,
            "autocomplete": field.autocomplete,
            "choices": offered.get(field.kind, [(choice, choice) for choice in field.choices]),
        }
        for field in fields.read_all(form.fields)
    ]
    words = {
        "optional": _("(optional)"),
        "choose": _("Choose…"),
        "again": _("Please look at these again. Nothing you typed is lost."),
        "failed": _("That could not be sent. Nothing you typed is lost; try again in a moment."),
    }
    return {
        "heading": form.heading,
        "intro": form.intro,
        "button": form.button or _("Send"),
        "fields": asked,
        "words": words,
    }


def _said(text: str, status: int = 200, **more: Any) -> Response:
    response = jsonify(said=text, **more)
    response.status_code = status
    return response


# --- both -------------------------------------------------------------------------------------------------------------


def _posted_to(public_id: str) -> tuple[Any, Visitor]:
    """The form, with how often it was posted lately, and who posts; read before the write lock is asked for."""
    request.max_content_length = MAX_POST
    reading()
    visitor = Visitor(network(request.remote_addr), request.user_agent.string, clean(request.form.get("_page", "")))
    since = utcnow() - spam.PERIOD
    return _find(_FORM_WITH_COUNTS, public_id=public_id, address=visitor.address, since=since), visitor


def _take(form: Any, visitor: Visitor, key: str) -> dict[str, str]:
    """Stores the post and its job in one transaction; or says what is wrong, by key of the field, and stores nothing."""
    typed = request.form
    answers, wrong = fields.answer(fields.read_all(form.fields), typed, countries(form.language))
    if wrong:
        return wrong
    evidence = spam.Evidence(
        typed.get("_token", ""),
        typed.get("website", ""),
        form.from_visitor,
        form.of_form,
        form.limit_per_visitor,
        form.limit_per_hour,
    )
    writing()
    intake.receive(form.id, clean(key), answers, spam.reason(form.public_id, evidence), visitor)
    db.session.commit()
    return {}


def _find(query: sa.Select[Any], **values: Any) -> Any:
    form = db.session.connection().execute(query, values).one_or_none()
    if form is None:
        raise NotFound
    g.locale = form.language
    g.frame_ancestors = sites.ancestors(form.sites)
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
