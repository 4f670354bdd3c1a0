"""Leads: web forms, what visitors send through them, and the enquiries that come of it."""

from flask import Flask

from crmlite.leads import intake, models, public


def init_app(app: Flask) -> None:
    app.register_blueprint(public.bp)
