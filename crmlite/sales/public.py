"""The customer's page of a quote: read it, choose, accept or decline. No session, no cookie; works without script.

Our own users see it as the customer does, and decide nothing: what is on record has to be the customer's."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound

from crmlite import journal, web
from crmlite.auth.models import Organisation
from crmlite.desk import telling
from crmlite.extensions import db
from crmlite.mail import outbox
from crmlite.records import links
from crmlite.records.forms import row_id
from crmlite.safety import clean, network
from crmlite.sales import paper
from crmlite.sales.forms import AcceptForm, DeclineForm
from crmlite.sales.models import Order, Quote, QuoteVersion, WrongState

bp = Blueprint("quotes_public", __name__, url_prefix="/p/quote")


@bp.get("/<token>")
@web.public
@web.headers("public")
@links.hit("open")
def show(token: str) -> Response:
    """The quote, with totals for the optional lines in `?line=` where the customer ticks other ones than we did."""
    _quote, version = _find(token)
    return _page(token, version)


@bp.get("/<token>/pdf")
@web.public
@web.headers("document")
@links.hit("download")
def pdf_file(token: str) -> Response:
    """The very file that was sent."""
    return paper.as_answer(*_find(token))


@bp.post("/<token>/accept")
@web.public
@web.headers("public")
def accept(token: str) -> Response:
    quote, version = _find(token, lock=True)
    form = AcceptForm(request.form)
    if g.get("user"):
        return _page(token, version, accept=form, status=403)
    if not version.is_open or version is not quote.live:
        return _page(token, version, status=409)
    is_seen = request.form.get("_total", "") in {"", str(version.totals(_chosen() or []).gross_minor)}
    if not form.validate() or not is_seen:
        return _page(token, version, accept=form, other_total=not is_seen, status=422)
    journal.act_as("customer")
    order = _or_late(lambda: quote.accept(version, _chosen() or [], name=form.name.data, **_evidence()))
    if order is None:
        return _page(token, version, status=409)
    _tell_owner("quote_accepted", quote, version, name=form.name.data, order=order)
    db.session.commit()
    return web.go(f"/p/quote/{token}")


@bp.post("/<token>/decline")
@web.public
@web.headers("public")
def decline(token: str) -> Response:
    quote, version = _find(token, lock=True)
    form = DeclineForm(request.form)
    if g.get("user"):
        return _page(token, version, decline=form, status=403)
    if not version.is_open or version is not quote.live:
        return _page(token, version, status=409)
    if not form.validate():
        return _page(token, version, decline=form, status=422)
    journal.act_as("customer")
    if _or_late(lambda: quote.decline(version, form.reason.data, **_evidence())) is None:
        return _page(token, version, status=409)
    _tell_owner("quote_declined", quote, version, reason=form.reason.data)
    db.session.commit()
    return web.go(f"/p/quote/{token}")


def _find(token: str, lock: bool = False) -> tuple[Quote, QuoteVersion]:
    """What the token opens, in the customer's language and time; the quote is locked for a decision."""
    link = links.require(token, "quote")
    query = sa.select(Quote).where(Quote.id == link.record_id, Quote.deleted_at.is_(None))
    quote = db.session.scalar(query.with_for_update() if lock else query)
    version = quote.version(link.version) if quote is not None else None
    if quote is None or version is None:
        raise NotFound
    g.locale, g.time_zone = version.language, version.time_zone
    return quote, version


def _page(
    token: str,
    version: QuoteVersion,
    *,
    accept: AcceptForm | None = None,
    decline: DeclineForm | None = None,
    other_total: bool = False,
    status: int = 200,
) -> Response:
    quote: Quote = version.quote
    taken = _chosen() if version.is_open else None  # without script the total is added up when the form is sent
    if taken is None:
        taken = [line.id for line in version.options if line.chosen]
    return web.render(
        "quotes/public.html",
        "choice",
        token=token,
        quote=quote,
        version=version,
        parties=version.parties,
        taken=set(taken),
        totals=version.totals(taken),
        decision=version.decision,
        order=db.session.scalar(sa.select(Order).where(Order.quote_version_id == version.id)),
        accept=accept or AcceptForm(),
        decline=decline or DeclineForm(),
        is_open=version.is_open and version is quote.live,
        is_ours=g.get("user") is not None,
        other_total=other_total,
        status=status,
    )


def _chosen() -> list[int] | None:
    """The optional lines that are ticked; None where the page was not asked with any."""
    if "_choice" not in request.values:
        return None
    return [number for value in request.values.getlist("line") if (number := row_id(value))]


def _evidence() -> dict[str, str]:
    agent = clean(request.user_agent.string)[:200]
    return {"address": network(request.remote_addr), "user_agent": agent}


def _or_late(verb: Any) -> Any:
    try:
        return verb()
    except WrongState:
        db.session.rollback()
        return None


def _tell_owner(template: str, quote: Quote, version: QuoteVersion, **context: Any) -> None:
    """A mail to whoever the quote belongs to, and who stands in for them, in their languages, if they want one."""
    for user in telling.wants_mail(template, [quote.owner_id]):
        with web.speaking(user.locale):
            total = web.show_money(version.gross_minor, version.currency)
        outbox.send(
            template,
            user.email,
            language=user.locale,
            purpose=template,
            about=quote,
            to_name=user.name,
            customer=quote.contact.name,
            number=quote.number,
            subject_of=version.name,
            total=total,
            url=web.absolute(f"/quotes/{quote.id}"),
            firm=Organisation.get().name,
            **context,
        )
