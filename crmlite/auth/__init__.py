"""Users, teams, roles, signing in, and the organisation's profile."""

from flask import Flask

from crmlite.auth import models


def init_app(app: Flask) -> None:
    pass
