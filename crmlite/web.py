"""What every page needs: render(), htmx and security headers, errors, request ids, who may post from where, template filters."""

import errno
import hashlib
import json
import logging
import math
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
import sqlalchemy as sa
from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format, get_timezone
from babel.numbers import format_decimal
from babel.units import format_unit
from flask import Flask, Response, current_app, flash, g, make_response, render_template, request, url_for
from flask_babel import Domain, force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_compress import Compress
from jinja2 import Template, nodes
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from crmlite import journal
from crmlite.extensions import SAFE_METHODS, Busy, babel, db, reading, utcnow

log = logging.getLogger(__name__)

LANGUAGES = {"en": "English", "nl": "Nederlands", "ar": "العربية"}
HUES = ("blue", "teal", "purple", "orange", "pink", "green", "indigo", "red", "gray")

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; base-uri 'none'; manifest-src 'self'; frame-ancestors {ancestors}"
)
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
}
HEADERS = {
    "app": {
        "Content-Security-Policy": _CSP.format(ancestors="'none'"),
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Vary": "HX-Request, HX-Request-Type",
    },
    "public": {
        "Content-Security-Policy": _CSP.format(ancestors="'none'"),
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    },
    "embed": {  # frame-ancestors is each form's own list of sites
        "Content-Security-Policy": _CSP.format(ancestors="{ancestors}"),
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-store",
        "Referrer-Policy": "strict-origin",
    },
    "file": {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    },
    "static": {
        "Content-Security-Policy": "default-src 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
}
"""Response headers per class of route; a view says its class with @headers, all others are 'app'."""

View = Callable[..., Any]


def public(view: View) -> View:
    """Opts a view out of signing in. Only for files called public.py, and for signing in itself."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def headers(name: str) -> Callable[[View], View]:
    """Says which row of HEADERS a view's answers carry."""

    def mark(view: View) -> View:
        view.header_class = name  # type: ignore[attr-defined]
        return view

    return mark


def posts_from_anywhere(view: View) -> View:
    """For forms on other people's pages: the one kind of post that another site may send."""
    view.any_origin = True  # type: ignore[attr-defined]
    return view


def is_partial() -> bool:
    """Whether htmx asks for a fragment; on history restore and full loads it wants the whole page."""
    return request.headers.get("HX-Request-Type") == "partial"


def render(template: str, block: str | None = None, /, status: int = 200, **context: Any) -> Response:
    """The page, or, where htmx asks for a part, only the block of that name in the same template."""
    _let_go(is_refusal=status >= 400)
    if block and is_partial():
        current_app.update_template_context(context)
        return make_response(_render_block(template, block, context), status)
    return make_response(render_template(template, **context), status)


def _render_block(template: str, block: str, context: dict[str, Any]) -> str:
    """One block of a template, which may stand in a template that it extends."""
    source: Template = current_app.jinja_env.get_template(template)
    frame = source.new_context(context)
    for name in _extended(template):
        for known, function in current_app.jinja_env.get_template(name).blocks.items():
            frame.blocks.setdefault(known, []).append(function)
    return "".join(frame.blocks[block][0](frame))


def _extended(template: str) -> list[str]:
    """The templates that this one extends, the nearest first."""
    cache: dict[str, list[str]] = current_app.extensions.setdefault("crmlite.extended_templates", {})
    if template not in cache or current_app.debug:
        environment = current_app.jinja_env
        assert environment.loader is not None  # noqa: S101 - Flask always sets one
        parsed = environment.parse(environment.loader.get_source(environment, template)[0])
        found = parsed.find(nodes.Extends)
        name = found.template.value if found is not None and isinstance(found.template, nodes.Const) else None
        cache[template] = [name, *_extended(name)] if name else []
    return cache[template]


def _let_go(*, is_refusal: bool) -> None:
    """No template runs under the write lock: what a post did not commit is given up, and the session reads from here on."""
    session: Any = db.session()
    if session.reading:
        return
    if not is_refusal and (session.new or session.dirty or session.deleted or "operation" in session.info):
        raise RuntimeError("render() before the commit: what was changed would be lost")
    reading()


def hx(response: Response | str = "", status: int | None = None, **headers: str) -> Response:
    """Adds HX-* headers: hx(page, retarget="#list", reswap="outerMorph")."""
    answer = make_response(response)
    if status is not None:
        answer.status_code = status
    for name, value in headers.items():
        answer.headers[f"HX-{name.replace('_', '-').title()}"] = value
    return answer


def toast(
    response: Response | str, message: str, undo: str | None = None, kind: str = "ok", event: str | None = None
) -> Response:
    """Says in a corner of the page what happened, with a button that undoes it; `event` tells the page's parts."""
    answer = make_response(response)
    triggers = json.loads(answer.headers.get("HX-Trigger", "{}"))
    if event:
        triggers[event] = True
    triggers["toast"] = {"message": str(message), "undo": undo, "kind": kind}
    answer.headers["HX-Trigger"] = json.dumps(triggers)
    return answer


def go(url: str, message: str | None = None, undo: str | None = None) -> Response:
    """After a verb: to another page, with a toast there; by htmx or by plain redirect, as the request came."""
    if message:
        flash({"message": str(message), "undo": undo, "kind": "ok"})  # type: ignore[arg-type]
    if request.headers.get("HX-Request"):
        return hx("", 204, redirect=url)
    return Response(status=303, headers={"Location": url})


def undo_url() -> str | None:
    """Where the change this request committed can be undone."""
    number = journal.last_operation()
    return url_for("records.undo", operation_id=number) if number else None


def absolute(path: str) -> str:
    """A link for mails and embed codes: from the public URL, never from what a request said its host was."""
    public_url: str = current_app.extensions["crmlite.settings"].public_url
    return public_url + path


# --- every request ----------------------------------------------------------------------------------------------------


def init_app(app: Flask) -> None:
    settings = app.extensions["crmlite.settings"]
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=settings.answered_hosts,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=1000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        SESSION_COOKIE_NAME="crmlite_flash",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        COMPRESS_BR_LEVEL=1,
        COMPRESS_LEVEL=4,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
        COMPRESS_STREAMS=False,
    )
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    babel.init_app(app, locale_selector=_choose_locale, timezone_selector=_choose_time_zone, default_domain="messages")
    babel.domain_instance = _DOMAIN
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, languages=LANGUAGES)
    app.jinja_env.filters.update(
        ago=ago, date=show_date, datetime=show_datetime, initials=initials, hue=hue, filesize=filesize, language=language_name,
        country=country_name, number=show_number,
    )  # fmt: skip
    app.context_processor(_template_context)
    app.before_request(_begin)
    app.before_request(_refuse_other_origins)
    app.after_request(_finish)
    app.register_error_handler(HTTPException, _http_error)
    for error in (Busy, sa.exc.OperationalError, sa.exc.TimeoutError):
        app.register_error_handler(error, _database_error)
    app.register_error_handler(OSError, _system_error)
    for misfit in (sa.exc.DataError, OverflowError):  # what no column can hold: a NUL, a number of thirty digits
        app.register_error_handler(misfit, _not_understood)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(Exception, _unexpected)
    Compress(app)


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.started = time.perf_counter()


