"""What all records share."""

from flask import Flask


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"] = set()
