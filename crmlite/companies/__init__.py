"""Companies: accounts with people, hierarchy and history."""

from flask import Flask

from crmlite.companies.types import COMPANY


def init_app(app: Flask) -> None:
    app.extensions["crmlite.record_types"].add(COMPANY.name)
