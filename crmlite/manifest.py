"""GET /manifest.webmanifest: what phones need to put crmlite on their home screen and open it like a program of their own."""

import json

from flask import Blueprint, Flask, Response
from flask_babel import gettext as _

from crmlite.web import asset, headers, locale, public

bp = Blueprint("manifest", __name__)

ICONS = (
    ("icons/icon-192.png", 192, "any"),
    ("icons/icon-512.png", 512, "any"),
    ("icons/maskable-192.png", 192, "maskable"),
    ("icons/maskable-512.png", 512, "maskable"),
)
LIGHT, DARK = "#f8f8f9", "#121214"
"""The sidebar's ground (--bg-2 in static/css/tokens.css): what a phone paints around the page."""


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals.update(theme_colours={"light": LIGHT, "dark": DARK})


@bp.get("/manifest.webmanifest")
@public
@headers("manifest")
def manifest() -> Response:
    """The same for everybody who reads that language: a browser asks for it without saying who is signed in."""
    told = {
        "id": "/",
        "name": "crmlite",
        "short_name": "crmlite",
        "description": _("Customers, deals and quotes of your firm, on your own server."),
        "lang": locale().language,
        "dir": locale().text_direction,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": LIGHT,
        "background_color": LIGHT,
        "icons": [
            {"src": asset(name), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
            for name, side, purpose in ICONS
        ],
    }
    return Response(json.dumps(told), mimetype="application/manifest+json")
