"""Writing a quote: the grid, recalculated while one types, with the paper beside it."""

from flask import Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from crmlite.extensions import db, reading
from crmlite.records.edit import knows_version
from crmlite.sales import paper
from crmlite.sales.grid import QuoteForm
from crmlite.sales.models import Quote, QuoteVersion
from crmlite.sales.models.versions import ACCEPTED
from crmlite.sales.page import QuotePage
from crmlite.sales.totals import TooLarge
from crmlite.sales.types import QUOTE
from crmlite.sales.views.quotes import bp
from crmlite.web import go, headers, is_partial, outcome, render


@bp.get("/<int:quote_id>/edit")
def edit(quote_id: int) -> Response:
    quote, draft = _draft(quote_id)
    return _page(quote, QuoteForm(draft))


@bp.post("/<int:quote_id>/calculate")
def calculate(quote_id: int) -> Response:
    """The grid as it would be: adds, moves and removes rows, fills in products, adds up. Saves nothing."""
    reading()
    quote: Quote = QUOTE.policy.find(g.user, quote_id, "edit")
    form = QuoteForm(quote.draft or quote.latest, request.form)
    focus = form.do(next(filter(None, request.form.getlist("_do")), ""))
    form.look()
    form.reprice()
    form.fill_rows()
    if is_partial() and focus is None and quote.draft is not None and form.seen == request.form.get("_seen", "?"):
        return _sums(form)
    return _page(quote, form, focus=focus, is_late=quote.draft is None)


@bp.post("/<int:quote_id>/paper")
@headers("paper")
def show_paper(quote_id: int) -> Response:
    """What is typed as it would be printed, for the frame beside the grid. Saves nothing."""
    reading()
    quote: Quote = QUOTE.policy.find(g.user, quote_id, "edit")
    draft = quote.draft or quote.latest
    form = QuoteForm(draft, request.form)
    form.look()
    form.reprice()
    form.fill_rows()
    try:
        return _as_paper(quote, form.preview())
    except TooLarge:
        return _as_paper(quote, draft)


@bp.get("/<int:quote_id>/paper")
@headers("paper")
def show_saved(quote_id: int) -> Response:
    quote, draft = _draft(quote_id)
    return _as_paper(quote, draft)


@bp.post("/<int:quote_id>/edit")
def save(quote_id: int) -> Response:
    """Writes the draft. Where it was sent while somebody wrote, nothing is lost: the form stays, and can become a new version."""
    quote: Quote = QUOTE.policy.find(g.user, quote_id, "edit")
    form = QuoteForm(quote.draft or quote.latest, request.form)
    form.look()
    form.reprice()
    form.fill_rows()
    version = request.form.get("row_version")
    if quote.draft is None:
        if request.form.get("then") != "rewrite" or quote.state == ACCEPTED or not form.validate():
            return _page(quote, form, status=422 if form.errors else 409, is_late=True)
        quote.rewrite()
        version = str(quote.row_version)
    if not form.validate() or not knows_version(quote, form, version):
        return _page(quote, form, status=422)
    if int(version or 0) != quote.row_version:
        return _page(quote, form, status=409, is_stale=True)
    quote.write(name=form.name.data, lines=form.line_values(), **form.version_values())
    db.session.commit()
    target = f"/quotes/{quote_id}/send" if request.form.get("then") == "send" else f"/quotes/{quote_id}/edit"
    return go(target, *outcome(_("%(number)s was saved.", number=quote.number)))


def _sums(form: QuoteForm) -> Response:
    """Amounts and totals, where no more than these follows from what was typed: a fifth of the grid's price."""
    totals, amounts = form.amounts()
    return render("quotes/_sums.html", form=form, totals=totals, amounts=amounts)


def _draft(quote_id: int) -> tuple[Quote, QuoteVersion]:
    """The quote and its draft; 409 where it has none."""
    quote: Quote = QUOTE.policy.find(g.user, quote_id, "edit")
    if quote.draft is None:
        raise Conflict(_("This quote was sent, so it is not changed any more. Begin a new version of it."))
    return quote, quote.draft


def _page(
    quote: Quote,
    form: QuoteForm,
    *,
    status: int = 200,
    focus: object = None,
    is_stale: bool = False,
    is_late: bool = False,
) -> Response:
    totals, amounts = form.amounts()
    return render(
        "quotes/edit.html",
        "form",
        page=QuotePage(quote, g.user, form.draft.n),
        quote=quote,
        form=form,
        totals=totals,
        amounts=amounts,
        focus=focus,
        is_stale=is_stale,
        is_late=is_late,
        may_rewrite=is_late and quote.state != ACCEPTED,
        status=status,
    )


def _as_paper(quote: Quote, version: QuoteVersion) -> Response:
    page = paper.for_browsers(*paper.compose(quote, version))
    g.style = page.style_hash
    return Response(page.html, mimetype="text/html")