def _refuse_other_origins() -> None:
    """Refuses posts that another site's page sends with our user's cookie.

    Browsers say where a request comes from in Sec-Fetch-Site, older or plain-http ones in Origin; a request with neither is
    not a browser's, and has no cookie that somebody else could abuse.
    """
    if request.method in SAFE_METHODS or getattr(_view(), "any_origin", False):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site in {"same-origin", "none"}:
            return
    else:
        origin = request.headers.get("Origin")
        if origin is None or urlsplit(origin).netloc == request.host:
            return
    raise Forbidden(_("This was sent from another website, so it was refused. Open crmlite itself and try again."))


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")


def _finish(response: Response) -> Response:
    name = "static" if request.endpoint == "static" else getattr(_view(), "header_class", "app")
    if name == "static":
        _squeeze_static(response)
    ancestors = g.get("frame_ancestors", "'none'")
    for header, value in {**_EVERYWHERE, **HEADERS[name]}.items():
        response.headers[header] = value.replace("{ancestors}", ancestors) if name == "embed" else value
    if current_app.extensions["crmlite.settings"].is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    _log_request(response)
    return response


def _log_request(response: Response) -> None:
    if request.endpoint == "static":
        return
    path = request.url_rule.rule if request.url_rule else "(unknown)"  # the rule, not the URL: tokens stay out of logs
    started = g.get("started", time.perf_counter())
    user = g.get("user")
    log.info(
        "request",
        extra={
            "request_id": g.get("request_id"),
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "user_id": user.id if user else None,
        },
    )


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, what, and what was given as `extra`."""

    _KNOWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": utcnow().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "what": record.getMessage(),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in self._KNOWN}
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


# --- errors -----------------------------------------------------------------------------------------------------------


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
    if _is_full(error):
        text = _(
            "The disk of the server is full, so nothing can be saved. Nothing of yours was changed. Tell the administrator."
        )
    else:
        text = _("The database is busy. Nothing of yours was changed; try again in a moment.")
    response = _error(503, text)
    response.headers["Retry-After"] = "5"
    return response


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
    _let_go(is_refusal=True)
    if request.headers.get("HX-Request-Type") == "partial":
        return toast(hx("", code, reswap="none"), text, kind="error")
    try:
        return make_response(
            render_template("errors/error.html", code=code, text=text, request_id=g.get("request_id")), code
        )
    except Exception:  # the page itself needs the database: say it without
        if current_app.testing:
            raise
        log.exception("error page failed")
        plain = InternalServerError(text).get_response()
        plain.status_code = code
        return make_response(plain)


# --- language and time ------------------------------------------------------------------------------------------------


def _choose_locale() -> str:
    chosen: str | None = g.get("locale")
    if chosen:
        return chosen
    user = g.get("user")
    if user:
        return str(user.locale)
    return request.accept_languages.best_match(LANGUAGES) or "en" if request else "en"


def _choose_time_zone() -> str | None:
    user = g.get("user")
    return user.time_zone if user else None


class _Domain(Domain):
    """Looks this request's translations up once: flask-babel asks its context three times for every string."""

    def get_translations(self) -> Any:
        if not g:
            return super().get_translations()
        found = g.get("_translations")
        if found is None:
            pseudo = current_app.config.get("PSEUDO_LOCALE")
            found = g._translations = _PSEUDO if pseudo else super().get_translations()
        return found


