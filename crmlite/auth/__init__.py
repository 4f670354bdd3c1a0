"""Users, teams, roles, signing in, one's account, and the organisation's profile."""

from flask import Flask

from crmlite.auth import jobs, models, roles, signin, views

__all__ = ["init_app", "jobs", "models", "roles", "signin"]


def init_app(app: Flask) -> None:
    signin.init_app(app)
    views.init_app(app)
