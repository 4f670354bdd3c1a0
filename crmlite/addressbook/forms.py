"""What people fill in about their phones."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from crmlite.addressbook.devices import LONGEST
from crmlite.auth.forms import OwnPasswordForm
from crmlite.forms import at_most, one_line, required


class DeviceForm(OwnPasswordForm):
    """Whether the password is right is looked at by the view, which counts the tries."""

    name = StringField(_l("Name of the device"), [required(), at_most(LONGEST)], filters=[one_line])
