"""The address book elsewhere: as vCards in a file, and by CardDAV on phones and in mail programs, where it is to read only."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crmlite import web
from crmlite.addressbook import devices, files, public, views
from crmlite.records import exporting


def init_app(app: Flask) -> None:
    web.modules.describe(
        app, _l("Address book elsewhere"), _l("Contacts as vCards in a file, and on phones and in mail programs.")
    )
    app.register_blueprint(public.bp)
    app.register_blueprint(views.bp)
    exporting.add(app, files.VCARD_4, files.VCARD_3)
    web.add_nav(
        app, "/addressbook/devices", "device-mobile", _l("Address book on the phone"), group="account", order=22,
        shown=devices.may_have,
    )  # fmt: skip
