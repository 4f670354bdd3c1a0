"""/quotes/numbers: how quotes and orders are numbered."""

from datetime import date

from flask import Response, abort, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Organisation
from crmlite.extensions import db
from crmlite.sales.forms import NumbersForm
from crmlite.sales.models import NumberRange
from crmlite.sales.models.numbers import DEFAULTS
from crmlite.sales.types import may_edit_numbers
from crmlite.sales.views.quotes import bp
from crmlite.web import go, outcome, render, today_in

LABELS = {"quote": _l("Quotes"), "order": _l("Orders")}


@bp.get("/numbers")
def numbers() -> Response:
    _require()
    return _page({})


@bp.post("/numbers/<kind>")
def save_numbers(kind: str) -> Response:
    _require()
    if kind not in DEFAULTS:
        abort(404)
    form = NumbersForm(request.form)
    if not form.validate():
        return _page({kind: form}, status=422)
    try:
        NumberRange.get(kind).change(**form.data, today=_today())
    except ValueError as error:
        form.next_number.errors = [_("Numbers up to %(last)s were given already.", last=error.args[0] - 1)]
        return _page({kind: form}, status=422)
    db.session.commit()
    return go("/quotes/numbers", *outcome(_("The numbers were changed.")))


def _page(given: dict[str, NumbersForm], status: int = 200) -> Response:
    ranges = {kind: NumberRange.get(kind) for kind in DEFAULTS}
    forms = {kind: given.get(kind) or NumbersForm(obj=found) for kind, found in ranges.items()}
    coming = {kind: found.coming(_today()) for kind, found in ranges.items()}
    return render("quotes/numbers.html", forms=forms, coming=coming, labels=LABELS, status=status)


def _today() -> date:
    return today_in(Organisation.get().time_zone)


def _require() -> None:
    if not may_edit_numbers(g.user):
        abort(403)
