"""What every page needs. Modules import from here; the parts are in the files beside it."""

from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from crmlite.web import errors, language, modules, requests
from crmlite.web.answers import (
    absolute,
    cached_per_request,
    drawn,
    go,
    headers,
    hx,
    is_partial,
    outcome,
    posts_from_anywhere,
    public,
    render,
    toast,
    undo_url,
)
from crmlite.web.assets import asset
from crmlite.web.faces import HUES, hue, initials
from crmlite.web.hosts import OneSpelling
from crmlite.web.language import (
    LANGUAGES,
    ago,
    country_name,
    isolated,
    language_name,
    local_time,
    local_today,
    locale,
    show_date,
    show_datetime,
    show_money,
    show_number,
    show_percent,
    show_price,
    show_quantity,
    speaking,
    time_zone,
    today_in,
    week_begin,
)
from crmlite.web.navigation import Frame, add_nav, nav_items
from crmlite.web.requests import HEADERS, JsonFormatter

__all__ = [
    "HEADERS",
    "HUES",
    "JsonFormatter",
    "LANGUAGES",
    "absolute",
    "add_nav",
    "ago",
    "asset",
    "cached_per_request",
    "country_name",
    "go",
    "headers",
    "hue",
    "hx",
    "init_app",
    "initials",
    "isolated",
    "is_partial",
    "language_name",
    "local_time",
    "local_today",
    "locale",
    "modules",
    "nav_items",
    "posts_from_anywhere",
    "public",
    "render",
    "show_date",
    "show_datetime",
    "show_money",
    "show_number",
    "show_percent",
    "show_price",
    "show_quantity",
    "speaking",
    "time_zone",
    "toast",
    "today_in",
    "outcome",
    "undo_url",
    "week_begin",
]


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
    app.wsgi_app = OneSpelling(app.wsgi_app)  # type: ignore[method-assign]
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, drawn=drawn)
    app.jinja_env.filters.update(initials=initials, hue=hue)
    app.context_processor(_template_context)
    for part in (language, requests, errors, modules):
        part.init_app(app)
    Compress(app)


def _template_context() -> dict[str, Any]:
    current = locale()
    user = g.get("user")
    return {
        "lang": current.language,
        "text_dir": current.text_direction,
        "theme": user.theme if user else "auto",
        "frame": Frame(user),
        "insecure": _is_insecure(),
    }


def _is_insecure() -> bool:
    settings = current_app.extensions["crmlite.settings"]
    return not settings.is_https and not settings.is_local
