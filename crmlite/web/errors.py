"""What is said when something goes wrong: one sentence, as a page or as a toast."""

import errno
import logging
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from crmlite.extensions import SAFE_METHODS, Busy, db
from crmlite.safety import local_path
from crmlite.web.answers import hx, let_go, toast

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    for error in (Busy, sa.exc.OperationalError, sa.exc.TimeoutError):
        app.register_error_handler(error, _database_error)
    app.register_error_handler(sa.exc.ProgrammingError, _misfit)
    app.register_error_handler(OSError, _system_error)
    for misfit in (sa.exc.DataError, OverflowError):  # what no column can hold: a NUL, a number of thirty digits
        app.register_error_handler(misfit, _not_understood)
    for crossed in (StaleDataError, sa.exc.IntegrityError):  # somebody else was a moment faster
        app.register_error_handler(crossed, _stale)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    code = error.code or 500
    if isinstance(error, SecurityError):  # its own words repeat what the request said its host was
        return _error(
            code, _("crmlite does not answer under this name. If it should, add it to the setting trusted_hosts.")
        )
    given = error.description if error.description and error.description != type(error).description else None
    return _error(code, given or _sentence(code))


def _sentence(code: int) -> str:
    sentences = {
        400: _("That address or form holds something crmlite does not understand."),
        401: _("Please sign in first."),
        403: _("You may see this, but not do that. Ask an administrator if you should."),
        404: _("There is nothing here, or nothing that you may see."),
        405: _("That address does not take this kind of request."),
        409: _("Somebody else changed this at the same moment. Reload the page and try again."),
        413: _("That is too large. Send less at once."),
        429: _("That was tried too often. Wait a few minutes."),
        503: _("crmlite cannot save right now. Nothing of yours was changed; try again in a moment."),
    }
    return sentences.get(code) or _(
        "Something went wrong on our side. It was written to the log under the number below."
    )


def _database_error(error: Exception) -> Response:
    log.error("database", exc_info=error, extra={"request_id": g.get("request_id")})
    db.session.rollback()
    if isinstance(error, sa.exc.DBAPIError) and _lacks_a_table(error):
        text = _("The database is not whole: it lacks a table. Tell the administrator, whose doctor says more.")
    elif _is_full(error):
        text = _(
            "The disk of the server is full, so nothing can be saved. Nothing of yours was changed. Tell the administrator."
        )
    else:
        text = _("The database is busy. Nothing of yours was changed; try again in a moment.")
    response = _error(503, text)
    response.headers["Retry-After"] = "5"
    return response


def _misfit(error: sa.exc.ProgrammingError) -> Response:
    return _database_error(error) if _lacks_a_table(error) else _unexpected(error)


def _lacks_a_table(error: sa.exc.DBAPIError) -> bool:
    return "no such table" in str(error.orig) or type(error.orig).__name__ == "UndefinedTable"


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return isinstance(error, sa.exc.OperationalError) and "full" in str(error.orig).lower()


def _system_error(error: OSError) -> Response:
    """A full disk, wherever it was noticed; what else the system says is not for users."""
    return _database_error(error) if _is_full(error) else _unexpected(error)


def _not_understood(_error_: Exception) -> Response:
    db.session.rollback()
    return _error(400, _sentence(400))


def _stale(_error_: StaleDataError) -> Response:
    db.session.rollback()
    return _error(409, _sentence(409))


def _unexpected(error: Exception) -> Response:
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.error("unexpected", exc_info=error, extra={"request_id": g.get("request_id")})
    db.session.rollback()
    return _error(500, _sentence(500))


def _error(code: int, text: str) -> Response:
    """The same sentence as a page, as a toast for htmx, or as JSON for /health and its like."""
    let_go(is_refusal=True)
    if request.headers.get("HX-Request-Type") == "partial":
        if code == 500:
            number = g.get("request_id", "")
            text = _("Something went wrong on our side. It is in the log under the number %(number)s.", number=number)
        return toast(hx("", code, reswap="none"), text, kind="error")
    is_strangers = request.path.startswith(("/p/", "/f/"))
    try:
        page = render_template(
            "errors/error.html",
            code=code,
            text=text,
            request_id=g.get("request_id"),
            back=_back(),
            is_strangers=is_strangers,
            whose=_firm() if is_strangers else "",
        )
        return make_response(page, code)
    except Exception:  # the page itself needs the database: say it without
        if current_app.testing:
            raise
        log.exception("error page failed")
        plain = InternalServerError(text).get_response()
        plain.status_code = code
        return make_response(plain)


def _firm() -> str:
    """Whose customers these are: they know the firm, and not what it works with. Empty where the database cannot say."""
    ask = current_app.extensions.get("crmlite.ask_firm")
    try:
        return str(ask()) if ask else ""
    except sa.exc.SQLAlchemyError:
        return ""


def _back() -> str | None:
    """The page of ours on which something was sent that was refused."""
    if request.method in SAFE_METHODS:
        return None
    page = urlsplit(request.referrer or "")
    return local_path(page.path) if page.netloc == request.environ.get("HTTP_HOST") else None
