"""The nightly backup as a job: see schedule.py."""

from flask import current_app

from crmlite.jobs import apart


@apart
def nightly() -> None:
    from crmlite.backup import making

    making.nightly(current_app.extensions["crmlite.settings"])
