"""What crmlite says about itself: what is new in a version."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.help import listeners, news, views

__all__ = ["init_app", "listeners", "news"]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.jinja_env.globals.update(has_news=news.has_news)
    web.add_nav(app, "/help/news", "news", _l("What is new"), group="palette")
