"""Time travel: records and lists as they were at any moment, what changed between two, and setting it back. All of it is read out
of the journal."""

from flask import Flask

from crmlite.timetravel import views

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
