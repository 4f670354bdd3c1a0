"""The nightly backup and exports as jobs: see schedule.py and exports.py."""

from flask import current_app

from crmlite import jobs
from crmlite.jobs import apart


@apart
def nightly() -> None:
    from crmlite.backup import making

    making.nightly(current_app.extensions["crmlite.settings"])


@apart
def export_all(name: str, user_id: int) -> None:
    """`user_id` is who asked for it; the page names them."""
    from crmlite.backup import exporting, exports

    settings = current_app.extensions["crmlite.settings"]
    path = exports.path_of(settings, name)
    if not path.exists():  # a job may run twice
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        exporting.export(settings, path)


@jobs.job
def forget_exports() -> None:
    """They hold all that the firm knows, unencrypted: a day is enough to fetch one."""
    from crmlite.backup import exports

    exports.forget_old(current_app.extensions["crmlite.settings"])
