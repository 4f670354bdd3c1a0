"""Pages of signing in, one's account, the organisation and the team."""

from flask import Flask

from crmlite.auth.views import (
    absences,
    devices,
    invitations,
    leaving,
    login,
    modules,
    organisation,
    profile,
    reset,
    roles,
    second_factor,
    setup,
    team,
)


def init_app(app: Flask) -> None:
    for module in (
        setup,
        login,
        reset,
        profile,
        second_factor,
        absences,
        devices,
        organisation,
        team,
        leaving,
        invitations,
        roles,
        modules,
    ):
        app.register_blueprint(module.bp)
    app.register_blueprint(invitations.joining)
