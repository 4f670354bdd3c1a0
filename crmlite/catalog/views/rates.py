"""Exchange rates: those in force, the history of one currency, and a form for the next."""

from datetime import date

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, request
from flask_babel import gettext as _

from crmlite.auth.models import Organisation
from crmlite.catalog.forms import ExchangeRateForm
from crmlite.catalog.models import ExchangeRate
from crmlite.catalog.types import may_edit_taxes
from crmlite.extensions import db
from crmlite.web import go, local_today, outcome, render, undo_url

bp = Blueprint("rates", __name__, url_prefix="/catalog/rates")

HISTORY = 200


@bp.before_request
def _require_grant() -> None:
    if not may_edit_taxes(g.user):
        abort(403)


@bp.get("")
def index() -> Response:
    """All currencies; with ?currency=USD the history of that one, and the form filled in for its next rate."""
    base, currency = Organisation.get().currency, request.args.get("currency", "")[:3]
    rates = _history(base, currency) if currency else _now_and_later(base, local_today())
    form = ExchangeRateForm(base=base, data={"valid_from": local_today()})
    if currency:
        form.currency.data, form.per.data = currency, rates[0].per if rates else 1
    return _page(base, form, rates, currency)


@bp.post("")
def save() -> Response:
    """Sets a rate; one that begins on the same day is changed to it."""
    base = Organisation.get().currency
    form = ExchangeRateForm(request.form, base=base)
    if not form.validate():
        return _page(base, form, _now_and_later(base, local_today()), status=422)
    rate = ExchangeRate.set(form.currency.data, form.rate.data or 0, form.valid_from.data, form.per.data or 1)
    db.session.commit()
    return go("/catalog/rates", *outcome(_("The rate of %(currency)s was saved.", currency=rate.currency)))


@bp.post("/<int:rate_id>/remove")
def remove(rate_id: int) -> Response:
    rate = db.session.scalar(sa.select(ExchangeRate).where(ExchangeRate.id == rate_id).with_for_update())
    if rate is None:
        abort(404)
    rate.remove()
    db.session.commit()
    return go("/catalog/rates", _("The rate of %(currency)s was removed.", currency=rate.currency), undo_url())


def _page(
    base: str, form: ExchangeRateForm, rates: list[ExchangeRate], currency: str = "", status: int = 200
) -> Response:
    today = local_today()
    return render(
        "catalog/rates.html",
        form=form,
        base=base,
        rates=rates,
        current={rate.id for rate in _in_force(rates, today)},
        today=today,
        currency=currency,
        status=status,
    )


def _history(base: str, currency: str) -> list[ExchangeRate]:
    query = sa.select(ExchangeRate).filter_by(base=base, currency=currency)
    return list(db.session.scalars(query.order_by(ExchangeRate.valid_from.desc()).limit(HISTORY)))


def _now_and_later(base: str, today: date) -> list[ExchangeRate]:
    """Of each currency the rate in force, and those that begin later."""
    newest = (
        sa.select(ExchangeRate.currency, sa.func.max(ExchangeRate.valid_from).label("since"))
        .where(ExchangeRate.base == base, ExchangeRate.valid_from <= today)
        .group_by(ExchangeRate.currency)
        .subquery()
    )
    query = (
        sa.select(ExchangeRate)
        .outerjoin(newest, newest.c.currency == ExchangeRate.currency)
        .where(ExchangeRate.base == base)
        .where(sa.or_(newest.c.since.is_(None), ExchangeRate.valid_from >= newest.c.since))
    )
    return list(db.session.scalars(query.order_by(ExchangeRate.currency, ExchangeRate.valid_from)))


def _in_force(rates: list[ExchangeRate], today: date) -> list[ExchangeRate]:
    found: dict[str, ExchangeRate] = {}
    for rate in sorted(rates, key=lambda rate: rate.valid_from):
        if rate.valid_from <= today:
            found[rate.currency] = rate
    return list(found.values())
