"""Pages of signing in, one's account, the organisation and the team."""

from flask import Flask

from crmlite.auth.views import absences, devices, leaving, login, organisation, profile, roles, team


def init_app(app: Flask) -> None:
    for module in (login, profile, absences, devices, organisation, team, leaving, roles):
        app.register_blueprint(module.bp)