_DOMAIN = _Domain()


def _gettext(text: str) -> str:
    translated: str = _DOMAIN.get_translations().gettext(text)
    return translated


def _ngettext(one: str, many: str, n: int) -> str:
    translated: str = _DOMAIN.get_translations().ngettext(one, many, n)
    return translated


class _Pseudo:
    """Marks every translated string, so that a test sees which were not sent through gettext."""

    def gettext(self, text: str) -> str:
        return f"⟦{text}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"

    ugettext, ungettext = gettext, ngettext  # flask-babel's names, for strings in Python


_PSEUDO = _Pseudo()


def locale() -> Locale:
    return get_locale() or Locale("en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, strings and dates are in that language: for mails, and for forms on other people's pages."""
    before = g.pop("_translations", None)
    try:
        with force_locale(language):
            yield
    finally:
        g.pop("_translations", None)
        if before is not None:
            g._translations = before


def local_today() -> date:
    return local_time(utcnow()).date()


def time_zone() -> str:
    return _choose_time_zone() or "UTC"


def local_time(value: datetime) -> datetime:
    return value.astimezone(get_timezone(time_zone()))


def show_date(value: date | datetime | None) -> str:
    if value is None:
        return ""
    return _plain(format_date(local_time(value) if isinstance(value, datetime) else value, "medium", locale()))


def show_datetime(value: datetime | None) -> str:
    """The day and the time to the minute, put together as the language does it."""
    if value is None:
        return ""
    at, here = local_time(value), locale()
    day, minute = format_date(at, "medium", here), format_time(at, "short", locale=here)
    return _plain(str(get_datetime_format("medium", locale=here)).replace("'", "").format(minute, day))


def ago(value: datetime | None) -> str:
    """How long ago, in the reader's words: the largest unit only."""
    if value is None:
        return ""
    seconds = int((value - utcnow()).total_seconds())
    return _("just now") if abs(seconds) < 60 else _ago(_rounded(seconds), str(locale()))


def _rounded(seconds: int) -> int:
    unit = next((u for u in (31_536_000, 2_592_000, 604_800, 86_400, 3600, 60) if abs(seconds) >= u), 1)
    return int(seconds / unit) * unit


@lru_cache(maxsize=4096)
def _ago(seconds: int, language: str) -> str:
    return _plain(format_timedelta(timedelta(seconds=seconds), threshold=1, add_direction=True, locale=language))


def filesize(count: int) -> str:
    """How large, in the reader's words: "14 byte", "2.4 MB"."""
    unit = min(len(_SIZES) - 1, int(math.log(max(count, 1), 1000)))
    return _plain(format_unit(round(count / 1000**unit, 1), f"digital-{_SIZES[unit]}", "short", locale=locale()))


_SIZES = ("byte", "kilobyte", "megabyte", "gigabyte")


def _plain(text: str) -> str:
    """Without the invisible direction marks that CLDR puts into Arabic; our markup sets the direction."""
    return text.replace("\u200f", "").replace("\u200e", "")


@lru_cache(maxsize=4096)
def initials(name: str | None) -> str:
    """Two letters for an avatar; one where letters join (Arabic) or stand for words (Chinese)."""
    words = [word for word in (name or "").split() if word[0].isalnum()]
    if not words:
        return "?"
    first = words[0][0].upper()
    if not first.isascii() and not ("\u00c0" <= first <= "\u04ff"):
        return first
    return first + words[-1][0].upper() if len(words) > 1 else first


@lru_cache(maxsize=4096)
def hue(value: Any) -> str:
    """One of nine fixed colours, always the same for the same value."""
    return _hue(str(value))


@lru_cache(maxsize=4096)
def _hue(text: str) -> str:
    return HUES[int(hashlib.blake2b(text.encode(), digest_size=2).hexdigest(), 16) % 8]


def language_name(code: str | None) -> str:
    """The language's name in the reader's language."""
    if not code:
        return ""
    return locale().languages.get(code, code)


def country_name(code: str | None) -> str:
    """The country's name in the reader's language."""
    return locale().territories.get(code, code) if code else ""


def show_number(value: int) -> str:
    return _plain(format_decimal(value, locale=locale()))


# --- templates --------------------------------------------------------------------------------------------------------


def _template_context() -> dict[str, Any]:
    current = locale()
    user = g.get("user")
    return {
        "lang": current.language,
        "text_dir": current.text_direction,
        "theme": user.theme if user else "auto",
        "nav": navigation() if user else "",
        "account": [item for item in nav_items(user) if item.group == "account"] if user else [],
        "keyed": [item for item in nav_items(user) if item.key] if user else [],
        "insecure": _is_insecure(),
    }


def _is_insecure() -> bool:
    settings = current_app.extensions["crmlite.settings"]
    return not settings.is_https and not settings.is_local


NAV_GROUPS = {
    "work": "",
    "sales": _l("Sales"),
    "marketing": _l("Marketing"),
    "service": _l("Service"),
    "insight": _l("Insight"),
    "settings": _l("Settings"),
}
"""The parts of the sidebar from top to bottom; one without links is not shown. Links of the group `account` stand in the user's menu."""


@dataclass(frozen=True)
class NavItem:
    url: str
    icon: str
    label: Any
    record_type: str | None
    group: str
    order: int
    key: str
    roles: tuple[str, ...]

    @property
    def place(self) -> str:
        """The first part of the path; pages below it light up the same link."""
        return "/" + self.url.split("/")[1]

    def is_for(self, user: Any) -> bool:
        if self.roles and user.role not in self.roles:
            return False
        return self.record_type is None or user.scope(self.record_type, "view") != "none"


def add_nav(
    app: Flask,
    url: str,
    icon: str,
    label: Any,
    record_type: str | None = None,
    *,
    group: str = "work",
    order: int = 50,
    key: str = "",
    roles: tuple[str, ...] = (),
) -> None:
    """Adds a link to the sidebar; with a record type, for those only who may see such records; with roles, for those only.

    `key` follows g on the keyboard. The group `account` is the menu of the user at the bottom.
    """
    if group not in NAV_GROUPS and group != "account":
        raise ValueError(f"{url}: the sidebar has no group {group}")
    item = NavItem(url, icon, label, record_type, group, order, key, roles)
    app.extensions["crmlite.nav"] = sorted([*app.extensions["crmlite.nav"], item], key=_rank)


def _rank(item: NavItem) -> tuple[int, int]:
    groups = [*NAV_GROUPS, "account"]
    return groups.index(item.group), item.order


def nav_items(user: Any) -> list[NavItem]:
    """What this user may go to."""
    return [item for item in current_app.extensions["crmlite.nav"] if item.is_for(user)]


def navigation() -> Markup:
    """The sidebar's list, rendered once per set of links, language and place."""
    items = nav_items(g.user)
    place = "/" + request.path.split("/")[1]
    if all(item.place != place for item in items):
        place = ""  # only known places are kept: there are as many others as somebody cares to type
    cache = current_app.extensions.setdefault("crmlite.nav_cache", {})
    key = (tuple(item.url for item in items), str(locale()), place, current_app.config.get("PSEUDO_LOCALE"))
    if key not in cache:
        groups = [(title, [item for item in items if item.group == name]) for name, title in NAV_GROUPS.items()]
        # render_template() would ask for the navigation again
        template = current_app.jinja_env.get_template("ui/_nav.html")
        cache[key] = Markup(template.render(groups=[group for group in groups if group[1]], place=place))  # noqa: S704
    found: Markup = cache[key]
    return found


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


@lru_cache(maxsize=64)
def _squeezed(path: Path, _changed: float) -> bytes:
    return brotli.compress(path.read_bytes(), quality=9)


def _squeeze_static(response: Response) -> None:
    """Sends a text file of static/ compressed, which is done once: the first visit weighs a third."""
    if response.status_code != 200 or response.mimetype not in current_app.config["COMPRESS_MIMETYPES"]:
        return
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("br"):
        return
    path = Path(current_app.static_folder or "") / (request.view_args or {})["filename"]
    response.direct_passthrough = False
    response.data = _squeezed(path, path.stat().st_mtime)
    response.headers["Content-Encoding"] = "br"
    etag, _weak = response.get_etag()
    response.set_etag(etag or "", weak=True)


def asset(name: str) -> str:
    """The URL of a file in static/, with its content's hash, so that browsers may keep it for ever."""
    cache = current_app.extensions.setdefault("crmlite.assets", {})
    if name not in cache or current_app.debug:
        path = Path(current_app.static_folder or "") / name
        cache[name] = f"/static/{name}?v={_digest(path, path.stat().st_mtime)}"
    url: str = cache[name]
    return url


def cached_per_request(function: Callable[[], Any]) -> Callable[[], Any]:
    """Remembers what `function` returned for the rest of the request."""

    @wraps(function)
    def ask() -> Any:
        name = f"_cached_{function.__module__}.{function.__name__}"
        if name not in g:
            setattr(g, name, function())
        return getattr(g, name)

    return ask
