"""Pages of signing in, one's account, the organisation and the team."""

from flask import Flask

from crmlite.auth.views import (
    devices,
    invitations,
    login,
    organisation,
    profile,
    reset,
    roles,
    second_factor,
    setup,
    team,
)


def init_app(app: Flask) -> None:
    for module in (setup, login, reset, profile, second_factor, devices, organisation, team, invitations, roles):
        app.register_blueprint(module.bp)
    app.register_blueprint(invitations.joining)
