"""Privacy: what is held of one person, as one download; and erasing them everywhere, with a certificate."""

from flask import Flask

from crmlite.privacy import erasing

__all__ = ["erasing", "init_app"]


def init_app(app: Flask) -> None:
    pass
