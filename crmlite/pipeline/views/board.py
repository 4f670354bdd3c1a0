"""/deals/board: the deals of a pipeline in columns, and what it is answered when one of them was moved."""

from urllib.parse import parse_qsl, urlsplit

from flask import Response, g, render_template, request
from werkzeug.datastructures import MultiDict

from crmlite.pipeline import stages
from crmlite.pipeline.board import Board
from crmlite.pipeline.forms import LoseForm
from crmlite.pipeline.models import Deal
from crmlite.pipeline.types import may_edit_pipelines
from crmlite.pipeline.views import bp
from crmlite.records.filters import FilterError
from crmlite.web import hx, render, toast, undo_url


@bp.get("/board")
def board() -> Response:
    """All of it, or more cards of one column."""
    shown = Board(g.user, request.args)
    if shown.pipeline is None:
        return render("deals/no_pipeline.html", may_edit=may_edit_pipelines(g.user))
    if shown.asked:
        return render("deals/more.html", "cards", board=shown, column=shown.more)
    return render(
        "deals/board.html",
        "columns",
        board=shown,
        pipelines=stages.pipelines().values(),
        lose_form=LoseForm(),
        may_edit_pipelines=may_edit_pipelines(g.user),
    )


def is_board() -> bool:
    """Whether the request comes from a card on the board."""
    return bool(request.headers.get("HX-Request")) and request.form.get("from") == "board"


def moved(deal: Deal, was: int, message: str) -> Response:
    """After a move on the board: the card as it is now, and the sums of the columns it left and reached."""
    shown = _board_of_page()
    page = render_template("deals/_moved.html", card=shown.card_of(deal), columns=shown.sums_of([was, deal.stage_id]))
    return toast(page, message, undo_url())


def put_back(message: str) -> Response:
    """What was moved is not where it was seen: the card goes back, and the board is looked at again."""
    return toast(hx("", 409, reswap="none"), message, kind="error", event="records:changed")


def _board_of_page() -> Board:
    """The board that is open, with its search and filters: sums count what it shows."""
    query = parse_qsl(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    try:
        return Board(g.user, MultiDict(query))
    except FilterError:
        return Board(g.user, MultiDict())
