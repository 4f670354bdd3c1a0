"""Mail: the outbox and the SMTP client that empties it."""

from flask import Flask


def init_app(app: Flask) -> None:
    pass
