"""Pages of signing in, one's account, the organisation and the team."""

from flask import Flask

from crmlite.auth.views import devices, login, organisation, profile, roles, setup, team


def init_app(app: Flask) -> None:
    for module in (setup, login, profile, devices, organisation, team, roles):
        app.register_blueprint(module.bp)
