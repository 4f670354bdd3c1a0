"""Every request: its number and log line, who may post from where, and the headers of its answer."""

import json
import logging
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

from crmlite.extensions import SAFE_METHODS, utcnow
from crmlite.web.assets import squeeze_static
from crmlite.web.hosts import one_spelling

log = logging.getLogger(__name__)

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
    "paper": {  # our own document in a frame of our own pages, with its styles inside
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src {style}; img-src data:; frame-ancestors 'self'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    },
    "document": {  # a PDF that we made ourselves: browsers show none in a sandbox
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    },
    "embed": {  # frame-ancestors is each form's own list of sites
        "Content-Security-Policy": _CSP.format(ancestors="{ancestors}"),
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-store",
        "Referrer-Policy": "strict-origin",
    },
    "script": {  # for other websites' pages; asked for again each time, so that what is new is there at once
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-cache",
    },
    "cors": {  # what scripts on other websites may read: those of g.reader, which the view has looked at, or none
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Access-Control-Allow-Origin": "{reader}",
        "Cache-Control": "no-store",
        "Vary": "Origin",
    },
    "file": {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    },
    "manifest": {  # in the reader's language, and asked for again when it may have changed
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    },
    "static": {
        "Content-Security-Policy": "default-src 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
}
"""Response headers per class of route; a view says its class with @headers, all others are 'app'."""


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.before_request(_refuse_other_origins)
    app.after_request(_finish)


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
        if origin is None or one_spelling(urlsplit(origin).netloc) == request.host:
            return
    raise Forbidden(_("This was sent from another website, so it was refused. Open crmlite itself and try again."))


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")


def _finish(response: Response) -> Response:
    name = "static" if request.endpoint == "static" else getattr(_view(), "header_class", "app")
    if name == "static":
        squeeze_static(response)
    known = {
        "{ancestors}": g.get("frame_ancestors", "'none'"),
        "{reader}": g.get("reader", ""),
        "{style}": g.get("style", "'none'"),
    }
    for header, value in {**_EVERYWHERE, **HEADERS[name]}.items():
        for mark, said in known.items():
            value = value.replace(mark, said)
        if value:
            response.headers[header] = value
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
